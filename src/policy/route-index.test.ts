import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RouteSettings } from '../config/settings.ts';
import { demandOf, forGroups, matchesPath } from './route.ts';
import { RouteIndex } from './route-index.ts';
import { readTarget } from './target.ts';

const segment = fc.constantFrom('a', 'B', 'b', 'admin', '', '.', '..', 'a%2fb', 'é', 'x;y', '*');
const path = fc.array(segment, { maxLength: 4 }).map(parts => `/${parts.join('/')}`);
const pattern = fc.oneof(
  path,
  path.map(one => `${one}/*`),
  path.map(one => `${one}*`),
  fc.constantFrom('/*', '//*', '/', '*', ''),
);
const groups = ['beheer', 'kas', 'raad'];
const level = fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const);
const route: fc.Arbitrary<RouteSettings> = fc.record({
  path: pattern,
  methods: fc.constantFrom(undefined, ['GET'], ['POST', 'HEAD']),
  parameters: fc.constantFrom(undefined, { do: 'admin' }, { do: 'admin', id: '1' }),
  level,
  maxAge: fc.constantFrom(undefined, 5, 10),
  groups: fc.option(fc.subarray(groups, { minLength: 1 }), { nil: undefined }),
  levelFor: fc.option(fc.dictionary(fc.constantFrom(...groups), level), { nil: undefined }),
});
const query = fc.constantFrom('', '?do=admin', '?do=admin&id=1', '?do=x&do=admin', '?do=admin;id=1', '?_method=post');

interface Asked {
  readonly level: number;
  readonly maxAge: number | undefined;
  readonly passes: boolean;
}

/** The rule as it is written down: for each reading, method and choice of values the first rule that matches; of those the strictest. */
function byTheBook(routes: readonly RouteSettings[], method: string, raw: string, own: readonly string[]): Asked {
  const { readings, query: text } = readTarget(raw);
  const pairs = text.split(/[&;]/).map(pair => pair.split('=') as [string, string]);
  const values = (name: string): (string | undefined)[] => {
    const all = pairs.filter(([key]) => key === name).map(([, value]) => value);
    return all.length === 0 ? [undefined] : text.includes(';') ? [...all, undefined] : all;
  };
  const methods = new Set([method, ...values('_method').flatMap(value => value?.toUpperCase() ?? [])]);
  if (methods.has('HEAD')) methods.add('GET');
  let found: Asked | undefined;
  for (const meant of methods)
    for (const reading of readings)
      for (const act of values('do'))
        for (const id of values('id')) {
          const first = routes.find(
            one =>
              matchesPath(one.path, reading) &&
              (one.methods?.includes(meant) ?? true) &&
              Object.entries(one.parameters ?? {}).every(([name, value]) => (name === 'do' ? act : id) === value),
          );
          const raised = own.map(group => first?.levelFor?.[group] ?? 0);
          found = {
            level: Math.max(found?.level ?? 0, first?.level ?? 2, ...raised),
            maxAge: Math.min(found?.maxAge ?? Infinity, first?.maxAge ?? Infinity),
            passes: (found?.passes ?? true) && (first?.groups?.some(group => own.includes(group)) ?? true),
          };
        }
  return found ?? { level: 2, maxAge: Infinity, passes: true };
}

describe('R03 rules by their paths', () => {
  it('finds just the rules that the patterns match, in their order', () => {
    fc.assert(
      fc.property(
        fc.array(route, { maxLength: 12 }),
        fc.oneof(path, fc.constantFrom('', '//', '/a/')),
        (routes, one) => {
          const expected = routes.filter(candidate => matchesPath(candidate.path, one.toLowerCase()));
          expect(new RouteIndex(routes).about(one.toLowerCase())).toEqual(expected);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('R03 demands of people of any groups what going through all rules demands, over all readings, methods and values', () => {
    const methods = fc.constantFrom('GET', 'HEAD', 'POST', 'DELETE');
    fc.assert(
      fc.property(
        fc.array(route, { minLength: 1, maxLength: 12 }),
        methods,
        path,
        query,
        fc.subarray(groups),
        (routes, method, one, text, own) => {
          const found = demandOf({ level: 2, routes, folding: 'php' }, method, readTarget(one + text));
          const demand = forGroups(found, own);
          const asked = {
            level: demand.level,
            maxAge: demand.maxAge ?? Infinity,
            passes: demand.groups.every(allowed => allowed.some(group => own.includes(group))),
          };
          expect(asked).toEqual(byTheBook(routes, method, one + text, own));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
