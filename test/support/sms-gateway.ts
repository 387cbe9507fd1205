import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One message as a gateway got it. */
export interface Received {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A real HTTP server in the place of an SMS provider, on loopback. */
export interface TestGateway {
  readonly url: string;
  readonly received: Received[];
  /** What it answers from now on; by default 201. */
  answer: (res: ServerResponse, received: Received) => void;
  /** The code in the last message, as a person would read it. */
  lastCode(): string;
  /** Resolves once this many messages came. */
  got(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function startGateway(): Promise<TestGateway> {
  const received: Received[] = [];
  const waiting: { readonly count: number; resolve(): void }[] = [];
  const accept = (res: ServerResponse) =>
    void res.writeHead(201, { 'content-type': 'application/json' }).end('{"id":"1"}');
  const server = createServer((req, res) => {
    void read(req).then(body => {
      const one = { url: req.url ?? '', headers: req.headers, body };
      received.push(one);
      for (const { count, resolve } of waiting) if (received.length >= count) resolve();
      gateway.answer(res, one);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const gateway: TestGateway = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/messages`,
    received,
    answer: accept,
    lastCode: () => codeIn(received.at(-1)?.body ?? ''),
    got: count =>
      received.length >= count ? Promise.resolve() : new Promise(resolve => waiting.push({ count, resolve })),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return gateway;
}

/** Six digits that stand alone: numbers of phones are longer. */
export function codeIn(text: string): string {
  const code = /(?<![0-9])[0-9]{6}(?![0-9])/.exec(text)?.[0];
  if (code === undefined) throw new Error(`no code in ${text}`);
  return code;
}

async function read(req: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
