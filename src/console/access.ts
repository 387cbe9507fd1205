import type { AppSettings, Level, RealmSettings } from '../config/settings.ts';
import type { Person } from '../factor/person.ts';
import type { Reach } from '../factor/reach.ts';
import { type Usable, usableAt } from '../factor/sent-code/usable.ts';
import { waysOf } from '../factor/ways.ts';
import { consoleRealm } from '../operator/operator.ts';
import { may } from '../operator/role.ts';
import { type AccessRow, accessPage, reachPage } from '../ui/pages-console-access.tsx';
import { csvFile } from './csv.ts';
import { placeOfPerson } from './people.ts';
import type { Ask, ConsoleRoute, PageRoute } from './route.ts';

/** One rule of one app: who may pass, and with what. */
interface Rule {
  readonly app: AppSettings;
  readonly realm: RealmSettings;
  readonly index: number;
  readonly path: string;
  readonly methods: readonly string[] | undefined;
  readonly level: Level;
  /** What a group needs there above that; by group. */
  readonly levelFor: Readonly<Record<string, Level>>;
  /** Undefined: everybody of the realm. */
  readonly groups: readonly string[] | undefined;
}

/** R50: those for groups and of high levels first: they lead to where most harm can be done. */
function rulesOf({ deps: { settings } }: Ask): readonly Rule[] {
  const rules = settings.apps.flatMap(app => {
    const realm = settings.realms.get(app.realm);
    if (realm === undefined) return [];
    const none = { app, realm, methods: undefined, levelFor: {}, groups: undefined };
    const other: Rule = { ...none, index: -1, path: '*', level: app.level };
    const own = app.routes.map(({ path, methods, level, levelFor = {}, groups }, index): Rule => {
      return { app, realm, index, path, methods, level, levelFor, groups };
    });
    return [...own, other];
  });
  return rules.toSorted((a, b) => weightOf(b) - weightOf(a));
}

function weightOf({ groups, level, levelFor }: Rule): number {
  return (groups === undefined ? 0 : 10) + Math.max(level, ...Object.values(levelFor));
}

const accessRoute: PageRoute = {
  method: 'GET',
  path: '/access',
  act: 'see-access',
  show: async ask => {
    const { c, view, page, operator } = ask;
    const countsOf = reaching(ask);
    const rows = await Promise.all(rulesOf(ask).map(rule => rowOf(ask, rule, countsOf)));
    const file = may(operator.role, 'export-people') ? view.at('/access.csv') : undefined;
    return view.html(c, accessPage(page, { rows, file }));
  },
};

interface Counts {
  readonly reach: number;
  readonly short: number;
}

async function rowOf(ask: Ask, rule: Rule, countsOf: (rule: Rule) => Promise<Counts>): Promise<AccessRow> {
  const { app, path, methods, level, groups, index } = rule;
  const counts = groups === undefined ? await countsOf(rule) : countOf(await membersOf(ask, rule));
  return {
    ...{ app: app.title, path, methods: methods ?? [], level, groups, ...counts },
    href: groups === undefined ? undefined : ask.view.at(`/access/${app.id}/${index}`),
  };
}

/** Counted once a realm, whatever number of rules it has. */
function reaching({ deps }: Ask): (rule: Rule) => Promise<Counts> {
  const realms = new Map<string, Reach>();
  return async ({ app, realm, level }) => {
    const reach = realms.get(realm.name) ?? deps.people.reachOf(realm.name);
    realms.set(realm.name, reach);
    return reach.at({ level, app: app.id, rules: deps.settings.factors });
  };
}

interface Member {
  readonly name: string;
  readonly person: Person | undefined;
  readonly level: Level;
  /** Which factors may serve at the app (R20). */
  readonly usable: Usable;
}

/** The people of the groups of a rule, each with what she needs there. */
async function membersOf({ deps }: Ask, rule: Rule): Promise<readonly Member[]> {
  const { app, realm, groups = [], level, levelFor } = rule;
  const usable = usableAt(deps.settings.factors, app.id);
  const names = new Map<string, Level>();
  for (const group of groups)
    for (const name of realm.groups.get(group) ?? []) {
      const needed = Math.max(level, levelFor[group] ?? level, names.get(name) ?? level);
      names.set(name, needed as Level);
    }
  const found = [...names].map(async ([name, needed]): Promise<Member> => {
    return { name, level: needed, usable, person: await deps.people.byName(realm.name, name) };
  });
  return (await Promise.all(found)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function reaches({ person, level, usable }: Member): boolean {
  return waysOf(person, level, usable).length > 0;
}

function countOf(members: readonly Member[]): Counts {
  const reach = members.filter(reaches).length;
  return { reach, short: members.length - reach };
}

/** Who of the groups of a route reaches it, and with which factors. */
const reachRoute: PageRoute = {
  method: 'GET',
  path: '/access/:app/:index',
  act: 'see-access',
  show: async ask => {
    const { c, view, page } = ask;
    const [app, index] = [ask.param('app'), ask.param('index')];
    const rule = rulesOf(ask).find(one => one.app.id === app && String(one.index) === index);
    if (rule?.groups === undefined) return view.refuse(c, 'not-found');
    const members = await membersOf(ask, rule);
    const html = reachPage(page, {
      ...{ app: rule.app.title, path: rule.path, back: view.at('/access') },
      rows: members.map(member => ({
        name: member.name,
        href: member.person === undefined ? undefined : view.at(placeOfPerson(member.person)),
        level: member.level,
        kinds: (member.person?.factors ?? []).map(({ kind }) => kind),
        reaches: reaches(member),
      })),
    });
    return view.html(c, html);
  },
};

const fileRoute: PageRoute = {
  method: 'GET',
  path: '/access.csv',
  act: 'export-people',
  show: async ask => {
    const { c, deps, view, operator, source } = ask;
    const { id: person, email: name } = operator;
    const told = { act: 'export-people', about: 'access', reason: '', source };
    await deps.audit.record({ type: 'operator.acted', realm: consoleRealm, person, name, ...told });
    const head = ['app', 'path', 'methods', 'level', 'groups', 'person', 'factors', 'reaches'];
    return view.download(c, csvFile(head, linesOf(ask)), 'access.csv');
  },
};

async function* linesOf(ask: Ask): AsyncGenerator<string[][]> {
  const countsOf = reaching(ask);
  for (const rule of rulesOf(ask)) {
    const { app, path, methods = [], level, groups } = rule;
    const place = (needed: number) => [app.id, path, methods.join(' '), String(needed), (groups ?? []).join(' ')];
    if (groups === undefined) {
      const { reach, short } = await countsOf(rule);
      yield [[...place(level), '*', '', `${reach}/${reach + short}`]];
      continue;
    }
    const members = await membersOf(ask, rule);
    yield members.map(member => [
      ...place(member.level),
      member.name,
      (member.person?.factors ?? []).map(({ kind }) => kind).join(' '),
      reaches(member) ? 'yes' : 'no',
    ]);
  }
}

export const accessRoutes: readonly ConsoleRoute[] = [accessRoute, reachRoute, fileRoute];
