import type { Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { enter, type Inside } from '../support/inside.ts';
import { type PlainApp, startPlainApp, startSocketApp } from '../support/plain-app.ts';
import { header, type RawAnswer, RawConnection } from '../support/raw-http.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';

let modern: PlainApp;
let old: PlainApp;
let bare: PlainApp;
let sluis: TestSluis;
let anna: Inside;
let bram: Inside;
let carla: Inside;
/** Connections that the modern app saw, and what it was asked on them. */
let seen: { readonly target: string; readonly port: number; readonly headers: Readonly<Record<string, unknown>> }[] =
  [];
/** What the old app, or the bare one, was sent, as it stood on the wire. */
let heard = '';

const text = '0123456789';

beforeAll(async () => {
  modern = await startPlainApp((req, res) => {
    seen.push({ target: req.url ?? '', port: req.socket.remotePort ?? 0, headers: { ...req.headers } });
    const range = req.headers.range;
    const type = { 'content-type': 'text/plain', etag: '"een"', 'accept-ranges': 'bytes' };
    if (req.url === '/leeg') return void res.writeHead(204).end();
    if (req.url === '/opnieuw') return void res.writeHead(205, { 'content-length': '0' }).end();
    if (req.headers['if-none-match'] === '"een"') return void res.writeHead(304, { etag: '"een"' }).end();
    if (range === undefined || (req.headers['if-range'] ?? '"een"') !== '"een"')
      return void res.writeHead(200, { ...type, 'content-length': '10' }).end(text);
    if (range === 'bytes=99-')
      return void res.writeHead(416, { 'content-range': 'bytes */10', 'content-length': '0' }).end();
    if (range.includes(','))
      return void res.writeHead(206, { 'content-type': 'multipart/byteranges; boundary=X' }).end(parts);
    res.writeHead(206, { ...type, 'content-range': 'bytes 2-4/10', 'content-length': '3' }).end('234');
  });
  old = await startSocketApp(http10);
  bare = await startSocketApp(takesTrailers);
  sluis = await startSluis([
    { id: 'nieuw', upstream: `{ url: "${modern.url}", connections: 1 }`, preset: 'demo' },
    { id: 'oud', upstream: old.url, preset: 'demo' },
    { id: 'kaal', upstream: `{ url: "${bare.url}", connections: 1 }`, preset: 'demo' },
  ]);
  anna = await enter(sluis, 'nieuw', 'anna');
  bram = await enter(sluis, 'oud', 'bram');
  carla = await enter(sluis, 'kaal', 'carla');
});

beforeEach(() => {
  seen = [];
  heard = '';
});

afterAll(async () => {
  await sluis?.close();
  await modern?.close();
  await old?.close();
  await bare?.close();
});

const parts = '--X\r\nContent-Range: bytes 0-0/10\r\n\r\n0\r\n--X\r\nContent-Range: bytes 2-2/10\r\n\r\n2\r\n--X--\r\n';

/** As Python's http.server does: HTTP/1.0, an end instead of a length, and bodies by Content-Length only. */
function http10(socket: Socket): void {
  let got = '';
  socket.on('data', (chunk: Buffer) => {
    got += chunk.toString('latin1');
    heard = got;
    const end = got.indexOf('\r\n\r\n');
    const length = Number(/^content-length: (\d+)/im.exec(got)?.[1] ?? 0);
    if (end < 0 || got.length < end + 4 + length) return;
    socket.end(`HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nkreeg ${got.slice(end + 4)}`);
  });
}

/** Answers once a request is whole: by its length, or with its last chunk and whatever trailers follow it. */
function takesTrailers(socket: Socket): void {
  let got = '';
  socket.on('data', (chunk: Buffer) => {
    got += chunk.toString('latin1');
    const end = got.indexOf('\r\n\r\n') + 4;
    const length = Number(/^content-length: (\d+)/im.exec(got)?.[1] ?? 0);
    const chunked = /^transfer-encoding: chunked/im.test(got);
    if (end < 4 || (chunked ? !/\r\n0\r\n(?:[^\r\n]+\r\n)*\r\n$/.test(got) : got.length < end + length)) return;
    heard += got;
    got = '';
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngoed');
  });
}

const keep = { Connection: 'keep-alive' };

async function ask(extra: Readonly<Record<string, string>>, method = 'GET', target = '/'): Promise<RawAnswer> {
  return anna.client.request(method, target, undefined, extra);
}

describe('parts of a file', () => {
  it.each([
    { name: 'one part', range: 'bytes=2-4', status: 206, body: '234', at: 'content-range', value: 'bytes 2-4/10' },
    { name: 'none that is there', range: 'bytes=99-', status: 416, body: '', at: 'content-range', value: 'bytes */10' },
    {
      name: 'several parts',
      range: 'bytes=0-0,2-2',
      status: 206,
      body: parts,
      at: 'content-type',
      value: 'multipart/byteranges; boundary=X',
    },
  ])('$name', async ({ range, status, body, at, value }) => {
    const got = await ask({ Range: range });
    expect([got.status, got.body.toString(), header(got, at)]).toEqual([status, body, value]);
  });

  it('If-Range decides at the app whether the part still fits', async () => {
    expect((await ask({ Range: 'bytes=2-4', 'If-Range': '"een"' })).status).toBe(206);
    const whole = await ask({ Range: 'bytes=2-4', 'If-Range': '"oud"' });
    expect([whole.status, whole.body.toString()]).toEqual([200, text]);
  });
});

describe('answers without a body', () => {
  it.each([
    { name: 'HEAD', method: 'HEAD', target: '/', extra: {}, status: 200, length: '10' },
    { name: '304', method: 'GET', target: '/', extra: { 'If-None-Match': '"een"' }, status: 304, length: undefined },
    { name: '204', method: 'GET', target: '/leeg', extra: {}, status: 204, length: undefined },
    { name: '205', method: 'GET', target: '/opnieuw', extra: {}, status: 205, length: '0' },
  ])('$name leaves its connection in step for the next request', async ({ method, target, extra, status, length }) => {
    const client = await RawConnection.open(sluis.port);
    client.write(anna.client.bytes(method, target, undefined, { ...keep, ...extra }));
    const got = await client.read(method);
    expect([got.status, header(got, 'content-length'), got.body.length]).toEqual([status, length, 0]);
    client.write(anna.client.bytes('GET', '/', undefined, keep));
    expect((await client.read()).body.toString()).toBe(text);
    client.destroy();
  });
});

describe('connections that stay', () => {
  it('many requests share one, on both sides', async () => {
    const client = await RawConnection.open(sluis.port);
    for (let n = 0; n < 20; n += 1) {
      client.write(anna.client.bytes('GET', `/${n}`, undefined, keep));
      expect((await client.read()).status).toBe(200);
    }
    client.destroy();
    expect(new Set(seen.map(({ port }) => port)).size).toBe(1);
  });

  it('requests sent ahead are answered in their order', async () => {
    const client = await RawConnection.open(sluis.port);
    const targets = ['/a', '/leeg', '/b', '/c'];
    client.write(Buffer.concat(targets.map(target => anna.client.bytes('GET', target, undefined, keep))));
    const statuses: number[] = [];
    for (const _target of targets) statuses.push((await client.read()).status);
    client.destroy();
    expect(statuses).toEqual([200, 204, 200, 200]);
    expect(seen.map(({ target }) => target)).toEqual(targets);
  });

  it('a client of HTTP/1.0 gets an answer that ends with its connection', async () => {
    const client = await RawConnection.open(sluis.port);
    const bytes = bram.client.bytes('GET', '/x', undefined, { Connection: 'close' }).toString('latin1');
    client.write(bytes.replace(' HTTP/1.1\r\n', ' HTTP/1.0\r\n'));
    const got = (await client.readAll()).toString('latin1');
    expect(got).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(got).not.toMatch(/transfer-encoding/i);
    expect(got).toMatch(/\r\n\r\nkreeg $/);
  });

  it.each([
    ['that is passed on with its length', 'goed', /content-length: 4\r\n\r\ngoedGET \/daarna /],
    ['that is passed on in chunks', `${'a'.repeat(300_000)}goed`, /goed\r\n0\r\n\r\nGET \/daarna /],
  ])('trailers of a request %s stop here', async (_how, body, passed) => {
    const client = await RawConnection.open(sluis.port);
    const extra = { ...keep, 'Transfer-Encoding': 'chunked', Trailer: 'X-Laat' };
    const head = carla.client.bytes('POST', '/', undefined, extra);
    const chunk = `${body.length.toString(16)}\r\n${body}\r\n`;
    client.write(Buffer.concat([head, Buffer.from(`${chunk}0\r\nX-Laat: 1\r\nAuthorization: Basic x\r\n\r\n`)]));
    expect((await client.read()).status).toBe(200);
    // On the same connection to the app, so that whatever came late would stand in between.
    client.write(carla.client.bytes('GET', '/daarna', undefined, keep));
    expect((await client.read()).status).toBe(200);
    client.destroy();
    expect(heard.replace(/a{9,}/g, '')).toMatch(passed);
    expect(heard).not.toMatch(/trailer|x-laat|authorization/i);
  });
});

describe('an app of HTTP/1.0 that closes, as Radicale does', () => {
  it('has its answer passed on whole, again and again on one connection of the browser', async () => {
    const client = await RawConnection.open(sluis.port);
    for (const body of ['een', 'twee']) {
      client.write(
        bram.client.bytes('PUT', '/anna/agenda/x.ics', Buffer.from(body), { ...keep, 'Content-Type': 'text/calendar' }),
      );
      expect((await client.read()).body.toString()).toBe(`kreeg ${body}`);
    }
    client.destroy();
  });

  it('is told the length of a body, and never sent chunks in its place', async () => {
    await bram.client.request('PUT', '/x', Buffer.from('inhoud'), { 'Content-Type': 'text/calendar' });
    expect(heard).toMatch(/\r\ncontent-length: 6\r\n/i);
    expect(heard).not.toMatch(/transfer-encoding/i);
  });
});
