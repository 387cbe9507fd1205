import { beforeEach, describe, expect, test } from 'vitest';
import { codeAt } from '../../test/vectors/code-at.ts';
import { type Bench, minute, openBench, realm, source, withTotp, wrongCode } from '../../test/vectors/factor-bench.ts';
import type { Factor, Person, SetUpPermission } from '../factor/person.ts';
import { setUpTime } from '../factor/person.ts';
import { newSecret } from '../factor/totp/credential.ts';
import { verifyTotp } from '../factor/totp/verify.ts';
import { systemRandom } from '../kernel/random.ts';
import { bindFactor } from './bind.ts';

const asked = { kind: 'totp', level: 2, challenge: 'c', app: 'mail', source } as const;
let bench: Bench;
const secret = newSecret(systemRandom);
beforeEach(async () => {
  bench = await openBench();
});

async function permitted(name: string, replaces = false): Promise<{ person: Person; permission: SetUpPermission }> {
  const how = { by: 'operator', replaces, reason: 'call 12', validity: 60 * minute };
  const { code } = await bench.activation.invite(realm, name, how);
  const accepted = await bench.activation.accept({ realm, name, code, source });
  if (accepted.outcome !== 'accepted') throw new Error(accepted.outcome);
  return { person: await bench.people.create(realm, name), permission: accepted.permission };
}

function bind(who: { person: Person; permission: SetUpPermission }, code = codeAt(secret, bench.clock.time)) {
  const factor = { kind: 'totp', level: 2, label: ' Telefoon\u001b[2J\u202e ', credential: { secret } } as const;
  const confirm = ({ id }: Factor) =>
    verifyTotp(bench.deps, { ...who, factor: { id, credential: { secret } }, answer: code });
  return bindFactor(bench.deps, { ...who, factor, confirm, source });
}

describe('rule 12: no factor is bound on the password alone', () => {
  test('a permission that nobody gave, or gave to somebody else, binds nothing', async () => {
    const anna = await permitted('anna');
    const bram = await bench.people.create(realm, 'bram');
    const madeUp: SetUpPermission[] = [
      anna.permission,
      { by: 'activation-code', at: bench.clock.time, upTo: 2 },
      { by: 'recovery-code', at: bench.clock.time, upTo: 2 },
    ];
    for (const permission of madeUp) expect(await bind({ person: bram, permission })).toEqual({ outcome: 'refused' });
    for (const permission of [
      { ...anna.permission, by: 'recovery-code' as const },
      { ...anna.permission, at: anna.permission.at - 1 },
    ]) {
      expect(await bind({ ...anna, permission })).toEqual({ outcome: 'refused' });
    }
    expect((await bench.people.byId(bram.id))?.factors).toEqual([]);
    expect(await bind(anna)).toMatchObject({ outcome: 'bound' });
  });

  test('it is worth an hour, one binding, and ends with a newer invitation', async () => {
    const anna = await permitted('anna');
    bench.clock.time += setUpTime + 1;
    expect(await bind(anna)).toEqual({ outcome: 'refused' });
    const again = await permitted('anna');
    await bench.activation.invite(realm, 'anna', { by: 'operator', replaces: false, validity: minute });
    expect(await bind(again)).toEqual({ outcome: 'refused' });
    const last = await permitted('anna');
    expect(await bind(last)).toMatchObject({ outcome: 'bound' });
    bench.clock.time += minute;
    expect(await bind(last)).toEqual({ outcome: 'refused' });
  });

  test('of 50 at once, in two set-ups that were both allowed, one binds', async () => {
    const first = await permitted('anna');
    const codes = await bench.people.update(first.person.id, person => ({
      ...person,
      setUps: [...person.setUps, { by: 'recovery-code', at: bench.clock.time, upTo: 2 }],
    }));
    const second: SetUpPermission = { by: 'recovery-code', at: bench.clock.time, upTo: 2 };
    expect(codes?.setUps).toHaveLength(2);
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) => bind(index % 2 === 0 ? first : { ...first, permission: second })),
    );
    expect(outcomes.filter(({ outcome }) => outcome === 'bound')).toHaveLength(1);
    const anna = await bench.people.byId(first.person.id);
    expect(anna).toMatchObject({ factors: [{ kind: 'totp' }], setUps: [] });
    expect(bench.events.filter(({ type }) => type === 'factor.added')).toHaveLength(1);
  });
});

test('a wrong code changes nothing and may be tried again; the right one is used up by the set-up', async () => {
  const anna = await permitted('anna');
  expect(await bind(anna, wrongCode(secret, bench.clock.time))).toEqual({ outcome: 'wrong' });
  expect(await bind(anna)).toMatchObject({
    outcome: 'bound',
    factor: { kind: 'totp', level: 2, label: 'Telefoon[2J', boundBy: 'activation-code', boundAt: bench.clock.time },
    removed: [],
  });
  const code = codeAt(secret, bench.clock.time);
  const answer = { ...asked, person: anna.person, answer: code };
  expect(await bench.challenge.answer(answer)).toEqual({ outcome: 'repeated' });
});

test('R38 an activation code is gone after the binding', async () => {
  const { code } = await bench.activation.invite(realm, 'anna', { by: 'operator', replaces: false, validity: minute });
  const accepted = await bench.activation.accept({ realm, name: 'anna', code, source });
  if (accepted.outcome !== 'accepted') throw new Error(accepted.outcome);
  const person = await bench.people.create(realm, 'anna');
  expect(await bind({ person, permission: accepted.permission })).toMatchObject({ outcome: 'bound' });
  expect(await bench.activation.accept({ realm, name: 'anna', code, source })).toEqual({ outcome: 'none' });
});

test('a code for a first factor never removes one that came in between', async () => {
  const anna = await permitted('anna');
  const kept = (await withTotp(bench, 'bram')).factor;
  await bench.people.update(anna.person.id, person => ({ ...person, factors: [kept] }));
  expect(await bind(anna)).toEqual({ outcome: 'refused' });
});

test('an invitation that replaces removes the old factor and the recovery codes at once, before any set-up', async () => {
  const { person, factor, secret: old } = await withTotp(bench, 'anna');
  const codes = await bench.recovery.make(person, { factor: factor.id, source });
  const again = await permitted('anna', true);
  expect(bench.events).toContainEqual(
    expect.objectContaining({ type: 'factor.removed', factor: factor.id, because: 'reset' }),
  );
  bench.clock.time += minute;
  const code = codeAt(old, bench.clock.time);
  expect(await bench.challenge.answer({ ...asked, person, answer: code })).toEqual({ outcome: 'wrong' });
  expect(await bench.recovery.use({ person, source, code: codes[0] ?? '' })).toEqual({ outcome: 'wrong' });
  expect(await bind(again)).toMatchObject({ outcome: 'bound', removed: [] });
  expect(bench.events.at(-1)).toMatchObject({ type: 'factor.added', by: 'activation-code' });
});

test('R32 a recovery code leads to a new factor in place of the old; the other codes stay', async () => {
  const { person, factor } = await withTotp(bench, 'anna');
  const codes = await bench.recovery.make(person, { factor: factor.id, source });
  const used = await bench.recovery.use({ person, source, code: codes[3] ?? '' });
  if (used.outcome !== 'accepted') throw new Error(used.outcome);
  const bound = await bind({ person, permission: used.permission });
  expect(bound).toMatchObject({ outcome: 'bound', person: { factors: [{ boundBy: 'recovery-code' }] } });
  expect(bench.events.at(-2)).toMatchObject({ type: 'factor.removed', factor: factor.id, because: 'replaced' });
  expect((await bench.people.byId(person.id))?.recovery?.hashes).toHaveLength(9);
});
