import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import type { Settings } from '../../src/config/settings.ts';
import { passwords } from '../support/apps.ts';
import type { Client } from '../support/client.ts';
import { enter } from '../support/inside.ts';
import { type MaliciousApp, startMaliciousApp } from '../support/malicious-app.ts';
import { browserOf, openPortal, passChallenge, passFirstGate, release, setUp, titleOf } from '../support/person.ts';
import { until } from '../support/redis.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';
import { echo, handshake, upgrade } from '../support/web-socket.ts';

const anna = { name: 'anna', password: passwords.anna };
const bram = { name: 'bram', password: passwords.bram };
const routes = `    routes:
      - { path: /beheer/*, level: 2, groups: [beheer] }
      - { path: /kas/*, level: 2, groups: [kas] }
      - { path: /stuk, methods: [DELETE], level: 2, groups: [beheer] }
      - { path: /blad, parameters: { do: admin }, level: 2, groups: [beheer] }
      - { path: /kluis/*, level: 3, groups: [beheer] }
      - { path: /verslag, level: 2, levelFor: { beheer: 3 } }
`;
const denied = 'Deze pagina is alleen voor bepaalde medewerkers';
let bare: MaliciousApp;
let demo: DemoApp;
let sluis: TestSluis;
const inside = new Map<string, Client>();

beforeAll(async () => {
  bare = await startMaliciousApp();
  demo = await startDemoApp();
  sluis = await startSluis(
    [
      { id: 'kaal', upstream: bare.url, preset: 'demo', extra: routes },
      { id: 'post', upstream: demo.url, preset: 'demo', extra: routes },
      {
        id: 'dicht',
        upstream: demo.url,
        preset: 'demo',
        extra: '    routes: [{ path: /*, level: 2, groups: [raad] }]\n',
      },
    ],
    {
      clock: new TestClock(),
      highestLevel: 3,
      realm: '    groups: { beheer: [bram, carla], kas: [anna, carla], raad: [bram] }',
    },
  );
  for (const name of ['anna', 'bram', 'carla'])
    inside.set(name, (await enter(sluis, 'kaal', name, { GPSESSIE: 'een', GPAUTH: 'in' })).client);
});

beforeEach(() => {
  bare.seen.length = 0;
});

afterAll(async () => {
  await sluis?.close();
  await demo?.close();
  await bare?.close();
});

/** Whether a request of this person reaches the app; where not, she is told why. */
async function reaches(name: string, target: string, method = 'GET', body?: string): Promise<boolean> {
  const client = inside.get(name);
  if (client === undefined) throw new Error(name);
  const before = bare.seen.length;
  const type = { 'Content-Type': 'application/x-www-form-urlencoded', Origin: sluis.origin('kaal') };
  const answer = body === undefined ? await client.request(method, target) : await client.post(target, body, type);
  const reached = bare.seen.length > before;
  if (!reached && answer.status === 403) expect(answer.text).toContain(denied);
  return reached;
}

describe('R03 a route that is for a group', () => {
  it.each([
    '/beheer/x',
    '/beheer',
    '/BEHEER/x',
    '//beheer/x',
    '/%62eheer/x',
    '/%2562eheer/x',
    '/open/../beheer/x',
    '/open/..%2fbeheer/x',
    '/open/%252e%252e%252fbeheer/x',
    '/beheer;v=1/x',
    '/open/..;/beheer/x',
    '/blad?do=admin',
    '/blad?x=1&do=admin',
    '/blad?do=x&do=admin',
    '/blad?do=admin;do=x',
    '/blad?%64o=admin',
    '/stuk?_method=DELETE',
    '/stuk?_method=delete',
    '/stuk?x=1;_method=DELETE',
  ])('R03 %s is for its people, and for nobody else', async target => {
    expect(await reaches('anna', target)).toBe(false);
    expect(await reaches('bram', target)).toBe(true);
  });

  it('R03 where readings are for two groups, one of both is not enough', async () => {
    const target = '/kas/..%2fbeheer/x';
    const all = ['anna', 'bram', 'carla'];
    const found: boolean[] = [];
    for (const name of all) found.push(await reaches(name, target));
    expect(found).toEqual([false, false, true]);
  });

  it('R03 a parameter or method that only the body names leads nobody there', async () => {
    for (const [target, body] of [
      ['/blad', 'do=admin'],
      ['/blad?do=x', 'do=admin'],
      ['/stuk', '_method=DELETE'],
    ] as const) {
      for (const name of ['anna', 'bram']) expect(await reaches(name, target, 'POST', body)).toBe(false);
    }
  });

  it('R03 more values than an honest request has are for nobody who lacks any of the groups', async () => {
    const many = `/open?${Array.from({ length: 70 }, (_none, n) => `do=${n}`).join('&')}`;
    expect(await reaches('anna', many)).toBe(false);
    expect(await reaches('bram', many)).toBe(false);
    expect(await reaches('anna', '/open?do=1')).toBe(true);
  });

  it('names no group to who is refused, and asks for no factor that would not help', async () => {
    const answer = await (inside.get('anna') as Client).get('/beheer/x');
    expect(answer).toMatchObject({ status: 403, location: undefined });
    expect(titleOf(answer)).toBe('Deze pagina is niet voor u open');
    expect(answer.text).toContain('href="/postvak"');
    expect(answer.text).not.toMatch(/\bbeheer\b/);
  });

  it('opens a WebSocket for its people only', async () => {
    bare.answers.set('/beheer/ws', echo());
    const status = async (name: string) => {
      const bytes = handshake(inside.get(name) as Client, sluis.origin('kaal'), '/beheer/ws');
      const { answer, connection } = await upgrade(sluis.port, bytes);
      connection.destroy();
      return answer.status;
    };
    expect([await status('anna'), await status('bram')]).toEqual([403, 101]);
  });

  it('R39 knows nobody of another realm who has the same name there', async () => {
    const { cookie } = await sluis.core.sessions.begin({
      realm: 'elders',
      app: 'kaal',
      person: 'person-other',
      name: 'bram',
      level: 4,
      factor: 'totp',
      factorAt: sluis.clock.now(),
      portal: undefined,
    });
    const { client } = await enter(sluis, 'kaal', 'dirk');
    client.jar.set('__Host-sluis', cookie);
    const answer = await client.get('/beheer/x');
    expect(answer).toMatchObject({ status: 303, location: '/login' });
    expect(bare.seen).toEqual([]);
  });

  it('R03 asks more of one group where the route says so: the step-up too', async () => {
    expect(await reaches('anna', '/verslag')).toBe(true);
    const bramAsks = inside.get('bram') as Client;
    const told = await bramAsks.request('GET', '/verslag', undefined, {
      'Sec-Fetch-Mode': 'cors',
      'Sec-Fetch-Dest': 'empty',
    });
    expect(told.status).toBe(401);
    expect(JSON.parse(told.text)).toMatchObject({ error: 'step-up', level: 3 });
    expect((await bramAsks.get('/verslag')).location).toBe('/_sluis/next');
  });

  it('holds in open sessions as soon as the configuration says otherwise, and for who got the name after her', async () => {
    const before = sluis.core.settings;
    const withGroups = (beheer: readonly string[]): Settings => {
      const realm = before.realms.get('gemeente');
      if (realm === undefined) throw new Error('no realm');
      return { ...before, realms: new Map([['gemeente', { ...realm, groups: new Map([['beheer', beheer]]) }]]) };
    };
    try {
      sluis.server.change(withGroups(['anna']));
      expect([await reaches('anna', '/beheer/x'), await reaches('bram', '/beheer/x')]).toEqual([true, false]);
      // Renamed in the directory: who is called bram from now on is not in the list until somebody puts the name there.
      sluis.server.change(withGroups(['bram-jansen']));
      expect(await reaches('bram', '/beheer/x')).toBe(false);
    } finally {
      sluis.server.change(before);
    }
    expect(await reaches('bram', '/beheer/x')).toBe(true);
  });
});

describe('R03 the release asks the same', () => {
  it('lets somebody in who asked for a page of another group, asks no level that would not help, and tells her there', async () => {
    const first = browserOf(sluis, 'post');
    await first.app.get('/kluis/x');
    const activation = await sluis.invite('anna');
    await passFirstGate(first.app, 'demo', anna);
    const { hop, secret } = await setUp(sluis, first.portal, await openPortal(first.app, first.portal), activation);
    expect(await release(first.app, hop)).toMatchObject({ status: 303, location: '/kluis/x' });

    const { app, portal } = browserOf(sluis, 'post');
    await app.get('/kluis/x');
    await passFirstGate(app, 'demo', anna);
    const passed = await passChallenge(sluis, portal, await openPortal(app, portal), secret);
    expect(await release(app, passed)).toMatchObject({ status: 303, location: '/kluis/x' });
    const page = await app.get('/kluis/x');
    expect(page.status).toBe(403);
    expect(page.text).toContain(denied);
    expect((await app.get('/postvak')).text).toContain('Aangemeld: ');
  });

  it('lets nobody into an app that is for a group as a whole: no session, no cookie of the app', async () => {
    const outcomes: unknown[] = [];
    for (const who of [bram, { name: 'carla', password: passwords.carla }]) {
      const { app, portal } = browserOf(sluis, 'dicht');
      const activation = await sluis.invite(who.name);
      await passFirstGate(app, 'demo', who);
      const { hop } = await setUp(sluis, portal, await openPortal(app, portal), activation);
      const { status, text } = await release(app, hop);
      const held = [...app.jar.keys()].filter(name => name === '__Host-sluis' || name.startsWith('__Host-s.'));
      outcomes.push([status, text.includes(denied), held.includes('__Host-sluis'), held.length > 1]);
    }
    expect(outcomes).toEqual([
      [303, false, true, true],
      [403, true, false, false],
    ]);
  });
});

it('R03 R37: who asks for a page of a group that she is not in stands in the audit, thirty times a minute at most', async () => {
  sluis.clock.advance(60_000);
  const refused = () =>
    sluis.log.flatMap(line => {
      const { audit } = JSON.parse(line) as { audit?: { event: { type: string; path?: string } } };
      return audit?.event.type === 'access.refused' ? [audit.event] : [];
    });
  const before = refused().length;
  const anna = inside.get('anna');
  for (let nth = 0; nth < 40; nth += 1) expect((await anna?.get('/beheer/rechten?naam=geheim'))?.status).toBe(403);
  await until(async () => refused().length === before + 30);
  expect(refused().at(-1)).toMatchObject({
    reason: 'not-in-group',
    app: 'kaal',
    name: 'anna',
    path: '/beheer/rechten',
  });
  expect(JSON.stringify(refused())).not.toContain('geheim');
  expect((await inside.get('bram')?.get('/beheer/rechten'))?.status).not.toBe(403);
  expect(refused()).toHaveLength(before + 30);
});
