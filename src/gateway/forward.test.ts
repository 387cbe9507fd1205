import { once } from 'node:events';
import { createServer, get, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { type Dispatcher, Pool } from 'undici';
import { afterEach, expect, test, vi } from 'vitest';
import { forward } from './forward.ts';
import { responseHeaders } from './headers.ts';

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** What a browser gets of an app that answers like this. */
async function through(
  app: RequestListener,
  method = 'GET',
): Promise<{ body: Buffer; headers: object; status: number }> {
  const pool = new Pool(await listening(createServer(app)));
  closers.push(() => pool.destroy());
  const proxy = createServer((_request, res) =>
    forward({
      pool,
      stallTime: 10_000,
      options: { method, path: '/' },
      res,
      judge: answer => ({ headers: responseHeaders(answer.headers, location => location) }),
      failed: () => void res.writeHead(502).end(),
    }),
  );
  const sent = get(await listening(proxy), { agent: false, method });
  const [response] = await once(sent, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { body: Buffer.concat(chunks), headers: response.headers, status: response.statusCode };
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const everyByte = Buffer.from(Array.from({ length: 1024 }, (_, index) => index % 256));

test('a small body of every byte, whole at once, comes as it was sent', async () => {
  const { body, headers } = await through((_request, res) => {
    res.writeHead(200, { 'content-length': String(everyByte.length), 'x-name': 'Brám'.normalize('NFC') });
    res.end(everyByte);
  });
  expect(body.equals(everyByte)).toBe(true);
  expect(headers).toMatchObject({ 'content-length': '1024', 'x-name': 'Brám' });
});

test('a body of which the length is said, in two pieces, comes whole', async () => {
  const { body } = await through((_request, res) => {
    res.writeHead(200, { 'content-length': '1024' });
    // The second piece waits until the first is out.
    res.write(everyByte.subarray(0, 300), () => res.end(everyByte.subarray(300)));
  });
  expect(body.equals(everyByte)).toBe(true);
});

test('a body of every byte without a length comes in chunks, whole', async () => {
  const { body, headers } = await through((_request, res) => {
    res.write(everyByte);
    res.end(everyByte);
  });
  expect(body.equals(Buffer.concat([everyByte, everyByte]))).toBe(true);
  expect(headers).toMatchObject({ 'transfer-encoding': 'chunked' });
});

test('an answer to HEAD keeps the length and has no body', async () => {
  const { body, headers } = await through((_request, res) => {
    res.writeHead(200, { 'content-length': '1024' });
    res.end();
  }, 'HEAD');
  expect(body.length).toBe(0);
  expect(headers).toMatchObject({ 'content-length': '1024' });
});

test('a body that stops before its length breaks the connection: half an answer must not look whole', async () => {
  const broken = through((_request, res) => {
    res.writeHead(200, { 'content-length': '1024' });
    res.write(everyByte.subarray(0, 300), () => res.destroy());
  });
  await expect(broken).rejects.toMatchObject({ code: 'ECONNRESET' });
});

/** Somebody who takes nothing of the answers that come from this pool; `closed` is called at the end of each. */
async function strangerAt(pool: Pool, closed: (res: ServerResponse) => void): Promise<Socket> {
  const proxy = createServer((_request, res) => {
    res.on('close', () => closed(res));
    forward({
      pool,
      stallTime: 50,
      options: { method: 'GET', path: '/' },
      res,
      judge: answer => ({ headers: responseHeaders(answer.headers, location => location) }),
      failed: () => void res.writeHead(502).end(),
    });
  });
  const stranger = connect(Number(new URL(await listening(proxy)).port), '127.0.0.1');
  closers.push(async () => stranger.destroy());
  return stranger.pause();
}

test('a browser that takes nothing is cut off, and the connection to the app is free again', async () => {
  const pool = new Pool(
    await listening(createServer((_request, res) => void res.end(Buffer.alloc(32 * 1024 * 1024)))),
    { connections: 1 },
  );
  closers.push(() => pool.destroy());
  const cut = Promise.withResolvers<void>();
  const stranger = await strangerAt(pool, () => cut.resolve());
  stranger.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await cut.promise;
  const { statusCode, body } = await pool.request({ method: 'GET', path: '/' });
  await body.dump();
  expect(statusCode).toBe(200);
});

test('a body that comes in one read is sent whole at once, and who takes nothing of such answers is cut off', async () => {
  const body = Buffer.alloc(40 * 1024, 'x');
  const answered = (_request: unknown, res: ServerResponse) => {
    res.writeHead(200, { 'content-length': String(body.length) });
    res.end(body);
  };
  expect((await through(answered)).body.equals(body)).toBe(true);
  const pool = new Pool(await listening(createServer(answered)), { connections: 1 });
  closers.push(() => pool.destroy());
  let lost = 0;
  const cut = Promise.withResolvers<void>();
  const stranger = await strangerAt(pool, res => {
    if (res.writableFinished) return;
    lost += 1;
    cut.resolve();
  });
  // Until what the system holds for a reader is full.
  stranger.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(2_000));
  await cut.promise;
  expect(lost).toBeGreaterThan(0);
});

test('a browser that takes a long answer bit by bit gets all of it', async () => {
  const size = 32 * 1024 * 1024;
  const { body } = await through((_request, res) => void res.end(Buffer.alloc(size)));
  expect(body.length).toBe(size);
});

test('what was held up twice at once and goes on is not cut off later', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const res = new PassThrough({ highWaterMark: 1 });
    const asked = Promise.withResolvers<void>();
    const controller = { pause: () => undefined, resume: () => undefined, abort: () => undefined };
    const pool = {
      dispatch(_options: unknown, handler: Dispatcher.DispatchHandler) {
        const own = controller as unknown as Dispatcher.DispatchController;
        handler.onRequestStart?.(own, undefined);
        handler.onResponseStart?.(own, 200, {});
        // What was read already comes after the pause too.
        handler.onResponseData?.(own, everyByte);
        handler.onResponseData?.(own, everyByte);
        asked.resolve();
        return true;
      },
    };
    forward({
      pool: pool as unknown as Dispatcher,
      stallTime: 1_000,
      options: { method: 'GET', path: '/' },
      res: Object.assign(res, { writeHead: () => res }) as unknown as ServerResponse,
      judge: () => ({ headers: [] }),
      failed: () => undefined,
    });
    await asked.promise;
    res.emit('drain');
    vi.advanceTimersByTime(5_000);
    expect(res.destroyed).toBe(false);
  } finally {
    vi.useRealTimers();
  }
});

test.each([
  ['cut off, as any request', undefined],
  ['let come to its answer, where it is sent once', true],
])('R25: a browser that goes away before the app has answered: %s', async (_what, outlives) => {
  const reached = Promise.withResolvers<ServerResponse>();
  const pool = new Pool(await listening(createServer((_request, res) => reached.resolve(res))));
  closers.push(() => pool.destroy());
  const gone = Promise.withResolvers<void>();
  const judged = Promise.withResolvers<number>();
  const proxy = createServer((_request, res) => {
    forward({
      pool,
      stallTime: 10_000,
      options: { method: 'POST', path: '/' },
      res,
      judge: answer => {
        judged.resolve(answer.status);
        return { headers: [] };
      },
      failed: () => undefined,
      ...(outlives === undefined ? {} : { outlives }),
    });
    res.on('close', () => gone.resolve());
  });
  const sent = get(await listening(proxy), { agent: false });
  sent.on('error', () => undefined);
  const answer = await reached.promise;
  const closed = once(answer, 'close');
  sent.destroy();
  await gone.promise;
  if (outlives === true) {
    answer.end('gedaan');
    expect(await judged.promise).toBe(200);
  }
  await closed;
  expect(answer.writableFinished).toBe(outlives === true);
});
