import type { Audit, AuditEvent } from '../../src/audit/event.ts';
import { ActivationCodes } from '../../src/enrolment/activation.ts';
import { bindFactor } from '../../src/enrolment/bind.ts';
import { Attempts } from '../../src/factor/attempts.ts';
import { Challenge } from '../../src/factor/challenge.ts';
import { KnownBrowsers } from '../../src/factor/known-browser.ts';
import { People } from '../../src/factor/people.ts';
import type { Factor, Person } from '../../src/factor/person.ts';
import { newSecret } from '../../src/factor/totp/credential.ts';
import { verifyTotp } from '../../src/factor/totp/verify.ts';
import { KeyRing } from '../../src/kernel/key-ring.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import type { Store } from '../../src/kernel/store.ts';
import { RecoveryCodes } from '../../src/recovery/recovery-codes.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { codeAt } from './code-at.ts';

export const realm = 'gemeente';
export const source = '192.0.2.7';
export const minute = 60_000;

export type Bench = Awaited<ReturnType<typeof openBench>>;

export interface BenchClock {
  time: number;
  now(): number;
}

/** Everything about factors on the real embedded store in memory, or on the one given, under a clock that stands until it is moved. */
export async function openBench(given: { readonly clock?: BenchClock; readonly store?: Store } = {}) {
  const clock: BenchClock = given.clock ?? { time: Date.UTC(2026, 2, 2, 9), now: () => clock.time };
  const store: Store = given.store ?? (await SqliteStore.open({ path: ':memory:', clock }));
  const ring = new KeyRing([{ id: 'k1', secret: Buffer.alloc(32, 7) }], systemRandom);
  const events: AuditEvent[] = [];
  const audit: Audit = {
    record: async event => {
      events.push(event);
    },
  };
  const deps = { store, ring, clock, random: systemRandom, audit };
  const people = new People(deps);
  const attempts = new Attempts(deps);
  const parts = { people, attempts };
  return {
    clock,
    store,
    ring,
    events,
    deps: { ...deps, people },
    people,
    attempts,
    browsers: new KnownBrowsers(deps),
    activation: new ActivationCodes(deps, parts),
    recovery: new RecoveryCodes(deps, parts),
    challenge: new Challenge(deps, parts),
  };
}

/** Invites and binds, as a person would; the clock stands one minute later, so that the next code is a new one. */
export async function withTotp(
  bench: Bench,
  name: string,
): Promise<{ person: Person; factor: Factor; secret: string }> {
  const { code } = await bench.activation.invite(realm, name, {
    by: 'operator',
    replaces: false,
    validity: 60 * minute,
  });
  const accepted = await bench.activation.accept({ realm, name, code, source });
  if (accepted.outcome !== 'accepted') throw new Error(`the activation code was ${accepted.outcome}`);
  const person = await bench.people.create(realm, name);
  const secret = newSecret(systemRandom);
  const answer = codeAt(secret, bench.clock.time);
  const bound = await bindFactor(bench.deps, {
    person,
    factor: { kind: 'totp', level: 2, label: 'Telefoon', credential: { secret } },
    confirm: ({ id }) => verifyTotp(bench.deps, { person, factor: { id, credential: { secret } }, answer }),
    permission: accepted.permission,
    source,
  });
  if (bound.outcome !== 'bound') throw new Error(`the factor was ${bound.outcome}`);
  bench.clock.time += minute;
  return { person: bound.person, factor: bound.factor, secret };
}

/** A code that is not right at this time, nor one step around it. */
export function wrongCode(secret: string, time: number): string {
  const right = new Set([-30_000, 0, 30_000].map(shift => codeAt(secret, time + shift)));
  const wrong = ['000000', '111111', '222222', '333333'].find(code => !right.has(code));
  if (wrong === undefined) throw new Error('four codes cannot be three');
  return wrong;
}
