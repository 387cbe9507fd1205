import { Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { passwords } from '../support/apps.ts';
import type { Client } from '../support/client.ts';
import { type MaliciousApp, startMaliciousApp } from '../support/malicious-app.ts';
import {
  appClient,
  browserOf,
  formFields,
  openPortal,
  passChallenge,
  passFirstGate,
  release,
  releaseOn,
  signInFully,
  submit,
} from '../support/person.ts';
import { until } from '../support/redis.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

/** A thief who is in and knows her password gives her another one, and would keep what he has by the old one. */
let demo: DemoApp;
let odd: MaliciousApp;
let sluis: TestSluis;
let secret: string;
const anna = { name: 'anna', password: passwords.anna } as const;

/** By what stands in its page. */
const generic = `    signIn:
      loginPage: /login
      action: /login
      userField: gebruiker
      passwordField: wachtwoord
      otherFields: { formtoken: {} }
      proofCookie: GPAUTH
      whoami: { from: request, path: /wie, body: '<strong id="wie">([^<]+)</strong>' }
      landing: /postvak
      passwordChange: { path: /wachtwoord, fields: [nieuw], changed: { body: 'is gewijzigd' }, refused: { body: 'klopt niet' } }`;

beforeAll(async () => {
  [demo, odd] = await Promise.all([startDemoApp(), startMaliciousApp()]);
  const apps = [
    { id: 'post', upstream: demo.url, preset: 'demo' },
    { id: 'vreemd', upstream: odd.url, preset: 'demo' },
    { id: 'eigen', upstream: odd.url, preset: 'generic', extra: generic },
  ];
  sluis = await startSluis(apps, { clock: new TestClock(), extra: 'trust: {}' });
  ({ secret } = await signInFully(sluis, 'post', 'demo', anna));
});
afterAll(async () => {
  await sluis?.close();
  await Promise.all([demo?.close(), odd?.close()]);
});
beforeEach(async () => {
  const { id } = await person();
  await sluis.core.devices.removeAll({ id }, 'by-operator', 'test');
  await sluis.core.ends.ofPerson(id, 'by-operator');
  sluis.clock.advance(10 * 60_000);
  odd.answers.clear();
});

async function person() {
  const found = await sluis.core.people.byName('gemeente', 'anna');
  if (found === undefined) throw new Error('anna is gone');
  return found;
}

/** A device of hers, and a session that it began. */
async function trusted(app = 'vreemd'): Promise<Client> {
  const { id, factors } = await person();
  const factor = factors[0]?.id ?? '';
  const factorAt = sluis.clock.now();
  const agent = { browser: 'Chrome', platform: 'linux' } as const;
  const asked = { person: { id }, signIn: String(Math.random()), factor, factorAt, agent, source: 'test' };
  const made = await sluis.core.devices.trust(asked);
  if (made.outcome !== 'trusted') throw new Error(made.outcome);
  const proved = { level: 2, factor, factorAt, portal: undefined, trust: made.device.id };
  const { cookie } = await sluis.core.sessions.begin({ realm: 'gemeente', app, person: id, name: 'anna', ...proved });
  const client = appClient(sluis, app);
  client.jar.set('__Host-sluis', cookie);
  return client;
}

async function devices(): Promise<number> {
  const { id } = await person();
  return (await sluis.core.devices.list({ id })).length;
}

const own = () => ({ Origin: sluis.origin('vreemd') });
const parts = { 'Content-Type': 'multipart/form-data; boundary=b' };
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
const part = (name: string) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\nx\r\n`;
const filling = 'y'.repeat(300_000);

/** Sends all but the last bytes, and goes away once the app has the beginning. */
async function sendMost(thief: Client, body: string, type: Record<string, string>, seen: () => Promise<unknown>) {
  const socket = new Socket().connect(sluis.port, '127.0.0.1');
  const bytes = thief.bytes('POST', '/wachtwoord', body, { ...own(), ...type });
  socket.write(bytes.subarray(0, bytes.length - 10));
  await seen();
  socket.destroy();
}

describe('R15: a new password that is sent so that it might not be seen', () => {
  it('in parts that are whole before their end: some apps wait for no more than the last boundary', async () => {
    const thief = await trusted();
    const from = odd.bytes().length;
    const arrived = () => until(async () => odd.bytes().indexOf('--b--', from) >= 0);
    await sendMost(thief, `${part('nieuw')}--b--\r\n${filling}`, parts, arrived);
    await until(async () => (await devices()) === 0);
  });

  it('in parts, with something behind them for which the body is refused', async () => {
    const thief = await trusted();
    const body = `${part('nieuw')}--b--\r\n${filling}\r\n${part('gebruiker')}${part('wachtwoord')}--b--\r\n`;
    expect((await thief.post('/wachtwoord', body, { ...own(), ...parts })).status).toBe(400);
    await until(async () => (await devices()) === 0);
  });

  it('to an app that answers before it has all', async () => {
    const thief = await trusted('eigen');
    const dropped = odd.dropped('/wachtwoord');
    const answered = Promise.withResolvers<void>();
    odd.early.set('/wachtwoord', socket => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n', () =>
        answered.resolve(),
      );
    });
    const socket = new Socket().connect(sluis.port, '127.0.0.1');
    const bytes = thief.bytes('POST', '/wachtwoord', `nieuw=x&a=${filling}`, {
      Origin: sluis.origin('eigen'),
      ...form,
    });
    // The head of so long an answer goes on before its body.
    const read = new Promise<void>(resolve => socket.once('data', () => resolve()));
    socket.write(bytes.subarray(0, bytes.length - 10));
    await Promise.all([answered.promise, read]);
    socket.destroy();
    await dropped;
    odd.early.clear();
    await until(async () => (await devices()) === 0);
  });

  it.each([
    ['beside a body', 'oud=x'],
    ['with an empty one', ''],
    ['with none', undefined],
  ] as const)('in the address, where many apps look as well: %s', async (_how, body) => {
    const thief = await trusted();
    await thief.request('POST', '/wachtwoord?nieuw=x', body, { ...own(), ...form });
    expect(await devices()).toBe(0);
  });

  it('CWE-352: in the address, from another site, it never reaches the app', async () => {
    const hers = await trusted();
    const seen = odd.seen.length;
    const foreign = { ...form, Origin: 'https://evil.test', 'Sec-Fetch-Site': 'cross-site' };
    expect((await hers.request('POST', '/wachtwoord?nieuw=x', '', foreign)).status).toBe(400);
    expect([odd.seen.length, await devices()]).toEqual([seen, 1]);
  });
});

describe('R15: a sign-in by the old password that waits', () => {
  it('for its last step, in a browser that has no session: it opens nothing any more', async () => {
    const hers = (await signInAgain()).app;
    const thief = await passedOnly();
    const page = formFields(await hers.get('/wachtwoord'));
    await hers.post('/wachtwoord', { ...page, oud: passwords.anna, nieuw: 'Van-Anna-Alleen-2026' });
    await release(thief.browser.app, thief.page);
    expect((await thief.browser.app.get('/postvak')).status).not.toBe(200);
    expect((await hers.get('/postvak')).status).toBe(200);
  });
});

async function passedOnly() {
  const browser = browserOf(sluis, 'post');
  await passFirstGate(browser.app, 'demo', anna);
  let page = await passChallenge(sluis, browser.portal, await openPortal(browser.app, browser.portal), secret);
  if (releaseOn(page) === undefined) page = await submit(browser.portal, page, { act: 'no' });
  return { browser, page };
}

async function signInAgain() {
  const { browser, page } = await passedOnly();
  expect((await release(browser.app, page)).status).toBe(303);
  sluis.clock.advance(2 * 60_000);
  return browser;
}
