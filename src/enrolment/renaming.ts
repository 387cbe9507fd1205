import type { FactorDeps } from '../factor/deps.ts';
import type { People } from '../factor/people.ts';
import type { Person } from '../factor/person.ts';
import type { ByOperator } from './closing.ts';

/**
 * Gives an account the name that its app has for it from now on (R39): the second step stays. Undefined where somebody
 * else has that name, or nobody is renamed. Sessions, known by the name of before, are for the caller to end.
 */
export async function renamePerson(
  deps: FactorDeps & { readonly people: People },
  { person, by, reason }: ByOperator,
  to: string,
): Promise<Person | undefined> {
  const before = await deps.people.byId(person.id);
  if (before === undefined || before.name === to || !(await deps.people.rename(person.id, to))) return undefined;
  const told = { realm: before.realm, person: before.id, name: to, before: before.name, by, reason };
  await deps.audit.record({ type: 'person.renamed', ...told });
  return deps.people.byId(person.id);
}

/** The name of an account that gives its own up, for somebody new: no app has such a one, for it holds a colon. */
export function nameOfLeaver({ name, id }: Pick<Person, 'name' | 'id'>): string {
  return `${name}:${id.slice(0, 8)}`;
}
