import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { enter, type Inside } from '../support/inside.ts';
import { type PlainApp, startPlainApp } from '../support/plain-app.ts';
import { header, RawConnection } from '../support/raw-http.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

interface Asked {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

let app: PlainApp;
let sluis: TestSluis;
let anna: Inside;
const clock = new TestClock();
const open: RawConnection[] = [];
const held: ServerResponse[] = [];
let asked: ((one: Asked) => void)[] = [];

const listener: RequestListener = (req, res) => {
  held.push(res);
  asked.shift()?.({ req, res });
};

beforeAll(async () => {
  app = await startPlainApp(listener);
  const short = `{ url: "${app.url}", timeouts: { head: 1s, body: 1s } }`;
  const long = `{ url: "${app.url}", timeouts: { head: 60m } }`;
  const apps = [
    { id: 'kort', upstream: short, preset: 'demo' },
    { id: 'lang', upstream: long, preset: 'demo' },
  ];
  sluis = await startSluis(apps, { clock });
});

beforeEach(async () => {
  asked = [];
  anna = await enter(sluis, 'kort', 'anna', { GPAUTH: 'anna' });
});

afterEach(() => {
  for (const connection of open.splice(0)) connection.destroy();
  for (const res of held.splice(0)) res.destroy();
});

afterAll(async () => {
  await sluis?.close();
  await app?.close();
});

const scripted = { Connection: 'keep-alive', 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' };
const events = { ...scripted, Accept: 'text/event-stream' };
const eventHead = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' };

interface Under extends Asked {
  readonly client: RawConnection;
  /** Bytes until this text is among them. */
  until(text: string): Promise<string>;
}

/** One request that has reached the app, which has not answered. */
async function ask(inside: Inside, extra: Readonly<Record<string, string>>, method = 'GET'): Promise<Under> {
  const client = await RawConnection.open(sluis.port, { timeout: 20_000 });
  client.socket.on('error', () => undefined);
  open.push(client);
  let got = '';
  client.socket.on('data', (chunk: Buffer) => {
    got += chunk.toString('latin1');
  });
  const reached = new Promise<Asked>(resolve => void asked.push(resolve));
  client.write(inside.client.bytes(method, '/stroom', undefined, extra));
  if (method === 'PUT') client.write(Buffer.alloc(150_000));
  const until = async (text: string) => {
    while (!got.includes(text)) await once(client.socket, 'data', { signal: AbortSignal.timeout(20_000) });
    return got;
  };
  return { ...(await reached), client, until };
}

describe('an event stream', () => {
  it('goes on event by event, as the app sends it', async () => {
    const { res, until } = await ask(anna, events);
    res.writeHead(200, eventHead).flushHeaders();
    expect(await until('\r\n\r\n')).toMatch(/content-type: text\/event-stream\r\n/i);
    for (let n = 0; n < 5; n += 1) {
      // The next is sent only once this one is there.
      res.write(`id: ${n}\ndata: bericht ${n}\n\n`);
      await until(`data: bericht ${n}\n\n`);
    }
  });

  it('that the app packed stays packed, and each part goes on at once', async () => {
    const { res, until } = await ask(anna, events);
    res.writeHead(200, { ...eventHead, 'content-encoding': 'gzip' });
    const packed = gzipSync('data: een\n\n');
    res.write(packed);
    const got = await until(packed.toString('latin1'));
    expect(got).toMatch(/content-encoding: gzip/i);
  });

  it('may be silent for longer than the body of any other answer', async () => {
    const stream = await ask(anna, events);
    stream.res.writeHead(200, eventHead).flushHeaders();
    await stream.until('\r\n\r\n');
    const other = await ask(anna, scripted);
    other.res.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders();
    await other.until('\r\n\r\n');
    // That one's time is over; the stream's began before.
    await other.client.closed();
    stream.res.write('data: later\n\n');
    await stream.until('data: later\n\n');
  });

  it('ends with the session that was ended elsewhere, at the app too, and is not opened again', async () => {
    const { res, client, until } = await ask(anna, events);
    const ended = once(res, 'close');
    res.writeHead(200, eventHead).flushHeaders();
    await until('\r\n\r\n');
    await sluis.core.ends.one(anna.session, 'signed-out');
    await Promise.all([client.closed(), ended]);
    const again = await anna.client.request('GET', '/stroom', undefined, events);
    expect([again.status, again.location]).toEqual([401, undefined]);
  });

  it.each([
    { name: 'when nobody was active for too long', time: 30 * 60_000 },
    { name: 'at its last hour', time: 12 * 60 * 60_000 },
  ])('ends with its session $name', async ({ time }) => {
    const { res, client, until } = await ask(anna, events);
    res.writeHead(200, eventHead).flushHeaders();
    await until('\r\n\r\n');
    clock.advance(time);
    await client.closed();
    const again = await anna.client.request('GET', '/stroom', undefined, events);
    expect([again.status, again.location]).toEqual([401, undefined]);
  });

  it('does not end while its reader is active', async () => {
    const { res, until } = await ask(anna, events);
    res.writeHead(200, eventHead).flushHeaders();
    await until('\r\n\r\n');
    for (let n = 0; n < 3; n += 1) {
      clock.advance(20 * 60_000);
      const other = await ask(anna, scripted);
      other.res.end('goed');
      await other.until('goed');
    }
    await sluis.core.sessions.cutOver();
    res.write('data: nog\n\n');
    await until('data: nog\n\n');
  });
});

describe('a file on its way when nobody was active for too long', () => {
  it('comes to its end, down', async () => {
    const { res, client, until } = await ask(anna, scripted);
    res.writeHead(200, { 'content-length': '10' }).write('12345');
    await until('12345');
    clock.advance(31 * 60_000);
    await sluis.core.sessions.cutOver();
    res.end('67890');
    await until('1234567890');
    clock.advance(12 * 60 * 60_000);
    client.destroy();
  });

  it('comes to its end, up', async () => {
    const { req, res, client, until } = await ask(anna, { ...scripted, 'Content-Length': '150001' }, 'PUT');
    clock.advance(31 * 60_000);
    await sluis.core.sessions.cutOver();
    req.on('end', () => res.end('alles')).resume();
    client.write('x');
    await until('alles');
  });

  it('is cut off at the last hour all the same', async () => {
    const { res, client, until } = await ask(anna, scripted);
    res.writeHead(200, { 'content-length': '10' }).write('12345');
    await until('12345');
    clock.advance(12 * 60 * 60_000);
    await client.closed();
  });
});

describe('a poll that the app holds', () => {
  it('is answered where the app may hold it that long, and not where it may not', async () => {
    const bram = await enter(sluis, 'lang', 'bram');
    const long = await ask(bram, scripted);
    const short = await ask(anna, scripted);
    const { status } = await short.client.read();
    expect(status).toBe(504);
    long.res.end('nieuws');
    const got = await long.client.read();
    expect([got.status, got.body.toString()]).toEqual([200, 'nieuws']);
    expect(header(got, 'content-length')).toBe('6');
  });

  it.each([
    { name: 'is ended', over: () => sluis.core.ends.ofPerson('person-carla', 'signed-out') },
    { name: 'is idle for too long', over: () => clock.advance(30 * 60_000) },
  ])('ends when its session $name, at the app too', async ({ over }) => {
    const carla = await enter(sluis, 'lang', 'carla');
    const { res, client } = await ask(carla, scripted);
    const ended = once(res, 'close');
    await over();
    await Promise.all([client.closed(), ended]);
  });
});
