import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { enter } from '../support/inside.ts';
import { html, type MaliciousApp, startMaliciousApp } from '../support/malicious-app.ts';
import { header, RawConnection } from '../support/raw-http.ts';
import { freePort, until } from '../support/redis.ts';
import { type ServeProcess, startServeProcess } from '../support/serve-process.ts';
import { startSluis, type TestApp, type TestSluis } from '../support/sluis.ts';
import { echo, frame, handshake, upgrade } from '../support/web-socket.ts';

let app: MaliciousApp;
let apps: TestApp[];
let desk: TestSluis;
let management: number;
let served: ServeProcess;

beforeAll(async () => {
  app = await startMaliciousApp();
  app.answers.set('/map', html('binnen'));
  apps = [{ id: 'post', upstream: app.url, preset: 'demo' }];
  desk = await startSluis(apps);
});
afterAll(async () => {
  await desk?.close();
  await app.close();
});
afterEach(() => served?.kill());

async function start(stop: string, workers = 1): Promise<void> {
  management = await freePort();
  const extra = `management: { port: ${management} }\nworkers: ${workers}\nstop: ${stop}`;
  served = await startServeProcess(desk, apps, { extra });
}

/** What the management listener says; undefined where nobody listens. */
async function ask(path: string, head = 'GET'): Promise<{ status: number; text: string } | undefined> {
  try {
    const connection = await RawConnection.open(management);
    connection.write(`${head} ${path} HTTP/1.1\r\nHost: nergens.test\r\n\r\n`);
    const { status, body } = await connection.read(head);
    connection.destroy();
    return { status, text: String(body) };
  } catch {
    return undefined;
  }
}

const isDraining = () => until(async () => (await ask('/readyz'))?.text.startsWith('draining since') === true);
const isClosed = () =>
  until(() =>
    RawConnection.open(served.port).then(
      () => false,
      () => true,
    ),
  );

/** Somebody's browser, with a connection that is kept. */
async function browser() {
  const { client } = await enter(desk, 'post', 'anna', { GPAUTH: 'ingelogd' });
  const connection = await RawConnection.open(served.port, { timeout: 30_000 });
  const send = (method: string, target: string, body?: string) =>
    connection.write(client.bytes(method, target, body, { Connection: 'keep-alive' }));
  return { connection, send };
}

/** A WebSocket of somebody's, with whom bytes are exchanged. */
async function webSocket() {
  const { client } = await enter(desk, 'post', 'anna', { GPAUTH: 'ingelogd' });
  app.answers.set('/ws', echo());
  const { connection, answer } = await upgrade(served.port, handshake(client, desk.origin('post')), 60_000);
  expect(answer.status).toBe(101);
  const text = frame(1, Buffer.from('hallo'), { mask: Buffer.from([1, 2, 3, 4]) });
  const expectOpen = async () => {
    connection.write(text);
    expect(await connection.take(text.length)).toEqual(text);
  };
  await expectOpen();
  return { connection, expectOpen };
}

const goingAway = frame(8, Buffer.from([0x03, 0xe9]));

describe('R25: SIGTERM lets what is under way come to its end', () => {
  it.each([1, 2])(
    'an upload, a download, kept connections and a WebSocket; nobody is cut off, and the exit code is 0 (workers: %i)',
    async workers => {
      await start('{ notice: 4s, drain: 60s }', workers);
      const before = app.bytes().length;
      const [upload, download, kept, busy] = await Promise.all([browser(), browser(), browser(), browser()]);
      const sockets = await Promise.all(Array.from({ length: workers }, webSocket));
      // An answer that has promised to keep its connection.
      let finish = () => {};
      app.answers.set('/groot', socket => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf', 'latin1');
        finish = () => void socket.write('heel');
      });
      // One that waits for its head.
      let answer = () => {};
      app.answers.set('/traag', socket => {
        answer = () => void socket.write(html('traag'));
      });
      app.answers.set('/op', (socket, request) => void socket.write(html(`${request.body.length} ontvangen`)));
      kept.send('GET', '/map');
      expect(String((await kept.connection.read()).body)).toBe('binnen');
      download.send('GET', '/groot');
      busy.send('GET', '/traag');
      const { client } = await enter(desk, 'post', 'bram', { GPAUTH: 'ingelogd' });
      const whole = client.bytes('POST', '/op', 'x'.repeat(300_000), {
        Connection: 'keep-alive',
        'Content-Type': 'application/octet-stream',
      });
      // The last piece that came is held back until the next: more than one.
      upload.connection.write(whole.subarray(0, 200_000));
      const came = () => app.bytes().slice(before);
      await until(async () => came().includes('/op') && came().includes('/traag') && came().includes('/groot'));

      served.signal('SIGTERM');
      await isDraining();
      // Announced, and still as before: a balancer has not seen it yet.
      const late = await browser();
      late.send('GET', '/map');
      expect((await late.connection.read()).status).toBe(200);
      for (const { expectOpen } of sockets) await expectOpen();
      // Who sends on a kept connection, whatever the moment, is answered, and at last told to come back on another.
      for (let told = 'keep-alive'; told !== 'close'; ) {
        kept.send('GET', '/map');
        const one = await kept.connection.read();
        expect([one.status, String(one.body)]).toEqual([200, 'binnen']);
        told = header(one, 'connection') ?? '';
      }
      await kept.connection.closed();
      // Told to go, and gone when the browser says goodbye: it opens another, elsewhere.
      for (const { connection } of sockets) {
        expect(await connection.take(goingAway.length)).toEqual(goingAway);
        connection.socket.end();
        await connection.closed();
      }
      await isClosed();
      answer();
      const slow = await busy.connection.read();
      expect([slow.status, header(slow, 'connection')]).toEqual([200, 'close']);
      upload.connection.write(whole.subarray(200_000));
      expect(String((await upload.connection.read()).body)).toBe('300000 ontvangen');
      expect((await ask('/healthz'))?.text).toBe('alive\n');
      finish();
      expect(String((await download.connection.read()).body)).toBe('halfheel');
      expect(await served.ended()).toBe(0);
      expect(await ask('/healthz')).toBeUndefined();
    },
  );

  it('a second one ends it at once, in order', async () => {
    await start('{ notice: 1s, drain: 60s }');
    const { connection, send } = await browser();
    app.answers.set('/eeuwig', socket => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegin'));
    send('GET', '/eeuwig');
    await until(async () => app.bytes().includes('/eeuwig'));
    const sent = performance.now();
    // One that comes on the heels of the first is its echo, and no second one.
    served.signal('SIGTERM');
    served.signal('SIGTERM');
    await isDraining();
    await until(async () => performance.now() - sent > 500);
    served.signal('SIGTERM');
    expect(await served.ended()).toBe(0);
    await connection.closed();
    const events = (await desk.core.audit.tail(3)).map(({ event }) => event.type);
    expect(events).toContain('server.stopped');
  });
});

describe('R25: a stop has an end', () => {
  it.each([1, 2])(
    'what is under way beyond the drain is cut, a WebSocket that stays too (workers: %i)',
    async workers => {
      await start('{ drain: 100ms }', workers);
      const before = app.bytes().length;
      const { connection, send } = await browser();
      const { connection: stays } = await webSocket();
      app.answers.set('/eeuwig', socket => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegin'));
      send('GET', '/eeuwig');
      await until(async () => app.bytes().slice(before).includes('/eeuwig'));
      served.signal('SIGTERM');
      expect(await served.ended()).toBe(0);
      await connection.closed();
      expect(await stays.readAll()).toEqual(goingAway);
    },
  );

  it('connections on which nothing is sent do not hold it up', async () => {
    await start('{ drain: 1h }');
    const idle = await Promise.all([1, 2, 3].map(() => RawConnection.open(served.port)));
    served.signal('SIGTERM');
    expect(await served.ended()).toBe(0);
    for (const connection of idle) await connection.closed();
  });
});

describe('the management listener', () => {
  it('says that it lives and is ready, by path and method alone, and nothing of apps', async () => {
    await start('{}');
    expect(await ask('/healthz')).toEqual({ status: 200, text: 'alive\n' });
    const ready = await ask('/readyz?x=1');
    expect(ready?.status).toBe(200);
    expect(ready?.text).toMatch(/^ready since \d{4}-\d\d-\d\dT[\d:.]+Z\n$/);
    expect(await ask('/readyz', 'HEAD')).toEqual({ status: 200, text: '' });
    for (const path of ['/', '/healthz/', '/login', '/_sluis/next', '//healthz'])
      expect((await ask(path))?.status).toBe(404);
    for (const method of ['POST', 'DELETE']) expect((await ask('/readyz', method))?.status).toBe(405);
  });

  it("on the listener for people those paths are the app's like any other", async () => {
    await start('{}');
    const { connection, send } = await browser();
    app.answers.set('/healthz', html('van de app'));
    send('GET', '/healthz');
    expect(String((await connection.read()).body)).toBe('van de app');
    connection.write(`GET /readyz HTTP/1.1\r\nHost: nergens.test\r\nConnection: close\r\n\r\n`);
    expect((await connection.read()).status).toBe(421);
  });

  it('bad input: a port in use is named with its setting, and ends the start', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const extra = `management: { port: ${port} }`;
    await expect(startServeProcess(desk, apps, { extra })).rejects.toThrow(/is in use[\s\S]*management\.port/);
    other.close();
  });
});
