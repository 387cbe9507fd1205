import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { bindFactor } from '../../src/enrolment/bind.ts';
import { giveDeskCode } from '../../src/enrolment/desk-code.ts';
import { allowOwn } from '../../src/enrolment/own.ts';
import type { Person } from '../../src/factor/person.ts';
import { passwords } from '../support/apps.ts';
import type { ClientAnswer } from '../support/client.ts';
import { type ConsoleBrowser, titleOf as consoleTitle, operatorOf, secretOf } from '../support/operator.ts';
import { beginChange } from '../support/own.ts';
import {
  browserOf,
  freshCode,
  kinds,
  openPortal,
  passFirstGate,
  release,
  releaseOn,
  setUp,
  signInFully,
  submit,
  titleOf,
} from '../support/person.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

const minute = 60_000;
const hour = 60 * minute;
const anna = { name: 'anna', password: passwords.anna } as const;
const bram = { name: 'bram', password: passwords.bram } as const;
const question = 'Vul de code van de balie in';
const offer = 'Is dit uw eigen apparaat?';
const giving = { by: 'helpdesk@gemeente.test', reason: 'telefoon thuis', method: 'document' };

let demo: DemoApp;
let sluis: TestSluis;
let secret: string;
let helpdesk: ConsoleBrowser;

beforeAll(async () => {
  demo = await startDemoApp();
  const routes = '    routes: [{ path: /beheer/*, level: 3 }]';
  sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo', extra: routes }], {
    clock: new TestClock(),
    highestLevel: 3,
    console: 'own',
    extra: 'trust: {}\nlimits: { pendings: 100 }\nsession: { idle: 12h, absolute: 24h }',
  });
  ({ secret } = await signInFully(sluis, 'demo', 'demo', anna));
  await signInFully(sluis, 'demo', 'demo', bram);
  await operatorOf(sluis, 'auditor', 'bram@gemeente.test');
});
afterAll(async () => {
  await sluis?.close();
  await demo?.close();
});
beforeEach(async () => {
  sluis.clock.advance(minute);
  helpdesk = (await operatorOf(sluis, 'helpdesk', `clerk-${sluis.clock.now()}@gemeente.test`)).browser;
});

async function person(name = 'anna'): Promise<Person> {
  const found = await sluis.core.people.byName('gemeente', name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

async function give(name = 'anna', browser = helpdesk): Promise<ClientAnswer> {
  const place = `/people/gemeente/${name}/desk-code`;
  return browser.submit(await browser.get(place), place, { reason: 'telefoon thuis', method: 'document' });
}

async function codeFor(name = 'anna'): Promise<string> {
  const code = secretOf((await give(name)).text);
  expect(code).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);
  return code;
}

/** A new browser whose user knows her password, at the page where the desk's code is asked. */
async function arrive(who: typeof anna | typeof bram = anna) {
  const browser = browserOf(sluis, 'demo');
  await passFirstGate(browser.app, 'demo', who);
  return { ...browser, page: await openPortal(browser.app, browser.portal) };
}

/** In, with the desk's code. */
async function inWith(code: string) {
  const at = await arrive();
  const hop = await submit(at.portal, at.page, { code });
  await release(at.app, hop);
  expect((await at.app.get('/wie')).text).toMatch(kinds.demo.signedIn);
  return { ...at, hop };
}

/** As she does with her phone at hand, by way of the other ways in. */
async function withOwn() {
  const at = await arrive();
  const id = /\/challenge\/([\w-]+)\//.exec(at.page.text)?.[1] ?? '';
  const totp = await at.portal.get(`/challenge/${id}/totp`);
  return { ...at, page: await submit(at.portal, totp, { code: freshCode(sluis, secret) }) };
}

async function inWithOwn() {
  const at = await withOwn();
  await release(at.app, await submit(at.portal, at.page, { act: 'no' }));
  return at;
}

describe('R39: who holds a code of the desk, and no more', () => {
  it('is in for that day: no offer to trust a device, and the session ends when the code does', async () => {
    const code = await codeFor();
    const until = (await person()).deskCode?.credential.until;
    sluis.clock.advance(hour);
    // Straight on: a trusted device is offered after a factor of hers, and after this it is not.
    const first = await inWith(code);
    expect(releaseOn(first.hop)).toBeDefined();
    const ends = (await sluis.core.sessions.ofPerson((await person()).id)).map(({ absoluteEnd }) => absoluteEnd);
    expect(ends).toContain(until);
    sluis.clock.advance(22 * hour);
    const late = await inWith(code);
    sluis.clock.advance(hour);
    for (const { app } of [first, late]) expect((await app.get('/wie')).text).not.toMatch(kinds.demo.signedIn);
    expect(titleOf((await arrive()).page)).not.toBe(question);
  });

  it('reaches no page of level 3, changes nothing of her own, and gets no recovery codes', async () => {
    const { app, portal } = await inWith(await codeFor());
    expect((await app.get('/beheer')).text).not.toMatch(kinds.demo.signedIn);
    const before = await person();
    expect((await portal.get('/my-security')).text).not.toContain('Sterkte:');
    // In her own browser, where she passed her factor: her changes ask for that, and not for the desk's code.
    const own = await inWithOwn();
    const told = (await own.portal.get('/my-security')).text;
    for (const what of ['De balie gaf een code voor één dag', 'Er is een code van de balie gebruikt'])
      expect(told).toContain(what);
    for (const act of ['add', 'codes'] as const) {
      const page = await beginChange(own.portal, act);
      expect(titleOf(page)).not.toBe(question);
      const id = /\/challenge\/([\w-]+)\//.exec(page.text)?.[1] ?? 'none';
      expect(titleOf(await own.portal.get(`/challenge/${id}/desk-code`))).not.toBe(question);
    }
    expect((await person()).recovery).toEqual(before.recovery);
  });

  it('opens no set-up: neither as an activation code, nor as a factor that was passed', async () => {
    const code = await codeFor();
    const at = await arrive();
    const { id } = await person();
    const asked = { realm: 'gemeente', name: 'anna', code, source: '192.0.2.1' };
    expect(await sluis.core.activation.accept(asked)).toEqual({ outcome: 'none' });
    await submit(at.portal, at.page, { code });
    const factor = (await person()).deskCode?.id ?? '';
    const passed = { person: { id }, factor, challenge: 'c', act: 'add' } as const;
    expect(await allowOwn(sluis.core, passed)).toBeUndefined();
    const now = sluis.clock.now();
    const forged = { by: 'own-factor', at: now, upTo: 2, own: { act: 'add', challenge: 'c', factor } } as const;
    const bound = await bindFactor(sluis.core, {
      person: { id },
      factor: { kind: 'totp', level: 2, label: 'dief', credential: { secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' } },
      permission: forged,
      confirm: async () => 'accepted',
      source: '192.0.2.1',
    });
    expect([bound.outcome, (await person()).factors.length]).toEqual(['refused', 1]);
  });

  it('is out at once when the desk takes it back, also from a sign-in that passed and was not let in yet', async () => {
    const code = await codeFor();
    const inside = await inWith(code);
    const waiting = await arrive();
    const hop = await submit(waiting.portal, waiting.page, { code });
    const place = '/people/gemeente/anna/end-desk-code';
    const done = await helpdesk.submit(await helpdesk.get(place), place, { reason: 'telefoon is er weer' });
    expect(done.text).toContain('De code voor één dag is ingetrokken.');
    expect((await inside.app.get('/wie')).text).not.toMatch(kinds.demo.signedIn);
    await release(waiting.app, hop);
    expect((await waiting.app.get('/wie')).text).not.toMatch(kinds.demo.signedIn);
    const after = await arrive();
    expect(titleOf(after.page)).not.toBe(question);
  });

  it('opens nobody else, also where both have one', async () => {
    const code = await codeFor();
    await giveDeskCode(sluis.core, { person: await person('bram'), ...giving });
    const at = await arrive(bram);
    expect(titleOf(at.page)).toBe(question);
    expect(releaseOn(await submit(at.portal, at.page, { code }))).toBeUndefined();
  });

  it('is guessed at in a dozen windows at once: most are not even tried, and she gets in with hers elsewhere', async () => {
    const code = await codeFor();
    const windows = [];
    for (let at = 0; at < 12; at += 1) windows.push(await arrive());
    const count = () => sluis.log.filter(line => line.includes('"challenge.failed"')).length;
    const before = count();
    const wrong = '0000-0000-0000-0000';
    const answers = await Promise.all(windows.map(({ portal, page }) => submit(portal, page, { code: wrong })));
    expect(answers.filter(answer => releaseOn(answer) !== undefined)).toEqual([]);
    // Three free mistakes of one source, then delays; one entry says that they began.
    expect(count() - before).toBeLessThanOrEqual(5);
    sluis.clock.advance(minute);
    await inWith(code);
  });
});

describe('R39, R34: who gives a code', () => {
  it('never for an own account, nor after taking the second step away; a role at the console is for admins', async () => {
    const self = (await operatorOf(sluis, 'helpdesk', 'anna@gemeente.test')).browser;
    const before = (await person()).deskCode?.id;
    const refused = await give('anna', self);
    expect([refused.status, secretOf(refused.text)]).toEqual([422, '']);
    expect(refused.text).toContain('Dit is uw eigen account');
    const staff = await give('bram');
    expect([staff.status, staff.text.includes('Alleen een beheerder')]).toEqual([422, true]);
    expect((await person()).deskCode?.id).toBe(before);
    const admin = (await operatorOf(sluis, 'admin', 'chef@gemeente.test')).browser;
    expect(consoleTitle(await give('bram', admin))).toBe('Code voor één dag: bram');
  });

  it('R34: not who took her second step away, also once she used the code that a colleague gave for the next', async () => {
    const chef = (await operatorOf(sluis, 'admin', 'chef2@gemeente.test')).browser;
    const place = '/people/gemeente/carla/enrol-again';
    const carla = { name: 'carla', password: passwords.carla };
    await signInFully(sluis, 'demo', 'demo', carla);
    await chef.submit(await chef.get(place), place, { reason: 'telefoon kwijt' });
    const activation = await sluis.invite('carla');
    const set = browserOf(sluis, 'demo');
    await passFirstGate(set.app, 'demo', carla);
    await setUp(sluis, set.portal, await openPortal(set.app, set.portal), activation);
    expect((await person('carla')).factors).toHaveLength(1);
    const refused = await give('carla', chef);
    expect([refused.status, secretOf(refused.text), (await person('carla')).deskCode]).toEqual([422, '', undefined]);
    expect(secretOf((await give('carla')).text)).not.toBe('');
  });

  it('not without a reason, nor without saying how was seen who it is, nor to who has no second step', async () => {
    const place = '/people/gemeente/anna/desk-code';
    const before = (await person()).deskCode?.id;
    for (const fields of [{ method: 'document' }, { reason: 'telefoon thuis' }, { reason: 'thuis', method: 'anders' }])
      expect((await helpdesk.submit(await helpdesk.get(place), place, fields)).status).toBe(422);
    expect((await person()).deskCode?.id).toBe(before);
    await sluis.core.people.create('gemeente', 'dirk');
    expect([(await give('dirk')).status, (await person('dirk')).deskCode]).toEqual([422, undefined]);
  });

  it('leaves her own second step as it was: it opens beside the code, and is what may be trusted', async () => {
    await giveDeskCode(sluis.core, { person: await person(), ...giving });
    const { page } = await withOwn();
    expect(titleOf(page)).toBe(offer);
  });
});
