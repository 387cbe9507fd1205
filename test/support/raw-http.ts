import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An answer as it stood on the wire, the body freed of its chunks and nothing else (a coding stays). */
export interface RawAnswer {
  readonly status: number;
  readonly reason: string;
  /** Names as they came, repeated ones too, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** Interim answers (1xx) that came before. */
  readonly interim: readonly number[];
}

export interface RawOptions {
  readonly host?: string;
  /** For each answer; default 10 s. */
  readonly timeout?: number;
  /** Methods of the requests in turn: an answer to HEAD has no body. */
  readonly methods?: readonly string[];
}

/** The first header of this name, in any case. */
export function header(answer: RawAnswer, name: string): string | undefined {
  return headers(answer, name)[0];
}

export function headers(answer: RawAnswer, name: string): string[] {
  return answer.headers.filter(([other]) => other.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
}

/**
 * Sends exactly these bytes to 127.0.0.1 and reads `count` answers.
 * @throws where the connection ends, or time runs out, before they are whole; the message quotes what came.
 */
export async function sendRaw(
  port: number,
  bytes: string | Buffer,
  count = 1,
  options: RawOptions = {},
): Promise<RawAnswer[]> {
  const connection = await RawConnection.open(port, options);
  try {
    connection.write(bytes);
    const answers: RawAnswer[] = [];
    for (let index = 0; index < count; index += 1) answers.push(await connection.read(options.methods?.[index]));
    return answers;
  } finally {
    connection.destroy();
  }
}

/** One connection, for tests that stop halfway, pipeline, or wait between bytes. */
export class RawConnection {
  readonly socket: Socket;
  readonly #timeout: number;
  #received = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket, timeout: number) {
    this.socket = socket;
    this.#timeout = timeout;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    for (const event of ['end', 'close', 'error']) {
      socket.on(event, () => {
        this.#ended = true;
        this.#wake();
      });
    }
  }

  static async open(port: number, options: RawOptions = {}): Promise<RawConnection> {
    const socket = connect({ port, host: options.host ?? '127.0.0.1' });
    socket.setNoDelay(true);
    await once(socket, 'connect');
    return new RawConnection(socket, options.timeout ?? 20_000);
  }

  write(bytes: string | Buffer): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** The next final answer. `method` is of the request it answers. */
  async read(method = 'GET'): Promise<RawAnswer> {
    const interim: number[] = [];
    for (;;) {
      const head = parseHead(await this.#until(buffer => cutAfter(buffer, '\r\n\r\n')));
      if (head.status >= 200 || head.status === 101) {
        return { ...head, interim, body: await this.#body(head, method) };
      }
      interim.push(head.status);
    }
  }

  /** So many bytes, whatever they are. */
  async take(count: number): Promise<Buffer> {
    return this.#until(buffer => (buffer.length >= count ? count : undefined));
  }

  /** All bytes until the other side closes. */
  async readAll(): Promise<Buffer> {
    return this.#until(buffer => (this.#ended ? buffer.length : undefined), true);
  }

  /** Resolves when the other side has closed; throws where it stays open. */
  async closed(): Promise<void> {
    await this.readAll();
  }

  destroy(): void {
    this.socket.destroy();
  }

  async #body(head: Head, method: string): Promise<Buffer> {
    const answer = { ...head, interim: [], body: Buffer.alloc(0) };
    if (method === 'HEAD' || head.status === 204 || head.status === 304 || head.status === 101) return answer.body;
    if (/\bchunked\s*$/i.test(header(answer, 'transfer-encoding') ?? '')) return this.#chunks();
    const length = header(answer, 'content-length');
    if (length === undefined) return this.readAll();
    return this.#until(buffer => (buffer.length >= Number(length) ? Number(length) : undefined));
  }

  async #chunks(): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (;;) {
      const line = await this.#until(buffer => cutAfter(buffer, '\r\n'));
      const size = Number.parseInt(line.toString('latin1'), 16);
      if (size === 0) break;
      const chunk = await this.#until(buffer => (buffer.length >= size + 2 ? size + 2 : undefined));
      parts.push(chunk.subarray(0, size));
    }
    // Trailers, if any, up to the empty line.
    for (;;) {
      const line = await this.#until(buffer => cutAfter(buffer, '\r\n'));
      if (line.length === 2) return Buffer.concat(parts);
    }
  }

  /** Takes as many bytes as `cut` says, as soon as it says a number. */
  async #until(cut: (buffer: Buffer) => number | undefined, toTheEnd = false): Promise<Buffer> {
    const limit = AbortSignal.timeout(this.#timeout);
    limit.addEventListener('abort', () => this.#wake(), { once: true });
    for (;;) {
      const size = cut(this.#received);
      if (size !== undefined) {
        const taken = this.#received.subarray(0, size);
        this.#received = this.#received.subarray(size);
        return taken;
      }
      if (limit.aborted || (this.#ended && !toTheEnd)) throw new Error(this.#complaint(limit.aborted));
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
  }

  #complaint(late: boolean): string {
    const came = JSON.stringify(this.#received.subarray(0, 300).toString('latin1'));
    return `${late ? 'no whole answer in time' : 'the connection ended'}; what came: ${came}`;
  }
}

type Head = Pick<RawAnswer, 'status' | 'reason' | 'headers'>;

function parseHead(bytes: Buffer): Head {
  const [first = '', ...lines] = bytes.toString('latin1').split('\r\n').slice(0, -2);
  const [, status, reason = ''] = /^HTTP\/1\.[01] (\d{3})(?: (.*))?$/.exec(first) ?? [];
  if (status === undefined) throw new Error(`no status line: ${JSON.stringify(first)}`);
  const headers = lines.map(line => {
    const [, name = '', value = ''] = /^([^:]*):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    return [name, value] as const;
  });
  return { status: Number(status), reason, headers };
}

function cutAfter(buffer: Buffer, mark: string): number | undefined {
  const at = buffer.indexOf(mark);
  return at < 0 ? undefined : at + mark.length;
}
