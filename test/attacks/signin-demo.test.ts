import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { passwords } from '../support/apps.ts';
import {
  appClient,
  browserOf,
  openLogin,
  openPortal,
  passChallenge,
  passFirstGate,
  postPassword,
  release,
  signInFully,
} from '../support/person.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';
import {
  basic,
  encode,
  expectNothing,
  expectNothingIn,
  multipart,
  opensAtApp,
  sessionsOf,
  tryWay,
  type Way,
} from '../support/thief.ts';

const place = { app: 'demo', kind: 'demo' } as const;
const anna = { name: 'anna', password: passwords.anna } as const;
const who = { gebruiker: 'anna', wachtwoord: passwords.anna };
type Form = Record<string, string>;
const filled = (form: Form): Form => ({ ...form, ...who });

let demo: DemoApp;
let sluis: TestSluis;
beforeAll(async () => {
  demo = await startDemoApp();
  sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }], {
    clock: new TestClock(),
    extra: 'limits: { pendings: 100 }',
  });
});
afterAll(async () => {
  await sluis?.close();
  await demo?.close();
});
beforeEach(() => sluis.clock.advance(20 * 60_000));

const way = (name: string, opens: boolean, make: (form: Form) => Omit<Way, 'name' | 'opens'>) => ({
  name,
  way: (form: Form): Way => ({ name, opens, ...make(form) }),
});
const post = (
  name: string,
  target: string,
  opens: boolean,
  body: (form: Form) => string = form => encode(filled(form)),
) => way(name, opens, form => ({ target, body: body(form) }));
const typed = (type: string | undefined, opens: boolean) =>
  way(`a form of type ${type}`, opens, form => ({
    target: '/login',
    body: encode(filled(form)),
    headers: { 'Content-Type': type },
  }));

describe('R01 R08 rules 1, 2: sign-ins that are not the one that the preset names', () => {
  const ways = [
    post('a name twice', '/login', true, form => `gebruiker=carla&${encode(filled(form))}`),
    post('a password twice', '/login', true, form => `wachtwoord=x&${encode(filled(form))}`),
    post('a next page twice', '/login', true, form => `terug=%2Fpostvak&${encode(filled(form))}`),
    post('a field that the form does not have', '/login', true, form => `${encode(filled(form))}&beheer=1`),
    post('a broken escape', '/login', true, form => encode(filled(form)).replace('terug=', 'terug=%zz')),
    post('bytes that are no letters in the name', '/login', true, form =>
      encode(filled(form)).replace('anna', 'anna%FF'),
    ),
    post('a zero byte in the name', '/login', true, form => encode(filled(form)).replace('anna', 'anna%00')),
    post('a line break in the name', '/login', true, form => encode(filled(form)).replace('anna', 'anna%0D%0A')),
    post('a tab before the name', '/login', true, form => encode(filled(form)).replace('anna', '%09anna')),
    post('names in capitals', '/login', false, form => encode(filled(form)).replace('gebruiker', 'Gebruiker')),
    post('fields behind semicolons', '/login', false, form => encode(filled(form)).replaceAll('&', ';')),
    post('no token', '/login', false, () => encode(who)),
    post('nothing', '/login', false, () => ''),
    post('name and password in the query of a post', `/login?${encode(who)}`, false, encode),
    post('name and password in the query too', `/login?${encode(who)}`, true),
    post('an unlisted name in the query', '/login?x=1', true),
    post('a slash behind it', '/login/', false),
    post('two slashes', '//x/../login', true),
    post('an escape', '/log%69n', false),
    post('capitals', '/LOGIN', false),
    post('a path parameter', '/login;x', false),
    post('a dot segment', '/./login', true),
    post('out of the look', '/opmaak/../login', true),
    post('out of the look in escapes', '/opmaak/%2e%2e/login', true),
    post('an address of ours', '/_sluis/../login', true),
    ...['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND'].map(method =>
      way(`${method} with name and password in the query`, true, () => ({ method, target: `/login?${encode(who)}` })),
    ),
    way('name and password in the query of a page', true, () => ({ method: 'GET', target: `/postvak?${encode(who)}` })),
    way('name and password in the query of the look', false, () => ({
      method: 'GET',
      target: `/opmaak/gemeentepost.css?${encode(who)}`,
    })),
    way('multipart', true, form => ({ target: '/login', ...multipart(filled(form)) })),
    way('the sign-in for scripts', true, () => ({
      target: '/api/login',
      body: JSON.stringify(who),
      headers: { 'Content-Type': 'application/json' },
    })),
    way('the sign-in for scripts in other letters', true, () => ({
      target: '/api/login',
      body: JSON.stringify(who).replace('gebruiker', '\\u0067ebruiker'),
      headers: { 'Content-Type': 'text/plain' },
    })),
    way('JSON in the form', false, form => ({
      target: '/login',
      body: JSON.stringify(filled(form)),
      headers: { 'Content-Type': 'application/json' },
    })),
    typed('text/plain', false),
    typed(undefined, true),
    typed('application/x-www-form-urlencoded; charset=utf-16', true),
    typed('application/x-www-form-urlencoded, text/plain', false),
    ...['/postvak', '/api/mail.json', '/login', '/bericht/1', '/wie'].map(target =>
      way(`HTTP Basic at ${target}`, true, () => ({
        method: 'GET',
        target,
        headers: { Authorization: basic('anna', passwords.anna) },
      })),
    ),
    way('HTTP Basic and the form with a guess', false, form => ({
      target: '/login',
      body: encode({ ...filled(form), wachtwoord: 'geraden' }),
      headers: { Authorization: basic('anna', passwords.anna) },
    })),
    way('HTTP Basic for a proxy', false, () => ({
      method: 'GET',
      target: '/postvak',
      headers: { 'Proxy-Authorization': basic('anna', passwords.anna) },
    })),
  ];

  it.each(ways)('$name: nowhere', async ({ way: make }) => {
    expect(await opensAtApp(demo.url, 'demo', make)).toBe(make({}).opens);
    const { thief, answer } = await tryWay(sluis, place, make);
    expect([answer.location === '/_sluis/next', answer.status < 500]).toEqual([false, true]);
    await expectNothing(sluis, place, thief, [answer]);
  });
});

describe('R08: a sign-in that another site posts', () => {
  const none = { Origin: undefined, 'Sec-Fetch-Site': undefined };
  const ways: { name: string; headers: Record<string, string | undefined> }[] = [
    { name: 'from another origin', headers: { Origin: 'https://evil.test', 'Sec-Fetch-Site': 'cross-site' } },
    { name: 'from another origin in a browser of before', headers: { ...none, Origin: 'https://evil.test' } },
    { name: 'from another site, without an origin', headers: { ...none, 'Sec-Fetch-Site': 'cross-site' } },
    { name: 'from a sibling host', headers: { ...none, 'Sec-Fetch-Site': 'same-site' } },
    { name: 'from nowhere', headers: { ...none, 'Sec-Fetch-Site': 'none' } },
    { name: 'from an origin of its own, in a sandbox', headers: { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' } },
    { name: 'from a sandbox in a browser of before', headers: { ...none, Origin: 'null' } },
    { name: 'without a word of where from', headers: none },
    { name: 'from an origin made up to be ours', headers: { 'Sec-Fetch-Site': 'cross-site' } },
    { name: 'from two sites', headers: { Origin: 'https://evil.test', 'Sec-Fetch-Site': 'same-origin' } },
    { name: 'from an origin that begins like ours', headers: { ...none, Origin: 'http://demo.localhost.evil.test' } },
    { name: 'from our name by another scheme', headers: { ...none, Origin: 'https://demo.localhost' } },
  ];

  it.each(ways)('$name is not sent on, and anna keeps her session', async ({ headers }) => {
    const { app } = await signInFully(sluis, 'demo', 'demo', anna);
    const form = await openLogin(appClient(sluis, 'demo'), 'demo');
    const seen = demo.control.seen.length;
    const posted = { ...form, gebruiker: 'bram', wachtwoord: passwords.bram };
    for (const browser of [app, appClient(sluis, 'demo')]) {
      const answer = await browser.post('/login', posted, headers);
      expect([answer.status, answer.location]).toEqual([403, undefined]);
      expectNothingIn('demo', answer);
    }
    expect(demo.control.seen.slice(seen).filter(({ method }) => method === 'POST')).toEqual([]);
    const [page, wie] = [await app.get('/postvak'), await app.get('/wie')];
    expect([page.status, /id="wie">(\w+)</.exec(wie.text)?.[1]]).toEqual([200, 'anna']);
    expect(await sessionsOf(sluis, 'bram')).toBe(0);
  });
});

describe('R08: where a sign-in leads', () => {
  const elsewhere = [
    '//evil.test/',
    '/\\evil.test/',
    'https://evil.test/',
    'https:evil.test',
    'javascript:alert(1)',
    '/%0d%0aLocation:%20//evil.test',
  ];

  it.each(elsewhere)('a form that says %j is no sign-in', async terug => {
    const thief = appClient(sluis, 'demo');
    const form = await openLogin(thief, 'demo');
    const answer = await postPassword(thief, 'demo', { ...form, terug }, anna);
    expect([answer.status, answer.location]).toEqual([400, undefined]);
    await expectNothing(sluis, place, thief, [answer]);
  });

  it.each(['/.//evil.test/', '/x/..//evil.test/', '/postvak/../..//evil.test'])(
    'a form that says %j leads nowhere else: browsers take the dots out',
    async terug => {
      await signInFully(sluis, 'demo', 'demo', anna);
      const { app, portal } = browserOf(sluis, 'demo');
      const form = await openLogin(app, 'demo');
      const answer = await postPassword(app, 'demo', { ...form, terug }, anna);
      if (answer.location !== '/_sluis/next') return expectNothing(sluis, place, app, [answer]);
      const page = await openPortal(app, portal);
      const { secret } = await signInFully(sluis, 'demo', 'demo', anna);
      const answered = await release(app, await passChallenge(sluis, portal, page, secret));
      expect(ownPath(answered.location)).toBe(true);
    },
  );

  const links = [
    '//evil.test/',
    '///evil.test/',
    '/.//evil.test/',
    '/%2e//evil.test/',
    '/x/..//evil.test/',
    '/x/%2e%2e//evil.test/',
    '/%2f/evil.test/',
    '/%5cevil.test/',
    '/@evil.test/',
    '/;//evil.test/',
    '/http://evil.test/',
  ];

  it.each(links)('a mail with the link %s leads nowhere else', async link => {
    const browser = browserOf(sluis, 'demo');
    const first = await browser.app.get(link);
    expect([first.status, first.location]).toEqual([303, '/login']);
    const { landing } = await signInFully(sluis, 'demo', 'demo', anna, browser);
    expect([landing, ownPath(landing)]).toEqual([landing, true]);
    expect(landing).not.toMatch(/^\/_sluis/);
  });

  it('an honest link is kept', async () => {
    const browser = browserOf(sluis, 'demo');
    await browser.app.get('/bericht/2?letters=groot');
    expect((await signInFully(sluis, 'demo', 'demo', anna, browser)).landing).toBe('/bericht/2?letters=groot');
  });

  it('a target cookie of another visit, or of nobody, is not believed', async () => {
    const other = appClient(sluis, 'demo');
    await other.get('/bericht/1');
    for (const value of [other.jar.get('__Host-sluis-to') ?? '', 'L2JlaGVlcg', '/beheer']) {
      const browser = browserOf(sluis, 'demo');
      await openLogin(browser.app, 'demo');
      browser.app.jar.set('__Host-sluis-to', value);
      expect((await signInFully(sluis, 'demo', 'demo', anna, browser)).landing).toBe('/postvak');
    }
  });

  it('a pending is no way around the challenge', async () => {
    const { app } = browserOf(sluis, 'demo');
    await passFirstGate(app, 'demo', anna);
    const answers = [];
    for (const target of [
      '/login',
      '/postvak',
      '/',
      '/_sluis/release',
      '/_sluis/release?code=',
      '/_sluis/next?code=x',
    ]) {
      answers.push(await app.get(target));
    }
    await expectNothing(sluis, place, app, answers);
  });
});

/** Whether a browser stays on the origin it is on. */
function ownPath(location: string | undefined): boolean {
  const own = 'http://own.invalid';
  return new URL(location ?? '//nowhere.invalid', own).origin === own;
}
