import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { enter, type Inside } from '../support/inside.ts';
import { type PlainApp, startPlainApp } from '../support/plain-app.ts';
import { header, RawConnection } from '../support/raw-http.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';

let app: PlainApp;
let answer: RequestListener;
let sluis: TestSluis;
let anna: Inside;
const open: RawConnection[] = [];
const closing: (() => Promise<void>)[] = [];

const limit = 1024 * 1024;

beforeAll(async () => {
  app = await startPlainApp((req, res) => answer(req, res));
  const limits = 'limits: { body: 1MiB, requestTime: 1s, stallTime: 500ms }';
  sluis = await startSluis([{ id: 'demo', upstream: app.url, preset: 'demo' }], { extra: limits });
  anna = await enter(sluis, 'demo', 'anna', { GPAUTH: 'anna' });
});

afterEach(async () => {
  for (const connection of open.splice(0)) connection.destroy();
  for (const close of closing.splice(0)) await close();
});

afterAll(async () => {
  await sluis?.close();
  await app?.close();
});

async function connection(): Promise<RawConnection> {
  const made = await RawConnection.open(sluis.port, { timeout: 20_000 });
  made.socket.on('error', () => undefined);
  open.push(made);
  return made;
}

const stream = { Connection: 'keep-alive', 'Content-Type': 'application/octet-stream' };

function head(length: number, extra: Readonly<Record<string, string>> = {}): Buffer {
  return anna.client.bytes('PUT', '/bestand', undefined, { ...stream, 'Content-Length': String(length), ...extra });
}

const chunked = () => anna.client.bytes('PUT', '/bestand', undefined, { ...stream, 'Transfer-Encoding': 'chunked' });

async function sizeOf(req: IncomingMessage): Promise<number> {
  let size = 0;
  for await (const chunk of req) size += (chunk as Buffer).length;
  return size;
}

describe('rule 9: a body in a session', () => {
  it('may take longer than a request of anybody, while it goes on', async () => {
    let came: () => void = () => undefined;
    answer = (req, res) => {
      let size = 0;
      req.on('data', (chunk: Buffer) => {
        size += chunk.length;
        came();
      });
      req.on('end', () => res.end(String(size)));
    };
    const roomy = await startSluis([{ id: 'demo', upstream: app.url, preset: 'demo' }], {
      extra: 'limits: { requestTime: 1s }',
    });
    closing.push(() => roomy.close());
    const inside = await enter(roomy, 'demo', 'anna');
    const client = await RawConnection.open(roomy.port);
    open.push(client);
    client.write(inside.client.bytes('PUT', '/bestand', undefined, { ...stream, 'Transfer-Encoding': 'chunked' }));
    let sent = 0;
    const piece = Buffer.alloc(200, 'x');
    for (const begun = performance.now(); performance.now() - begun < 2_000; sent += piece.length) {
      const arrived = new Promise<void>(resolve => {
        came = resolve;
      });
      client.write(`${piece.length.toString(16)}\r\n${piece.toString()}\r\n`);
      // One piece is always held back: the next one pushes it on.
      if (sent > 0) await arrived;
    }
    client.write('0\r\n\r\n');
    expect((await client.read()).body.toString()).toBe(String(sent));
  });

  it('that stands still is cut off, and the app sees a request that broke off', async () => {
    const broke = Promise.withResolvers<boolean>();
    answer = req => void req.on('close', () => broke.resolve(req.complete)).resume();
    const client = await connection();
    client.write(Buffer.concat([head(200_000), Buffer.alloc(150_000)]));
    await client.closed();
    expect(await broke.promise).toBe(false);
  });

  it('is cut off with its session, which may end elsewhere', async () => {
    const bram = await enter(sluis, 'demo', 'bram');
    const arrives = Promise.withResolvers<void>();
    answer = req => void req.on('data', () => arrives.resolve());
    const client = await connection();
    const bytes = bram.client.bytes('PUT', '/bestand', undefined, { ...stream, 'Content-Length': '200000' });
    client.write(Buffer.concat([bytes, Buffer.alloc(150_000)]));
    await arrives.promise;
    await sluis.core.ends.one(bram.session, 'signed-out');
    await client.closed();
  });
});

describe('a body of a stranger', () => {
  it('has the time of any request, however much comes', async () => {
    const client = await connection();
    const host = sluis.host('demo');
    const type = 'Content-Type: application/x-www-form-urlencoded';
    client.write(
      `POST /login HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\n${type}\r\nContent-Length: 60000\r\n\r\n`,
    );
    const drip = setInterval(() => client.write('a'), 50);
    try {
      await client.closed();
    } finally {
      clearInterval(drip);
    }
  });
});

describe('a body beyond the limit', () => {
  it('is refused before anything goes to the app, with a page that says how much may be sent', async () => {
    let asked = 0;
    answer = () => {
      asked += 1;
    };
    const client = await connection();
    client.write(Buffer.concat([head(3 * limit, { 'Accept-Language': 'nl' }), Buffer.alloc(3 * limit)]));
    const got = await client.read();
    expect([got.status, header(got, 'connection')]).toEqual([413, 'close']);
    expect(got.body.toString()).toMatch(/<h1[^>]*>Dit is te groot<\/h1>[\s\S]*hooguit 1 MB per keer/);
    await client.closed();
    expect(asked).toBe(0);
  });

  it('sent in chunks never arrives whole, and is refused with the same page', async () => {
    const broke = Promise.withResolvers<boolean>();
    answer = req => void req.on('close', () => broke.resolve(req.complete)).resume();
    const client = await connection();
    client.write(chunked());
    const piece = Buffer.from(`10000\r\n${'x'.repeat(65_536)}\r\n`);
    client.write(Buffer.concat([...Array.from({ length: 40 }, () => piece), Buffer.from('0\r\n\r\n')]));
    expect((await client.read()).status).toBe(413);
    expect(await broke.promise).toBe(false);
  });

  it('is not asked for: no 100 comes, and the connection ends', async () => {
    const client = await connection();
    client.write(head(3 * limit, { Expect: '100-continue' }));
    const got = await client.read();
    expect([got.status, got.interim]).toEqual([413, []]);
    await client.closed();
  });

  it('of which no end comes holds its connection for the time of any request, and no longer', async () => {
    const client = await connection();
    client.write(head(3 * limit));
    expect((await client.read()).status).toBe(413);
    const drip = setInterval(() => client.write('a'), 50);
    try {
      await client.closed();
    } finally {
      clearInterval(drip);
    }
  });

  it('exactly at the limit passes', async () => {
    answer = async (req, res) => void res.end(String(await sizeOf(req)));
    const client = await connection();
    client.write(Buffer.concat([head(limit), Buffer.alloc(limit)]));
    expect((await client.read()).body.toString()).toBe(String(limit));
  });
});

describe('an app that answers before it has the whole body', () => {
  const refuses: RequestListener = (_req, res) => void res.writeHead(413, { 'content-length': '7' }).end('te veel');

  it('has its answer passed on, and the connection goes on with the next request', async () => {
    answer = refuses;
    const client = await connection();
    client.write(Buffer.concat([head(500_000), Buffer.alloc(100_000)]));
    const got = await client.read();
    expect([got.status, got.body.toString()]).toEqual([413, 'te veel']);
    answer = (_req, res) => void res.end('goed');
    client.write(Buffer.concat([Buffer.alloc(400_000), anna.client.bytes('GET', '/', undefined, stream)]));
    expect((await client.read()).body.toString()).toBe('goed');
  });

  it('and closes at once is not waited for by who sends on', async () => {
    answer = (req, res) => void res.writeHead(413, { connection: 'close' }).end('te veel', () => req.destroy());
    const client = await connection();
    client.write(Buffer.concat([head(900_000), Buffer.alloc(900_000)]));
    // Its answer, or ours that the app broke off: which of the two reaches us first is up to the network.
    expect([413, 502]).toContain((await client.read()).status);
  });
});

describe('100-continue', () => {
  it('is said once the body will be read, and the body arrives', async () => {
    answer = async (req, res) => void res.end(String(await sizeOf(req)));
    const client = await connection();
    client.write(head(10, { Expect: '100-continue' }));
    await once(client.socket, 'data');
    client.write('0123456789');
    const got = await client.read();
    expect([got.interim, got.body.toString()]).toEqual([[100], '10']);
  });

  it('is not said to a stranger whose body nobody reads: the connection ends', async () => {
    const client = await connection();
    client.write(
      `POST /postvak HTTP/1.1\r\nHost: ${sluis.host('demo')}\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n`,
    );
    const got = await client.read();
    expect([got.status, got.interim, header(got, 'connection')]).toEqual([401, [], 'close']);
    await client.closed();
  });
});
