import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { deviceCookieName } from '../../src/device/device-cookie.ts';
import { operatorMark, sharedCookieName } from '../../src/device/shared-browser.ts';
import { endDeskCode, giveDeskCode } from '../../src/enrolment/desk-code.ts';
import type { Person } from '../../src/factor/person.ts';
import { sha256 } from '../../src/kernel/hash.ts';
import { noticeLimits } from '../../src/notice/limits.ts';
import { passwords } from '../support/apps.ts';
import type { ClientAnswer } from '../support/client.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import {
  browserOf,
  freshCode,
  hiddenFields,
  openPortal,
  passChallenge,
  passFirstGate,
  release,
  releaseOn,
  setUp,
  submit,
  titleOf,
} from '../support/person.ts';
import { until } from '../support/redis.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const offer = 'Is dit uw eigen apparaat?';
const anna = { name: 'anna', password: passwords.anna } as const;
const bram = { name: 'bram', password: passwords.bram } as const;

type Browser = ReturnType<typeof browserOf>;
type Who = typeof anna | typeof bram;

let demo: DemoApp;
let mail: MailServer;
let sluis: TestSluis;
const secrets = new Map<string, string>();

beforeAll(async () => {
  [demo, mail] = await Promise.all([startDemoApp(), startMailServer({ tls: 'none' })]);
  const routes = '    routes: [{ path: /beheer/*, level: 3 }, { path: /wie, level: 2, maxAge: 8h }]';
  sluis = await startSluis([{ id: 'post', upstream: demo.url, preset: 'demo', extra: routes }], {
    clock: new TestClock(),
    highestLevel: 3,
    extra: `trust: {}\nlimits: { pendings: 50 }\nmail: { host: 127.0.0.1, port: ${mail.port}, tls: none, from: sluis@gemeente.test }`,
  });
  for (const who of [anna, bram]) {
    const browser = browserOf(sluis, 'post');
    const activation = await sluis.invite(who.name);
    await passFirstGate(browser.app, 'demo', who);
    const done = await setUp(sluis, browser.portal, await openPortal(browser.app, browser.portal), activation);
    // R30: a set-up is followed by no offer: its code was the desk's, not something she has.
    expect(releaseOn(done.hop)).toBeDefined();
    secrets.set(who.name, done.secret);
  }
});
afterAll(async () => {
  await sluis?.close();
  await demo?.close();
  await mail?.close();
});
beforeEach(async () => {
  for (const who of [anna, bram]) await sluis.core.devices.removeAll(await personOf(who), 'by-operator', 'test');
  sluis.clock.advance(day);
});

async function personOf({ name }: Who): Promise<Person> {
  const person = await sluis.core.people.byName('gemeente', name);
  if (person === undefined) throw new Error(`${name} is not there`);
  return person;
}

/** The password, and the page of the portal that it leads to. */
async function password(browser: Browser, who: Who, target = '/'): Promise<ClientAnswer> {
  browser.app.jar.clear();
  browser.portal.jar.delete('__Host-sluis-realm');
  if (target !== '/') await browser.app.get(target);
  await passFirstGate(browser.app, 'demo', who);
  return openPortal(browser.app, browser.portal);
}

/** Both gates, with a code. */
async function withCode(browser: Browser, who: Who, target = '/'): Promise<ClientAnswer> {
  const page = await password(browser, who, target);
  return passChallenge(sluis, browser.portal, page, secrets.get(who.name) ?? '');
}

/** A browser that this person trusts, with a session that her code began. */
async function trusting(who: Who = anna): Promise<Browser> {
  const browser = browserOf(sluis, 'post');
  const page = await withCode(browser, who);
  expect(titleOf(page)).toBe(offer);
  const hop = await submit(browser.portal, page, { act: 'trust' });
  expect((await release(browser.app, hop)).status).toBe(303);
  sluis.clock.advance(2 * minute);
  return browser;
}

function copyOf({ portal }: Browser): Browser {
  return { app: browserOf(sluis, 'post').app, portal: portal.copy() };
}

async function cookieOf(browser: Browser, who: Who = anna): Promise<string | undefined> {
  return browser.portal.jar.get(deviceCookieName((await personOf(who)).id));
}

/** In by the password alone: whose inbox it is. */
async function inByTrust(browser: Browser, who: Who = anna): Promise<boolean> {
  const page = await password(browser, who);
  if (releaseOn(page) === undefined) {
    expect(titleOf(page)).toMatch(/^Vul de code in$|^Dit kan hier niet|^U hebt/);
    return false;
  }
  await release(browser.app, page);
  return (await browser.app.get('/postvak')).status === 200;
}

function events(type: string): readonly Record<string, unknown>[] {
  return sluis.log.filter(line => line.includes(`"${type}"`)).map(line => JSON.parse(line) as Record<string, unknown>);
}

describe('R10 R12: what a trusted device is good for', () => {
  it('the password alone is enough there, and nowhere else', async () => {
    const browser = await trusting();
    expect(await inByTrust(browser)).toBe(true);
    expect(await inByTrust(browserOf(sluis, 'post'))).toBe(false);
    expect(await inByTrust(browser)).toBe(true);
  });

  it('R12, a.36: not for a page of a higher level, nor for one that asks for a fresh code, by sign-in or from inside', async () => {
    const browser = await trusting();
    for (const page of ['/beheer/logboek', '/wie']) {
      expect(releaseOn(await password(browser, anna, page)), page).toBeUndefined();
    }
    expect(await inByTrust(browser)).toBe(true);
    // The code was passed minutes ago, and a page says 8 hours: trust is none.
    for (const page of ['/beheer/logboek', '/wie']) {
      expect((await browser.app.get(page)).location, page).toBe('/_sluis/next');
      expect(releaseOn(await openPortal(browser.app, browser.portal)), page).toBeUndefined();
    }
  });

  it('R25: a code inside a session that a device began raises it, and it still ends with the device', async () => {
    const browser = await trusting();
    expect(await inByTrust(browser)).toBe(true);
    expect((await browser.app.get('/wie')).location).toBe('/_sluis/next');
    const page = await openPortal(browser.app, browser.portal);
    await release(browser.app, await passChallenge(sluis, browser.portal, page, secrets.get('anna') ?? ''));
    expect((await browser.app.get('/wie')).status).toBe(200);
    await sluis.core.devices.removeAll(await personOf(anna), 'by-owner', 'test');
    expect((await browser.app.get('/wie')).status).toBe(303);
  });

  it('R10: not on the 31st day', async () => {
    const browser = await trusting();
    sluis.clock.advance(30 * day - 3 * minute);
    expect(await inByTrust(browser)).toBe(true);
    sluis.clock.advance(2 * minute);
    expect((await browser.app.get('/postvak')).status).toBe(303);
    expect(await inByTrust(browser)).toBe(false);
  });

  it('a trusted device gives no trust: by it, or by a session that it began, no device is trusted', async () => {
    const browser = await trusting();
    const page = await password(browser, anna);
    const id = /"(?:[^"]*)\/release\?code=/.test(page.text) ? await pendingOf(browser) : '';
    const form = await tokensFor(browser, id);
    const name = deviceCookieName((await personOf(anna)).id);
    browser.portal.jar.delete(name);
    expect((await browser.portal.post(`/trust/${id}`, { ...form, act: 'trust' })).location).toContain(`/go/${id}`);
    expect((await browser.portal.get(`/trust/${id}`)).location).toContain(`/go/${id}`);
    expect(await sluis.core.devices.list(await personOf(anna))).toHaveLength(1);
  });
});

describe('R15: a copied cookie', () => {
  it('the thief comes after the owner went on: he is asked, it works in neither, and it is told', async () => {
    await sluis.core.addresses.set(await personOf(anna), 'anna@gemeente.test', 'test');
    // The clock jumped by days: who tells owners begins anew where nobody did for two, and passes over what was before.
    await sluis.core.teller.run();
    const owner = await trusting();
    const thief = copyOf(owner);
    expect(await inByTrust(owner)).toBe(true);
    sluis.clock.advance(2 * minute);
    const stays = { app: owner.app.copy(), portal: owner.portal };
    expect(await inByTrust(owner)).toBe(true);
    const told = events('device.copied').length;
    expect(await inByTrust(thief)).toBe(false);
    expect(events('device.copied').length).toBe(told + 1);
    for (const app of [owner.app, stays.app]) expect((await app.get('/postvak')).status).toBe(303);
    expect(await inByTrust(owner)).toBe(false);
    expect(await inByTrust(thief)).toBe(false);
    expect(await sluis.core.devices.list(await personOf(anna))).toEqual([]);
    sluis.clock.advance(noticeLimits.settle);
    const said = 'Iemand gebruikte misschien een kopie van een vertrouwd apparaat';
    await until(async () => mail.taken.some(one => (one.mail.text ?? '').replaceAll(/\s+/g, ' ').includes(said)));
    expect(mail.taken.at(-1)?.to).toEqual(['anna@gemeente.test']);
  });

  it('the thief comes first: the owner is asked, her code exposes him, and his session ends', async () => {
    const owner = await trusting();
    const thief = copyOf(owner);
    expect(await inByTrust(thief)).toBe(true);
    sluis.clock.advance(2 * minute);
    const doubted = events('device.doubted').length;
    const page = await password(owner, anna);
    expect(releaseOn(page)).toBeUndefined();
    expect(events('device.doubted').length).toBe(doubted + 1);
    const other = copyOf(thief);
    expect(await inByTrust(other)).toBe(false);
    // She is asked nothing more than the code.
    expect(releaseOn(await passChallenge(sluis, owner.portal, page, secrets.get('anna') ?? ''))).toBeDefined();
    expect(await inByTrust(owner)).toBe(true);
    expect((await thief.app.get('/postvak')).status).toBe(200);
    expect(await inByTrust(other)).toBe(false);
    expect((await thief.app.get('/postvak')).status).toBe(303);
    expect(await inByTrust(owner)).toBe(false);
  });

  it("R39: a device in doubt is not confirmed by the desk's code, which says nothing of who holds it", async () => {
    const owner = await trusting();
    const thief = copyOf(owner);
    expect(await inByTrust(thief)).toBe(true);
    sluis.clock.advance(2 * minute);
    const asked = { by: 'test', reason: 'telefoon thuis', method: 'document' };
    const { code } = await giveDeskCode(sluis.core, { person: await personOf(anna), ...asked });
    const page = await password(owner, anna);
    expect(releaseOn(await submit(owner.portal, page, { code }))).toBeDefined();
    // Still asked, in both.
    for (const browser of [owner, thief]) expect(releaseOn(await password(browser, anna))).toBeUndefined();
    await endDeskCode(sluis.core, { person: await personOf(anna), by: 'test' });
    await withCode(owner, anna);
    expect(await inByTrust(owner)).toBe(true);
  });

  it('an answer that was lost on the way brings the same cookie again', async () => {
    const browser = await trusting();
    const before = await cookieOf(browser);
    browser.app.jar.clear();
    browser.portal.jar.delete('__Host-sluis-realm');
    await passFirstGate(browser.app, 'demo', anna);
    // The whole answer of the portal is lost, its cookie with it.
    const lost = browser.portal.copy();
    await openPortal(browser.app, lost);
    const page = await openPortal(browser.app, browser.portal);
    expect(releaseOn(page)).toBeDefined();
    expect(await cookieOf(browser)).not.toBe(before);
    const name = deviceCookieName((await personOf(anna)).id);
    expect(lost.jar.get(name)).toBe(await cookieOf(browser));
  });

  it('made up: another number, secret or device opens nothing, ends nothing and alarms nobody', async () => {
    const owner = await trusting();
    await inByTrust(owner);
    sluis.clock.advance(2 * minute);
    await inByTrust(owner);
    const name = deviceCookieName((await personOf(anna)).id);
    const [id = '', number = '', key = '', mac = ''] = ((await cookieOf(owner)) ?? '').split('.');
    const told = events('device.copied').length + events('device.doubted').length;
    for (const value of [
      [id, Number(number) + 1, key, mac],
      [id, 1, key, mac],
      [id, number, key, 'A'.repeat(43)],
      ['A'.repeat(22), number, key, mac],
      ['x'.repeat(3000)],
    ]) {
      const thief = browserOf(sluis, 'post');
      thief.portal.jar.set(name, value.join('.'));
      expect(await inByTrust(thief), value.join('.')).toBe(false);
      expect(thief.portal.jar.has(name)).toBe(false);
    }
    expect(events('device.copied').length + events('device.doubted').length).toBe(told);
    expect(await inByTrust(owner)).toBe(true);
  });

  it("R07: another person's cookie, under his name or hers, opens nothing; nor does one of another realm", async () => {
    const owner = await trusting();
    const his = await trusting(bram);
    const thief = browserOf(sluis, 'post');
    thief.portal.jar.set(deviceCookieName((await personOf(bram)).id), (await cookieOf(owner)) ?? '');
    thief.portal.jar.set(deviceCookieName((await personOf(anna)).id), (await cookieOf(his, bram)) ?? '');
    expect([await inByTrust(thief), await inByTrust(thief, bram)]).toEqual([false, false]);
    const namesake = await sluis.core.people.create('inwoners', 'anna');
    const shown = { cookie: await cookieOf(owner), demands: { level: 1, maxAge: undefined }, app: 'post', source: '' };
    const agent = { browser: 'Chrome', platform: 'linux' } as const;
    expect((await sluis.core.devices.show({ ...shown, agent, person: namesake })).outcome).toBe('asked');
    expect(await inByTrust(owner)).toBe(true);
  });

  it('two cookies of that name are none', async () => {
    const owner = await trusting();
    const name = deviceCookieName((await personOf(anna)).id);
    owner.app.jar.clear();
    owner.portal.jar.delete('__Host-sluis-realm');
    await passFirstGate(owner.app, 'demo', anna);
    const hop = await owner.app.get('/_sluis/next');
    const address = new URL(/href="(http[^"]*\/p\/[\w-]+)"/.exec(hop.text)?.[1] ?? '').pathname;
    const cookie = `${owner.portal.cookie()}; ${name}=${owner.portal.jar.get(name)}`;
    expect((await owner.portal.get(address, { Cookie: cookie })).location).toMatch(/\/challenge\//);
  });
});

describe('what ends it', () => {
  it.each([
    [
      'removed by its owner',
      async (id: string, person: Person): Promise<void> =>
        void (await sluis.core.devices.remove(person, id, 'by-owner', '')),
    ],
    [
      'signed out everywhere',
      async (_: string, person: Person): Promise<void> =>
        void (await sluis.core.devices.removeAll(person, 'signed-out-everywhere', '')),
    ],
    [
      'its factor removed',
      async (_: string, person: Person): Promise<void> =>
        void (await sluis.core.people.update(person.id, one => ({ ...one, factors: [] }))),
    ],
  ] as const)('R13 R31: %s, also between the pass and the release', async (_, end) => {
    const browser = await trusting();
    const person = await personOf(anna);
    const [device] = await sluis.core.devices.list(person);
    const page = await password(browser, anna);
    expect(releaseOn(page)).toBeDefined();
    await end(device?.id ?? '', person);
    await browser.app.get(releaseOn(page) ?? '');
    expect((await browser.app.get('/postvak')).status).toBe(303);
    expect(await inByTrust(browser)).toBe(false);
    await sluis.core.people.update(person.id, one => ({ ...one, factors: person.factors }));
    expect(await inByTrust(browser)).toBe(false);
  });

  it('R35, a.31: reset by the desk: who sits at the trusted device, with the password, is out and is offered nothing', async () => {
    const thief = await trusting();
    expect(await inByTrust(thief)).toBe(true);
    const person = await personOf(anna);
    await sluis.core.activation.invite('gemeente', 'anna', {
      by: 'desk',
      replaces: true,
      reason: 'lost',
      validity: day,
    });
    const page = await password(thief, anna);
    expect(releaseOn(page)).toBeUndefined();
    const id = await pendingOf(thief);
    expect(titleOf(page)).not.toBe(offer);
    expect((await thief.portal.get(`/trust/${id}`)).status).toBe(303);
    await thief.portal.post(`/trust/${id}`, { ...(await tokensFor(thief, id)), act: 'trust' });
    expect(await sluis.core.devices.list(person)).toEqual([]);
    await sluis.core.people.update(person.id, () => person);
  });

  it('R32: a recovery code, and a factor set up by it, trust no device', async () => {
    const browser = browserOf(sluis, 'post');
    const person = await personOf(anna);
    const codes = await sluis.core.recovery
      .make(person, { factor: person.factors[0]?.id ?? '', source: 'test' })
      .catch(() => undefined);
    const made = codes ?? (await afterCode(person));
    const page = await password(browser, anna);
    const id = await pendingOf(browser);
    const recovery = await browser.portal.get(`/recovery/${id}`);
    const kinds = await submit(browser.portal, recovery, { code: made[0] ?? '' });
    expect(titleOf(page)).toBe('Vul de code in');
    await browser.portal.post(`/trust/${id}`, { ...(await tokensFor(browser, id)), act: 'trust' });
    expect(kinds.status).toBeLessThan(400);
    expect(await sluis.core.devices.list(person)).toEqual([]);
    await sluis.core.people.update(person.id, () => person);
  });

  it('R14: the sixth goes nowhere without saying which one goes, and takes no place of somebody else', async () => {
    const his = await trusting(bram);
    for (let count = 0; count < 5; count += 1) await trusting();
    const sixth = browserOf(sluis, 'post');
    const full = await submit(sixth.portal, await withCode(sixth, anna), { act: 'trust' });
    expect(titleOf(full)).toBe('U hebt al vijf vertrouwde apparaten');
    const [bramsDevice] = await sluis.core.devices.list(await personOf(bram));
    for (const device of ['', 'nonsense', bramsDevice?.id ?? '']) {
      const again = await submit(sixth.portal, full, { act: 'replace', device });
      expect(titleOf(again)).toBe('U hebt al vijf vertrouwde apparaten');
    }
    const [oldest] = await sluis.core.devices.list(await personOf(anna));
    const hop = await submit(sixth.portal, full, { act: 'replace', device: oldest?.id ?? '' });
    await release(sixth.app, hop);
    const now = await sluis.core.devices.list(await personOf(anna));
    expect([now.length, now.some(({ id }) => id === oldest?.id)]).toEqual([5, false]);
    sluis.clock.advance(2 * minute);
    expect([await inByTrust(sixth), await inByTrust(his, bram)]).toEqual([true, true]);
  });
});

describe('making somebody trust', () => {
  it('CWE-352: a post from elsewhere, without its token or with that of another sign-in, trusts nothing', async () => {
    const browser = browserOf(sluis, 'post');
    const page = await withCode(browser, anna);
    expect(titleOf(page)).toBe(offer);
    const id = await pendingOf(browser);
    const own = { ...hiddenFields(page.text), act: 'trust' };
    const other = browserOf(sluis, 'post');
    const foreign = hiddenFields((await withCode(other, bram)).text);
    const attacks: [Record<string, string>, Record<string, string | undefined>][] = [
      [own, { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }],
      [own, { Origin: sluis.origin('post'), 'Sec-Fetch-Site': 'same-site' }],
      [own, { 'Content-Type': 'text/plain' }],
      [{ ...own, csrf: '' }, {}],
      [{ ...own, csrf: foreign['csrf'] ?? '' }, {}],
      [{ act: 'trust' }, {}],
    ];
    for (const [fields, headers] of attacks)
      expect(
        (await browser.portal.post(`/trust/${id}`, fields, headers)).status,
        JSON.stringify(headers),
      ).toBeGreaterThanOrEqual(400);
    await browser.portal.get(`/trust/${id}?act=trust`);
    // Her own form, in his browser: the sign-in is hers.
    expect((await other.portal.post(`/trust/${id}`, own)).status).toBe(410);
    expect(await sluis.core.devices.list(await personOf(anna))).toEqual([]);
    await submit(browser.portal, page, { act: 'trust' });
    expect(await sluis.core.devices.list(await personOf(anna))).toHaveLength(1);
  });

  it('who has only the password trusts nothing, with a post or without', async () => {
    const thief = browserOf(sluis, 'post');
    await password(thief, anna);
    const id = await pendingOf(thief);
    const form = await tokensFor(thief, id);
    for (const act of ['trust', 'replace']) await thief.portal.post(`/trust/${id}`, { ...form, act, device: 'x' });
    expect(await sluis.core.devices.list(await personOf(anna))).toEqual([]);
    expect(releaseOn(await openPortal(thief.app, thief.portal))).toBeUndefined();
  });

  it("CWE-384: her trusted browser lets a stranger's sign-in pass, and he gets nothing of it", async () => {
    const owner = await trusting();
    const thief = browserOf(sluis, 'post');
    await passFirstGate(thief.app, 'demo', anna);
    // He sends her the step to the portal of his own sign-in, and she opens it.
    const hers = await openPortal(thief.app, owner.portal);
    const code = releaseOn(hers);
    expect(code).toBeDefined();
    const back = await openPortal(thief.app, thief.portal);
    expect(releaseOn(back)).toBeUndefined();
    await thief.app.get(code ?? '');
    expect((await thief.app.get('/postvak')).status).toBe(303);
  });

  it('a code sent twice makes one device, and one that was removed does not come back', async () => {
    const browser = browserOf(sluis, 'post');
    const page = await withCode(browser, anna);
    const id = await pendingOf(browser);
    const fields = { ...hiddenFields(page.text), act: 'trust' };
    await Promise.all([1, 2, 3].map(() => browser.portal.post(`/trust/${id}`, fields)));
    expect(await sluis.core.devices.list(await personOf(anna))).toHaveLength(1);
    await sluis.core.devices.removeAll(await personOf(anna), 'by-owner', '');
    await browser.portal.post(`/trust/${id}`, fields);
    expect(await sluis.core.devices.list(await personOf(anna))).toEqual([]);
  });
});

describe('R11 R44: a browser that several people use', () => {
  async function markShared({ portal }: Browser): Promise<void> {
    const page = await submit(portal, await portal.get('/shared-device'), { act: 'mark' });
    expect(titleOf(page)).toBe('Dit apparaat is gedeeld');
  }

  it('is never offered trust, loses what it had, and passes nothing by a cookie that comes back', async () => {
    const browser = await trusting();
    const kept = await cookieOf(browser);
    await markShared(browser);
    expect(await cookieOf(browser)).toBeUndefined();
    expect(await sluis.core.devices.list(await personOf(anna))).toEqual([]);
    browser.portal.jar.set(deviceCookieName((await personOf(anna)).id), kept ?? '');
    expect(await inByTrust(browser)).toBe(false);
    const page = await withCode(browser, anna);
    expect(releaseOn(page)).toBeDefined();
    const id = await pendingOf(browser);
    await browser.portal.post(`/trust/${id}`, { ...(await tokensFor(browser, id)), act: 'trust' });
    expect(await sluis.core.devices.list(await personOf(anna))).toEqual([]);
  });

  it('is unmarked by who passed a code there just now, and by nobody else', async () => {
    const browser = browserOf(sluis, 'post');
    await markShared(browser);
    const unmark = async () => submit(browser.portal, await browser.portal.get('/shared-device'), { act: 'unmark' });
    await password(browser, anna);
    expect((await unmark()).status).toBe(403);
    await release(browser.app, await withCode(browser, anna));
    sluis.clock.advance(11 * minute);
    expect((await unmark()).status).toBe(403);
    expect(browser.portal.jar.has(sharedCookieName)).toBe(true);
    await release(browser.app, await withCode(browser, anna));
    const page = await browser.portal.get('/shared-device');
    const fields = { ...hiddenFields(page.text), act: 'unmark' };
    const elsewhere = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
    expect((await browser.portal.post('/shared-device', fields, elsewhere)).status).toBe(403);
    expect(titleOf(await unmark())).toBe('Gebruiken meer mensen dit apparaat?');
    expect(titleOf(await withCode(browser, anna))).toBe(offer);
  });

  it("the operator's link marks it, and a code takes that off as little as a link that somebody made up", async () => {
    const browser = browserOf(sluis, 'post');
    const forged = await browser.portal.get(`/shared-device?by=${operatorMark(sluis.core.ring, 'inwoners')}`);
    expect([forged.status, browser.portal.jar.has(sharedCookieName)]).toEqual([200, false]);
    await browser.portal.get(`/shared-device?by=${operatorMark(sluis.core.ring, 'gemeente')}`);
    expect(browser.portal.jar.get(sharedCookieName)).toBe('operator');
    await release(browser.app, await withCode(browser, anna));
    const page = await browser.portal.get('/shared-device');
    expect(page.text).toContain('Uw organisatie heeft dit ingesteld');
    const csrf = (await tokensFor(browser, '', 'shared-device'))['csrf'] ?? '';
    const answer = await browser.portal.post('/shared-device', { csrf, attempt: 'A'.repeat(22), act: 'unmark' });
    expect([answer.status, browser.portal.jar.get(sharedCookieName)]).toEqual([403, 'operator']);
  });
});

describe('R13: what is hers under "My security"', () => {
  it('she sees, names and removes her devices; nobody else does, and without a session nobody sees any', async () => {
    const browser = await trusting();
    await trusting(bram);
    const [hers] = await sluis.core.devices.list(await personOf(anna));
    const [his] = await sluis.core.devices.list(await personOf(bram));
    const list = await browser.portal.get('/my-security/devices');
    expect(list.text).toMatch(/Chrome op Linux[\s\S]*Dit is het apparaat dat u nu gebruikt/);
    const place = `/my-security/devices/${hers?.id}`;
    await submit(browser.portal, await browser.portal.get(place), { act: 'rename', label: 'Laptop <b>' });
    expect((await browser.portal.get('/my-security/devices')).text).toContain('<strong>Laptop &lt;b&gt;</strong>');
    const form = hiddenFields((await browser.portal.get(place)).text);
    await browser.portal.post(`/my-security/devices/${his?.id}`, { ...form, act: 'remove' });
    await browser.portal.post(`/my-security/devices/${his?.id}`, { ...form, act: 'rename', label: 'x' });
    expect(await sluis.core.devices.list(await personOf(bram))).toMatchObject([{ id: his?.id, label: '' }]);
    const elsewhere = { Origin: sluis.origin('post'), 'Sec-Fetch-Site': 'same-site' };
    expect((await browser.portal.post(place, { ...form, act: 'remove' }, elsewhere)).status).toBe(403);
    const thief = browserOf(sluis, 'post');
    await password(thief, anna);
    expect((await thief.portal.get('/my-security/devices')).status).toBe(403);
    expect((await thief.portal.post(place, { ...form, act: 'remove' })).status).toBe(403);
    expect(await sluis.core.devices.list(await personOf(anna))).toHaveLength(1);
    expect(await inByTrust(browser)).toBe(true);
    await submit(browser.portal, await browser.portal.get('/my-security/devices'), { act: 'all' });
    // The session that it began is over with it.
    expect((await browser.app.get('/postvak')).status).toBe(303);
    expect(await inByTrust(browser)).toBe(false);
  });

  it('R13: signing out everywhere there ends trust as well', async () => {
    const browser = await trusting();
    const form = hiddenFields((await browser.portal.get('/my-security')).text);
    await browser.portal.post('/my-security/sessions', { ...form, act: 'all' });
    expect(await sluis.core.devices.list(await personOf(anna))).toEqual([]);
    expect(await inByTrust(browser)).toBe(false);
  });
});

describe('R13: at every instance', () => {
  let beside: TestSluis;
  beforeAll(async () => {
    const routes = '    routes: [{ path: /beheer/*, level: 3 }, { path: /wie, level: 2, maxAge: 8h }]';
    beside = await startSluis([{ id: 'post', upstream: demo.url, preset: 'demo', extra: routes }], {
      beside: sluis,
      highestLevel: 3,
      extra: 'trust: {}\nlimits: { pendings: 50 }',
    });
  });
  afterAll(() => beside?.close());

  it('what a removed device began ends at the other instance by itself, and no sign-in passes there', async () => {
    const browser = await trusting();
    expect(await inByTrust(browser)).toBe(true);
    const there = browser.app.at(beside.port);
    expect((await there.get('/postvak')).status).toBe(200);
    const person = await personOf(anna);
    const [session] = (await sluis.core.sessions.ofPerson(person.id)).filter(({ trust }) => trust !== undefined);
    // The end is heard there, as whatever is under way hears it; nobody asks for it.
    const heard = new Promise<string>(resolve => beside.core.sessions.onEnd(session?.id ?? '', resolve));
    const [device] = await sluis.core.devices.list(person);
    await sluis.core.devices.remove(person, device?.id ?? '', 'by-owner', 'test');
    expect(await heard).toBe('ended');
    expect((await there.get('/postvak')).status).toBe(303);
    const elsewhere = { app: browser.app.at(beside.port), portal: browser.portal.at(beside.port) };
    expect(await inByTrust(elsewhere)).toBe(false);
  });
});

/** Id of the pending that this browser's portal cookie holds. */
async function pendingOf(browser: Browser): Promise<string> {
  const pending = await sluis.core.pendings.byCookie(browser.app.jar.get('__Host-sluis-pending') ?? '');
  return pending?.id ?? '';
}

/** Form tokens as a page of ours would hold them, for a post that no page offers. */
async function tokensFor(browser: Browser, id: string, scope = id): Promise<Record<string, string>> {
  const portalCookie = browser.portal.jar.get('__Host-sluis-portal') ?? '';
  const csrf = sluis.core.ring.mac('portal-form', JSON.stringify([portalCookie, scope]));
  return { csrf, attempt: sha256(`${id}${sluis.clock.now()}`).slice(0, 22) };
}

/** Recovery codes need a code that was just used. */
async function afterCode(person: Person): Promise<readonly string[]> {
  const browser = browserOf(sluis, 'post');
  const page = await password(browser, anna);
  await submit(browser.portal, page, { code: freshCode(sluis, secrets.get('anna') ?? '') });
  return sluis.core.recovery.make(person, { factor: person.factors[0]?.id ?? '', source: 'test' });
}
