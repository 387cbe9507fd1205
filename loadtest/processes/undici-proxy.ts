import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Dispatcher, Pool } from 'undici';
import { listenForBench, upstreamArgument } from './ready.ts';

/**
 * The measure: the simplest honest proxy on the parts that Sluis is built on. It takes out hop-by-hop headers, streams
 * both ways with back-pressure, and knows nothing else. Pool settings are those of Sluis.
 */
const upstream = upstreamArgument();
const pool = new Pool(upstream, {
  connections: 64,
  pipelining: 1,
  allowH2: false,
  headersTimeout: 60_000,
  bodyTimeout: 60_000,
  keepAliveTimeout: 4_000,
  maxHeaderSize: 64 * 1024,
});

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  const body = request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
  pool.dispatch(
    {
      method: request.method as Dispatcher.HttpMethod,
      path: request.url ?? '/',
      headers: requestHeaders(request),
      ...(body ? { body: request } : {}),
    },
    new Passage(response),
  );
});
listenForBench(server);

function requestHeaders(request: IncomingMessage): string[] {
  const { rawHeaders } = request;
  const out: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (!hopByHop.has(name.toLowerCase())) out.push(name, rawHeaders[i + 1] as string);
  }
  return out;
}

class Passage implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;
  #controller: Dispatcher.DispatchController | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.on('close', () => {
      if (!response.writableFinished) this.#controller?.abort(new Error('the client went away'));
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Answer): void {
    if (status < 200) return;
    const out: string[] = [];
    for (const name in headers) {
      const value = headers[name];
      if (value === undefined || hopByHop.has(name)) continue;
      for (const one of typeof value === 'string' ? [value] : value) out.push(name, one);
    }
    this.#response.writeHead(status, out);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#response.write(chunk)) return;
    controller.pause();
    this.#response.once('drain', () => controller.resume());
  }

  onResponseEnd(): void {
    this.#response.end();
  }

  onResponseError(): void {
    if (this.#response.headersSent) this.#response.destroy();
    else this.#response.writeHead(502).end();
  }
}

type Answer = Readonly<Record<string, string | string[] | undefined>>;
