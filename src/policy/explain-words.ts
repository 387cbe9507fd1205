import type { AppSettings, RouteSettings } from '../config/settings.ts';
import type { Demand, RouteMatch } from './route.ts';

/** One rule that some reading of the request meets. */
export interface MetRule {
  /** Its place in the configuration: `apps.post.routes.1`; the app itself where no rule matches. */
  readonly place: string;
  /** What it demands, in words. */
  readonly demands: string;
  /** The readings that lead to it, each with its method and parameters where they matter. */
  readonly readings: readonly string[];
}

/** `45 s`, `10 minutes`, `2 hours`: as far as it comes out even. */
export function ageInWords(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds > 0 && seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds > 0 && seconds % 60 === 0 ? `${seconds / 60} minutes` : `${seconds} s`;
}

/** "level 3, a factor at most 10 minutes old, only people of beheer". */
export function demandInWords({ level, maxAge, groups }: Omit<Demand, 'rule'>): string {
  return [
    `level ${level}`,
    ...(maxAge === undefined ? [] : [`a factor at most ${ageInWords(maxAge)} old`]),
    ...groups.map(allowed => `only people of ${allowed.join(' or ')}`),
  ].join(', ');
}

/** Each rule once, in the order of the configuration; the app's own demand last. */
export function metRules(app: AppSettings, matches: readonly RouteMatch[]): MetRule[] {
  const byRule = new Map<RouteSettings | undefined, Set<string>>();
  for (const match of matches) {
    const readings = byRule.get(match.route) ?? new Set();
    byRule.set(match.route, readings.add(readingInWords(match)));
  }
  return [...byRule]
    .toSorted(([a], [b]) => orderOf(app, a) - orderOf(app, b))
    .map(([route, readings]) => ({ ...ruleInWords(app, route), readings: [...readings] }));
}

function orderOf(app: AppSettings, route: RouteSettings | undefined): number {
  return route === undefined ? Number.POSITIVE_INFINITY : app.routes.indexOf(route);
}

function ruleInWords(app: AppSettings, route: RouteSettings | undefined): Omit<MetRule, 'readings'> {
  const classed = (name: string | undefined) => (name === undefined ? '' : ` (class ${name})`);
  if (route === undefined)
    return {
      place: `apps.${app.id}`,
      demands: `no rule matches: level ${app.level}, as everywhere in the app${classed(app.class)}`,
    };
  const { path, methods, parameters, level, maxAge, groups, levelFor } = route;
  const about = [
    path,
    ...(methods === undefined ? [] : [methods.join('/')]),
    ...Object.entries(parameters ?? {}).map(([name, value]) => `${name}=${value}`),
  ].join(' ');
  const raised = Object.entries(levelFor ?? {}).map(([group, own]) => `level ${own} of people of ${group}`);
  const words = demandInWords({ level, maxAge, groups: groups === undefined ? [] : [groups] });
  return {
    place: `apps.${app.id}.routes.${app.routes.indexOf(route)}`,
    demands: `${about}: ${[words, ...raised].join(', ')}${classed(route.class)}`,
  };
}

function readingInWords({ reading, method, parameters }: RouteMatch): string {
  // Values stay out: what somebody pastes here may hold a secret, and a route's own values stand with its rule.
  const names = [...parameters.keys()];
  return `${method} ${reading}${names.length === 0 ? '' : ` with ${names.join(', ')}`}`;
}
