import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { expect, test } from 'vitest';
import type { Rules } from '../../src/factor/webauthn/enrol.ts';
import { readMetadata } from '../../src/factor/webauthn/metadata.ts';
import { kindsFor } from '../../src/portal/offers.ts';
import { SoftKey } from '../support/authenticator.ts';
import { entryOf, makeMaker } from '../support/key-models.ts';
import { noRules, origin, withKey } from '../support/keys-bench.ts';
import {
  type Answer,
  type Browser,
  openPortal,
  type PortalBench,
  releaseCodeOf,
  titleOf,
} from '../support/portal-bench.ts';
import { minute, realm } from '../vectors/factor-bench.ts';

const maker = makeMaker();
const metadata = readMetadata(JSON.stringify([entryOf(maker)]), undefined, Date.UTC(2026, 2, 2));
const rules: Rules = { ...noRules, metadata };

function optionsOf(page: Answer): PublicKeyCredentialRequestOptionsJSON & PublicKeyCredentialCreationOptionsJSON {
  const text = /data-options="([^"]*)"/.exec(page.html)?.[1] ?? '';
  return JSON.parse(text.replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
}

/** The password was right, in a browser of its own. */
async function arrive(bench: PortalBench, name: string): Promise<{ browser: Browser; page: Answer; id: string }> {
  const browser = bench.browser();
  const { pending } = await bench.signIn(name);
  return { browser, page: await browser.open(`/p/${await bench.pendings.handoff(pending)}`), id: pending.id };
}

async function invited(bench: PortalBench, name: string, level: 2 | 4, replaces = false) {
  const invitation = { by: 'desk', replaces, reason: 'lost', validity: 60 * minute, level };
  const { code } = await bench.activation.invite(realm, name, invitation);
  const arrived = await arrive(bench, name);
  const kinds = await arrived.browser.submit(arrived.page, { code });
  return { ...arrived, page: await arrived.browser.submit(kinds, { kind: 'webauthn' }) };
}

const declared = { personal: 'yes', label: 'Blauw' };

test('a.57: what a key signed opens once, in six answers at once, and never in another sign-in', async () => {
  const bench = await openPortal({ deps: { webauthn: noRules } });
  const anna = await withKey(bench, 'anna');
  const [one, other] = [await arrive(bench, 'anna'), await arrive(bench, 'anna')];
  expect(one.page.path).toBe(`/challenge/${one.id}/webauthn`);
  const code = anna.key.get(optionsOf(one.page));
  expect((await other.browser.post(other.page, { code })).status).toBe(422);
  const pages = await Promise.all(Array.from({ length: 6 }, () => one.browser.open(one.page.path)));
  await Promise.all(pages.map(page => one.browser.post(page, { code })));
  expect(bench.events.filter(({ type }) => type === 'challenge.passed')).toHaveLength(1);
  const again = await arrive(bench, 'anna');
  const replayed = await again.browser.post(again.page, { code });
  expect([replayed.status, replayed.html.includes('Dit lukte niet')]).toEqual([422, true]);
  expect(releaseCodeOf(await again.browser.open(`/go/${again.id}`))).toBeUndefined();
});

test('R07: the key of B in the challenge of A; the attempt is counted, and delays in the end', async () => {
  const bench = await openPortal({ deps: { webauthn: noRules } });
  const [, bram] = [await withKey(bench, 'anna'), await withKey(bench, 'bram')];
  let { browser, page } = await arrive(bench, 'anna');
  const statuses = [];
  for (let tries = 0; tries < 5; tries += 1) {
    const answer = await browser.post(page, { code: bram.key.get(optionsOf(page)) });
    statuses.push(answer.status);
    if (answer.status === 422) page = answer;
  }
  expect(statuses).toEqual([422, 422, 422, 422, 429]);
  expect(bench.events.filter(({ type }) => type === 'challenge.passed')).toEqual([]);
  ({ browser, page } = await arrive(bench, 'bram'));
  expect((await browser.submit(page, { code: bram.key.get(optionsOf(page)) })).path).toContain('/go/');
});

test('what signs nothing costs no attempt, and says what to do', async () => {
  const bench = await openPortal({ deps: { webauthn: noRules } });
  await withKey(bench, 'anna');
  const { browser, page } = await arrive(bench, 'anna');
  for (const [code, words] of [
    ['', 'Zet JavaScript aan'],
    ['error:NotAllowedError', 'het duurde te lang'],
    ['error:SecurityError', 'Neem een andere browser'],
    ['error:<script>', 'Neem een andere browser'],
  ] as const) {
    for (let times = 0; times < 4; times += 1) expect((await browser.post(page, { code })).html).toContain(words);
  }
  expect(bench.events.filter(({ type }) => type === 'challenge.failed')).toEqual([]);
});

test('a.57: a registration is no sign-in and a sign-in no registration', async () => {
  const bench = await openPortal({ deps: { webauthn: noRules } });
  const { browser, page } = await invited(bench, 'bram', 2);
  const { challenge } = optionsOf(page);
  const anna = await withKey(bench, 'anna');
  const hers = await arrive(bench, 'anna');
  const signed = anna.key.get({ ...optionsOf(hers.page), challenge });
  expect((await hers.browser.post(hers.page, { code: signed })).status).toBe(422);
  const key = new SoftKey(origin);
  const swapped = key.create({ ...optionsOf(page), challenge: optionsOf(hers.page).challenge });
  expect((await browser.post(page, { ...declared, code: swapped })).status).toBe(422);
  expect((await bench.people.byName(realm, 'bram'))?.factors).toEqual([]);
});

test('R38: without an accepted code there is no set-up page, whatever is posted to it', async () => {
  const bench = await openPortal({ deps: { webauthn: rules } });
  await withKey(bench, 'anna');
  for (const name of ['anna', 'carla']) {
    const { browser, page, id } = await arrive(bench, name);
    const shown = await browser.open(`/set-up/${id}/webauthn`);
    expect(shown.html).not.toContain('data-webauthn="create"');
    const code = new SoftKey(origin).create({ ...optionsOfAny(page), rp: { id: 'sluis.gemeente.test', name: '' } });
    const form = page.html.includes('<form') ? page : await browser.open(`${page.path}?code=1`);
    const forged = { ...form, html: form.html.replace(/action="[^"]+"/, `action="/set-up/${id}/webauthn"`) };
    await browser.post(forged, { ...declared, code });
  }
  expect((await bench.people.byName(realm, 'anna'))?.factors).toHaveLength(1);
  expect(await bench.people.byName(realm, 'carla')).toBeUndefined();
});

test('R07: a key of somebody else is not bound, nor one that is not declared personal', async () => {
  const bench = await openPortal({ deps: { webauthn: noRules } });
  const anna = await withKey(bench, 'anna');
  let { browser, page } = await invited(bench, 'bram', 2);
  page = await browser.post(page, { personal: '', label: 'x', code: new SoftKey(origin).create(optionsOf(page)) });
  expect(page.html).toContain('Zet een vinkje');
  page = await browser.post(page, { ...declared, code: anna.key.create(optionsOf(page)) });
  expect([page.status, page.html.includes('niet ingesteld')]).toEqual([422, true]);
  expect((await bench.people.byName(realm, 'bram'))?.factors).toEqual([]);
  const done = await browser.submit(page, { ...declared, code: new SoftKey(origin).create(optionsOf(page)) });
  expect(done.path).toContain('/recovery-codes/');
});

test('R23: a code for level 2 binds an attested key at level 2; one for level 4 at 4, and no weaker one beside', async () => {
  const bench = await openPortal({ deps: { webauthn: rules } });
  const attested = () => new SoftKey(origin, { format: 'packed', chain: [maker.leaf], aaguid: maker.aaguid });
  const first = await invited(bench, 'anna', 2);
  expect(optionsOf(first.page).attestation).toBe('none');
  await first.browser.submit(first.page, { ...declared, code: attested().create(optionsOf(first.page)) });
  expect(await levels(bench, 'anna')).toEqual([2]);
  const { code } = await bench.activation.invite(realm, 'anna', {
    by: 'desk',
    replaces: false,
    validity: minute,
    level: 4,
  });
  const { browser, id } = await arrive(bench, 'anna');
  const kinds = await browser.submit(await browser.open(`/set-up/${id}?code=1`), { code });
  let page = await browser.submit(kinds, { kind: 'webauthn' });
  expect(optionsOf(page).attestation).toBe('direct');
  page = await browser.post(page, { ...declared, code: new SoftKey(origin).create(optionsOf(page)) });
  expect(page.html).toContain('niet sterk genoeg');
  expect(await levels(bench, 'anna')).toEqual([2]);
  await browser.submit(page, { ...declared, code: attested().create(optionsOf(page)) });
  expect(await levels(bench, 'anna')).toEqual([2, 4]);
  expect(bench.events.filter(({ type }) => type === 'webauthn.judged')).toMatchObject([
    { level: 2, why: 'not-asked', format: 'none' },
    { level: 2, why: 'no-attestation' },
    { level: 4, why: 'hardware', format: 'packed', aaguid: maker.model },
  ]);
});

test('what the model was asked for cannot be chosen by the browser: its own answer to another page proves nothing', async () => {
  const bench = await openPortal({ deps: { webauthn: rules } });
  const { browser, page } = await invited(bench, 'anna', 2);
  const key = new SoftKey(origin, { format: 'packed', chain: [maker.leaf], aaguid: maker.aaguid });
  // An attestation that nobody asked for, under a code that reaches no further.
  await browser.submit(page, { ...declared, code: key.create({ ...optionsOf(page), attestation: 'direct' }) });
  expect(await levels(bench, 'anna')).toEqual([2]);
});

test.each([
  ['a name, turned on', 'https://sluis.gemeente.test', rules, 2, true],
  ['a name, turned off', 'https://sluis.gemeente.test', undefined, 2, false],
  ['an address', 'https://192.0.2.1', rules, 2, false],
  ['an address of six', 'https://[2001:db8::1]', rules, 2, false],
  ['a permission for level 1', 'https://sluis.gemeente.test', rules, 1, false],
] as const)('keys are offered as they can be used: %s', (_, portalOrigin, webauthn, upTo, offered) => {
  const setUp = { by: 'self', at: 0, upTo } as const;
  const kinds = kindsFor({ realm: { portalOrigin, singleHost: false }, webauthn }, { setUp, person: undefined });
  expect(kinds.includes('webauthn')).toBe(offered);
});

test('keys go on being asked for where the operator took the section away', async () => {
  const bench = await openPortal();
  const anna = await withKey(bench, 'anna');
  const { browser, page } = await arrive(bench, 'anna');
  expect(titleOf(page)).toBe('Gebruik uw passkey of sleutel');
  expect((await browser.submit(page, { code: anna.key.get(optionsOf(page)) })).path).toContain('/go/');
});

async function levels(bench: PortalBench, name: string): Promise<readonly number[]> {
  return ((await bench.people.byName(realm, name))?.factors ?? []).map(({ level }) => level);
}

function optionsOfAny(page: Answer): PublicKeyCredentialCreationOptionsJSON {
  return page.html.includes('data-options')
    ? optionsOf(page)
    : ({ challenge: 'AAAA' } as PublicKeyCredentialCreationOptionsJSON);
}
