import { beforeEach, expect, it } from 'vitest';
import { SoftPhone } from '../../../test/support/soft-phone.ts';
import { type Bench, minute, openBench } from '../../../test/vectors/factor-bench.ts';
import { isPublicKey, isSigned } from './credential.ts';
import { beginLink, claimPhone, confirmLink, isLinkOpen, joinLink } from './enrol.ts';

const origin = 'https://sluis.gemeente.test';
const token = 'ABCDEFGHJKMNPQRS';
const person = { id: 'p-anna' };

let bench: Bench;
let phone: SoftPhone;
beforeEach(async () => {
  bench = await openBench();
  phone = new SoftPhone(
    async () => ({ state: '' }),
    () => bench.clock.time,
  );
  await beginLink(bench.deps, { token, pending: 'one', person, account: 'anna', has: [] });
});

const join = (given: Partial<Parameters<typeof joinLink>[1]> = {}) => {
  const { publicKey } = phone;
  const signature = phone.sign('enrol', [token, publicKey]);
  return joinLink(bench.deps, { token, typed: token, publicKey, signature, origin, ...given });
};
const confirm = (code: string, given: Partial<Parameters<typeof confirmLink>[1]> = {}) =>
  confirmLink(bench.deps, { token, pending: 'one', person, code, ...given });

async function joined(): Promise<string> {
  const outcome = await join();
  if (outcome.outcome !== 'joined') throw new Error(outcome.outcome);
  return outcome.code;
}

it('R38: the digits of a phone count for the sign-in that began the link, and the person who was there', async () => {
  expect(await confirm('123456')).toEqual({ outcome: 'waiting' });
  const code = await joined();
  expect(code).toMatch(/^[0-9]{6}$/);
  expect(await confirm(code, { pending: 'two' })).toEqual({ outcome: 'gone' });
  expect(await confirm(code, { person: { id: 'p-bram' } })).toEqual({ outcome: 'gone' });
  expect(await confirm(code, { token: 'ZZZZZZZZZZZZZZZZ' })).toEqual({ outcome: 'gone' });
  expect(await confirm(code)).toEqual({ outcome: 'right', publicKey: phone.publicKey });
});

it('rule 3: a try is counted before it is looked at: of 20 at once five are', async () => {
  const code = await joined();
  const wrong = code === '000000' ? '000001' : '000000';
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => confirm(wrong)));
  expect(outcomes.filter(({ outcome }) => outcome === 'wrong')).toHaveLength(5);
  expect(await confirm(code)).toEqual({ outcome: 'gone' });
  expect(await isLinkOpen(bench.deps, token)).toBe(false);
});

it('a phone shows that it holds its key, for this link and this portal', async () => {
  const other = new SoftPhone(
    async () => ({ state: '' }),
    () => 0,
  );
  const gone = { outcome: 'gone' };
  expect(await join({ publicKey: other.publicKey })).toEqual(gone);
  expect(await join({ signature: phone.sign('poll', [token, phone.publicKey]) })).toEqual(gone);
  expect(await join({ origin: 'https://sluis.andere.test' })).toEqual(gone);
  expect(await join({ typed: 'ABCD-EFGH-JKMN-PQRS' })).toEqual(gone);
  expect(await join({ publicKey: 'A'.repeat(87) })).toEqual(gone);
  expect((await join()).outcome).toBe('joined');
});

it("R07: a link is used up by the phone that it brought, once; its key is nobody else's from then on", async () => {
  await joined();
  const claim = { token, publicKey: phone.publicKey, person };
  expect((await Promise.all([1, 2, 3].map(() => claimPhone(bench.deps, claim)))).toSorted()).toEqual([
    'accepted',
    'wrong',
    'wrong',
  ]);
  const next = 'BBBBBBBBBBBBBBBB';
  await beginLink(bench.deps, { token: next, pending: 'x', person: { id: 'p-bram' }, account: 'bram', has: [] });
  const bram = { token: next, typed: next, signature: phone.sign('enrol', [next, phone.publicKey]) };
  expect(await join(bram)).toEqual({ outcome: 'other-person' });
  expect(await claimPhone(bench.deps, { ...claim, token: next, person: { id: 'p-bram' } })).toBe('wrong');
});

it('a phone of hers that stays is no second one; one that goes makes a new key', async () => {
  await joined();
  await claimPhone(bench.deps, { token, publicKey: phone.publicKey, person });
  for (const [has, outcome] of [
    [[phone.device], 'known'],
    [[], 'renew'],
  ] as const) {
    await beginLink(bench.deps, { token: `${token}${outcome}`, pending: 'one', person, account: 'anna', has });
    const typed = `${token}${outcome}`;
    const signature = phone.sign('enrol', [typed, phone.publicKey]);
    expect(await join({ token: typed, typed, signature })).toEqual({ outcome });
  }
});

it('a link is over after ten minutes, for the phone and for the computer', async () => {
  const code = await joined();
  bench.clock.time += 10 * minute;
  expect(await confirm(code)).toEqual({ outcome: 'gone' });
  expect(await join()).toEqual({ outcome: 'gone' });
});

it('keys are points of the curve, in one spelling; signatures are of 64 bytes', () => {
  const point = Buffer.from(phone.publicKey, 'base64url');
  expect(isPublicKey(phone.publicKey)).toBe(true);
  const off = Buffer.from(point);
  off[64] = (off[64] ?? 0) ^ 1;
  const squeezed = Buffer.concat([Buffer.of(2), point.subarray(1)]);
  for (const bad of [
    off,
    squeezed,
    point.subarray(0, 33),
    Buffer.alloc(65),
    Buffer.concat([Buffer.of(4), Buffer.alloc(64)]),
  ])
    expect(isPublicKey(bad.toString('base64url'))).toBe(false);
  expect(isPublicKey(point.toString('base64'))).toBe(false);
  const signature = phone.sign('poll', []);
  const text = JSON.stringify(['sluis-approval-1', 'poll', origin]);
  expect(isSigned(phone.publicKey, text, signature)).toBe(true);
  expect(isSigned(phone.publicKey, `${text} `, signature)).toBe(false);
  expect(isSigned(phone.publicKey, text, `${signature}AAAA`)).toBe(false);
  expect(isSigned(phone.publicKey, text, '')).toBe(false);
});
