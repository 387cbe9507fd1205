import type { FactorDeps } from '../factor/deps.ts';
import type { People } from '../factor/people.ts';
import type { Factor, Person, SetUpPermission } from '../factor/person.ts';
import { factorKinds } from '../factor/registry.ts';
import { verifyTotp } from '../factor/totp/verify.ts';
import { randomId } from '../kernel/random.ts';
import { isAllowed } from './set-up.ts';

export interface TotpBinding {
  readonly person: Pick<Person, 'id'>;
  /** The draft's secret, base32. */
  readonly secret: string;
  /** Typed from the authenticator app; used up by this. */
  readonly code: string;
  /** As `ActivationCodes.accept` or `RecoveryCodes.use` gave it. */
  readonly permission: SetUpPermission;
  /** How the owner calls it: "Telefoon". */
  readonly label: string;
  readonly source: string;
}

export type BindOutcome =
  | { readonly outcome: 'bound'; readonly person: Person; readonly factor: Factor; readonly removed: readonly Factor[] }
  /** The code is not one of this secret now; nothing changed, she may try again. */
  | { readonly outcome: 'wrong' }
  /** Set-up is not, or no longer, allowed: the permission was used, has ended, or was never given. */
  | { readonly outcome: 'refused' };

/**
 * Binds a TOTP factor. In one compare-and-set it checks and uses up the permission, removes what is replaced, ends the
 * activation code and adds the factor: of many at once one is bound (R38, rule 12).
 *
 * An activation code that replaces removes all factors and recovery codes; a recovery code removes the factors it stands
 * in for, and leaves the recovery codes that are left.
 */
export async function bindTotp(deps: FactorDeps & { people: People }, binding: TotpBinding): Promise<BindOutcome> {
  const { clock, random, people } = deps;
  const before = await people.byId(binding.person.id);
  if (before === undefined || !isAllowed(before, binding.permission, clock.now())) return { outcome: 'refused' };
  const factor: Factor = {
    id: randomId(random),
    kind: 'totp',
    level: factorKinds.totp.level,
    // Shown on pages and on terminals: no control characters, no reversed text.
    label: binding.label.replace(/\p{C}/gu, '').trim().slice(0, 60),
    boundAt: clock.now(),
    boundBy: binding.permission.by,
    lastUsedAt: undefined,
    credential: { secret: binding.secret },
  };
  // Also marks the step as used: the code that confirmed a set-up opens nothing afterwards.
  if ((await verifyTotp(deps, before, factor, binding.code)) !== 'accepted') return { outcome: 'wrong' };
  const bound = await write(people, binding, factor, clock.now());
  if (bound === undefined) return { outcome: 'refused' };
  await report(deps, bound.person, bound.removed, factor, binding.source);
  return { outcome: 'bound', factor, ...bound };
}

async function write(
  people: People,
  binding: TotpBinding,
  factor: Factor,
  now: number,
): Promise<{ person: Person; removed: readonly Factor[] } | undefined> {
  let removed: readonly Factor[] = [];
  const person = await people.update(binding.person.id, current => {
    const next = bindInto(current, binding.permission, factor, now);
    removed = current.factors;
    return next;
  });
  return person === undefined ? undefined : { person, removed };
}

/** The record with the factor bound; undefined where it may not be. Whatever factors stood are gone in it. */
function bindInto(current: Person, permission: SetUpPermission, factor: Factor, now: number): Person | undefined {
  if (!isAllowed(current, permission, now)) return undefined;
  const bound = { ...current, factors: [factor], activation: undefined, setUps: [] };
  if (permission.by === 'recovery-code') return bound;
  if (current.activation === undefined) return undefined;
  // A code for a first factor never removes one that came in between.
  if (current.factors.length > 0 && !current.activation.replaces) return undefined;
  return current.activation.replaces ? { ...bound, recovery: undefined } : bound;
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
  for (const { id: factor, kind } of removed) {
    await deps.audit.record({ type: 'factor.removed', ...who, kind, factor, because });
  }
  const { id: factor, kind, boundBy: by } = added;
  await deps.audit.record({ type: 'factor.added', ...who, kind, factor, by });
}
