import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TestClock } from '../../test/support/sluis.ts';
import type { Level, MailboxRule } from '../config/settings.ts';
import { KeyRing } from '../kernel/key-ring.ts';
import { systemRandom } from '../kernel/random.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { People } from './people.ts';
import type { Factor, Person } from './person.ts';
import { type SendingRules, usableAt } from './sent-code/usable.ts';
import { waysOf } from './ways.ts';

const realm = 'gemeente';

async function bench() {
  const store = await SqliteStore.open({ path: ':memory:', clock: new TestClock() });
  const ring = new KeyRing([{ id: 'k1', secret: Buffer.alloc(32, 1) }], systemRandom);
  return new People({ store, ring, clock: new TestClock(), random: systemRandom });
}

const bound = { id: 'f', label: 'x', boundAt: 1, boundBy: 'desk', lastUsedAt: undefined } as const;
const email = (address: string): Factor => ({ ...bound, kind: 'email', level: 1, credential: { address } });
const sms = (number: string): Factor => ({ ...bound, kind: 'sms', level: 1, credential: { number } });
const totp: Factor = { ...bound, kind: 'totp', level: 2, credential: { secret: 'JBSWY3DPEHPK3PXP' } };
const token: Factor = {
  ...{ ...bound, kind: 'hardware-token', level: 3 },
  credential: { serial: 'SN1', secret: 'x', algorithm: 'sha1', digits: 6, period: 30, counter: 0 },
};

function rulesOf(prefixes: readonly string[] | undefined, mailboxes: Readonly<Record<string, MailboxRule>> = {}) {
  return {
    sms: prefixes === undefined ? undefined : { prefixes },
    email: { mailboxes: new Map(Object.entries(mailboxes)) },
  } satisfies SendingRules;
}

async function put(people: People, name: string, factors: readonly Factor[]): Promise<Person> {
  const { id } = await people.create(realm, name);
  return (await people.update(id, person => ({ ...person, factors }))) as Person;
}

describe('R50: how many people reach a place', () => {
  it('R20: a code by mail counts only where the app lets it stand beside its password', async () => {
    const people = await bench();
    await put(people, 'anna', [email('anna@gemeente.test')]);
    await put(people, 'bram', [email('bram@post.test')]);
    await put(people, 'carla', [email('carla@gemeente.test'), totp]);
    await put(people, 'daan', []);
    const rules = rulesOf(undefined, {
      wiki: { word: 'separate', own: ['gemeente.test'] },
      zaak: { word: 'demands-mfa', own: [] },
      post: { word: 'same-password', own: [] },
    });
    const at = (app: string, level: Level = 1) => people.reachOf(realm).at({ app, level, rules });
    expect(await at('wiki')).toEqual({ reach: 2, short: 2 });
    expect(await at('zaak')).toEqual({ reach: 3, short: 1 });
    expect(await at('post')).toEqual({ reach: 1, short: 3 });
    expect(await at('unknown')).toEqual({ reach: 1, short: 3 });
    expect(await at('zaak', 2)).toEqual({ reach: 1, short: 3 });
  });

  it('follows every change of what people have, and forgets who went', async () => {
    const people = await bench();
    const { id } = await put(people, 'anna', [sms('+31612345678')]);
    const rules = rulesOf(['+31']);
    const now = () => people.reachOf(realm).at({ app: 'post', level: 1, rules });
    expect(await now()).toEqual({ reach: 1, short: 0 });
    await people.update(id, person => ({ ...person, factors: [sms('+3249123456')] }));
    expect(await now()).toEqual({ reach: 0, short: 1 });
    await people.update(id, person => ({ ...person, factors: [sms('+3249123456'), totp] }));
    expect(await now()).toEqual({ reach: 1, short: 0 });
    await people.update(id, person => ({ ...person, factors: [sms('+31612345678')] }));
    await people.rename(id, 'annabel');
    expect(await now()).toEqual({ reach: 1, short: 0 });
    await people.remove(id);
    expect(await now()).toEqual({ reach: 0, short: 0 });
  });

  it('is what all their records say, whatever people have and the configuration allows (property)', async () => {
    const domains = ['gemeente.test', 'post.test', 'sub.gemeente.test'];
    const numbers = ['+31612345678', '+31687654321', '+3249123456', '+32470000000', '+4915112345678'];
    const factors = fc.uniqueArray(
      fc.constantFrom<Factor>(totp, token, ...domains.map(domain => email(`x@${domain}`)), ...numbers.map(sms)),
      { maxLength: 3 },
    );
    const mailbox = fc.record({
      word: fc.constantFrom('separate' as const, 'demands-mfa' as const, 'same-password' as const),
      own: fc.subarray(domains),
    });
    const prefixes = fc.option(fc.subarray(['+31', '+3161', '+31612', '+32', '+3249', '+49151']), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(fc.array(factors, { maxLength: 8 }), mailbox, prefixes, async (all, rule, numbersOf) => {
        const people = await bench();
        const records = await Promise.all(all.map((factors, index) => put(people, `p${index}`, factors)));
        const rules = rulesOf(numbersOf, { wiki: rule });
        const reach = people.reachOf(realm);
        for (const app of ['wiki', 'other'])
          for (const level of [1, 2, 3, 4] as const) {
            const through = records.filter(person => waysOf(person, level, usableAt(rules, app)).length > 0).length;
            const counted = await reach.at({ app, level, rules });
            expect(counted).toEqual({ reach: through, short: records.length - through });
          }
      }),
      { numRuns: 60 },
    );
  });

  it('counts more than a page of one address, and many addresses beside it', async () => {
    const people = await bench();
    for (let number = 0; number < 620; number += 1) await put(people, `a${number}`, [email(`a${number}@post.test`)]);
    for (let number = 0; number < 30; number += 1) await put(people, `b${number}`, [email(`b@z${number}.test`)]);
    for (let number = 0; number < 30; number += 1) await put(people, `c${number}`, [email(`c@a${number}.test`)]);
    const rules = rulesOf(undefined, { wiki: { word: 'separate', own: ['z7.test'] } });
    const counted = await people.reachOf(realm).at({ app: 'wiki', level: 1, rules });
    expect(counted).toEqual({ reach: 679, short: 1 });
  });
});
