import type { FactorDeps } from '../factor/deps.ts';
import type { People } from '../factor/people.ts';
import type { Factor, Person, SetUpPermission } from '../factor/person.ts';
import { forgetFactor } from '../factor/registry.ts';
import { highestLevel } from '../factor/ways.ts';
import { isOwnAllowed } from './own.ts';

type Deps = FactorDeps & { readonly people: People };

export interface OwnChange {
  readonly person: Pick<Person, 'id'>;
  readonly factor: string;
  /** As `allowOwn` gave it, for this act and this factor. */
  readonly permission: SetUpPermission;
  readonly source: string;
}

export type RemoveOutcome =
  | { readonly outcome: 'removed'; readonly person: Person; readonly factor: Factor }
  /** Without it she could not come in: only the desk goes on from there (R31). */
  | { readonly outcome: 'last' }
  /** Not, or no longer, allowed; not hers; or the organisation's, which goes back to the desk. */
  | { readonly outcome: 'refused' };

/** What a person may remove by herself: never what she could not come in without, nor what is lent to her (R07). */
export function mayRemove(person: Person, id: string): 'yes' | 'last' | 'lent' | 'no' {
  const factor = person.factors.find(one => one.id === id);
  if (factor === undefined) return 'no';
  if (factor.kind === 'hardware-token') return 'lent';
  const left = { ...person, factors: person.factors.filter(one => one !== factor) };
  return highestLevel(left) >= Math.min(2, highestLevel(person)) && left.factors.length > 0 ? 'yes' : 'last';
}

/**
 * Removes a factor for its owner. In one compare-and-set it checks and uses up the permission and looks at what would be
 * left: of two removals at once never both leave nobody. What stood on the factor is for the caller to end.
 */
export async function removeFactor(deps: Deps, change: OwnChange): Promise<RemoveOutcome> {
  const { clock, people, audit } = deps;
  let last = false;
  let removed: Factor | undefined;
  const person = await people.update(change.person.id, current => {
    const wanted = { act: 'remove', on: change.factor } as const;
    const may = mayRemove(current, change.factor);
    last = may === 'last';
    if (may !== 'yes' || !isOwnAllowed(current, change.permission, clock.now(), wanted)) return undefined;
    removed = current.factors.find(({ id }) => id === change.factor);
    // Set-ups that were allowed on the strength of it end with it.
    return { ...current, factors: current.factors.filter(factor => factor !== removed), setUps: [] };
  });
  if (person === undefined || removed === undefined) return { outcome: last ? 'last' : 'refused' };
  await forgetFactor(deps, person, removed);
  const { id, realm, name } = person;
  const { id: factor, kind } = removed;
  const who = { realm, person: id, name, source: change.source };
  await audit.record({ type: 'factor.removed', ...who, kind, factor, because: 'by-owner' });
  return { outcome: 'removed', person, factor: removed };
}

/** Gives a factor another name; undefined where that is not allowed. */
export async function renameFactor(
  deps: Deps,
  change: OwnChange & { readonly label: string },
): Promise<Person | undefined> {
  const { clock, people, audit } = deps;
  const label = cleanLabel(change.label);
  const renamed = await people.update(change.person.id, current => {
    const wanted = { act: 'rename', on: change.factor } as const;
    if (label === '' || !isOwnAllowed(current, change.permission, clock.now(), wanted)) return undefined;
    const factors = current.factors.map(factor => (factor.id === change.factor ? { ...factor, label } : factor));
    return { ...current, factors, setUps: current.setUps.filter(({ at, own }) => !isOne(change.permission, at, own)) };
  });
  const factor = renamed?.factors.find(({ id }) => id === change.factor);
  if (renamed === undefined || factor === undefined) return undefined;
  const { id: person, realm, name } = renamed;
  const { source } = change;
  await audit.record({ type: 'factor.renamed', realm, person, name, kind: factor.kind, factor: factor.id, source });
  return renamed;
}

function isOne(permission: SetUpPermission, at: number, own: SetUpPermission['own']): boolean {
  return permission.at === at && permission.own?.challenge === own?.challenge;
}

/** Shown on pages and on terminals: no control characters, no reversed text. */
export function cleanLabel(label: string): string {
  return label.replace(/\p{C}/gu, '').trim().slice(0, 60);
}
