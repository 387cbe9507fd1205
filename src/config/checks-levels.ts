import type { Findings } from './findings.ts';
import type { Parts } from './parts.ts';
import { nearest } from './problem.ts';
import type { AppConfiguration, Configuration } from './schema.ts';
import type { Level } from './settings.ts';
import type { Path } from './source.ts';

type Classes = Configuration['classes'];

/** What an app or a route demands: its own level, else that of its class. */
export function demandedLevel(
  { level, class: name }: { readonly level?: Level | undefined; readonly class?: string | undefined },
  classes: Classes,
): Level | undefined {
  return level ?? (name === undefined ? undefined : levelOfClass(name, classes));
}

function levelOfClass(name: string, classes: Classes): Level | undefined {
  return Object.hasOwn(classes, name) ? classes[name] : undefined;
}

/** A class of level 1 is level 1 wherever it is used (R04). What no factor reaches is told where it is used. */
export function checkClasses({ classes, levels }: Parts, findings: Findings): void {
  for (const [name, level] of Object.entries(classes ?? {})) checkLow(['classes', name], level, levels, findings);
}

/** R03, R04: every level and class of one app. */
export function checkLevels(
  id: string,
  app: AppConfiguration,
  parts: Parts,
  highest: number,
  findings: Findings,
): void {
  const classes = parts.classes ?? {};
  const path: Path = ['apps', id];
  checkPlace(path, app, undefined, { classes, highest, levels: parts.levels }, findings);
  for (const [index, route] of app.routes.entries()) {
    const here = [...path, 'routes', index];
    checkPlace(here, route, app.class, { classes, highest, levels: parts.levels }, findings);
    if (route.level === undefined && route.class === undefined)
      findings.error([...here, 'level'], {
        found: 'nothing',
        expected: 'a level (2, 3 or 4), or a class, that this route demands',
      });
  }
}

interface Known {
  readonly classes: Classes;
  readonly highest: number;
  readonly levels: Parts['levels'];
}

/** An app or a route. `inherited`: the class of the app, for a route that has none. */
function checkPlace(
  path: Path,
  place: { readonly level?: Level | undefined; readonly class?: string | undefined },
  inherited: string | undefined,
  known: Known,
  findings: Findings,
): void {
  if (place.class !== undefined) checkClassName([...path, 'class'], place.class, known.classes, findings);
  const level = demandedLevel(place, known.classes);
  if (level === undefined) return;
  const at = [...path, place.level === undefined ? 'class' : 'level'];
  if (level > known.highest) tooHigh(at, level, known.highest, findings);
  if (place.level === undefined) return;
  checkLow(at, place.level, known.levels, findings);
  const name = place.class ?? inherited;
  const least = name === undefined ? undefined : levelOfClass(name, known.classes);
  if (name === undefined || least === undefined || place.level >= least) return;
  findings.error(at, {
    found: `level ${place.level}, below the class ${name}${place.class === undefined ? ' of its app' : ''}`,
    expected: `at least ${least}: classes.${name} demands it (R03)`,
    hint:
      place.class === undefined
        ? 'raise the level, or give this route the class of what it shows'
        : 'raise the level, leave it out (the class says it), or give it the class of what it shows',
  });
}

function checkClassName(path: Path, name: string, classes: Classes, findings: Findings): void {
  const names = Object.keys(classes);
  if (names.includes(name)) return;
  const meant = nearest(name, names);
  const hint = names.length === 0 ? `add it: classes: { ${name}: 3 }` : meant && `did you mean ${meant}?`;
  findings.error(path, {
    found: JSON.stringify(name),
    expected: `a class that stands under classes${names.length === 0 ? '' : `: ${names.join(', ')}`}`,
    ...(hint !== undefined && { hint }),
  });
}

/** "A level that no enabled factor reaches is a configuration error". */
export function tooHigh(path: Path, level: number, highest: number, findings: Findings): void {
  findings.error(path, {
    found: `level ${level}`,
    expected: `at most ${highest}: no factor that is enabled reaches more, so nobody could pass`,
  });
}

function checkLow(path: Path, level: number, levels: Parts['levels'], findings: Findings): void {
  if (level > 1) return;
  if (levels?.acceptLevel1 === undefined)
    findings.error(path, {
      found: 'level 1',
      expected: '2 or more, or the acknowledgement levels.acceptLevel1 with its reason (R04)',
    });
  else findings.warn(path, { found: 'level 1', expected: `2 or more; accepted: ${levels.acceptLevel1.reason}` });
}
