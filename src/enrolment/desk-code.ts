import type { Level } from '../config/settings.ts';
import type { FactorDeps } from '../factor/deps.ts';
import { deskCodeLifetime, newDeskCode } from '../factor/desk-code/credential.ts';
import type { People } from '../factor/people.ts';
import type { Factor, Person } from '../factor/person.ts';
import { factorKinds } from '../factor/registry.ts';
import { highestLevel } from '../factor/ways.ts';
import { SluisError } from '../kernel/errors.ts';
import { randomId } from '../kernel/random.ts';
import { refuseClosed } from './activation.ts';

type Deps = FactorDeps & { readonly people: People };
type Code = Factor<'desk-code'>;

export interface GivingCode {
  readonly person: Pick<Person, 'id'>;
  /** As the audit names who gives it. */
  readonly by: string;
  readonly reason: string;
  /** How was established who asks, by the operator's own list. */
  readonly method: string;
}

export interface GivenCode {
  /** Shown now and never again. */
  readonly code: string;
  readonly until: number;
  readonly level: Level;
  /** The one before, which is void; sessions that were passed with it are for the caller to end. */
  readonly replaced: Code | undefined;
}

/**
 * Gives a person whose phone or key is at home a code for one day (R39). Throws 'enrolment.refused' for a closed account, and
 * for who has no second step: she needs an activation code, and this must never be a way around that.
 */
export async function giveDeskCode(deps: Deps, { person, by, reason, method }: GivingCode): Promise<GivenCode> {
  const { clock, random, people, audit } = deps;
  const now = clock.now();
  const until = now + deskCodeLifetime;
  const { code, hash } = newDeskCode(deps, person);
  const made = { id: randomId(random), kind: 'desk-code', label: '', boundAt: now, boundBy: 'desk' } as const;
  let level: Level = 1;
  let replaced: Code | undefined;
  const given = await people.update(person.id, current => {
    refuseClosed(current);
    level = levelFor(current);
    replaced = current.deskCode;
    return { ...current, deskCode: { ...made, level, lastUsedAt: undefined, credential: { hash, until, by } } };
  });
  if (given === undefined) throw new SluisError('account.unknown', 'there is nobody of this name');
  const { id, realm, name } = given;
  if (replaced !== undefined) await ended(deps, given, replaced.id, by, 'replaced');
  const told = { factor: made.id, by, reason, method, level, until };
  await audit.record({ type: 'desk-code.given', realm, person: id, name, ...told });
  return { code, until, level, replaced };
}

/** Level 2 at most, and no more than what it stands in for (R39). */
function levelFor(person: Person): Level {
  const level = Math.min(factorKinds['desk-code'].level, highestLevel(person)) as Level | 0;
  if (level > 0) return level as Level;
  throw new SluisError('enrolment.refused', `${person.name} has no second step that a code could stand in for`, {
    remedy: 'Invite this person: an activation code is for who has none.',
  });
}

/** Takes the code away before its day is over; undefined where there is none. Its sessions are for the caller to end. */
export async function endDeskCode(
  deps: Deps,
  { person, by }: Pick<GivingCode, 'person' | 'by'>,
): Promise<Code | undefined> {
  let removed: Code | undefined;
  const left = await deps.people.update(person.id, current => {
    removed = current.deskCode;
    return removed === undefined ? undefined : { ...current, deskCode: undefined };
  });
  if (left === undefined || removed === undefined) return undefined;
  await ended(deps, left, removed.id, by, 'by-operator');
  return removed;
}

async function ended(
  { audit }: Deps,
  { id, realm, name }: Person,
  factor: string,
  by: string,
  because: 'replaced' | 'by-operator',
): Promise<void> {
  await audit.record({ type: 'desk-code.ended', realm, person: id, name, factor, by, because });
}
