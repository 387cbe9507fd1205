import { type Agent, type ClientRequest, type IncomingMessage, validateHeaderValue } from 'node:http';
import type { Socket } from 'node:net';
import { createProxyServer } from 'http-proxy';
import { errors } from 'undici';
import type { AnswerHead, HeadVerdict } from './forward.ts';
import { GatedSocket } from './gated-socket.ts';
import { accepts, type Handshake } from './upgrade-head.ts';
import { failureOf, type UpstreamFailure } from './upstream.ts';

export interface Passage {
  /** Leads to the app whatever is asked of it. */
  readonly agent: Agent;
  /** Reaches the app byte for byte. */
  readonly path: string;
  /** All headers for the app; flat pairs, names in lower case. */
  readonly headers: readonly string[];
  readonly client: Socket;
  /** What the client sent before it was answered. */
  readonly early: Buffer;
  readonly handshake: Handshake;
  /** Milliseconds for the app to answer in, and for which the client may take nothing. */
  readonly headTime: number;
  readonly stallTime: number;
  /** Sees the head of a 101 before a byte of it goes on. */
  judge(answer: AnswerHead): HeadVerdict | Promise<HeadVerdict>;
  /** No 101 that could be passed on came; the client's socket is as it was. */
  failed(failure: Exclude<UpstreamFailure, 'client-gone'>): void;
  /** Once, when nothing of it is left. */
  closed(): void;
}

/** The app answered, but with no 101, or with one that is none. */
class NoUpgrade extends Error {
  override readonly name = 'NoUpgrade';
}

const tunnels = new WeakMap<object, Tunnel>();
// `toProxy` and no prepended path: its own reading of the path is set right below all the same.
const proxy = createProxyServer({ toProxy: true, prependPath: false, followRedirects: false });
proxy.on('proxyReqWs', (request, _req, socket) => tunnels.get(socket)?.sent(request));
// Each tunnel hears of its own errors; one that belongs to none must not end the process.
proxy.on('error', () => undefined);

/**
 * One WebSocket through http-proxy, which asks the app and pipes. Its listeners stand behind ours: they see an answer
 * only after it was judged here, and its socket to the browser is a gate (decision 25).
 */
export class Tunnel {
  readonly #passage: Passage;
  readonly #gate: GatedSocket;
  readonly #timer: NodeJS.Timeout;
  #request: ClientRequest | undefined;
  #upstream: Socket | undefined;
  /** The client has its 101, or another answer, or is gone. */
  #settled = false;

  constructor(passage: Passage) {
    this.#passage = passage;
    this.#gate = new GatedSocket(passage.client, passage.stallTime);
    this.#timer = setTimeout(() => this.#fail(new errors.HeadersTimeoutError()), passage.headTime);
    this.#gate.on('close', () => this.#over());
    tunnels.set(this.#gate, this);
  }

  start(): void {
    const { agent, early } = this.#passage;
    // The agent connects, with TLS where the app has it: to node this is plain http either way.
    const options = { agent, target: { protocol: 'http:', host: 'app.invalid', port: 80 } };
    try {
      proxy.ws(this.#bareRequest(), this.#gate, early, options, error => this.#fail(error));
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** Ends it at once. */
  cut(): void {
    this.#settled = true;
    this.#gate.destroy();
  }

  goAway(): void {
    this.#gate.goAway();
  }

  /** Called by http-proxy before its own listeners are on the request, and before a byte of it is out. */
  sent(request: ClientRequest): void {
    this.#request = request;
    if (this.#gate.destroyed) return void request.destroy();
    request.path = this.#passage.path;
    request.on('upgrade', (answer: IncomingMessage, upstream: Socket) => this.#upgraded(answer, upstream));
    request.on('response', () => this.#fail(new NoUpgrade()));
    request.on('error', error => this.#fail(error));
  }

  /** What http-proxy gets of the client's request: it cannot pass on what it never saw. */
  #bareRequest(): IncomingMessage {
    const { path, headers } = this.#passage;
    const bare = { method: 'GET', httpVersion: '1.1', httpVersionMajor: 1, url: path, headers: recordOf(headers) };
    return bare as unknown as IncomingMessage;
  }

  #upgraded(answer: IncomingMessage, upstream: Socket): void {
    this.#upstream = upstream;
    upstream.on('error', () => upstream.destroy());
    // A client that went away meanwhile would leave this connection open for ever.
    if (this.#gate.destroyed) return void upstream.destroy();
    upstream.setKeepAlive(true, 60_000);
    const good = answer.httpVersion === '1.1' && accepts(this.#passage.handshake, answer.headersDistinct);
    if (!good) return this.#fail(new NoUpgrade());
    this.#judge(answer).catch((error: unknown) => this.#fail(error as Error));
  }

  async #judge(answer: IncomingMessage): Promise<void> {
    const verdict = await this.#passage.judge({ status: 101, headers: answer.headersDistinct });
    if (this.#settled) return;
    if ('instead' in verdict) {
      this.#settle();
      return verdict.instead();
    }
    const head = headOf(verdict.headers, answer);
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#gate.open(head);
  }

  #fail(error: Error): void {
    // The client has its answer: what breaks later breaks the connection.
    if (this.#settled) return void this.#gate.destroy();
    this.#settle();
    const failure = failureOf(error);
    if (failure !== 'client-gone' && !this.#passage.client.destroyed) this.#passage.failed(failure);
  }

  /** Nothing of the app is left; the client's socket is free for another answer. */
  #settle(): void {
    this.#settled = true;
    this.#gate.release();
    this.#drop();
  }

  #over(): void {
    this.#settled = true;
    this.#drop();
    this.#passage.closed();
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#request?.destroy();
    this.#upstream?.destroy();
  }
}

function recordOf(pairs: readonly string[]): IncomingMessage['headers'] {
  const record: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  for (let i = 0; i < pairs.length; i += 2) {
    const [name, value] = [pairs[i] as string, pairs[i + 1] as string];
    const before = record[name];
    record[name] = before === undefined ? value : [before, value].flat();
  }
  return record;
}

/** Said by the handshake and by us, whatever else the app says of them. */
const ours = /^(?:sec-websocket-.*|content-length|content-type|content-encoding|date)$/;

/** The head of our 101: what the handshake settled, and what the one filter let through. */
function headOf(passed: readonly string[], answer: IncomingMessage): string {
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
  const add = (name: string, value: string) => {
    // A line break would begin a second answer.
    validateHeaderValue(name, value);
    lines.push(`${name}: ${value}`);
  };
  for (const name of ['Sec-WebSocket-Accept', 'Sec-WebSocket-Protocol', 'Sec-WebSocket-Extensions'])
    for (const value of answer.headersDistinct[name.toLowerCase()] ?? []) add(name, value);
  for (let i = 0; i < passed.length; i += 2)
    if (!ours.test(passed[i] as string)) add(passed[i] as string, passed[i + 1] as string);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
