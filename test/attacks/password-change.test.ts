import { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import type { AuditEvent } from '../../src/audit/event.ts';
import { SluisError } from '../../src/kernel/errors.ts';
import { passwords } from '../support/apps.ts';
import type { Client, ClientAnswer } from '../support/client.ts';
import { html, type MaliciousApp, startMaliciousApp, whole } from '../support/malicious-app.ts';
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

type Browser = ReturnType<typeof browserOf>;
type Headers = Readonly<Record<string, string | undefined>>;

let demo: DemoApp;
let odd: MaliciousApp;
let sluis: TestSluis;
/** What each of them types at Gemeentepost now, and her key. */
const now = new Map<string, string>();
const keys = new Map<string, string>();

const generic = `    signIn:
      loginPage: /login
      action: /login
      userField: gebruiker
      passwordField: wachtwoord
      otherFields: { formtoken: {} }
      proofCookie: GPAUTH
      whoami: { from: request, path: /wie, body: '<strong id="wie">([^<]+)</strong>' }
      landing: /postvak
      passwordChange:
        path: /rekening/*
        fields: [user.password, nieuw]
        changed: { body: 'is gewijzigd' }
        refused: { body: 'klopt niet' }`;

beforeAll(async () => {
  [demo, odd] = await Promise.all([startDemoApp(), startMaliciousApp()]);
  const apps = [
    { id: 'post', upstream: demo.url, preset: 'demo' },
    { id: 'vreemd', upstream: odd.url, preset: 'demo' },
    { id: 'eigen', upstream: odd.url, preset: 'generic', extra: generic },
  ];
  sluis = await startSluis(apps, { clock: new TestClock(), extra: 'trust: {}\nlimits: { pendings: 50 }' });
  for (const name of ['anna', 'bram'] as const) {
    now.set(name, passwords[name]);
    keys.set(name, (await signInFully(sluis, 'post', 'demo', { name, password: passwords[name] })).secret);
  }
});
afterAll(async () => {
  await sluis?.close();
  await Promise.all([demo?.close(), odd?.close()]);
});
beforeEach(async () => {
  for (const name of ['anna', 'bram']) {
    const id = await idOf(name);
    await sluis.core.devices.removeAll({ id }, 'by-operator', 'test');
    await sluis.core.ends.ofPerson(id, 'by-operator');
  }
  sluis.clock.advance(10 * 60_000);
  odd.answers.clear();
});

async function idOf(name: string): Promise<string> {
  return (await sluis.core.people.byName('gemeente', name))?.id ?? '';
}

/** In by password, and a code where one is asked; `trusting` calls the browser her own where that is offered. */
async function enter(app: string, name: string, { trusting = false, browser = browserOf(sluis, app) } = {}) {
  browser.app.jar.clear();
  await passFirstGate(browser.app, 'demo', { name, password: now.get(name) ?? '' });
  let page = await openPortal(browser.app, browser.portal);
  if (releaseOn(page) === undefined) page = await passChallenge(sluis, browser.portal, page, keys.get(name) ?? '');
  if (releaseOn(page) === undefined) page = await submit(browser.portal, page, { act: trusting ? 'trust' : 'no' });
  expect((await release(browser.app, page)).status).toBe(303);
  sluis.clock.advance(2 * 60_000);
  return browser;
}

/** A browser that she trusts, with a session that her trust began. */
async function byTrust(app: 'post', name = 'anna'): Promise<Browser> {
  const browser = await enter(app, name, { trusting: true });
  await sluis.core.ends.ofPerson(await idOf(name), 'by-operator');
  return enter(app, name, { browser });
}

/** The same, without the way there: a device of hers, and a session that it began. */
async function trusted(app: string): Promise<{ readonly app: Client }> {
  const person = await sluis.core.people.byName('gemeente', 'anna');
  const factor = person?.factors[0]?.id ?? '';
  const factorAt = sluis.clock.now();
  const who = { id: await idOf('anna') };
  const agent = { browser: 'Chrome', platform: 'linux' } as const;
  const asked = { person: who, signIn: String(Math.random()), factor, factorAt, agent, source: 'test' };
  const made = await sluis.core.devices.trust(asked);
  if (made.outcome !== 'trusted') throw new Error(made.outcome);
  const proved = { level: 2, factor, factorAt, portal: undefined, trust: made.device.id };
  const fresh = { realm: 'gemeente', app, person: who.id, name: 'anna', ...proved };
  const client = appClient(sluis, app);
  client.jar.set('__Host-sluis', (await sluis.core.sessions.begin(fresh)).cookie);
  return { app: client };
}

async function isIn({ app }: Pick<Browser, 'app'>): Promise<boolean> {
  return (await app.get('/postvak')).status === 200;
}

async function devicesOf(name = 'anna'): Promise<number> {
  return (await sluis.core.devices.list({ id: await idOf(name) })).length;
}

function told(): AuditEvent[] {
  const lines = sluis.log.filter(line => line.includes('"password.changed"'));
  return lines.map(line => (JSON.parse(line) as { audit: { event: AuditEvent } }).audit.event);
}

async function formOf(app: Client): Promise<Record<string, string>> {
  return formFields(await app.get('/wachtwoord'));
}

async function change({ app }: Browser, old: string, fresh: string, extra: Headers = {}): Promise<ClientAnswer> {
  return app.post('/wachtwoord', { ...(await formOf(app)), oud: old, nieuw: fresh }, extra);
}

describe('R15: a password that is changed in the app', () => {
  it('ends all her trusted devices and her sessions in other browsers, but not where she is', async () => {
    const here = await byTrust('post');
    const there = await byTrust('post');
    const byCode = await enter('post', 'anna');
    const bram = await byTrust('post', 'bram');
    await enter('post', 'anna', { browser: here });
    // Another app in this very browser, by the trust that is to end.
    const beside = { app: appClient(sluis, 'vreemd'), portal: here.portal };
    await enter('vreemd', 'anna', { browser: beside });
    expect([await devicesOf(), await isIn(here), await isIn(byCode)]).toEqual([2, true, true]);
    const before = told().length;

    const answer = await change(here, passwords.anna, 'Nieuw-Test-2026');
    now.set('anna', 'Nieuw-Test-2026');
    expect(answer.location).toBe('/wachtwoord?gewijzigd');
    expect([await devicesOf(), await isIn(here), await isIn(there), await isIn(byCode)]).toEqual([
      0,
      true,
      false,
      false,
    ]);
    expect(await isIn(beside)).toBe(true);
    // The answer came after all of it.
    expect(told().slice(before)).toMatchObject([{ name: 'anna', certain: true, devices: 2, source: '127.0.0.1' }]);
    // Nobody else's.
    expect([await devicesOf('bram'), await isIn(bram)]).toEqual([1, true]);
    // The old value of the device opens nothing with the new password.
    await passFirstGate(there.app, 'demo', { name: 'anna', password: 'Nieuw-Test-2026' });
    expect(releaseOn(await openPortal(there.app, there.portal))).toBeUndefined();
  });

  it('that the app refuses ends nothing', async () => {
    const here = await byTrust('post');
    const other = await enter('post', 'anna');
    const before = told().length;
    expect((await change(here, 'fout', 'Nog-Een-Test-2026')).status).toBe(422);
    expect((await change(here, now.get('anna') ?? '', 'kort')).status).toBe(422);
    expect([await devicesOf(), await isIn(here), await isIn(other), told().length]).toEqual([1, true, true, before]);
  });

  it('counts in every way that the app would take it', async () => {
    const ways: readonly [string, string, Headers][] = [
      ['/wachtwoord', 'nieuw=x', {}],
      ['//wachtwoord', 'nieuw=x', {}],
      ['/%77achtwoord', 'nieuw=x', {}],
      ['/x/../wachtwoord', 'nieuw=x', {}],
      ['/wachtwoord?a=b', 'a=1&nieu%77=%78', {}],
      ['/wachtwoord', 'nieuw=&nieuw=x', {}],
      ['/wachtwoord', '{"nieuw":"x"}', { 'Content-Type': 'application/json' }],
      ['/wachtwoord', '--x\r\nContent-Disposition: form-data; name="nieuw"\r\n\r\nx\r\n--x--\r\n', parts],
      // Where neither says from where it came: a program of her own.
      ['/wachtwoord', 'nieuw=x', { Origin: undefined, ...silent }],
    ];
    for (const path of ['/wachtwoord', '//wachtwoord', '/%77achtwoord', '/x/../wachtwoord'])
      odd.answers.set(path, html('misschien'));
    for (const [target, body, extra] of ways) {
      const here = await trusted('vreemd');
      expect((await here.app.post(target, body, extra)).status, target).toBeLessThan(500);
      expect(await devicesOf(), `${target} ${body}`).toBe(0);
      expect(await isIn(here)).toBe(true);
    }
    expect(told().at(-1)).toMatchObject({ certain: false, devices: 1 });
  });

  it('is none without the field, with an empty one, at another page, or in the address', async () => {
    const here = await trusted('vreemd');
    const before = told().length;
    await here.app.post('/wachtwoord', { oud: 'x' });
    await here.app.post('/wachtwoord', { oud: 'x', nieuw: '' });
    await here.app.post('/opstellen', { nieuw: 'x' });
    await here.app.get('/wachtwoord?nieuw=x');
    expect([await devicesOf(), told().length]).toEqual([1, before]);
  });
});

const parts = { 'Content-Type': 'multipart/form-data; boundary=x' };
const silent = { 'Sec-Fetch-Site': undefined, 'Sec-Fetch-Mode': undefined, 'Sec-Fetch-Dest': undefined };

describe('R15: a form of another page, and somebody else', () => {
  it.each([
    ['another site', { Origin: 'https://evil.test', 'Sec-Fetch-Site': 'cross-site' }],
    ['a neighbour under the same name', { Origin: 'http://buur.localhost', 'Sec-Fetch-Site': 'same-site' }],
    ['a page without an origin', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }],
    ['an old browser, from another site', { Origin: 'https://evil.test', ...silent }],
  ] as const)('CWE-352: from %s it never reaches the app, and ends nothing', async (_from, headers) => {
    const here = await trusted('vreemd');
    const other = await trusted('vreemd');
    const seen = odd.seen.length;
    expect((await here.app.post('/wachtwoord', 'nieuw=x', headers)).status).toBe(400);
    expect(odd.seen.slice(seen).filter(({ method }) => method === 'POST')).toEqual([]);
    expect([await devicesOf(), await isIn(other)]).toEqual([2, true]);
  });

  it('who has her password alone, without a session, ends nothing', async () => {
    await byTrust('post');
    const thief = browserOf(sluis, 'post');
    await passFirstGate(thief.app, 'demo', { name: 'anna', password: now.get('anna') ?? '' });
    const answer = await thief.app.post('/wachtwoord', { oud: now.get('anna') ?? '', nieuw: 'Van-De-Dief-2026' });
    expect(answer.status).not.toBe(200);
    expect(await devicesOf()).toBe(1);
  });

  it('bram changes his, and anna keeps hers', async () => {
    await byTrust('post');
    const bram = await byTrust('post', 'bram');
    await change(bram, now.get('bram') ?? '', 'Bram-Nieuw-2026');
    now.set('bram', 'Bram-Nieuw-2026');
    expect([await devicesOf(), await devicesOf('bram')]).toEqual([1, 0]);
  });

  it('asking again and again does not fill the trail', async () => {
    const here = await trusted('vreemd');
    const before = told().length;
    for (let round = 0; round < 5; round += 1) await here.app.post('/wachtwoord', 'nieuw=x');
    expect(told().length).toBe(before + 1);
  });
});

describe('R15: an app that does not say what came of it', () => {
  it('no answer counts: broken off, or its browser gone', async () => {
    odd.answers.set('/wachtwoord', socket => socket.destroy());
    const here = await trusted('vreemd');
    expect((await here.app.post('/wachtwoord', 'nieuw=x')).status).toBe(502);
    await until(async () => (await devicesOf()) === 0);

    const gone = await trusted('vreemd');
    const arrived = Promise.withResolvers<void>();
    odd.answers.set('/wachtwoord', () => arrived.resolve());
    const socket = new Socket().connect(sluis.port, '127.0.0.1');
    socket.write(gone.app.bytes('POST', '/wachtwoord', 'nieuw=x', ownForm()));
    await arrived.promise;
    expect(await devicesOf()).toBe(1);
    socket.destroy();
    await until(async () => (await devicesOf()) === 0);
  });

  it('a store that is away when the app has done it: the ends are tried until it is back', async () => {
    const here = await trusted('vreemd');
    const other = await trusted('vreemd');
    const { store } = sluis.core;
    const { replace } = store;
    let refused = 0;
    store.replace = () => {
      refused += 1;
      return Promise.reject(new SluisError('store.unavailable', 'lost'));
    };
    try {
      expect((await here.app.post('/wachtwoord', 'nieuw=x')).status).toBe(200);
      expect(refused).toBeGreaterThan(0);
      expect(sluis.log.some(line => line.includes('have not ended yet'))).toBe(true);
    } finally {
      store.replace = replace;
    }
    await until(async () => (await devicesOf()) === 0 && !(await isIn(other)));
    expect(await isIn(here)).toBe(true);
  });

  it('half a form is none', async () => {
    const here = await trusted('vreemd');
    const socket = new Socket().connect(sluis.port, '127.0.0.1');
    const dropped = odd.dropped('/wachtwoord');
    // Long enough that its first part reaches the app: a body goes on one piece late.
    const body = `nieuw=x&a=${'y'.repeat(300_000)}`;
    const bytes = here.app.bytes('POST', '/wachtwoord', body, ownForm());
    socket.write(bytes.subarray(0, bytes.length - 10));
    await until(async () => odd.bytes().includes('nieuw=x&a=yyyy'));
    socket.destroy();
    await dropped;
    expect([await devicesOf(), await isIn(here)]).toEqual([1, true]);
  });
});

function ownForm(): Headers {
  return { Origin: sluis.origin('vreemd'), 'Content-Type': 'application/x-www-form-urlencoded' };
}

describe('R15: an app that the configuration describes', () => {
  it('is read by its own words, packed or not; what says neither counts', async () => {
    const packed = (body: string) => {
      const bytes = gzipSync(body);
      const head = `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: ${bytes.length}\r\n\r\n`;
      return Buffer.concat([Buffer.from(head), bytes]);
    };
    const long = 'x'.repeat(300 * 1024);
    const answers: readonly [string | Buffer, number][] = [
      [html('Uw oude wachtwoord klopt niet'), 1],
      [packed('Uw oude wachtwoord klopt niet'), 1],
      [packed('Uw wachtwoord is gewijzigd. Uw adres klopt niet'), 0],
      [html('Uw wachtwoord is gewijzigd'), 0],
      [html('tja'), 0],
      [html(`${long} klopt niet`), 0],
      [whole('500 Internal Server Error', []), 0],
    ];
    for (const [answer, left] of answers) {
      await sluis.core.devices.removeAll({ id: await idOf('anna') }, 'by-operator', 'test');
      odd.answers.set('/rekening/wachtwoord', answer);
      const here = await trusted('eigen');
      const got = await here.app.post('/rekening/wachtwoord', { 'user.password': 'x' });
      const sent = Buffer.isBuffer(answer) ? answer : Buffer.from(answer, 'latin1');
      expect(got.body).toEqual(sent.subarray(sent.indexOf('\r\n\r\n') + 4));
      expect(await devicesOf(), String(got.status)).toBe(left);
    }
  });
});
