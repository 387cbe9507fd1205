import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { dokuwiki, missing, passwords, roundcube } from '../support/apps.ts';
import type { Client } from '../support/client.ts';
import {
  appClient,
  browserOf,
  follow,
  formFields,
  hiddenFields,
  type Kind,
  type KindName,
  kinds,
  openLogin,
  openPortal,
  passFirstGate,
  postPassword,
  releaseOn,
  signInFully,
  titleOf,
} from '../support/person.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';
import { expectNothing, expectNothingIn, sessionsOf } from '../support/thief.ts';

const anna = { name: 'anna', password: passwords.anna } as const;
const bram = { name: 'bram', password: passwords.bram } as const;
const minute = 60_000;

interface Place {
  readonly app: string;
  readonly kind: KindName;
}

let demo: DemoApp;
let sluis: TestSluis;
const places: Place[] = [
  { app: 'demo', kind: 'demo' },
  ...(missing('roundcube') ? [] : [{ app: 'post', kind: 'roundcube' } as const]),
  ...(missing('dokuwiki') ? [] : [{ app: 'wiki', kind: 'dokuwiki' } as const]),
];

beforeAll(async () => {
  demo = await startDemoApp();
  const apps = [
    { id: 'demo', upstream: demo.url, preset: 'demo' },
    { id: 'ander', upstream: demo.url, preset: 'demo' },
  ];
  if (!missing('roundcube'))
    apps.push({ id: 'post', upstream: await roundcube({ patient: true }), preset: 'roundcube' });
  if (!missing('dokuwiki')) apps.push({ id: 'wiki', upstream: await dokuwiki(), preset: 'dokuwiki' });
  sluis = await startSluis(apps, { clock: new TestClock(), extra: 'limits: { pendings: 100 }' });
});
afterAll(async () => {
  await sluis?.close();
  await demo?.close();
});

/** Her whole browser is copied while she is in; then she leaves in some way. */
describe.each(places)('R08: every cookie of hers at $app, copied, after her session', place => {
  const kind: Kind = kinds[place.kind];

  const signOuts: { name: string; leave(her: Client, portal: Client): Promise<unknown> }[] = [
    { name: "Sluis's own button on the app", leave: her => press(her, '/_sluis/sign-out') },
    { name: 'the button on the portal', leave: (_her, portal) => press(portal, '/') },
    { name: "the app's own sign-out", leave: her => signOutOfApp(her, place.kind) },
  ];

  it.each(signOuts)('is over: $name', async ({ leave }) => {
    const { app, portal } = await signInFully(sluis, place.app, place.kind, anna, browserOf(sluis, place.app));
    const thief = app.copy();
    expect(kind.signedIn.test((await thief.get(kind.pages[0] ?? '')).text)).toBe(true);
    await leave(app, portal);
    for (const browser of [thief, app]) await expectOver(place, browser);
    expect(await sessionsOf(sluis, 'anna')).toBe(0);
  });

  it('a.34, a.35: is over after 30 minutes without use, and polling is no use; then both gates', async () => {
    const { app, portal } = await signInFully(sluis, place.app, place.kind, anna);
    sluis.clock.advance(29 * minute);
    expect((await app.get(kind.pages[0] ?? '')).status).toBe(200);
    sluis.clock.advance(20 * minute);
    await app.request('GET', polling[place.kind], undefined, { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' });
    sluis.clock.advance(10 * minute);
    await expectOver(place, app.copy());
    await expectBothGates(place, app, portal);
  });

  it('a.32, a.34, a.35: is over after 12 hours, however it was used; then both gates', async () => {
    const { app, portal } = await signInFully(sluis, place.app, place.kind, anna);
    const thief = app.copy();
    for (let passed = 0; passed < 12 * 60; passed += 20) {
      expect(await sluis.core.sessions.find(thief.jar.get('__Host-sluis') ?? '', place.app)).toBeDefined();
      const open = await sluis.core.sessions.find(thief.jar.get('__Host-sluis') ?? '', place.app);
      if (open !== undefined) sluis.core.sessions.touch(open.session);
      sluis.clock.advance(20 * minute);
    }
    await expectOver(place, thief);
    await expectBothGates(place, app, portal);
  });
});

/** In the browser that was in: her password leads to a challenge, and the way on is not there yet. */
async function expectBothGates(place: Place, app: Client, portal: Client): Promise<void> {
  await passFirstGate(app, place.kind, anna);
  const page = await openPortal(app, portal);
  expect([page.status, titleOf(page), releaseOn(page)]).toEqual([200, 'Vul de code in', undefined]);
}

describe('R08: the identifier of before', () => {
  it('works 10 seconds longer, no more, when she signed in again inside her session', async () => {
    const { app } = await signInFully(sluis, 'demo', 'demo', anna);
    demo.control.endSessions('anna');
    const form = formFields(await follow(app, await app.get('/postvak')));
    const thief = app.copy();
    const answer = await postPassword(app, 'demo', form, anna);
    expect((await follow(app, answer)).status).toBe(200);
    expect(app.jar.get('__Host-sluis')).not.toBe(thief.jar.get('__Host-sluis'));
    // Requests in flight; with the app's cookies of before, which the app itself has ended.
    expect((await thief.get('/opmaak/gemeentepost.css')).status).toBe(200);
    const inFlight = app.copy();
    inFlight.jar.set('__Host-sluis', thief.jar.get('__Host-sluis') ?? '');
    sluis.clock.advance(9_999);
    expect((await inFlight.get('/postvak')).status).toBe(200);
    sluis.clock.advance(1);
    await expectOver({ app: 'demo', kind: 'demo' }, inFlight);
    expect((await app.get('/postvak')).status).toBe(200);
  });
});

describe('R08 rule 10: sealed values moved about', () => {
  const place = { app: 'demo', kind: 'demo' } as const;
  const sealed = (client: Client) => [...client.jar].filter(([name]) => name.startsWith('__Host-s.'));
  const part = (name: string, at: number) => name.split('.')[at] ?? '';

  /** Changes a copy of her own browser; what opens no more is not sent to the app. */
  const changes: { name: string; change(hers: Client, other: Client): void }[] = [
    {
      name: 'swapped between two names',
      change: hers => {
        const [[one, first] = ['', ''], [two, second] = ['', '']] = sealed(hers);
        hers.jar.set(one, second).set(two, first);
      },
    },
    {
      name: 'one value under both names',
      change: hers => {
        const [[, first] = ['', ''], [two] = ['', '']] = sealed(hers);
        for (const [name] of sealed(hers)) hers.jar.set(name, name === two ? first : 'x');
      },
    },
    {
      name: 'as another part',
      change: hers => {
        for (const [name, value] of sealed(hers)) {
          hers.jar.delete(name);
          hers.jar.set(name.replace(/0$/, '1'), value);
        }
      },
    },
    {
      name: 'with another count of parts',
      change: hers => {
        for (const [name, value] of sealed(hers)) hers.jar.set(name, value.replace(/\.1\./, '.2.'));
      },
    },
    {
      name: 'with another value id',
      change: hers => {
        for (const [name, value] of sealed(hers)) hers.jar.set(name, value.replace(/^[\w-]{8}/, 'AAAAAAAA'));
      },
    },
    {
      name: 'with a bit turned',
      change: hers => {
        for (const [name, value] of sealed(hers)) hers.jar.set(name, `${value.slice(0, -4)}${flip(value.slice(-4))}`);
      },
    },
    {
      name: 'cut short',
      change: hers => {
        for (const [name, value] of sealed(hers)) hers.jar.set(name, value.slice(0, 20));
      },
    },
    {
      name: "of somebody else's session, under her names",
      change: (hers, other) => {
        const values = sealed(other);
        sealed(hers).forEach(([name], index) => {
          hers.jar.set(name, values[index]?.[1] ?? '');
        });
      },
    },
    {
      name: "of somebody else's session, as they are",
      change: (hers, other) => {
        for (const [name] of sealed(hers)) hers.jar.delete(name);
        for (const [name, value] of sealed(other)) hers.jar.set(name, value);
      },
    },
    {
      name: "of somebody else's session, with her tag",
      change: (hers, other) => {
        const tag = part(sealed(hers)[0]?.[0] ?? '', 1);
        for (const [name] of sealed(hers)) hers.jar.delete(name);
        for (const [name, value] of sealed(other)) hers.jar.set(name.replace(part(name, 1), tag), value);
      },
    },
  ];

  it.each(changes)('$name: the app is sent none of them', async ({ change }) => {
    const hers = (await signInFully(sluis, 'demo', 'demo', anna)).app;
    const other = (await signInFully(sluis, 'demo', 'demo', bram)).app;
    const before = await cookiesSeen(hers);
    expect(before.map(([name]) => name).sort()).toEqual(['GPAUTH', 'GPSESSIE']);
    const moved = hers.copy();
    change(moved, other.copy());
    expect(await cookiesSeen(moved)).toEqual([]);
    // Nor does the person become another one.
    expectNothingIn('demo', await moved.get('/wie'));
  });

  it('her two values at another app open nothing there, with that session or as a visit', async () => {
    const hers = (await signInFully(sluis, 'demo', 'demo', anna)).app;
    const there = (await signInFully(sluis, 'ander', 'demo', anna)).app;
    for (const [name] of sealed(there)) there.jar.delete(name);
    for (const [name, value] of sealed(hers)) there.jar.set(name, value);
    expect(await cookiesSeen(there)).toEqual([]);
    const visit = appClient(sluis, 'ander');
    for (const [name, value] of sealed(hers)) visit.jar.set(name, value);
    await openLogin(visit, 'demo');
    await expectNothing(sluis, { app: 'ander', kind: 'demo' }, visit, []);
  });

  it('values of her session are no cookies of a visit, nor those of a visit of a session', async () => {
    const hers = (await signInFully(sluis, 'demo', 'demo', anna)).app;
    const thief = appClient(sluis, 'demo');
    await openLogin(thief, 'demo');
    const visits = sealed(thief);
    for (const [name, value] of sealed(hers)) thief.jar.set(name, value);
    const seen = demo.control.seen.length;
    await thief.get('/login');
    const sent = demo.control.seen.slice(seen).map(({ rawHeaders }) => rawHeaders.join());
    expect([sent.length, sent.filter(headers => headers.includes('GPAUTH')).length]).toEqual([1, 0]);
    await expectNothing(sluis, place, thief, []);
    for (const [name] of sealed(hers)) hers.jar.delete(name);
    for (const [name, value] of visits) hers.jar.set(name, value);
    expect(await cookiesSeen(hers)).toEqual([]);
  });

  it.each(['GPAUTH', 'GPSESSIE', '__Host-GPAUTH', '__Host-s.GPAUTH'])(
    'a cookie of the thief by the name %s is not sent to the app, in any state',
    async name => {
      const thief = appClient(sluis, 'demo');
      thief.jar.set(name, 'gekozen');
      const seen = demo.control.seen.length;
      await passFirstGate(thief, 'demo', anna);
      const hers = (await signInFully(sluis, 'demo', 'demo', anna)).app;
      hers.jar.set(name, 'gekozen');
      await hers.get('/postvak');
      const sent = demo.control.seen.slice(seen).filter(({ rawHeaders }) => rawHeaders.join().includes('gekozen'));
      expect([demo.control.seen.length > seen, sent]).toEqual([true, []]);
    },
  );

  it('values of a visit end after an hour, whatever happens', async () => {
    const thief = appClient(sluis, 'demo');
    await openLogin(thief, 'demo');
    const form = await openLogin(thief, 'demo');
    sluis.clock.advance(60 * minute);
    const seen = demo.control.seen.length;
    const answer = await postPassword(thief.copy(), 'demo', form, anna);
    expect([answer.status, answer.location]).toEqual([303, '/login']);
    // The sign-in is not sent on, and the login page is asked for without the cookies of before.
    await thief.get('/login');
    const sent = demo.control.seen.slice(seen);
    expect(sent.map(({ method, rawHeaders }) => [method, rawHeaders.join().includes('GPSESSIE')])).toEqual([
      ['GET', false],
    ]);
  });

  /** What the app was sent in one request of this browser. */
  async function cookiesSeen(client: Client): Promise<[string, string][]> {
    const seen = demo.control.seen.length;
    await client.get('/wie');
    const sent = demo.control.seen.slice(seen).find(({ target }) => target === '/wie');
    const at = sent?.rawHeaders.findIndex(name => name.toLowerCase() === 'cookie') ?? -1;
    if (sent === undefined || at < 0) return [];
    return (sent.rawHeaders[at + 1] ?? '').split('; ').map(pair => pair.split('=') as [string, string]);
  }
});

const polling = {
  demo: '/api/nieuw',
  roundcube: '/?_task=mail&_action=refresh&_remote=1',
  dokuwiki: '/lib/exe/taskrunner.php?id=start',
} as const;

async function press(client: Client, path: string): Promise<void> {
  const page = await client.get(path);
  const action = /<form method="post" action="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const answer = await client.post(action, hiddenFields(page.text));
  expect([path, answer.status]).toEqual([path, 303]);
}

/** The link of the app itself, with its token where it has one. */
async function signOutOfApp(client: Client, kind: KindName): Promise<void> {
  const page = await client.get(kinds[kind].pages[0] ?? '');
  const link = {
    demo: () => '/uit',
    roundcube: () => `/?_task=logout&_token=${/"request_token":"([^"]+)"/.exec(page.text)?.[1]}`,
    dokuwiki: () => `/doku.php?id=start&do=logout&sectok=${/do=logout&amp;sectok=([0-9a-f]+)/.exec(page.text)?.[1]}`,
  }[kind]();
  await client.get(link);
}

async function expectOver(place: Place, thief: Client): Promise<void> {
  for (const page of kinds[place.kind].pages) {
    const navigation = await thief.copy().get(page);
    expect([page, navigation.status, navigation.location]).toEqual([page, 303, kinds[place.kind].loginPage]);
    const script = await thief.copy().request('GET', page);
    expectNothingIn(place.kind, script);
    expectNothingIn(place.kind, navigation);
  }
  expectNothingIn(place.kind, await thief.copy().get(kinds[place.kind].loginPage));
}

function flip(text: string): string {
  return text.replace(/./g, letter => (letter === 'A' ? 'B' : 'A'));
}
