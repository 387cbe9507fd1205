import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { expect, test } from 'vitest';
import { SoftKey, type Twist } from '../support/authenticator.ts';
import { noRules, origin, withKey } from '../support/keys-bench.ts';
import { arriveFor } from '../support/portal-arrivals.ts';
import { type Answer, openPortal, type PortalBench } from '../support/portal-bench.ts';
import { minute, realm } from '../vectors/factor-bench.ts';

type Options = PublicKeyCredentialRequestOptionsJSON & PublicKeyCredentialCreationOptionsJSON;
type Part = 'attestationObject' | 'authenticatorData' | 'clientDataJSON' | 'signature';

function optionsOf(page: Answer): Options {
  const text = /data-options="([^"]*)"/.exec(page.html)?.[1] ?? '{}';
  return JSON.parse(text.replaceAll('&quot;', '"').replaceAll('&amp;', '&')) as Options;
}

/** The answer of a key, with one part of it as broken hardware, or somebody in between, would send it. */
function broken(answer: string, part: Part, change: (bytes: Buffer) => Buffer): string {
  const parsed = JSON.parse(answer) as { response: Record<string, string> };
  const bytes = change(Buffer.from(parsed.response[part] ?? '', 'base64url'));
  return JSON.stringify({ ...parsed, response: { ...parsed.response, [part]: bytes.toString('base64url') } });
}

const why = ({ events }: PortalBench) => events.flatMap(event => ('why' in event ? [event.why] : [])).at(-1);

const cut = (bytes: Buffer) => bytes.subarray(0, bytes.length - 3);
/** A text string of four gigabytes, they say: nothing is made room for. */
const bomb = () => Buffer.from('a363666d747affffffff', 'hex');
/** Lists in lists in lists. */
const nest = () => Buffer.alloc(8_000, 0x81);

test.each([
  ['an attestation cut off', 'refused-key', (answer: string) => broken(answer, 'attestationObject', cut)],
  ['no CBOR', 'refused-unreadable', (answer: string) => broken(answer, 'attestationObject', () => Buffer.from('{}'))],
  ['a length beyond all bounds', 'refused-unreadable', (answer: string) => broken(answer, 'attestationObject', bomb)],
  [
    'a thousand lists in each other',
    'refused-unreadable',
    (answer: string) => broken(answer, 'attestationObject', nest),
  ],
  ['client data that are no JSON', 'refused-unreadable', (answer: string) => broken(answer, 'clientDataJSON', cut)],
  ['a whole other thing', 'refused-unreadable', () => '[[[['],
] as const)('R44: a new key with %s: she may try again, the admin reads why', async (_, expected, change) => {
  const bench = await openPortal({ deps: { webauthn: noRules } });
  const { code } = await bench.activation.invite(realm, 'anna', { by: 'desk', replaces: false, validity: minute });
  const { browser, page } = await arriveFor(bench, 'anna', 2);
  const kinds = await browser.submit(page, { code });
  let shown = await browser.submit(kinds, { kind: 'webauthn' });
  const key = new SoftKey(origin);
  const declared = { personal: 'yes', label: 'Blauw' };
  shown = await browser.post(shown, { ...declared, code: change(key.create(optionsOf(shown))) });
  expect([shown.status, why(bench)]).toEqual([422, expected]);
  expect(shown.html).toMatch(/role="alert"/);
  const done = await browser.submit(shown, { ...declared, code: key.create(optionsOf(shown)) });
  expect(done.path).toContain('/recovery-codes/');
});

test.each([
  ['a signature cut off', 'not-verified', {}, 'signature'],
  ['authenticator data cut off', 'not-verified', {}, 'authenticatorData'],
  ['client data cut off', 'unreadable', {}, 'clientDataJSON'],
  ['the origin of an app beside it', 'origin', { origin: 'https://webmail.gemeente.test' }, undefined],
  ['the handle of somebody else', 'other-person', { userHandle: 'YnJhbQ' }, undefined],
  ['a BE that was not there', 'backup-changed', { flags: 0x09 }, undefined],
  ['another RP', 'not-verified', { rpId: 'gemeente.test' }, undefined],
] satisfies [string, string, Twist, Part | undefined][])(
  'R44: what a key signed with %s opens nothing, costs an attempt, and the admin reads why',
  async (_, expected, twist, part) => {
    const bench = await openPortal({ deps: { webauthn: noRules } });
    const anna = await withKey(bench, 'anna');
    const { browser, page } = await arriveFor(bench, 'anna', 2);
    const signed = anna.key.get(optionsOf(page), twist);
    const answer = await browser.post(page, { code: part === undefined ? signed : broken(signed, part, cut) });
    expect([answer.status, why(bench)]).toEqual([422, expected]);
    expect(bench.events.filter(({ type }) => type === 'challenge.failed')).toHaveLength(1);
    expect((await browser.submit(answer, { code: anna.key.get(optionsOf(answer)) })).path).toContain('/go/');
  },
);

test('R44: a clock that jumps: a page of before it is too old and says so in the log; the next one works', async () => {
  const bench = await openPortal({ deps: { webauthn: noRules } });
  const anna = await withKey(bench, 'anna');
  const { browser, page, id } = await arriveFor(bench, 'anna', 2);
  const early = anna.key.get(optionsOf(page));
  bench.clock.time += 9 * minute;
  const late = await browser.open(`/challenge/${id}/webauthn`);
  bench.clock.time -= 30 * minute;
  expect((await browser.submit(late, { code: anna.key.get(optionsOf(late)) })).path).toContain('/go/');
  const next = await arriveFor(bench, 'anna', 2);
  expect((await next.browser.post(next.page, { code: early })).status).toBe(422);
  expect(why(bench)).toBe('challenge');
});
