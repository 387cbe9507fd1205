import { beforeEach, expect, test } from 'vitest';
import type { EnrolmentRules, Level } from '../../src/config/settings.ts';
import { bindFactor } from '../../src/enrolment/bind.ts';
import { allowOwn } from '../../src/enrolment/own.ts';
import { allowSelf } from '../../src/enrolment/self.ts';
import type { Person, SetUpPermission } from '../../src/factor/person.ts';
import { claimKey, type Rules } from '../../src/factor/webauthn/enrol.ts';
import { readMetadata } from '../../src/factor/webauthn/metadata.ts';
import { SoftKey } from '../support/authenticator.ts';
import { entryOf, makeMaker } from '../support/key-models.ts';
import { noRules, origin, register } from '../support/keys-bench.ts';
import { codeAt } from '../vectors/code-at.ts';
import { type Bench, minute, openBench, realm, source, withTotp } from '../vectors/factor-bench.ts';

/** R38: whoever has a password and a letter stays at what the letter reaches. What of it the desk hands over never travels. */
const maker = makeMaker();
const metadata = readMetadata(JSON.stringify([entryOf(maker)]), undefined, Date.UTC(2026, 2, 2));
const rules: Rules = { ...noRules, metadata };
const letter = { by: 'post', replaces: false, validity: 600 * minute, level: 2 } as const;

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});

/** A real key of a model that reaches level 4, bound as that: what a forged set-up page would ask for. */
async function bindHighest(person: Person, permission: SetUpPermission) {
  const key = new SoftKey(origin, { format: 'packed', chain: [maker.leaf], aaguid: maker.aaguid });
  const made = await register(bench, person, key, { rules, attested: true });
  if (made?.level !== 4) throw new Error('the key of the test is worth less than it should be');
  const { credential, level } = made;
  const factor = { kind: 'webauthn', level, label: 'Van mij', credential } as const;
  const confirm = () => claimKey(bench.deps, { credential, person });
  return (await bindFactor(bench.deps, { person, permission, factor, confirm, source })).outcome;
}

async function accepted(name: string, level: Level): Promise<{ person: Person; permission: SetUpPermission }> {
  const { code } = await bench.activation.invite(realm, name, { ...letter, level });
  const taken = await bench.activation.accept({ realm, name, code, source });
  if (taken.outcome !== 'accepted') throw new Error(taken.outcome);
  return { person: await bench.people.create(realm, name), permission: taken.permission };
}

const levelsOf = async (name: string) => (await bench.people.byName(realm, name))?.factors.map(({ level }) => level);

test('R38: the code of a letter for level 2 binds no key at level 4, whatever is said of the permission', async () => {
  const { person, permission } = await accepted('anna', 2);
  for (const tried of [permission, { ...permission, upTo: 4 }, { ...permission, by: 'own-factor', upTo: 4 }] as const)
    expect(await bindHighest(person, tried)).toBe('refused');
  expect(await levelsOf('anna')).toEqual([]);
  const high = await accepted('bram', 4);
  expect(await bindHighest(person, high.permission)).toBe('refused');
  // The same key in the same way, with the code that the desk gives.
  expect(await bindHighest(high.person, high.permission)).toBe('bound');
  expect(await levelsOf('bram')).toEqual([4]);
});

test('R38: what was bound by a letter for level 2 speaks for nothing above it: no change of his own reaches level 4', async () => {
  const { person, secret } = await withTotp(bench, 'anna');
  for (const round of [1, 2]) {
    bench.clock.time += minute;
    const challenge = `challenge ${round}`;
    const asked = {
      person,
      kind: 'totp',
      level: 2,
      answer: codeAt(secret, bench.clock.time),
      challenge,
      source,
    } as const;
    const passed = await bench.challenge.answer({ ...asked, app: 'my-security' });
    if (passed.outcome !== 'passed') throw new Error(passed.outcome);
    const own = await allowOwn(bench.deps, { person, factor: passed.factor, challenge, act: 'add' });
    if (own === undefined) throw new Error('nothing was allowed');
    expect(own.upTo).toBe(2);
    for (const tried of [own, { ...own, upTo: 4 }] as const) expect(await bindHighest(person, tried)).toBe('refused');
  }
  // Nor does a second letter of that level beside what he has.
  await expect(bench.activation.invite(realm, 'anna', letter)).rejects.toMatchObject({ code: 'enrolment.refused' });
  expect(await levelsOf('anna')).toEqual([2]);
});

test('R38: who is on the list of self binds by the password alone what the rules say, and no key at level 4', async () => {
  const now = bench.clock.time;
  const self = { people: ['anna', 'bram'], from: now, until: now + 60 * minute };
  const firstFactor: EnrolmentRules = { 2: 'self', 3: 'desk', 4: 'desk' };
  const permission = await allowSelf(bench.deps, { self, firstFactor }, { realm, name: 'anna', source });
  if (permission === undefined) throw new Error('nothing was allowed');
  const person = await bench.people.create(realm, 'anna');
  for (const tried of [permission, { ...permission, upTo: 4 }] as const)
    expect(await bindHighest(person, tried)).toBe('refused');
  expect(await levelsOf('anna')).toEqual([]);
});
