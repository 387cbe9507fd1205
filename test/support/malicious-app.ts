import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** A request as it stood on the wire; the body freed of its chunks. */
export interface WireRequest {
  readonly method: string;
  readonly target: string;
  /** Lines of the head after the first, as they came. */
  readonly lines: readonly string[];
  readonly body: string;
  /** Which connection it came on, counted from 1. */
  readonly connection: number;
}

/** Bytes to send as they are, latin1; or full command of the socket. */
export type WireAnswer = string | Buffer | ((socket: Socket, request: WireRequest) => void);

export interface MaliciousApp {
  readonly url: string;
  readonly port: number;
  /** What arrived whole, oldest first. */
  readonly seen: WireRequest[];
  /** Every byte that arrived, whole requests or not. */
  bytes(): string;
  /** Answers by path (without the query); all else gets the sign-in of a small app, then 404. */
  readonly answers: Map<string, WireAnswer>;
  /** Called once for each connection on which a request to this path began to arrive, before it is whole. */
  readonly early: Map<string, (socket: Socket) => void>;
  /** Resolves when the other side closes a connection on which a request to this path began to arrive. */
  dropped(path: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * An app on a bare socket, which answers whatever it was told, valid or not. Left alone it speaks enough of
 * Gemeentepost's language to be signed in to: `/login` and `/wie`, with cookies that never change.
 */
export async function startMaliciousApp(): Promise<MaliciousApp> {
  const app = new BareApp();
  await new Promise<void>((resolve, reject) => {
    app.server.once('error', reject);
    app.server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen: app.seen,
    bytes: () => Buffer.concat(app.received).toString('latin1'),
    answers: app.answers,
    early: app.early,
    dropped: path => new Promise(resolve => app.waiting.push({ path, resolve })),
    close: () => app.close(),
  };
}

/** A whole answer with its length. */
export function whole(status: string, headers: readonly string[], body = ''): string {
  const lines = [`HTTP/1.1 ${status}`, ...headers, `Content-Length: ${Buffer.byteLength(body, 'latin1')}`];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

export function html(body: string, headers: readonly string[] = []): string {
  return whole('200 OK', ['Content-Type: text/html; charset=utf-8', ...headers], body);
}

const form =
  '<form method="post" action="/login"><input type="hidden" name="formtoken" value="AAAAAAAAAAAAAAAAAAAAAA"></form>';

const usual: ReadonlyMap<string, string> = new Map([
  ['GET /login', html(form, ['Set-Cookie: GPSESSIE=kluis; Path=/; HttpOnly'])],
  ['POST /login', whole('303 See Other', ['Location: /postvak', 'Set-Cookie: GPAUTH=ingelogd; Path=/; HttpOnly'])],
  ['GET /wie', html('<strong id="wie">anna</strong>')],
]);

class BareApp {
  readonly seen: WireRequest[] = [];
  readonly received: Buffer[] = [];
  readonly answers = new Map<string, WireAnswer>();
  readonly early = new Map<string, (socket: Socket) => void>();
  readonly waiting: { path: string; resolve: () => void }[] = [];
  readonly server: Server;
  readonly #sockets = new Set<Socket>();
  #connections = 0;

  constructor() {
    this.server = createServer(socket => this.#serve(socket));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>(resolve => this.server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    this.#connections += 1;
    const connection = this.#connections;
    const paths = new Set<string>();
    let left = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#sockets.delete(socket);
      for (const { path, resolve } of this.waiting) if (paths.has(path)) resolve();
    });
    socket.on('data', (chunk: Buffer) => {
      this.received.push(chunk);
      left = Buffer.concat([left, chunk]);
      for (;;) {
        const begun = /^[A-Z]+ ([^ ?]+)/.exec(left.subarray(0, 2_000).toString('latin1'))?.[1];
        if (begun !== undefined && !paths.has(begun)) this.early.get(begun)?.(socket);
        if (begun !== undefined) paths.add(begun);
        const taken = takeRequest(left, connection);
        if (taken === undefined) return;
        left = left.subarray(taken.size);
        this.#answer(socket, taken.request);
      }
    });
  }

  #answer(socket: Socket, request: WireRequest): void {
    this.seen.push(request);
    const path = pathOf(request);
    const answer = this.answers.get(path) ?? usual.get(`${request.method} ${path}`) ?? html('niets', []);
    if (typeof answer === 'function') answer(socket, request);
    else socket.write(typeof answer === 'string' ? Buffer.from(answer, 'latin1') : answer);
  }
}

function pathOf(request: WireRequest): string {
  return request.target.split('?', 1)[0] ?? '';
}

function takeRequest(bytes: Buffer, connection: number): { request: WireRequest; size: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const [method = '', target = ''] = first.split(' ');
  const body = takeBody(bytes.subarray(end + 4), lines);
  if (body === undefined) return undefined;
  return { request: { method, target, lines, body: body.text, connection }, size: end + 4 + body.size };
}

function takeBody(bytes: Buffer, lines: readonly string[]): { text: string; size: number } | undefined {
  if (lines.some(line => /^transfer-encoding:\s*chunked$/i.test(line))) return takeChunks(bytes);
  const length = Number(lines.map(line => /^content-length:\s*(\d+)$/i.exec(line)?.[1]).find(Boolean) ?? 0);
  return bytes.length < length ? undefined : { text: bytes.subarray(0, length).toString('latin1'), size: length };
}

function takeChunks(bytes: Buffer): { text: string; size: number } | undefined {
  let text = '';
  let at = 0;
  for (;;) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.subarray(at, line).toString('latin1'), 16);
    const next = line + 2 + size + 2;
    if (bytes.length < next) return undefined;
    text += bytes.subarray(line + 2, line + 2 + size).toString('latin1');
    at = next;
    if (size === 0) return { text, size: at };
  }
}
