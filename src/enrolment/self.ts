import type { EnrolmentRules, SelfWindow } from '../config/settings.ts';
import type { FactorDeps } from '../factor/deps.ts';
import type { People } from '../factor/people.ts';
import type { Person, SetUpPermission } from '../factor/person.ts';
import { selfReach } from './rules.ts';
import { allowSetUp } from './set-up.ts';

/** Whether this account may set up by itself now: listed, within the dates, and never had a factor nor a code. */
export function isSelfOpen(
  window: SelfWindow | undefined,
  { name, person, now }: { readonly name: string; readonly person: Person | undefined; readonly now: number },
): boolean {
  if (window === undefined || now < window.from || now >= window.until || !window.people.includes(name)) return false;
  return person === undefined || isUnbound(person);
}

/** Who lost what she had comes back by the desk's code, never by the list (R35); who was given a code uses that. */
export function isUnbound({ factors, activation, recovery, everBound }: Person): boolean {
  return factors.length === 0 && activation === undefined && recovery === undefined && everBound === undefined;
}

/** Allows a listed person her first set-up, up to the level that the rules say. Undefined where it is not open for her. */
export async function allowSelf(
  deps: FactorDeps & { readonly people: People },
  { self: window, firstFactor }: { readonly self?: SelfWindow | undefined; readonly firstFactor: EnrolmentRules },
  who: { readonly realm: string; readonly name: string; readonly source: string },
): Promise<SetUpPermission | undefined> {
  const { clock, people, audit } = deps;
  const { realm, name, source } = who;
  const now = clock.now();
  if (!isSelfOpen(window, { name, person: await people.byName(realm, name), now })) return undefined;
  const { id } = await people.create(realm, name);
  const permission = { by: 'self', at: now, upTo: selfReach(firstFactor) } as const;
  const allowed = await people.update(id, current =>
    isUnbound(current) ? allowSetUp(current, permission) : undefined,
  );
  if (allowed === undefined) return undefined;
  await audit.record({ type: 'set-up.by-self', realm, person: id, name, source });
  return permission;
}
