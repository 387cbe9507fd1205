import type { AppSettings, Level, RouteSettings } from '../config/settings.ts';
import { RouteIndex } from './route-index.ts';
import { foldName, readPairs, type Target } from './target.ts';

/** What a route demands of a session. */
export interface Demand {
  readonly level: Level;
  /** The factor may be at most this old, in milliseconds. */
  readonly maxAge: number | undefined;
  /** The path of the rule that the level comes from, or '(default)'. */
  readonly rule: string;
  /** Who may pass: somebody of one of the groups of each entry. None: everybody. */
  readonly groups: readonly (readonly string[])[];
}

/** What it demands of everybody, and beside it of people of some groups. */
export interface RouteDemand extends Demand {
  readonly levelFor: Readonly<Record<string, Level>>;
}

/** One way to read a request, and the rule that is about it; undefined: what the app demands anywhere. */
export interface RouteMatch {
  readonly reading: string;
  readonly method: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly route: RouteSettings | undefined;
}

export interface RouteTable {
  readonly level: Level;
  readonly routes: readonly RouteSettings[];
  readonly folding: 'php' | 'none';
}

/** The rules of one app. */
export function tableOf({ level, routes, preset }: Pick<AppSettings, 'level' | 'routes' | 'preset'>): RouteTable {
  return { level, routes, folding: preset.folding };
}

/** Values of the route parameters that a request carries, by folded name; undefined where an app may see none. */
export type Parameters = ReadonlyMap<string, readonly (string | undefined)[]>;

const none: Parameters = new Map();

/** The strictest demand over all readings of the path and all values of each parameter (ARCHITECTURE.md, "Target"). */
export function demandOf(table: RouteTable, method: string, target: Target): RouteDemand {
  const base = demandOfApp(table);
  if (table.routes.length === 0) return base;
  const matches = matchesOf(table, method, target);
  if (matches === undefined) return everyDemand(table);
  let strictest: RouteDemand | undefined;
  for (const { route } of matches) {
    strictest = stricter(strictest, route === undefined ? base : asDemand(route));
  }
  return strictest ?? base;
}

/** What this person must hold: her groups raise it and never lower it. */
export function forGroups(demand: RouteDemand, groups: readonly string[]): Demand {
  // Most routes ask the same of everybody, and most people are of no group.
  if (groups.length === 0 || demand.levelFor === alike) return demand;
  const { levelFor, ...rest } = demand;
  const level = groups.reduce<Level>((highest, group) => {
    const own = Object.hasOwn(levelFor, group) ? levelFor[group] : undefined;
    return own !== undefined && own > highest ? own : highest;
  }, rest.level);
  return { ...rest, level };
}

/** All ways to read a request; undefined where it has more than an honest one has: whatever any rule demands holds then. */
export function matchesOf(table: RouteTable, method: string, target: Target): RouteMatch[] | undefined {
  const index = indexOf(table);
  const choices = assignments(readParameters(table, index.parameters, target.query));
  const meanings = meantBy(table, method, target.query);
  if (choices === undefined || meanings.length > mostMeanings) return undefined;
  const rules = target.readings.map(reading => ({ reading, about: index.about(reading) }));
  return meanings.flatMap(meant =>
    rules.flatMap(({ reading, about }) =>
      choices.map(parameters => ({
        reading,
        method: meant,
        parameters,
        route: firstMatch(about, meant, parameters),
      })),
    ),
  );
}

function demandOfApp({ level }: RouteTable): RouteDemand {
  return { level, maxAge: undefined, rule: '(default)', groups: everybody, levelFor: alike };
}

const everything = new WeakMap<RouteTable, RouteDemand>();

/** Put together once: whoever sends such requests must not have all rules gone through for each. */
function everyDemand(table: RouteTable): RouteDemand {
  let demand = everything.get(table);
  if (demand === undefined) {
    demand = table.routes.map(asDemand).reduce(stricter, demandOfApp(table));
    everything.set(table, demand);
  }
  return demand;
}

const indexes = new WeakMap<RouteTable, RouteIndex>();

/** Made at an app's first request and gone with its table: a configuration that is read again brings new tables. */
function indexOf(table: RouteTable): RouteIndex {
  let index = indexes.get(table);
  if (index === undefined) {
    index = new RouteIndex(table.routes);
    indexes.set(table, index);
  }
  return index;
}

/** Rules are gone through once for each. */
const mostMeanings = 8;

/** HEAD tells of a page what GET would: it keeps the rules of both. */
function meantBy(table: RouteTable, method: string, query: string): string[] {
  const own = method === 'HEAD' ? ['HEAD', 'GET'] : [method];
  const others = overridesOf(table, query).flatMap(other => (other === 'HEAD' ? ['HEAD', 'GET'] : [other]));
  return [...new Set([...own, ...others])];
}

/** Frameworks take `_method` for the method that is meant. */
function overridesOf(table: RouteTable, query: string): string[] {
  if (!query.includes('method') && !query.includes('%')) return [];
  return readPairs(query).flatMap(([name, value]) =>
    foldName(name, table.folding) === '_method' ? [value.toUpperCase()] : [],
  );
}

/** Folded names that routes of this app look at. */
export function routeParameters(table: RouteTable): ReadonlySet<string> {
  return indexOf(table).parameters;
}

/** Whether it matters to any route of this app which method is meant. */
export function looksAtMethods(table: RouteTable): boolean {
  return indexOf(table).byMethod;
}

function readParameters(table: RouteTable, watched: ReadonlySet<string>, query: string): Parameters {
  if (watched.size === 0 || query === '') return none;
  const found = new Map<string, (string | undefined)[]>();
  for (const [name, value] of readPairs(query)) {
    const folded = foldName(name, table.folding);
    if (!watched.has(folded)) continue;
    // An app that does not split at `;` may see no such parameter at all.
    const values = found.get(folded);
    if (values === undefined) found.set(folded, query.includes(';') ? [undefined, value] : [value]);
    else values.push(value);
  }
  return found;
}

/** Every choice of one value a parameter; undefined where there are more than an honest request has. */
function assignments(parameters: Parameters): ReadonlyMap<string, string>[] | undefined {
  let all: Map<string, string>[] = [new Map()];
  for (const [name, values] of parameters) {
    const distinct = [...new Set(values)];
    if (all.length * distinct.length > 64) return undefined;
    all = all.flatMap(one => distinct.map(value => (value === undefined ? one : new Map(one).set(name, value))));
  }
  return all;
}

/** Of rules about one path. */
function firstMatch(
  about: readonly RouteSettings[],
  method: string,
  parameters: ReadonlyMap<string, string>,
): RouteSettings | undefined {
  return about.find(
    candidate =>
      (candidate.methods === undefined || candidate.methods.includes(method)) &&
      Object.entries(candidate.parameters ?? {}).every(([name, value]) => parameters.get(name) === value),
  );
}

const everybody: Demand['groups'] = Object.freeze([]);
const alike: RouteDemand['levelFor'] = Object.freeze({});

function asDemand({ level, maxAge, path, groups, levelFor }: RouteSettings): RouteDemand {
  return {
    level,
    maxAge,
    rule: path,
    groups: groups === undefined ? everybody : [groups],
    levelFor: levelFor ?? alike,
  };
}

/** What a pattern means: exact, or a prefix ending in `/*` (which matches the folder itself too). Readings are lower-cased, so the pattern is. RouteIndex finds the same without going through all. */
export function matchesPath(pattern: string, path: string): boolean {
  const lower = pattern.toLowerCase();
  if (!lower.endsWith('/*')) return lower === path;
  const folder = lower.slice(0, -1);
  return path.startsWith(folder) || path === folder.slice(0, -1);
}

/** What satisfies both. */
export function stricter(a: RouteDemand | undefined, b: RouteDemand): RouteDemand {
  if (a === undefined) return b;
  const level = a.level >= b.level ? a : b;
  const ages = [a.maxAge, b.maxAge].filter(age => age !== undefined);
  return {
    ...level,
    maxAge: ages.length === 0 ? undefined : Math.min(...ages),
    groups: bothGroups(a.groups, b.groups),
    levelFor: bothLevels(a.levelFor, b.levelFor),
  };
}

/** Every entry counts: a path that one app reads as a page of one group and another as that of a second is for those who are in both. */
function bothGroups(a: Demand['groups'], b: Demand['groups']): Demand['groups'] {
  if (a.length === 0 || a === b) return b;
  if (b.length === 0) return a;
  return [...new Map([...a, ...b].map(groups => [groups.join(), groups])).values()];
}

function bothLevels(a: RouteDemand['levelFor'], b: RouteDemand['levelFor']): RouteDemand['levelFor'] {
  if (a === alike || a === b) return b;
  if (b === alike) return a;
  const both: Record<string, Level> = { ...a };
  for (const [group, level] of Object.entries(b)) {
    if (!Object.hasOwn(both, group) || level > (both[group] ?? 0)) both[group] = level;
  }
  return both;
}
