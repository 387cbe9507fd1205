import { beforeEach, describe, expect, test } from 'vitest';
import { codeAt } from '../../test/vectors/code-at.ts';
import { type Bench, minute, openBench, realm, source, withTotp } from '../../test/vectors/factor-bench.ts';
import { type Factor, fresh, type OwnAct, type Person, type SetUpPermission } from '../factor/person.ts';
import { newSecret } from '../factor/totp/credential.ts';
import { verifyTotp } from '../factor/totp/verify.ts';
import { systemRandom } from '../kernel/random.ts';
import { bindFactor } from './bind.ts';
import { allowOwn } from './own.ts';
import { removeFactor, renameFactor } from './remove.ts';

interface Anna {
  readonly person: Person;
  readonly factor: Factor;
  readonly secret: string;
}
let bench: Bench;
let anna: Anna;
let count = 0;
beforeEach(async () => {
  bench = await openBench();
  anna = await withTotp(bench, 'anna');
});

/** Passes a challenge for this act, as the portal does. */
async function prove({ person, secret }: Pick<Anna, 'person' | 'secret'>, act: OwnAct, on?: string) {
  bench.clock.time += minute;
  count += 1;
  const challenge = `challenge ${count}`;
  const answer = codeAt(secret, bench.clock.time);
  const asked = { person, kind: 'totp', level: 2, answer, challenge, source, app: 'my-security' } as const;
  const passed = await bench.challenge.answer(asked);
  if (passed.outcome !== 'passed') throw new Error(passed.outcome);
  return { person, factor: passed.factor, challenge, act, on };
}

async function allowed(who: Pick<Anna, 'person' | 'secret'>, act: OwnAct, on?: string): Promise<SetUpPermission> {
  const permission = await allowOwn(bench.deps, await prove(who, act, on));
  if (permission === undefined) throw new Error('not allowed');
  return permission;
}

function bind(permission: SetUpPermission, person: Pick<Person, 'id'> = anna.person, secret = newSecret(systemRandom)) {
  const factor = { kind: 'totp', level: 2, label: 'Tablet', credential: { secret } } as const;
  const answer = codeAt(secret, bench.clock.time);
  const confirm = ({ id }: Factor) =>
    verifyTotp(bench.deps, { person, factor: { id, credential: { secret } }, answer });
  return bindFactor(bench.deps, { person, permission, personal: true, factor, confirm, source });
}

async function second(): Promise<Anna> {
  const secret = newSecret(systemRandom);
  const bound = await bind(await allowed(anna, 'add'), anna.person, secret);
  if (bound.outcome !== 'bound') throw new Error(bound.outcome);
  bench.clock.time += minute;
  return { person: bound.person, factor: bound.factor, secret };
}

const remove = (permission: SetUpPermission, factor: string) =>
  removeFactor(bench.deps, { person: anna.person, factor, permission, source });
const factorsNow = async () => (await bench.people.byId(anna.person.id))?.factors.map(({ id }) => id);

describe('R38: a factor beside another, with a fresh one', () => {
  test('binds once, says that it is hers alone (R07), and keeps what the desk gave', async () => {
    const higher = { by: 'desk', replaces: false, level: 4, validity: minute * 600 } as const;
    await bench.activation.invite(realm, 'anna', higher);
    const permission = await allowed(anna, 'add');
    const bound = await bind(permission);
    expect(bound).toMatchObject({ outcome: 'bound', factor: { boundBy: 'own-factor', personal: true }, removed: [] });
    expect((await bench.people.byId(anna.person.id))?.activation?.upTo).toBe(4);
    expect(await bind(permission)).toEqual({ outcome: 'refused' });
    expect(bench.events.at(-1)).toMatchObject({ type: 'factor.added', by: 'own-factor' });
  });

  test('one challenge allows once, and only for what it was passed for', async () => {
    const pass = await prove(anna, 'add');
    const permission = await allowOwn(bench.deps, pass);
    expect(permission).toMatchObject({ by: 'own-factor', upTo: 2 });
    expect(await allowOwn(bench.deps, pass)).toBeUndefined();
    expect(await allowOwn(bench.deps, { ...pass, act: 'remove', on: anna.factor.id })).toBeUndefined();
    for (const other of [await allowed(anna, 'codes'), await allowed(anna, 'rename', anna.factor.id)])
      expect(await bind(other)).toEqual({ outcome: 'refused' });
  });

  test('not what the caller made up, of somebody else, too old, or above what was passed', async () => {
    const bram = await withTotp(bench, 'bram');
    const permission = await allowed(anna, 'add');
    const own = permission.own;
    if (own === undefined) throw new Error('no proof');
    const madeUp: SetUpPermission[] = [
      { ...permission, at: permission.at + 1 },
      { ...permission, own: { ...own, challenge: 'another' } },
      { by: 'self', at: permission.at, upTo: 2 },
    ];
    for (const one of madeUp) expect(await bind(one)).toEqual({ outcome: 'refused' });
    expect(await bind(permission, bram.person)).toEqual({ outcome: 'refused' });
    const key = { id: 'k', publicKey: '', transports: [], backupEligible: false, counter: 0, aaguid: '' };
    const above = { kind: 'webauthn', level: 4, label: 'k', credential: key } as const;
    const confirm = async () => 'accepted' as const;
    const asked = { person: anna.person, permission, factor: above, confirm, source };
    expect(await bindFactor(bench.deps, asked)).toEqual({ outcome: 'refused' });
    bench.clock.time += fresh.setUp + 1;
    expect(await bind(permission)).toEqual({ outcome: 'refused' });
  });

  test('R07 what she has already is no second factor', async () => {
    expect(await bind(await allowed(anna, 'add'), anna.person, anna.secret)).toEqual({ outcome: 'refused' });
  });

  test('a.27: a factor that is not fresh, is below her highest, or is gone allows nothing', async () => {
    const stale = await prove(anna, 'add');
    bench.clock.time += fresh.act + 1;
    expect(await allowOwn(bench.deps, stale)).toBeUndefined();
    const lower = await prove(anna, 'add');
    const credential = { id: 'k', publicKey: '', transports: [], backupEligible: false, counter: 0, aaguid: '' };
    const key: Factor = { ...anna.factor, id: 'key', kind: 'webauthn', level: 4, credential };
    const permission = await allowed(anna, 'add');
    await bench.people.update(anna.person.id, person => ({ ...person, factors: [...person.factors, key] }));
    expect(await allowOwn(bench.deps, lower)).toBeUndefined();
    // Passed before she rose: it speaks for less than she has now.
    expect(await bind(permission)).toEqual({ outcome: 'refused' });
    await bench.people.update(anna.person.id, person => ({ ...person, factors: [key] }));
    expect(await bind(permission)).toEqual({ outcome: 'refused' });
  });
});

describe('R31: a factor is removed with a fresh factor only', () => {
  test('the one named, once; what was allowed on the strength of it ends', async () => {
    const tablet = await second();
    const pending = await allowed(anna, 'add');
    const permission = await allowed(tablet, 'remove', anna.factor.id);
    expect(await remove(permission, tablet.factor.id)).toEqual({ outcome: 'refused' });
    expect(await remove(permission, anna.factor.id)).toMatchObject({ outcome: 'removed' });
    expect(await factorsNow()).toEqual([tablet.factor.id]);
    expect(await bind(pending)).toEqual({ outcome: 'refused' });
    expect(bench.events.at(-1)).toMatchObject({ type: 'factor.removed', factor: anna.factor.id, because: 'by-owner' });
    const answer = codeAt(anna.secret, bench.clock.time + minute);
    bench.clock.time += minute;
    const asked = { person: anna.person, kind: 'totp', level: 2, answer, challenge: 'c', source, app: 'mail' } as const;
    expect(await bench.challenge.answer(asked)).toEqual({ outcome: 'wrong' });
  });

  test('never the last one, nor the last that reaches level 2', async () => {
    expect(await remove(await allowed(anna, 'remove', anna.factor.id), anna.factor.id)).toEqual({ outcome: 'last' });
    const low: Factor = { ...anna.factor, id: 'low', level: 1 };
    await bench.people.update(anna.person.id, person => ({ ...person, factors: [...person.factors, low] }));
    expect(await remove(await allowed(anna, 'remove', anna.factor.id), anna.factor.id)).toEqual({ outcome: 'last' });
    expect(await remove(await allowed(anna, 'remove', 'low'), 'low')).toMatchObject({ outcome: 'removed' });
  });

  test('of two removals at once, allowed both, one factor stays: 20 rounds', async () => {
    for (let round = 0; round < 20; round += 1) {
      const tablet = await second();
      const [one, other] = [
        await allowed(anna, 'remove', anna.factor.id),
        await allowed(tablet, 'remove', tablet.factor.id),
      ];
      const outcomes = await Promise.all([remove(one, anna.factor.id), remove(other, tablet.factor.id)]);
      expect(outcomes.filter(({ outcome }) => outcome === 'removed')).toHaveLength(1);
      const left = await factorsNow();
      expect(left).toHaveLength(1);
      if (left?.[0] === tablet.factor.id) anna = { ...tablet };
    }
  });

  test('what is lent goes back to the desk; what is not hers is not there', async () => {
    const credential = { serial: 's', secret: '', algorithm: 'sha1', digits: 6, period: 30, counter: 0 } as const;
    const lent: Factor = { ...anna.factor, id: 'lent', kind: 'hardware-token', level: 2, credential };
    await bench.people.update(anna.person.id, person => ({ ...person, factors: [...person.factors, lent] }));
    expect(await remove(await allowed(anna, 'remove', 'lent'), 'lent')).toEqual({ outcome: 'refused' });
    expect(await remove(await allowed(anna, 'remove', 'nobodys'), 'nobodys')).toEqual({ outcome: 'refused' });
  });

  test('what verifying left in the store of a removed factor goes, a day later', async () => {
    const tablet = await second();
    const mark = `totp-step:{${anna.person.id}}:${anna.factor.id}`;
    await remove(await allowed(tablet, 'remove', anna.factor.id), anna.factor.id);
    expect(await bench.store.reached(mark)).toBe(Number.MAX_SAFE_INTEGER);
    bench.clock.time += 24 * 60 * minute + 1;
    expect(await bench.store.reached(mark)).toBeUndefined();
  });
});

test('a name is given with a fresh factor, cleaned, once', async () => {
  const permission = await allowed(anna, 'rename', anna.factor.id);
  const rename = (label: string, factor = anna.factor.id) =>
    renameFactor(bench.deps, { person: anna.person, factor, permission, label, source });
  expect(await rename(' \u202e\u001b ')).toBeUndefined();
  expect(await rename('Van bram', 'another')).toBeUndefined();
  expect((await rename(' Werk\u202etelefoon '))?.factors[0]?.label).toBe('Werktelefoon');
  expect(await rename('Nog eens')).toBeUndefined();
  expect(bench.events.at(-1)).toMatchObject({ type: 'factor.renamed', factor: anna.factor.id });
});
