import type { Level } from '../config/settings.ts';
import type { FactorDeps } from '../factor/deps.ts';
import type { People } from '../factor/people.ts';
import { fresh, type OwnAct, type Person, type SetUpPermission, setUpTime } from '../factor/person.ts';
import { levelOf } from '../factor/registry.ts';
import { highestLevel } from '../factor/ways.ts';
import { sha256 } from '../kernel/hash.ts';
import { allowSetUp, isAllowed } from './set-up.ts';

export interface OwnPass {
  readonly person: Pick<Person, 'id'>;
  /** The factor that `Challenge.answer` said was passed, just now. */
  readonly factor: string;
  /** Id of that challenge. */
  readonly challenge: string;
  readonly act: OwnAct;
  readonly on?: string | undefined;
}

/**
 * Notes that a person passed a factor for one change of her own. The factor must be fresh by the record's own word and as high
 * as any she has: who got hold of a lower one would else remove what is above it (R31, R38). A challenge allows once.
 * Undefined where it does not allow.
 */
export async function allowOwn(
  deps: FactorDeps & { readonly people: People },
  { person: { id }, factor, challenge, act, on }: OwnPass,
): Promise<SetUpPermission | undefined> {
  const { store, clock, people } = deps;
  const at = clock.now();
  const proving = provingOf(await people.byId(id), factor);
  if (proving === undefined || at - (proving.lastUsedAt ?? 0) > fresh.act) return undefined;
  if (!(await store.consume(`own-proof:{${id}}:${sha256(challenge)}`, setUpTime))) return undefined;
  const own = { act, challenge, factor, ...(on === undefined ? {} : { on }) };
  const permission = { by: 'own-factor', at, upTo: levelOf(proving) as Level, own } as const;
  const allowed = await people.update(id, current =>
    provingOf(current, factor) === undefined ? undefined : allowSetUp(current, permission),
  );
  return allowed === undefined ? undefined : permission;
}

/** What a change of her own may still be made by: the record's own permission, and the factor that it stands on. */
export function isOwnAllowed(
  current: Person,
  permission: SetUpPermission,
  now: number,
  wanted: { readonly act: OwnAct; readonly on?: string | undefined; readonly level?: number },
): boolean {
  if (permission.by !== 'own-factor' || !isAllowed(current, permission, now, wanted)) return false;
  // Removed, or risen above, since it was passed.
  return provingOf(current, permission.own?.factor ?? '') !== undefined;
}

function provingOf(person: Person | undefined, id: string): Person['factors'][number] | undefined {
  const found = person?.factors.find(factor => factor.id === id);
  return found !== undefined && levelOf(found) > 0 && levelOf(found) >= highestLevel(person) ? found : undefined;
}
