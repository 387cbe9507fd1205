import type { FactorDeps } from '../factor/deps.ts';
import type { HardwareTokens } from '../factor/hardware-token/tokens.ts';
import type { People } from '../factor/people.ts';
import type { Factor, Person } from '../factor/person.ts';
import { forgetFactor } from '../factor/registry.ts';

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
    const none = { factors: [], recovery: undefined, activation: undefined, setUps: [] };
    return { ...current, ...none, closed: { at, by, reason, factors, recovery } };
  });
  if (closed !== undefined) await record(deps, 'person.closed', closed, { by, reason });
  return closed;
}

/** Opens it again, as it was: nothing was given to anybody in between. */
export async function openPerson(deps: Deps, { person, by, reason }: ByOperator): Promise<Person | undefined> {
  const opened = await deps.people.update(person.id, current => {
    if (current.closed === undefined) return undefined;
    const { factors, recovery } = current.closed;
    return { ...current, closed: undefined, factors, recovery };
  });
  if (opened !== undefined) await record(deps, 'person.opened', opened, { by, reason });
  return opened;
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
    const none = { factors: [], recovery: undefined, activation: undefined, setUps: [] };
    return removed.length === 0 && current.recovery === undefined
      ? undefined
      : { ...current, ...none, everBound: true };
  });
  if (left === undefined) return undefined;
  for (const factor of removed) await forget(deps, left, factor, by);
  return left;
}

async function forget(
  deps: Deps & { readonly tokens: HardwareTokens },
  { id, realm, name }: Person,
  factor: Factor,
  by: string,
): Promise<void> {
  await forgetFactor(deps, { id }, factor);
  if (factor.kind === 'hardware-token') await deps.tokens.release(factor.credential.serial, factor.id);
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
