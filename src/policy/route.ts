import type { Level, RouteSettings } from '../config/settings.ts';
import { RouteIndex } from './route-index.ts';
import { foldName, readPairs, type Target } from './target.ts';

/** What a route demands of a session. */
export interface Demand {
  readonly level: Level;
  /** The factor may be at most this old, in milliseconds. */
  readonly maxAge: number | undefined;
  /** The rule's path, or '(default)'. */
  readonly rule: string;
}

export interface RouteTable {
  readonly level: Level;
  readonly routes: readonly RouteSettings[];
  readonly folding: 'php' | 'none';
}

/** Values of the route parameters that a request carries, by folded name; undefined where an app may see none. */
export type Parameters = ReadonlyMap<string, readonly (string | undefined)[]>;

const none: Parameters = new Map();

/** The strictest demand over all readings of the path and all values of each parameter (ARCHITECTURE.md, "Target"). */
export function demandOf(table: RouteTable, method: string, target: Target): Demand {
  const base: Demand = { level: table.level, maxAge: undefined, rule: '(default)' };
  if (table.routes.length === 0) return base;
  const index = indexOf(table);
  const choices = assignments(readParameters(table, index.parameters, target.query));
  const meanings = meantBy(table, method, target.query);
  // More values than an honest request has: whatever any rule demands.
  if (choices === undefined || meanings.length > mostMeanings) return table.routes.map(asDemand).reduce(stricter, base);
  let strictest: Demand | undefined;
  const rules = target.readings.map(reading => index.about(reading));
  for (const meant of meanings) {
    for (const about of rules) {
      for (const assignment of choices) {
        strictest = stricter(strictest, firstMatch(about, meant, assignment) ?? base);
      }
    }
  }
  return strictest ?? base;
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
): Demand | undefined {
  const route = about.find(
    candidate =>
      (candidate.methods === undefined || candidate.methods.includes(method)) &&
      Object.entries(candidate.parameters ?? {}).every(([name, value]) => parameters.get(name) === value),
  );
  return route === undefined ? undefined : asDemand(route);
}

function asDemand(route: RouteSettings): Demand {
  return { level: route.level, maxAge: route.maxAge, rule: route.path };
}

/** What a pattern means: exact, or a prefix ending in `/*` (which matches the folder itself too). Readings are lower-cased, so the pattern is. RouteIndex finds the same without going through all. */
export function matchesPath(pattern: string, path: string): boolean {
  const lower = pattern.toLowerCase();
  if (!lower.endsWith('/*')) return lower === path;
  const folder = lower.slice(0, -1);
  return path.startsWith(folder) || path === folder.slice(0, -1);
}

/** What satisfies both. */
export function stricter(a: Demand | undefined, b: Demand): Demand {
  if (a === undefined) return b;
  const level = a.level >= b.level ? a : b;
  const ages = [a.maxAge, b.maxAge].filter(age => age !== undefined);
  return { ...level, maxAge: ages.length === 0 ? undefined : Math.min(...ages) };
}
