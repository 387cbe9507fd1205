import { consoleRealm } from '../operator/operator.ts';
import { may } from '../operator/role.ts';
import { type AccessRow, accessPage, personAccessPage, reachPage, routeText } from '../ui/pages-console-access.tsx';
import { AccessReach, type Counts, reaches, type Standing, views } from './access-reach.ts';
import { accessRules, idOf, membersOf, type Rule, raisedOf } from './access-rules.ts';
import { csvFile } from './csv.ts';
import { placeOfPerson } from './people.ts';
import { personOf, personPath } from './person-act.ts';
import type { Ask, ConsoleRoute, PageRoute } from './route.ts';

const perPage = 50;
const perPageOfFile = 200;

const accessRoute: PageRoute = {
  method: 'GET',
  path: '/access',
  act: 'see-access',
  show: async ask => {
    const { c, deps, view, page, operator } = ask;
    const reach = new AccessReach(deps);
    const rows = await Promise.all(accessRules(deps.settings).map(rule => rowOf(ask, rule, reach)));
    const file = may(operator.role, 'export-people') ? view.at('/access.csv') : undefined;
    return view.html(c, accessPage(page, { rows, file }));
  },
};

async function rowOf({ view }: Ask, rule: Rule, reach: AccessReach): Promise<AccessRow> {
  const counts = await reach.counts(rule);
  return { ...rule, ...counts, app: rule.app.title, href: view.at(placeOfRule(rule)) };
}

function placeOfRule(rule: Rule): string {
  return `/access/${rule.app.id}/${idOf(rule)}`;
}

function ruleAsked({ deps, param }: Ask): Rule | undefined {
  return accessRules(deps.settings).find(rule => rule.app.id === param('app') && idOf(rule) === param('index'));
}

/** Who reaches a route and who does not, and with which factors. */
const reachRoute: PageRoute = {
  method: 'GET',
  path: '/access/:app/:index',
  act: 'see-access',
  show: async ask => {
    const { c, deps, view, page, operator } = ask;
    const rule = ruleAsked(ask);
    if (rule === undefined) return view.refuse(c, 'not-found');
    const asked = c.req.query('view') === 'short' ? 'short' : 'reach';
    const from = c.req.query('from')?.slice(0, 400);
    const { found, next } = await new AccessReach(deps).page(rule, { view: asked, from, limit: perPage });
    const place = view.at(placeOfRule(rule));
    const at = (more: Readonly<Record<string, string>>) => `${place}?${new URLSearchParams(more)}`;
    const html = reachPage(page, {
      ...{ app: rule.app.title, route: routeText(page.t, rule), view: asked, back: view.at('/access') },
      views: { reach: at({ view: 'reach' }), short: at({ view: 'short' }) },
      file: may(operator.role, 'export-people') ? `${place}/people.csv` : undefined,
      first: from === undefined ? undefined : at({ view: asked }),
      next: next === undefined ? undefined : at({ view: asked, from: next }),
      rows: found.map(standing => ({
        ...{ name: standing.name, level: standing.level, owned: ownedBy(standing), suffice: standing.kinds },
        href: standing.person === undefined ? undefined : view.at(placeOfPerson(standing.person)),
      })),
    });
    return view.html(c, html);
  },
};

function ownedBy({ person }: Standing) {
  return [...new Set((person?.factors ?? []).map(({ kind }) => kind))];
}

const head = [
  ...['app', 'path', 'methods', 'parameters', 'level', 'max-age-seconds', 'groups'],
  ...['person', 'factors', 'reaches-with', 'reaches'],
];

/** All rules: the people of groups by name, everybody else by numbers. */
const fileRoute: PageRoute = {
  method: 'GET',
  path: '/access.csv',
  act: 'export-people',
  show: async ask => {
    await note(ask, 'access');
    return ask.view.download(ask.c, csvFile(head, linesOf(ask)), 'access.csv');
  },
};

async function* linesOf({ deps }: Ask): AsyncGenerator<string[][]> {
  const reach = new AccessReach(deps);
  for (const rule of accessRules(deps.settings)) {
    const members = membersOf(rule);
    if (members === undefined) yield [lineOfEverybody(rule, await reach.counts(rule))];
    for await (const standings of reach.standings(rule, members ?? raisedOf(rule)))
      yield standings.map(standing => lineOf(rule, standing));
  }
}

/** One rule, and everybody by name. */
const peopleRoute: PageRoute = {
  method: 'GET',
  path: '/access/:app/:index/people.csv',
  act: 'export-people',
  show: async ask => {
    const rule = ruleAsked(ask);
    if (rule === undefined) return ask.view.refuse(ask.c, 'not-found');
    await note(ask, `access ${rule.app.id} ${idOf(rule)}`);
    const file = csvFile(head, peopleOf(ask, rule));
    return ask.view.download(ask.c, file, `access-${rule.app.id}-${idOf(rule)}.csv`);
  },
};

async function* peopleOf({ deps }: Ask, rule: Rule): AsyncGenerator<string[][]> {
  const reach = new AccessReach(deps);
  for (const view of views)
    for (let from: string | undefined; ; ) {
      const { found, next } = await reach.page(rule, { view, from, limit: perPageOfFile });
      yield found.map(standing => lineOf(rule, standing));
      if (next === undefined) break;
      from = next;
    }
}

/** Of one person all rules of her realm, and whether she reaches them. */
const personRoute: PageRoute = {
  method: 'GET',
  path: `${personPath}/access`,
  act: 'see-access',
  show: async ask => {
    const { c, deps, view, page } = ask;
    const person = await personOf(ask);
    if (person === undefined) return view.refuse(c, 'not-found');
    const { realm, name } = person;
    const reach = new AccessReach(deps);
    const rules = accessRules(deps.settings).filter(rule => rule.realm.name === realm);
    const rows = rules.map(async rule => {
      const { level, kinds } = await reach.standing(rule, name);
      const isHers = membersOf(rule)?.includes(name) ?? true;
      return { ...rule, app: rule.app.title, level, suffice: isHers ? kinds : undefined };
    });
    const back = view.at(placeOfPerson(person));
    return view.html(c, personAccessPage(page, { name, back, rows: await Promise.all(rows) }));
  },
};

/** A list of people leaves the house: that is audited before it does. */
async function note({ deps, operator, source }: Ask, about: string): Promise<void> {
  const { id: person, email: name } = operator;
  const told = { act: 'export-people', about, reason: '', source };
  await deps.audit.record({ type: 'operator.acted', realm: consoleRealm, person, name, ...told });
}

function lineOf(rule: Rule, standing: Standing): string[] {
  const { name, level, kinds } = standing;
  const owned = ownedBy(standing).join(' ');
  return [...cellsOf(rule, level), name, owned, kinds.join(' '), reaches(standing) ? 'yes' : 'no'];
}

function lineOfEverybody(rule: Rule, { reach, short, by }: Counts): string[] {
  const spread = 'levels' in by ? [...by.levels].map(([level, count]) => `level-${level}:${count}`) : [];
  // In words: of 2/10 a spreadsheet makes a day in October.
  return [...cellsOf(rule, rule.level), '*', '', spread.join(' '), `${reach} of ${reach + short}`];
}

function cellsOf({ app, path, methods, parameters, maxAge, groups = [] }: Rule, level: number): string[] {
  const asked = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  const age = maxAge === undefined ? '' : String(maxAge / 1000);
  return [app.id, path, methods.join(' '), asked.join('&'), String(level), age, groups.join(' ')];
}

export const accessRoutes: readonly ConsoleRoute[] = [accessRoute, reachRoute, fileRoute, peopleRoute, personRoute];
