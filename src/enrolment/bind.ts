import type { FactorDeps } from '../factor/deps.ts';
import type { Verdict } from '../factor/kind.ts';
import type { People } from '../factor/people.ts';
import type { Factor, Person, SetUpPermission } from '../factor/person.ts';
import { carrierOf, forgetFactor, levelOf } from '../factor/registry.ts';
import { highestLevel } from '../factor/ways.ts';
import { randomId } from '../kernel/random.ts';
import { isOwnAllowed } from './own.ts';
import { cleanLabel } from './remove.ts';
import { isUnbound } from './self.ts';
import { isAllowed } from './set-up.ts';

/** What its kind's set-up made and proved. */
export type NewFactor<F extends Factor = Factor> = F extends Factor
  ? Pick<F, 'kind' | 'level' | 'credential' | 'label'>
  : never;

export interface Binding {
  readonly person: Pick<Person, 'id'>;
  readonly factor: NewFactor;
  /** As `ActivationCodes.accept`, `RecoveryCodes.use`, `allowOwn` or `allowSelf` gave it. */
  readonly permission: SetUpPermission;
  /** She declared that what carries it is hers alone (R07). */
  readonly personal?: boolean;
  /** Sees the factor as it will be bound, and uses up what shows that its owner has it at hand. */
  confirm(factor: Factor): Promise<Verdict>;
  readonly source: string;
}

export type BindOutcome =
  | { readonly outcome: 'bound'; readonly person: Person; readonly factor: Factor; readonly removed: readonly Factor[] }
  /** It was not confirmed; nothing changed, she may try again. */
  | { readonly outcome: 'wrong' }
  /** Set-up is not, or no longer, allowed: the permission was used, has ended, reaches less far, or was never given. */
  | { readonly outcome: 'refused' };

/** More is somebody filling the record. */
const mostFactors = 12;

/**
 * Binds a factor. In one compare-and-set it checks and uses up the permission, removes what is replaced, ends the
 * activation code and adds the factor: of many at once one is bound (R38, rule 12).
 */
export async function bindFactor(deps: FactorDeps & { people: People }, binding: Binding): Promise<BindOutcome> {
  const { clock, people } = deps;
  const factor = made(deps, binding);
  const before = await people.byId(binding.person.id);
  if (before === undefined || bindInto(before, binding.permission, factor, clock.now()) === undefined)
    return { outcome: 'refused' };
  if ((await binding.confirm(factor)) !== 'accepted') return { outcome: 'wrong' };
  const bound = await write(people, binding, factor, clock.now());
  if (bound === undefined) return { outcome: 'refused' };
  await report(deps, bound.person, bound.removed, factor, binding.source);
  return { outcome: 'bound', factor, ...bound };
}

function made({ clock, random }: FactorDeps, { factor, permission, personal }: Binding): Factor {
  return {
    ...factor,
    id: randomId(random),
    label: cleanLabel(factor.label),
    boundAt: clock.now(),
    boundBy: permission.by,
    ...(personal === true ? { personal } : {}),
    lastUsedAt: undefined,
  };
}

async function write(
  people: People,
  binding: Binding,
  factor: Factor,
  now: number,
): Promise<{ person: Person; removed: readonly Factor[] } | undefined> {
  let removed: readonly Factor[] = [];
  const person = await people.update(binding.person.id, current => {
    const next = bindInto(current, binding.permission, factor, now);
    removed = current.factors.filter(old => next?.factors.every(kept => kept.id !== old.id));
    return next;
  });
  return person === undefined ? undefined : { person, removed };
}

/** The record with the factor bound; undefined where it may not be. */
function bindInto(current: Person, permission: SetUpPermission, factor: Factor, now: number): Person | undefined {
  const level = levelOf(factor);
  if (!isAllowed(current, permission, now, { level }) || current.factors.length >= mostFactors) return undefined;
  // In place of what was lost. What is worth more stays: a recovery code speaks for nothing above level 2 (R32).
  const recovers = permission.by === 'recovery-code';
  const kept = recovers ? current.factors.filter(old => levelOf(old) > permission.upTo) : current.factors;
  // What she has already is no second factor (R07); a number that she lost and got back is one.
  if (kept.some(old => carrierOf(old) === carrierOf(factor))) return undefined;
  // She has one at hand now: no code has to stand in for it.
  const bound: Person = { ...current, activation: undefined, deskCode: undefined, setUps: [], everBound: true };
  switch (permission.by) {
    case 'recovery-code':
      return { ...bound, factors: [...kept, factor] };
    case 'own-factor':
      if (!isOwnAllowed(current, permission, now, { act: 'add', level })) return undefined;
      // A code from the desk for something higher goes on.
      return { ...bound, activation: current.activation, factors: [...current.factors, factor] };
    case 'self':
      return isUnbound(current) ? { ...bound, factors: [factor] } : undefined;
    case 'activation-code':
      return byActivation(current, bound, factor);
  }
}

function byActivation(current: Person, bound: Person, factor: Factor): Person | undefined {
  if (current.activation === undefined) return undefined;
  if (current.activation.replaces) return { ...bound, factors: [factor], recovery: undefined };
  // A code for a first factor adds none beside one that came in between; one for a higher level does.
  if (levelOf(factor) <= highestLevel(current)) return undefined;
  return { ...bound, factors: [...current.factors, factor] };
}

async function report(
  deps: FactorDeps,
  person: Person,
  removed: readonly Factor[],
  added: Factor,
  source: string,
): Promise<void> {
  const { id, realm, name } = person;
  const who = { realm, person: id, name, source };
  const because = added.boundBy === 'activation-code' ? 'reset' : 'replaced';
  for (const old of removed) {
    const { id: factor, kind } = old;
    await forgetFactor(deps, person, old);
    await deps.audit.record({ type: 'factor.removed', ...who, kind, factor, because });
  }
  const { id: factor, kind, boundBy: by } = added;
  await deps.audit.record({ type: 'factor.added', ...who, kind, factor, by });
}
