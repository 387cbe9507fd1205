import {
  behindAll,
  type ListName,
  nameOf,
  type PeopleIndex,
  type State,
  searchForm,
  stateOf,
  wordsOf,
} from './people-index.ts';
import type { Person } from './person.ts';

/** What a list of people is asked for. */
export interface PeopleQuery {
  readonly realm: string;
  readonly state?: State | undefined;
  /** The beginning of a word of her name or address. Sorted by that word, whatever `sort` says. */
  readonly search?: string | undefined;
  readonly sort?: 'name' | 'since';
  readonly descending?: boolean;
  /** Of the page before: where it ended. */
  readonly from?: string | undefined;
  readonly limit: number;
}

export interface PeoplePage {
  readonly people: readonly Person[];
  /** Where the next page begins; undefined on the last. */
  readonly next: string | undefined;
}

interface ByName {
  byName(realm: string, name: string): Promise<Person | undefined>;
}

/** A search that finds a thousand in another state stops here; the next page goes on. */
const mostLooked = 1_000;

/** Where so few are in a state, they are asked for their words, rather than all who have the word for their state. */
const fewInState = 500;

interface Deps {
  readonly people: ByName;
  readonly index: PeopleIndex;
}

/** One page of a list, by its index; each record is asked whether it belongs there. */
export async function listPeople(deps: Deps, query: PeopleQuery): Promise<PeoplePage> {
  const { people, index } = deps;
  if (isSearch(query.search) && query.state !== undefined) {
    const size = await index.size(query.realm, `name:${query.state}`);
    if (size <= fewInState) return searchFew(deps, query);
  }
  const found = new Map<string, Person>();
  const bounds = boundsOf(query);
  const list = listOf(query);
  let at = query.from;
  for (let looked = 0; looked < mostLooked; ) {
    const members = await index.members(query.realm, list, { ...pageOf(query, bounds, at), limit: query.limit + 1 });
    for (const member of members) {
      if (found.size === query.limit) return { people: [...found.values()], next: at };
      const person = await people.byName(query.realm, nameOf(member));
      if (person !== undefined && belongs(person, query)) found.set(person.id, person);
      at = member;
      looked += 1;
    }
    if (members.length <= query.limit) return { people: [...found.values()], next: undefined };
  }
  return { people: [...found.values()], next: at };
}

/** As a search through all, from the other side. */
async function searchFew(deps: Deps, query: PeopleQuery): Promise<PeoplePage> {
  const found = new Map<string, Person>();
  let at: string | undefined;
  for (const { person, member } of await foundAmongFew(deps, query)) {
    if (found.size === query.limit && !found.has(person.id)) return { people: [...found.values()], next: at };
    found.set(person.id, person);
    at = member;
  }
  return { people: [...found.values()], next: undefined };
}

async function foundAmongFew({ people, index }: Deps, query: PeopleQuery) {
  const { realm, state = 'none', search = '', from = '' } = query;
  const names = await index.members(realm, `name:${state}`, { limit: 2 * fewInState });
  const all = await Promise.all(names.map(name => people.byName(realm, name)));
  const begin = searchForm(search);
  return all
    .filter(person => person !== undefined)
    .filter(person => belongs(person, query))
    .flatMap(person => wordsOf(person).map(word => ({ person, member: `${word} ${person.name}` })))
    .filter(({ member }) => member.startsWith(begin) && member > from)
    .toSorted((a, b) => (a.member < b.member ? -1 : 1));
}

function listOf({ search, sort = 'name', state }: PeopleQuery): ListName {
  if (isSearch(search)) return 'word';
  return `${sort}:${state ?? 'all'}`;
}

function belongs(person: Person, { state }: PeopleQuery): boolean {
  return state === undefined || stateOf(person) === state;
}

interface Bounds {
  readonly after?: string;
  readonly before?: string;
}

function boundsOf({ search }: PeopleQuery): Bounds {
  if (!isSearch(search)) return {};
  const begin = searchForm(search);
  return { after: begin, before: `${begin}${behindAll}` };
}

function pageOf(query: PeopleQuery, bounds: Bounds, at: string | undefined) {
  if (query.descending === true && !isSearch(query.search))
    return at === undefined ? { ...bounds, descending: true } : { ...bounds, descending: true, before: at };
  // A place outside of what was searched for leads nowhere else.
  return at === undefined || at < (bounds.after ?? '') ? bounds : { ...bounds, after: at };
}

function isSearch(search: string | undefined): search is string {
  return search !== undefined && searchForm(search) !== '';
}
