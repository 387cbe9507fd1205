import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bestOf, second, timed } from '../support/best-of.ts';
import { enter, type Inside } from '../support/inside.ts';
import { type MaliciousApp, startMaliciousApp } from '../support/malicious-app.ts';
import { signOut } from '../support/person.ts';
import { header, type RawConnection } from '../support/raw-http.ts';
import { until } from '../support/redis.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';
import { echo, frame, handshake, switching, upgrade } from '../support/web-socket.ts';

const minute = 60_000;
let clock: TestClock;
let app: MaliciousApp;
let apps: Parameters<typeof startSluis>[0];
let sluis: TestSluis;
let inside: Inside;
/** Connections to the app that carry a WebSocket, or were asked to. */
let carried: Set<Socket>;
const extra = 'limits: { webSockets: 60, webSocketsPerSession: 55, stallTime: 1s }';

beforeEach(async () => {
  clock = new TestClock();
  app = await startMaliciousApp();
  const routes = '    routes:\n      - { path: /beheer/*, level: 2, maxAge: 10m }\n';
  apps = [{ id: 'demo', upstream: app.url, preset: 'demo', extra: routes }];
  sluis = await startSluis(apps, { clock, extra });
  inside = await enter(sluis, 'demo', 'anna', { GPSESSIE: 'kluis', GPAUTH: 'ingelogd' });
  carried = new Set();
  for (const path of ['/ws', '/beheer/ws']) answer(path, echo());
});

afterEach(async () => {
  await sluis.close();
  await app.close();
});

type Answer = (socket: Socket, request: Parameters<ReturnType<typeof echo>>[1]) => void;

function answer(path: string, how: Answer): void {
  app.answers.set(path, (socket, request) => {
    carried.add(socket);
    socket.on('close', () => carried.delete(socket));
    how(socket, request);
  });
}

const ask = (target = '/ws', client = inside.client) => handshake(client, sluis.origin('demo'), target);

async function open(target = '/ws', of = inside): Promise<RawConnection> {
  const { connection, answer: got } = await upgrade(sluis.port, ask(target, of.client));
  expect(got.status).toBe(101);
  return connection;
}

const text = frame(1, Buffer.from('hallo'), { mask: Buffer.from([1, 2, 3, 4]) });

/** Bytes go there and come back. */
async function expectOpen(connection: RawConnection): Promise<void> {
  connection.write(text);
  expect(await connection.take(text.length)).toEqual(text);
}

/** The browser's connection and the app's are both gone. */
async function expectGone(connection: RawConnection): Promise<void> {
  await connection.closed();
  await until(async () => carried.size === 0);
}

/** Passes ten minutes with this in between, until all that is open was looked at: somebody else's factor is too old by then. */
async function afterALook(work: () => Promise<unknown>): Promise<void> {
  const witness = await open('/beheer/ws', await enter(sluis, 'demo', 'bram'));
  clock.advance(9 * minute);
  await work();
  clock.advance(minute + 1);
  await witness.closed();
}

describe('rule 2: a WebSocket ends with its session (ASVS 7.4.1)', () => {
  /** Somebody more, with one that is open: gone within a second of the act that ends her session. */
  async function expectSoonGone(act: (of: Inside) => Promise<unknown>): Promise<void> {
    const best = await bestOf(async () => {
      const of = await enter(sluis, 'demo', 'anna', { GPSESSIE: 'kluis', GPAUTH: 'ingelogd' });
      const connection = await open('/ws', of);
      await expectOpen(connection);
      return timed(async () => {
        await act(of);
        await expectGone(connection);
      });
    });
    expect(best).toBeLessThan(second);
  }

  it('when the person signs out, within a second', async () => {
    await expectSoonGone(of => signOut(of.client));
  });

  it('when the app signs her out', async () => {
    app.answers.set('/uit', 'HTTP/1.1 200 OK\r\nSet-Cookie: GPAUTH=weg; Path=/\r\nContent-Length: 0\r\n\r\n');
    await expectSoonGone(of => of.client.get('/uit'));
  });

  it('when another instance ended it', async () => {
    const other = await startSluis(apps, { clock, extra, beside: sluis });
    await expectSoonGone(of => other.core.ends.one(of.session, 'signed-out'));
    await other.close();
  });

  it('after 12 hours, however much it is used', async () => {
    const connection = await open();
    for (let passed = 0; passed < 12 * 60 - 20; passed += 20) {
      clock.advance(20 * minute);
      expect((await inside.client.get('/map')).status).toBe(200);
      await expectOpen(connection);
    }
    clock.advance(20 * minute);
    await expectGone(connection);
  });

  it('after 30 minutes without a request: what is said on it is no activity', async () => {
    const connection = await open();
    clock.advance(30 * minute - 1);
    await expectOpen(connection);
    clock.advance(1);
    await expectGone(connection);
  });

  it('R03: when the factor has grown too old for its address', async () => {
    const free = await open();
    const connection = await open('/beheer/ws');
    clock.advance(10 * minute + 1);
    await connection.closed();
    await expectOpen(free);
    free.destroy();
  });

  it.each(['here', 'at another instance'])('R25: but goes on in a session that a step-up renewed %s', async where => {
    const other = where === 'here' ? sluis : await startSluis(apps, { clock, extra, beside: sluis });
    const connection = await open('/beheer/ws');
    await afterALook(() => other.core.sessions.renew(inside.session, { ...inside.session, factorAt: clock.now() }));
    await expectOpen(connection);
    connection.destroy();
    if (other !== sluis) await other.close();
  });
});

describe('rule 2: a client that goes away', () => {
  it('before the 101, fifty times: no connection to the app stays', async () => {
    answer('/ws', () => undefined);
    const clients = Array.from({ length: 50 }, () => connect(sluis.port, '127.0.0.1'));
    for (const client of clients) client.write(ask());
    await until(async () => carried.size === 50);
    for (const client of clients) client.resetAndDestroy();
    await until(async () => carried.size === 0);
    expect(sluis.log.filter(line => line.includes('a request failed'))).toEqual([]);
    answer('/ws', echo());
    await expectOpen(await open());
  });

  it('while the 101 is under way, fifty times', async () => {
    let seen = 0;
    for (let round = 0; round < 50; round += 1) {
      const client = connect(sluis.port, '127.0.0.1');
      answer('/ws', socket => {
        seen += 1;
        client.resetAndDestroy();
        socket.write(switching());
      });
      client.write(ask());
      await until(async () => seen === round + 1);
    }
    await until(async () => carried.size === 0);
  });

  it('while its session is looked up, fifty times', async () => {
    for (let round = 0; round < 50; round += 1) {
      const { client } = await enter(sluis, 'demo', `persoon-${round}`);
      const socket = connect(sluis.port, '127.0.0.1');
      await once(socket, 'connect');
      await new Promise<void>(resolve => socket.write(ask('/ws', client), () => resolve()));
      socket.resetAndDestroy();
    }
    await expectOpen(await open());
    await until(async () => carried.size === 1);
  });

  it('afterwards: the connection to the app goes too, and so the other way round', async () => {
    const reset = await open();
    reset.socket.resetAndDestroy();
    await until(async () => carried.size === 0);
    const ended = await open();
    ended.socket.end();
    await expectGone(ended);
    for (const leave of [(socket: Socket) => socket.end(), (socket: Socket) => socket.resetAndDestroy()]) {
      const left = await open();
      for (const socket of carried) leave(socket);
      await expectGone(left);
    }
  });
});

const flood = Buffer.alloc(1024 * 1024, 'x');
const rounds = 48;

function sent(socket: Socket): Promise<void> {
  return new Promise(resolve => {
    const next = (left: number) => {
      if (left === 0) return resolve();
      socket.write(flood, () => next(left - 1));
    };
    next(rounds);
  });
}

describe('rule 9: what passes is streamed', () => {
  it('who reads nothing holds the app back, and is cut after limits.stallTime', async () => {
    let taken = 0;
    const pour = (socket: Socket): void => {
      socket.write(flood, error => {
        if (error !== null && error !== undefined) return;
        taken += 1;
        pour(socket);
      });
    };
    answer('/ws', socket => {
      socket.write(switching());
      pour(socket);
    });
    const client = connect(sluis.port, '127.0.0.1');
    client.pause();
    client.write(ask());
    await until(async () => taken > 0);
    await until(async () => carried.size === 0);
    // Buffers of four sockets, and what the machine's network holds.
    expect(taken).toBeLessThan(rounds);
    client.destroy();
  });

  it('an app that reads nothing holds its client back, and then gets every byte', async () => {
    const hash = createHash('sha256');
    let come = 0;
    let upstream: Socket | undefined;
    answer('/ws', socket => {
      upstream = socket;
      socket.removeAllListeners('data');
      socket.pause();
      socket.write(switching());
    });
    const connection = await open();
    const all = sent(connection.socket);
    // Its own buffer stays full: nobody takes more than the buffers on the way.
    let before = -1;
    let still = 0;
    await until(async () => {
      still = connection.socket.bytesWritten - connection.socket.writableLength === before ? still + 1 : 0;
      before = connection.socket.bytesWritten - connection.socket.writableLength;
      return still > 10;
    });
    expect(before).toBeLessThan(rounds * flood.length);
    upstream?.on('data', (chunk: Buffer) => {
      come += chunk.length;
      hash.update(chunk);
    });
    upstream?.resume();
    await all;
    await until(async () => come === rounds * flood.length);
    const whole = createHash('sha256');
    for (let round = 0; round < rounds; round += 1) whole.update(flood);
    expect(hash.digest('hex')).toBe(whole.digest('hex'));
    connection.destroy();
  });
});

describe('connections used up by WebSockets (CWE-770)', () => {
  it('of one session, of one app; and there is room again when one is gone', async () => {
    const own = await Promise.all(Array.from({ length: 55 }, () => open()));
    const { answer: refused, connection } = await upgrade(sluis.port, ask());
    expect([refused.status, header(refused, 'retry-after'), refused.body.toString()]).toEqual([
      503,
      '30',
      '{"error":"too-many-websockets"}',
    ]);
    await connection.closed();
    const bram = await enter(sluis, 'demo', 'bram');
    const others = await Promise.all(Array.from({ length: 5 }, () => open('/ws', bram)));
    expect((await upgrade(sluis.port, ask('/ws', bram.client))).answer.status).toBe(503);
    expect(sluis.log.filter(line => line.includes('limits.webSockets'))).toHaveLength(1);
    expect(carried.size).toBe(60);
    own[0]?.destroy();
    await until(async () => carried.size === 59);
    await expectOpen(await open('/ws', bram));
    for (const one of [...own, ...others]) one.destroy();
  });
});

const goingAway = frame(8, Buffer.from([0x03, 0xe9]));

describe('a stop, and a change of the configuration', () => {
  it('tells each to go, between two frames, and takes no more', async () => {
    const whole = frame(2, Buffer.alloc(300, 'a'));
    answer('/ws', socket => {
      socket.removeAllListeners('data');
      socket.write(switching());
      socket.write(whole.subarray(0, 100));
      socket.once('data', () => socket.write(Buffer.concat([whole.subarray(100), whole])));
    });
    const connection = await open();
    expect(await connection.take(100)).toEqual(whole.subarray(0, 100));
    const stopped = sluis.server.close({ notice: 0, drain: 60_000 });
    connection.write(text);
    // The frame that had begun comes to its end, and no other follows.
    const rest = Buffer.concat([whole.subarray(100), goingAway]);
    expect(await connection.take(rest.length)).toEqual(rest);
    connection.socket.end();
    await expectGone(connection);
    await stopped;
  });

  it('what does not go is cut when the time is over', async () => {
    const connection = await open();
    await sluis.server.close({ notice: 0, drain: 50 });
    expect(await connection.readAll()).toEqual(goingAway);
    await until(async () => carried.size === 0);
  });

  it('after a change of the configuration it is opened anew, by what holds now', async () => {
    const stays = await open();
    const leaves = await open();
    sluis.server.change({ ...sluis.core.settings, limits: { ...sluis.core.settings.limits, webSocketsPerSession: 1 } });
    for (const one of [stays, leaves]) expect(await one.take(goingAway.length)).toEqual(goingAway);
    leaves.socket.end();
    await leaves.closed();
    expect((await upgrade(sluis.port, ask())).answer.status).toBe(503);
    clock.advance(10_000);
    await expectGone(stays);
    await expectOpen(await open());
  });
});
