import type { FactorDeps } from '../factor/deps.ts';
import { claimMailbox } from '../factor/email/enrol.ts';
import type { HardwareTokens } from '../factor/hardware-token/tokens.ts';
import type { People } from '../factor/people.ts';
import type { Factor, Person } from '../factor/person.ts';
import { forgetFactor } from '../factor/registry.ts';
import { claimNumber } from '../factor/sms/enrol.ts';

type Deps = FactorDeps & { readonly people: People };

export interface ByOperator {
  readonly person: Pick<Person, 'id'>;
  /** As the audit names who did it. */
  readonly by: string;
  readonly reason: string;
}

/**
 * Closes an account (R39): what it has is kept aside, and opens nothing. Its sessions are for the caller to end. Undefined
 * where it is closed already, or not there.
 */
export async function closePerson(deps: Deps, { person, by, reason }: ByOperator): Promise<Person | undefined> {
  const at = deps.clock.now();
  const closed = await deps.people.update(person.id, current => {
    if (current.closed !== undefined) return undefined;
    const { factors, recovery } = current;
    const none = { factors: [], recovery: undefined, activation: undefined, deskCode: undefined, setUps: [] };
    return { ...current, ...none, closed: { at, by, reason, factors, recovery } };
  });
  if (closed !== undefined) await record(deps, 'person.closed', closed, { by, reason });
  return closed;
}

/**
 * Opens it again, as it was, but for a number or address that went to somebody else in between: those are given out anew,
 * and no two people get their codes at one (R07).
 */
export async function openPerson(deps: Deps, { person, by, reason }: ByOperator): Promise<Person | undefined> {
  const gone = await gaveAway(deps, await deps.people.byId(person.id));
  const opened = await deps.people.update(person.id, current => {
    if (current.closed === undefined) return undefined;
    const { factors, recovery } = current.closed;
    const kept = factors.filter(({ id }) => gone.every(one => one.id !== id));
    return { ...current, closed: undefined, factors: kept, recovery };
  });
  if (opened === undefined) return undefined;
  await record(deps, 'person.opened', opened, { by, reason });
  for (const factor of gone) await forget(deps, opened, factor, by);
  return opened;
}

/** What she has is claimed anew before it opens anything: who would take it at this moment does not get it. */
async function gaveAway(deps: Deps, person: Person | undefined): Promise<readonly Factor[]> {
  const gone: Factor[] = [];
  for (const factor of person?.closed?.factors ?? [])
    if (person !== undefined && !(await isStillHers(deps, person, factor))) gone.push(factor);
  return gone;
}

async function isStillHers(deps: Deps, person: Person, factor: Factor): Promise<boolean> {
  if (factor.kind === 'sms')
    return (await claimNumber(deps, { number: factor.credential.number, person })) === 'accepted';
  if (factor.kind === 'email')
    return (await claimMailbox(deps, { address: factor.credential.address, person })) === 'accepted';
  return true;
}

/**
 * Takes all factors and recovery codes of a person, so that she sets up anew: with an activation code, which somebody else
 * gives her (R34, R35). Hardware tokens go back into stock. Her sessions are for the caller to end.
 */
export async function enrolAgain(
  deps: Deps & { readonly tokens: HardwareTokens },
  { person, by }: ByOperator,
): Promise<Person | undefined> {
  let removed: readonly Factor[] = [];
  const left = await deps.people.update(person.id, current => {
    if (current.closed !== undefined) return undefined;
    removed = current.factors;
    const none = { factors: [], recovery: undefined, activation: undefined, deskCode: undefined, setUps: [] };
    return removed.length === 0 && current.recovery === undefined
      ? undefined
      : { ...current, ...none, everBound: true };
  });
  if (left === undefined) return undefined;
  for (const factor of removed) await forget(deps, left, factor, by);
  return left;
}

async function forget(
  deps: Deps & { readonly tokens?: HardwareTokens },
  { id, realm, name }: Person,
  factor: Factor,
  by: string,
): Promise<void> {
  await forgetFactor(deps, { id }, factor);
  if (factor.kind === 'hardware-token') await deps.tokens?.release(factor.credential.serial, factor.id);
  const told = { realm, person: id, name, kind: factor.kind, factor: factor.id, source: by };
  await deps.audit.record({ type: 'factor.removed', ...told, because: 'reset' });
}

async function record(
  { audit }: Deps,
  type: 'person.closed' | 'person.opened',
  { id, realm, name }: Person,
  why: { readonly by: string; readonly reason: string },
): Promise<void> {
  await audit.record({ type, realm, person: id, name, ...why });
}
