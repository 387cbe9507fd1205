import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/kernel/hash.ts';
import type { Twist } from '../support/authenticator.ts';
import { noRules, withKey } from '../support/keys-bench.ts';
import {
  type Answer,
  type Browser,
  openPortal,
  type PortalBench,
  releaseCodeOf,
  titleOf,
} from '../support/portal-bench.ts';
import { allowed } from '../support/trust-bench.ts';
import { codeAt } from '../vectors/code-at.ts';
import { realm, source, withTotp } from '../vectors/factor-bench.ts';

const offer = 'Is dit uw eigen apparaat?';
const rule = { ...allowed, platformAuthenticator: true };

interface Arrived {
  readonly bench: PortalBench;
  readonly browser: Browser;
  readonly page: Answer;
  readonly id: string;
}

async function arriveAt(bench: PortalBench): Promise<Arrived> {
  const { pending } = await bench.signIn('anna');
  const browser = bench.browser();
  return { bench, browser, page: await browser.open(`/p/${await bench.pendings.handoff(pending)}`), id: pending.id };
}

/** Anna's password, and her key: signed for real, with this word of the browser about where it is. */
async function withPasskey(attachment: Twist['attachment'], trust = rule): Promise<Arrived> {
  const bench = await openPortal({ trust, deps: { webauthn: noRules } });
  const { key } = await withKey(bench, 'anna');
  const arrived = await arriveAt(bench);
  const options = /data-options="([^"]*)"/.exec(arrived.page.html)?.[1]?.replaceAll('&quot;', '"') ?? '';
  const code = key.get(JSON.parse(options) as PublicKeyCredentialRequestOptionsJSON, attachment ? { attachment } : {});
  return { ...arrived, page: await arrived.browser.submit(arrived.page, { code }) };
}

async function withCode(): Promise<Arrived> {
  const bench = await openPortal({ trust: rule, deps: { webauthn: noRules } });
  const { secret } = await withTotp(bench, 'anna');
  const arrived = await arriveAt(bench);
  const code = codeAt(secret, bench.clock.time);
  return { ...arrived, page: await arrived.browser.submit(arrived.page, { code }) };
}

/** The form of the offer, as a page of ours would hold it, for this very sign-in in this very browser. */
function postTrust({ bench, browser, id }: Arrived, act = 'trust'): Promise<Answer> {
  const portalCookie = browser.cookies.get('__Host-sluis-portal') ?? '';
  const csrf = bench.ring.mac('portal-form', JSON.stringify([portalCookie, id]));
  const fields = { csrf, attempt: sha256(id).slice(0, 22), act, device: 'x' };
  const form = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}"`);
  const html = `<form method="post" action="/trust/${id}">${form.join('')}</form>`;
  return browser.post({ status: 200, html, headers: new Headers(), location: undefined, path: '' }, {});
}

async function devicesOf({ people, trusted }: PortalBench): Promise<number> {
  const person = await people.byName(realm, 'anna');
  return person === undefined ? 0 : (await trusted.list(person)).length;
}

const notBuiltIn: readonly [string, () => Promise<Arrived>][] = [
  ['a USB key', () => withPasskey('cross-platform')],
  ['a key of which the browser says nothing', () => withPasskey(undefined)],
  ['a code', withCode],
];

describe('R11: where only a built-in passkey may trust a device (platformAuthenticator)', () => {
  it('it is offered right after one, and trusts', async () => {
    const arrived = await withPasskey('platform');
    expect([arrived.page.path, titleOf(arrived.page)]).toEqual([`/trust/${arrived.id}`, offer]);
    expect(releaseCodeOf(await arrived.browser.submit(arrived.page, { act: 'trust' }))).toBeDefined();
    expect(await devicesOf(arrived.bench)).toBe(1);
  });

  it.each(notBuiltIn)('%s opens the app as ever, and is offered nothing', async (_what, pass) => {
    const { bench, browser, page, id } = await pass();
    expect([page.path, releaseCodeOf(page)]).toEqual([`/go/${id}`, expect.any(String)]);
    expect((await browser.send(`/trust/${id}`)).location).toBe(`/go/${id}`);
    expect(await devicesOf(bench)).toBe(0);
  });

  it.each(notBuiltIn)('%s trusts nothing by a form that was posted all the same', async (_what, pass) => {
    const arrived = await pass();
    for (const act of ['trust', 'replace']) expect((await postTrust(arrived, act)).location).toBe(`/go/${arrived.id}`);
    expect(await devicesOf(arrived.bench)).toBe(0);
    expect([...arrived.browser.cookies.keys()].filter(name => name.startsWith('__Host-sluis-device-'))).toEqual([]);
  });

  it('that very form trusts after a built-in one, and after a USB key where the rule is not set', async () => {
    for (const arrived of [await withPasskey('platform'), await withPasskey('cross-platform', allowed)]) {
      await postTrust(arrived);
      expect(await devicesOf(arrived.bench)).toBe(1);
    }
  });

  it('the devices themselves refuse what no page let through', async () => {
    const { bench, id } = await withPasskey('cross-platform');
    const person = await bench.people.byName(realm, 'anna');
    if (person === undefined) throw new Error('anna is not there');
    const asked = {
      person,
      ...{ signIn: id, factor: person.factors[0]?.id ?? '', factorAt: bench.clock.time, source },
      agent: { browser: 'Chrome', platform: 'windows' } as const,
    };
    const outcomes = [];
    for (const onDevice of [undefined, false, true])
      outcomes.push((await bench.trusted.trust({ ...asked, onDevice })).outcome);
    expect(outcomes).toEqual(['refused', 'refused', 'trusted']);
  });
});
