import { beforeEach, describe, expect, test } from 'vitest';
import { type Bench, minute, openBench, realm, source } from '../../test/vectors/factor-bench.ts';
import type { EnrolmentRules, SelfWindow } from '../config/settings.ts';
import type { SetUpPermission } from '../factor/person.ts';
import { newSecret } from '../factor/totp/credential.ts';
import { systemRandom } from '../kernel/random.ts';
import { bindFactor } from './bind.ts';
import { allowSelf } from './self.ts';

let bench: Bench;
let window: SelfWindow;
beforeEach(async () => {
  bench = await openBench();
  const now = bench.clock.time;
  window = { people: ['anna', 'bram'], from: now, until: now + 60 * minute };
});

const firstFactor = { 2: 'self', 3: 'desk', 4: 'desk' } as const;
const allow = (name: string, rules: EnrolmentRules = firstFactor) =>
  allowSelf(bench.deps, { self: window, firstFactor: rules }, { realm, name, source });

async function bind(permission: SetUpPermission, name: string) {
  const person = await bench.people.create(realm, name);
  const factor = { kind: 'totp', level: 2, label: 'x', credential: { secret: newSecret(systemRandom) } } as const;
  return bindFactor(bench.deps, { person, permission, factor, confirm: async () => 'accepted', source });
}

describe('R38: by herself, where an operator listed her, between two dates', () => {
  test('a listed person binds a first factor, once, and it is written down', async () => {
    const permission = await allow('anna');
    if (permission === undefined) throw new Error('not allowed');
    expect(permission).toMatchObject({ by: 'self', upTo: 2 });
    expect(bench.events.at(-1)).toMatchObject({ type: 'set-up.by-self', name: 'anna' });
    expect(await bind(permission, 'bram')).toEqual({ outcome: 'refused' });
    expect(await bind(permission, 'anna')).toMatchObject({ outcome: 'bound', factor: { boundBy: 'self' } });
    expect(await bind(permission, 'anna')).toEqual({ outcome: 'refused' });
    expect(await allow('anna')).toBeUndefined();
  });

  test('nobody else, not before, not after, not without a list; and nobody is made by trying', async () => {
    expect(await allow('carla')).toBeUndefined();
    expect(await allowSelf(bench.deps, { firstFactor }, { realm, name: 'anna', source })).toBeUndefined();
    bench.clock.time = window.from - 1;
    expect(await allow('anna')).toBeUndefined();
    bench.clock.time = window.until;
    expect(await allow('anna')).toBeUndefined();
    expect([await bench.people.byName(realm, 'anna'), await bench.people.byName(realm, 'carla')]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('it reaches level 2, and above it only where the rules say so for that level', async () => {
    const reached = async (third: 'self' | 'desk', fourth: 'self' | 'desk', name: string) =>
      (await allow(name, { 2: 'self', 3: third, 4: fourth }))?.upTo;
    expect(await reached('desk', 'desk', 'anna')).toBe(2);
    expect(await reached('self', 'desk', 'bram')).toBe(3);
    expect(await reached('self', 'self', 'anna')).toBe(4);
  });

  test('R35: who was given a code uses it, and who lost her factor comes back by the desk', async () => {
    const first = await allow('anna');
    if (first === undefined) throw new Error('not allowed');
    const { code } = await bench.activation.invite(realm, 'anna', { by: 'desk', replaces: false, validity: minute });
    expect(await bind(first, 'anna')).toEqual({ outcome: 'refused' });
    expect(await allow('anna')).toBeUndefined();
    expect(await bench.activation.accept({ realm, name: 'anna', code, source })).toMatchObject({ outcome: 'accepted' });

    const permission = await allow('bram');
    if (permission === undefined) throw new Error('not allowed');
    await bind(permission, 'bram');
    const reset = { by: 'desk', replaces: true, reason: 'call 9', validity: minute };
    await bench.activation.invite(realm, 'bram', reset);
    const { id } = await bench.people.create(realm, 'bram');
    // Even where the code was taken away again.
    await bench.people.update(id, person => ({ ...person, activation: undefined }));
    expect(await allow('bram')).toBeUndefined();
  });
});
