import type { RealmSettings } from '../config/settings.ts';
import { type State, stateOf, states } from '../factor/people-index.ts';
import type { PeopleQuery } from '../factor/people-list.ts';
import type { Person } from '../factor/person.ts';
import { consoleRealm } from '../operator/operator.ts';
import { may } from '../operator/role.ts';
import { type PersonRow, peoplePage, type Sort } from '../ui/pages-console-people.tsx';
import { csvFile } from './csv.ts';
import type { Ask, PageRoute } from './route.ts';

const perPage = 50;
const perPageOfFile = 200;

/** Everybody of a realm. */
export const peopleRoute: PageRoute = {
  method: 'GET',
  path: '/people',
  act: 'see-people',
  show: async ask => {
    const { c, deps, view, page, operator } = ask;
    const asked = askedOf(ask);
    if (asked === undefined) return view.refuse(c, 'not-found');
    const { people, next } = await deps.people.page({ ...asked, limit: perPage });
    const { realm, state } = asked;
    const at = (change: Partial<PeopleQuery>) =>
      view.at(`/people?${queryOf({ ...asked, from: undefined, ...change })}`);
    const maySee = (act: 'export-people' | 'invite-person' | 'invite-many', place: string) =>
      may(operator.role, act) ? view.at(place) : undefined;
    const html = peoplePage(page, {
      action: view.at('/people'),
      realms: [...deps.settings.realms.values()].map(({ name, title }) => [name, title]),
      realm,
      search: asked.search ?? '',
      state,
      total: await deps.people.countOf(realm, `name:${state ?? 'all'}`),
      rows: people.map(person => rowOf(ask, person)),
      sort:
        asked.search === undefined ? { name: sortOf(asked, 'name', at), since: sortOf(asked, 'since', at) } : undefined,
      everybody: isPart(asked) ? view.at(`/people?${queryOf({ realm, limit: perPage })}`) : undefined,
      whole: await deps.people.areListed(realm),
      first: asked.from === undefined ? undefined : at({}),
      next: next === undefined ? undefined : at({ from: next }),
      file: maySee('export-people', `/people.csv?${queryOf({ ...asked, from: undefined })}`),
      invite: maySee('invite-person', '/invite'),
      inviteMany: maySee('invite-many', '/invite-many'),
    });
    return view.html(c, html);
  },
};

/** The same list, all of it, for a spreadsheet. */
export const peopleFileRoute: PageRoute = {
  method: 'GET',
  path: '/people.csv',
  act: 'export-people',
  show: async ask => {
    const { c, deps, view, page, operator, source } = ask;
    const asked = askedOf(ask);
    if (asked === undefined) return view.refuse(c, 'not-found');
    const { id: person, email: name } = operator;
    const told = { act: 'export-people', about: queryOf(asked), reason: '', source };
    await deps.audit.record({ type: 'operator.acted', realm: consoleRealm, person, name, ...told });
    const { t } = page;
    const head = [t('console.name'), t('console.state'), t('console.factors'), t('console.email'), t('console.since')];
    return view.download(c, csvFile(head, linesOf(ask, asked)), `people-${asked.realm}.csv`);
  },
};

async function* linesOf({ deps, page: { t } }: Ask, asked: PeopleQuery): AsyncGenerator<string[][]> {
  for (let from: string | undefined; ; ) {
    const { people, next } = await deps.people.page({ ...asked, from, limit: perPageOfFile });
    yield people.map(person => [
      person.name,
      t(`console.state.${stateOf(person)}`),
      person.factors.map(({ kind }) => t(`kind.${kind}`)).join(' + '),
      person.email ?? '',
      new Date(person.createdAt).toISOString(),
    ]);
    if (next === undefined) return;
    from = next;
  }
}

function askedOf({ c, deps }: Ask): PeopleQuery | undefined {
  const realm = realmAsked(deps.settings.realms, c.req.query('realm'));
  if (realm === undefined) return undefined;
  const state = states.find(known => known === c.req.query('state'));
  const search = (c.req.query('search') ?? '').slice(0, 200);
  return {
    realm: realm.name,
    state,
    search: search === '' ? undefined : search,
    sort: c.req.query('sort') === 'since' ? 'since' : 'name',
    descending: c.req.query('order') === 'down',
    from: c.req.query('from')?.slice(0, 400),
    limit: perPage,
  };
}

/** The realm that was named, or the first; undefined where there is none of that name. */
function realmAsked(realms: ReadonlyMap<string, RealmSettings>, named: string | undefined): RealmSettings | undefined {
  return named === undefined || named === '' ? [...realms.values()][0] : realms.get(named);
}

function queryOf({ realm, state, search, sort, descending, from }: PeopleQuery): string {
  const parts: Record<string, string | undefined> = {
    realm,
    state,
    search,
    sort: sort === 'since' ? sort : undefined,
    order: descending === true ? 'down' : undefined,
    from,
  };
  const given = Object.entries(parts).filter((part): part is [string, string] => part[1] !== undefined);
  return new URLSearchParams(given).toString();
}

function sortOf(asked: PeopleQuery, by: 'name' | 'since', at: (change: Partial<PeopleQuery>) => string): Sort {
  const mine = (asked.sort ?? 'name') === by;
  const href = at({ sort: by, descending: mine && asked.descending !== true });
  return { href, now: mine ? (asked.descending === true ? 'descending' : 'ascending') : undefined };
}

function isPart({ state, search, from }: PeopleQuery): boolean {
  return state !== undefined || search !== undefined || from !== undefined;
}

function rowOf({ view }: Ask, person: Person): PersonRow {
  const { name, factors, email, createdAt } = person;
  const used = factors.flatMap(({ lastUsedAt }) => (lastUsedAt === undefined ? [] : [lastUsedAt]));
  return {
    name,
    href: view.at(placeOfPerson(person)),
    state: stateOf(person),
    kinds: [...new Set(factors.map(({ kind }) => kind))],
    email,
    since: createdAt,
    lastUsedAt: used.length === 0 ? undefined : Math.max(...used),
  };
}

export function placeOfPerson({ realm, name }: Pick<Person, 'realm' | 'name'>): string {
  return `/people/${encodeURIComponent(realm)}/${encodeURIComponent(name)}`;
}

export type { State };
