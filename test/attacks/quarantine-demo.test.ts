import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import type { SignInMode } from '../../demo/control.ts';
import { passwords } from '../support/apps.ts';
import { Client, type ClientAnswer } from '../support/client.ts';
import {
  appClient,
  browserOf,
  follow,
  formFields,
  kinds,
  openLogin,
  postPassword,
  signInFully,
} from '../support/person.ts';
import { RawConnection } from '../support/raw-http.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';
import { expectNothing, expectNothingIn, leakIn, sessionsBegun, sessionsOf } from '../support/thief.ts';

/**
 * The app has seen the right password and made its session one of somebody signed in, and then something goes wrong.
 * The thief keeps every cookie of before and tries them all. `silent` is the app that tells nobody about it.
 */
const anna = { name: 'anna', password: passwords.anna } as const;
const places = {
  cookie: { app: 'luid', kind: 'demo' },
  silent: { app: 'stil', kind: 'demo' },
} as const;
type Promotion = keyof typeof places;

let sluis: TestSluis;
let demos: Record<Promotion, DemoApp>;

beforeAll(async () => {
  demos = {
    cookie: await startDemoApp({ promote: 'cookie' }),
    silent: await startDemoApp({ promote: 'silent', lockSession: true }),
  };
  sluis = await startSluis(
    [
      { id: 'luid', upstream: demos.cookie.url, preset: 'demo' },
      { id: 'stil', upstream: demos.silent.url, preset: 'demo' },
      { id: 'traag', upstream: `{ url: "${demos.silent.url}", timeouts: { head: 1s } }`, preset: 'demo' },
    ],
    { clock: new TestClock(), extra: 'limits: { pendings: 100 }' },
  );
});
afterAll(async () => {
  await sluis?.close();
  for (const demo of Object.values(demos ?? {})) await demo.close();
});
beforeEach(() => {
  // Tries of the test before must not leave a delay.
  sluis.clock.advance(20 * 60_000);
  for (const demo of Object.values(demos)) demo.control.signIn = 'normal';
});

describe('R08 rule 10: the app signs in and its answer is lost', () => {
  const modes = ['error', 'cut', 'partial', 'nonsense'] as const satisfies SignInMode[];
  const ways = modes.flatMap(mode => [
    { mode, promotion: 'silent' as const },
    { mode, promotion: 'cookie' as const },
  ]);

  it.each(ways)('nothing of it is usable after $mode, promoted by $promotion', async ({ mode, promotion }) => {
    const demo = demos[promotion];
    demo.control.signIn = mode;
    const { thief, before, answer } = await signInKeeping(promotion);
    await expectPromoted(promotion);
    for (const browser of [thief, before]) await expectNothing(sluis, places[promotion], browser, [answer]);
  });

  it.each(['whole', 'all but the last byte'] as const)(
    'nor where the thief hangs up after %s of his form',
    async amount => {
      const thief = appClient(sluis, 'stil');
      const form = await openLogin(thief, 'demo');
      const before = thief.copy();
      const judged = amount === 'whole' ? demos.silent.control.nextSignIn() : Promise.resolve();
      const bytes = signInBytes(thief, form);
      const connection = await RawConnection.open(sluis.port);
      connection.write(amount === 'whole' ? bytes : bytes.subarray(0, -1));
      await judged;
      connection.destroy();
      if (amount === 'whole') await expectPromoted('silent');
      for (const browser of [thief, before]) await expectNothing(sluis, places.silent, browser, []);
    },
  );

  it('nor where the app takes longer than Sluis waits', async () => {
    demos.silent.control.signIn = 'hold';
    const thief = appClient(sluis, 'traag');
    const form = await openLogin(thief, 'demo');
    const before = thief.copy();
    const answer = await postPassword(thief, 'demo', form, anna);
    demos.silent.control.letGo();
    await expectPromoted('silent');
    const place = { app: 'traag', kind: 'demo' } as const;
    for (const browser of [thief, before]) await expectNothing(sluis, place, browser, [answer]);
  });

  it('nor where the app says nothing at all about it', async () => {
    const { thief, before, answer } = await signInKeeping('silent');
    await expectPromoted('silent');
    for (const browser of [thief, before]) await expectNothing(sluis, places.silent, browser, [answer]);
  });
});

describe('R08 rule 10: requests beside the sign-in', () => {
  it('of many at once with one visit none shows the page behind the password', async () => {
    const thief = appClient(sluis, 'stil');
    const form = await openLogin(thief, 'demo');
    // A page that had begun to arrive is cut off: that is no answer at all.
    const open = () =>
      Array.from({ length: 10 }, () =>
        thief
          .copy()
          .get('/login')
          .catch(() => undefined),
      );
    const pages = open();
    const posts = [postPassword(thief.copy(), 'demo', form, anna), postPassword(thief.copy(), 'demo', form, anna)];
    const answers = await Promise.all([...pages, ...posts, ...open()]);
    await expectPromoted('silent');
    const came = answers.filter(answer => answer !== undefined);
    expect(came.length).toBeGreaterThanOrEqual(posts.length);
    await expectNothing(sluis, places.silent, thief, came);
  });
});

describe('R08 rule 10: one session of the app under two visits', () => {
  const wrong = { name: 'anna', password: 'geraden' };

  it('a mistake sent twice gives one visit, not two of which one outlives the sign-in', async () => {
    const thief = appClient(sluis, 'stil');
    const form = await openLogin(thief, 'demo');
    const [one, two] = [thief.copy(), thief.copy()];
    const [failure] = await Promise.all([one, two].map(browser => postPassword(browser, 'demo', form, wrong)));
    expect(failure?.status).toBe(401);
    await postPassword(one, 'demo', formFields(failure as ClientAnswer), anna);
    await expectPromoted('silent');
    await expectNothing(sluis, places.silent, two, []);
  });

  it('nor does the mistake sent again after the right password', async () => {
    const thief = appClient(sluis, 'stil');
    const form = await openLogin(thief, 'demo');
    const before = thief.copy();
    const failure = await postPassword(thief, 'demo', form, wrong);
    await postPassword(thief, 'demo', formFields(failure), anna);
    await expectPromoted('silent');
    const again = await postPassword(before, 'demo', form, wrong);
    await expectNothing(sluis, places.silent, before, [again]);
  });

  /** Cookie headers made of two visits of one thief; the right password has gone through the first. */
  const mixes: { name: string; header(first: Client, second: Client): string }[] = [
    { name: 'the second visit with cookies of the first', header: (a, b) => `${visitOf(b)}; ${sealedOf(a)}` },
    { name: 'the first visit with cookies of the second', header: (a, b) => `${visitOf(a)}; ${sealedOf(b)}` },
    {
      name: 'the second visit with cookies of both',
      header: (a, b) => `${visitOf(b)}; ${sealedOf(b)}; ${sealedOf(a)}`,
    },
    { name: 'both visits, the first one first', header: (a, b) => `${visitOf(a)}; ${visitOf(b)}; ${sealedOf(a)}` },
    { name: 'both visits, the second one first', header: (a, b) => `${visitOf(b)}; ${visitOf(a)}; ${sealedOf(a)}` },
    { name: "cookies of the first under the second's names", header: (a, b) => `${visitOf(b)}; ${renamed(a, b)}` },
    { name: 'cookies of the first and no visit', header: a => sealedOf(a) },
    { name: 'the first visit alone', header: a => visitOf(a) },
  ];

  it.each(mixes)('$name open nothing', async ({ header }) => {
    const [first, second] = [appClient(sluis, 'stil'), appClient(sluis, 'stil')];
    const form = await openTwice(first);
    const id = sessionAtApp('silent');
    await openLogin(second, 'demo');
    const cookies = header(first.copy(), second.copy());
    const answer = await postPassword(first, 'demo', form, anna);
    await expectPromoted('silent');
    const seen = demos.silent.control.seen.length;
    const answers = [answer];
    for (const target of ['/login', ...kinds.demo.pages]) {
      answers.push(await second.get(target, { Cookie: cookies }));
      answers.push(await second.request('GET', target, undefined, { Cookie: cookies }));
    }
    for (const one of answers) expectNothingIn('demo', one);
    // Not only is nothing shown: the session that was promoted is never sent to the app again.
    expect(demos.silent.control.seen.slice(seen).filter(({ rawHeaders }) => rawHeaders.join().includes(id))).toEqual(
      [],
    );
    await expectNothing(sluis, places.silent, second, []);
  });
});

describe('R01 R08: her password while she signs in again inside her session', () => {
  it('a stranger who repeats her form with her visit and without her session does not get in', async () => {
    const her = await signInFully(sluis, 'luid', 'demo', anna, browserOf(sluis, 'luid'));
    demos.cookie.control.endSessions('anna');
    const form = formFields(await follow(her.app, await her.app.get('/postvak')));
    const stolen = her.app.copy();
    for (const name of ['__Host-sluis', '__Host-sluis-pending']) stolen.jar.delete(name);
    const begun = sessionsBegun(sluis);
    const hers = await postPassword(her.app, 'demo', form, anna);
    expect(hers.location).toMatch(/^\/_sluis\/release\?code=/);
    const answer = await postPassword(stolen, 'demo', form, anna);
    const followed = await follow(stolen, answer);
    expect(stolen.jar.has('__Host-sluis')).toBe(false);
    for (const one of [answer, followed]) expectNothingIn('demo', one);
    await expectNothing(sluis, places.cookie, stolen, []);
    expect([(await follow(her.app, hers)).status, await sessionsOf(sluis, 'anna')]).toEqual([200, 1]);
    // She goes on in the session she had.
    expect(sessionsBegun(sluis)).toBe(begun + 1);
  });
});

/** Opens the login page, keeps a copy of all cookies, and sends the right password. */
async function signInKeeping(promotion: Promotion) {
  const thief = appClient(sluis, places[promotion].app);
  const form = await openLogin(thief, 'demo');
  const before = thief.copy();
  return { thief, before, answer: await postPassword(thief, 'demo', form, anna) };
}

/** The second time the app is sent the session that it gave the first time. */
async function openTwice(client: Client): Promise<Record<string, string>> {
  await openLogin(client, 'demo');
  return openLogin(client, 'demo');
}

/** The attack is a real one: at the app itself, the session of the last sign-in is somebody's who is signed in. */
async function expectPromoted(promotion: Promotion): Promise<void> {
  if (promotion === 'cookie') return;
  const { port } = demos[promotion];
  const direct = new Client(port, { host: `127.0.0.1:${port}` });
  direct.jar.set('GPSESSIE', sessionAtApp(promotion, 'POST'));
  expect(leakIn('demo', await direct.get('/login'))).toBeDefined();
}

/** The app's session id in the last request that it saw. */
function sessionAtApp(promotion: Promotion, method = 'GET'): string {
  const { seen } = demos[promotion].control;
  const last = seen.findLast(request => request.method === method && request.target === '/login');
  const sent = /GPSESSIE=([\w-]+)/.exec(last?.rawHeaders.join('\n') ?? '')?.[1];
  if (sent !== undefined) return sent;
  throw new Error('no session was sent');
}

function signInBytes(client: Client, form: Record<string, string>): Buffer {
  const body = new URLSearchParams({ ...form, gebruiker: anna.name, wachtwoord: anna.password }).toString();
  return client.bytes('POST', '/login', body, {
    'Content-Type': 'application/x-www-form-urlencoded',
    Origin: sluis.origin('stil'),
  });
}

function visitOf(client: Client): string {
  return `__Host-sluis-visit=${client.jar.get('__Host-sluis-visit')}`;
}

function sealedOf(client: Client): string {
  return sealed(client)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');
}

function sealed(client: Client): [string, string][] {
  return [...client.jar].filter(([name]) => name.startsWith('__Host-s.'));
}

/** Values of the one under the names of the other. */
function renamed(from: Client, to: Client): string {
  const values = sealed(from);
  return sealed(to)
    .map(([name], index) => `${name}=${values[index]?.[1]}`)
    .join('; ');
}
