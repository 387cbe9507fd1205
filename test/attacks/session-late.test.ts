import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { enter, type Inside } from '../support/inside.ts';
import { html, type MaliciousApp, startMaliciousApp } from '../support/malicious-app.ts';
import { RawConnection } from '../support/raw-http.ts';
import { until } from '../support/redis.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

const clock = new TestClock();
let app: MaliciousApp;
let sluis: TestSluis;
let anna: Inside;

beforeEach(async () => {
  app = await startMaliciousApp();
  const upstream = `{ url: "${app.url}", connections: 1 }`;
  sluis = await startSluis([{ id: 'demo', upstream, preset: 'demo' }], { clock });
  anna = await enter(sluis, 'demo', 'anna', { GPSESSIE: 'kluis', GPAUTH: 'ingelogd' });
});

afterEach(async () => {
  await sluis.close();
  await app.close();
});

const paths = () => app.seen.map(({ method, target }) => `${method} ${target}`);

/** Sends it, and comes back once it was let in. */
async function letIn(bytes: Buffer): Promise<RawConnection> {
  const before = sluis.core.sessions.idleEnd(anna.session);
  clock.advance(1);
  const connection = await RawConnection.open(sluis.port);
  connection.write(bytes);
  await until(async () => sluis.core.sessions.idleEnd(anna.session) > before);
  return connection;
}

describe('R09: what was let in before a session ended, and goes on after', () => {
  it.each([
    ['a page', () => anna.client.bytes('GET', '/geheim')],
    ['a form', () => anna.client.bytes('POST', '/geheim', 'a=b', { Origin: sluis.origin('demo') })],
  ])('%s that waited for a connection to the app never gets there', async (_what, bytes) => {
    app.answers.set('/geheim', html('geheim'));
    const held = Promise.withResolvers<() => void>();
    app.answers.set('/lang', socket => held.resolve(() => socket.write(html('lang'))));
    const bram = await enter(sluis, 'demo', 'bram', { GPSESSIE: 'kluis', GPAUTH: 'ingelogd' });
    const long = bram.client.get('/lang');
    const answer = await held.promise;
    const waiting = await letIn(bytes());
    await sluis.core.ends.one(anna.session, 'signed-out');
    answer();
    expect((await long).text).toBe('lang');
    expect((await waiting.readAll()).toString('latin1')).toBe('');
    await bram.client.get('/daarna');
    expect(paths()).toEqual(['GET /lang', 'GET /daarna']);
  });

  it('a form whose body was still being read for a sign-in in it', async () => {
    const body = 'tekst=hoi';
    const bytes = anna.client.bytes('POST', '/login', body, {
      Origin: sluis.origin('demo'),
      'Content-Type': 'application/x-www-form-urlencoded',
      Expect: '100-continue',
    });
    const connection = await RawConnection.open(sluis.port);
    const asked = new Promise(resolve => connection.socket.once('data', resolve));
    connection.write(bytes.subarray(0, bytes.length - body.length));
    await asked;
    await sluis.core.ends.one(anna.session, 'signed-out');
    connection.write(body);
    const text = (await connection.readAll()).toString('latin1');
    expect([paths(), text.match(/HTTP\/1\.1 \d+/g)]).toEqual([[], ['HTTP/1.1 100', 'HTTP/1.1 401']]);
  });
});
