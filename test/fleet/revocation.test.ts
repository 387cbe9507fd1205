import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { missing } from '../support/apps.ts';
import { bestOf, second, timed } from '../support/best-of.ts';
import type { Client } from '../support/client.ts';
import { type Fleet, refusalOf, startFleet, urlOf } from '../support/fleet.ts';
import { enter, type Inside } from '../support/inside.ts';
import { html, type MaliciousApp, startMaliciousApp } from '../support/malicious-app.ts';
import { signOut } from '../support/person.ts';
import { RawConnection } from '../support/raw-http.ts';
import { type RedisServer, startCluster, startRedis, until } from '../support/redis.ts';
import { type RedisWire, startRedisWire } from '../support/redis-wire.ts';
import { frame, handshake, switching } from '../support/web-socket.ts';

let server: RedisServer;
let app: MaliciousApp;
let wire: RedisWire;
let fleet: Fleet;
let inside: Inside;
/** Her browser, sent to the other instance. */
let elsewhere: Client;

describe.skipIf(missing('redis'))('R13 R24: what one instance ends', () => {
  beforeAll(async () => {
    server = await startRedis();
    app = await startMaliciousApp();
    app.answers.set('/map', html('binnen'));
  });
  afterAll(async () => {
    await app.close();
    await server.close();
  });
  beforeEach(async () => {
    wire = await startRedisWire(server.port);
    const ways = { one: urlOf(server.port), two: urlOf(wire.port) };
    fleet = await startFleet([{ id: 'demo', upstream: app.url, preset: 'demo' }], ways);
    inside = await enter(fleet.one, 'demo', 'anna', { GPSESSIE: 'kluis', GPAUTH: 'ingelogd' });
    elsewhere = inside.client.copy().at(fleet.two.port);
    expect((await elsewhere.get('/map')).status).toBe(200);
  });
  afterEach(async () => {
    await fleet.close();
    await wire.close();
  });

  /** Somebody more who is in at both. */
  async function another(): Promise<{ readonly her: Inside; readonly there: Client }> {
    const her = await enter(fleet.one, 'demo', 'anna', { GPSESSIE: 'kluis', GPAUTH: 'ingelogd' });
    const there = her.client.copy().at(fleet.two.port);
    expect((await there.get('/map')).status).toBe(200);
    return { her, there };
  }

  /** Within a second of the word that it is ended. */
  async function expectSoon(ended: (her: Inside) => Promise<unknown>): Promise<void> {
    const best = await bestOf(async () => {
      const { her, there } = await another();
      await ended(her);
      return refusalOf(there, '/map');
    });
    expect(best).toBeLessThan(second);
  }

  const ends: Readonly<Record<string, (her: Inside) => Promise<unknown>>> = {
    'by her own sign-out': her => signOut(her.client),
    "by the app's own sign-out": async her => {
      app.answers.set('/uit', html('dag', ['Set-Cookie: GPAUTH=weg; Path=/']));
      await her.client.get('/uit');
    },
    'by sluis users sign-out, and all of hers': async her => {
      expect(await fleet.one.core.ends.ofPerson(her.session.person, 'by-operator')).toBeGreaterThanOrEqual(1);
    },
  };
  const endOf = (her: Inside) => fleet.one.core.ends.one(her.session, 'by-operator');
  const end = () => endOf(inside);

  it.each(Object.entries(ends))('%s is refused at the other, which knew it, within a second', async (_how, ended) => {
    await expectSoon(ended);
  });

  it('by sluis users sign-out is all of hers, told by their number', async () => {
    await another();
    expect(await fleet.one.core.ends.ofPerson(inside.session.person, 'by-operator')).toBe(2);
    await refusalOf(elsewhere, '/map');
  });

  it.each(['hanging', 'cut'] as const)(
    'is found out within a second by asking alone, where the listening connection is %s',
    async state => {
      wire.set(state, 'listening');
      await expectSoon(endOf);
    },
  );

  it('is found out within a second where Redis itself threw the listeners out', async () => {
    await expectSoon(async her => {
      await server.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await endOf(her);
    });
  });

  it('is found out where Redis stood still for a while', async () => {
    await end();
    await server.admin.call('CLIENT', 'PAUSE', '700', 'ALL');
    await refusalOf(elsewhere, '/map');
  });

  it.each(['hanging', 'cut'] as const)(
    'while the other was cut off (%s): refused with its grace, and when it is back it never serves again',
    async state => {
      wire.set(state);
      await end();
      fleet.two.clock.advance(61_000);
      const statuses: number[] = [];
      const ask = async () => {
        const { status } = await elsewhere.get('/map');
        statuses.push(status);
        return status;
      };
      expect(await ask()).toBe(503);
      wire.set('whole');
      await until(async () => (await ask()) === 303);
      await ask();
      expect(new Set(statuses)).toEqual(new Set([503, 303]));
    },
  );

  it('within the grace of one that was cut off ends with the first word that gets through', async () => {
    await expectSoon(async her => {
      wire.set('hanging');
      await endOf(her);
      wire.set('whole');
    });
    await end();
    await refusalOf(elsewhere, '/map');
    for (let round = 0; round < 5; round += 1) expect((await elsewhere.get('/map')).status).toBe(303);
  });

  it('is not forgotten by one that begins later', async () => {
    await end();
    const { two } = fleet;
    await two.core.sessions.confirm();
    expect((await elsewhere.get('/map')).status).toBe(303);
    expect((await inside.client.copy().get('/map')).status).toBe(303);
  });

  const running: Readonly<Record<string, string>> = {
    'a download': 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\neerste-deel',
    'a stream of events': 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: eerste-deel\n\n',
    'an answer in chunks': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\neerste-deel\r\n',
    'a WebSocket': `${switching()}${frame(1, Buffer.from('eerste-deel')).toString('latin1')}`,
  };

  it.each(Object.entries(running))(
    'cuts %s at the other within a second, and at the app behind it',
    async (what, bytes) => {
      app.answers.set('/loopt', socket => void socket.write(bytes, 'latin1'));
      const origin = fleet.one.origin('demo');
      const best = await bestOf(async () => {
        const { her, there } = await another();
        const connection = await RawConnection.open(fleet.two.port);
        const begun = new Promise(resolve => connection.socket.once('data', resolve));
        connection.write(what === 'a WebSocket' ? handshake(there, origin, '/loopt') : there.bytes('GET', '/loopt'));
        await begun;
        const dropped = app.dropped('/loopt');
        await endOf(her);
        return timed(async () => {
          expect((await connection.readAll()).toString('latin1')).toContain('eerste-deel');
          await dropped;
        });
      });
      expect(best).toBeLessThan(second);
    },
  );

  it('cuts a long poll that the app still holds, and an upload', async () => {
    const asked = Promise.withResolvers<void>();
    app.answers.set('/wacht', () => asked.resolve());
    const poll = await RawConnection.open(fleet.two.port);
    poll.write(elsewhere.bytes('GET', '/wacht'));
    await asked.promise;
    const upload = await RawConnection.open(fleet.two.port);
    const post = elsewhere.bytes('POST', '/op', 'x'.repeat(100), {
      'Content-Length': '1000',
      Origin: fleet.one.origin('demo'),
    });
    upload.write(post);
    // The last piece that came is held back until another comes.
    const more = setInterval(() => upload.write('x'), 50);
    await until(async () => app.bytes().includes('POST /op'));
    clearInterval(more);
    const dropped = [app.dropped('/wacht'), app.dropped('/op')];
    await end();
    await Promise.all([...dropped, poll.closed(), upload.closed()]);
  });
});

it.skipIf(missing('redis'))(
  'R13 R24: on a cluster too, what one instance ends is refused at the other within a second',
  async () => {
    const cluster = await startCluster();
    const bare = await startMaliciousApp();
    bare.answers.set('/map', html('binnen'));
    const [here, elsewhere] = cluster.servers.map(({ port }) => `${urlOf(port)}, cluster: true`);
    const ways = { one: here ?? '', two: elsewhere ?? '' };
    const pair = await startFleet([{ id: 'demo', upstream: bare.url, preset: 'demo' }], ways);
    const best = await bestOf(async () => {
      const { client, session } = await enter(pair.one, 'demo', 'anna', { GPAUTH: 'ingelogd' });
      const there = client.copy().at(pair.two.port);
      expect((await there.get('/map')).text).toBe('binnen');
      expect(await pair.one.core.ends.one(session, 'by-operator')).toBe(true);
      return refusalOf(there, '/map');
    });
    expect(best).toBeLessThan(second);
    await pair.close();
    await Promise.all([bare.close(), cluster.close()]);
  },
);
