import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RouteSettings } from '../config/settings.ts';
import { type Demand, demandOf, matchesPath, stricter } from './route.ts';
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
const route: fc.Arbitrary<RouteSettings> = fc.record({
  path: pattern,
  methods: fc.constantFrom(undefined, ['GET'], ['POST', 'HEAD']),
  parameters: fc.constantFrom(undefined, { do: 'admin' }, { do: 'admin', id: '1' }),
  level: fc.constantFrom(1, 2, 3, 4),
  maxAge: fc.constantFrom(undefined, 5, 10),
});
const query = fc.constantFrom('', '?do=admin', '?do=admin&id=1', '?do=x&do=admin', '?do=admin;id=1', '?_method=post');

/** The rule as it is written down: for each reading, method and choice of values the first rule that matches; of those the strictest. */
function byTheBook(routes: readonly RouteSettings[], method: string, raw: string): Pick<Demand, 'level' | 'maxAge'> {
  const { readings, query: text } = readTarget(raw);
  const pairs = text.split(/[&;]/).map(pair => pair.split('=') as [string, string]);
  const values = (name: string): (string | undefined)[] => {
    const own = pairs.filter(([key]) => key === name).map(([, value]) => value);
    return own.length === 0 ? [undefined] : text.includes(';') ? [...own, undefined] : own;
  };
  const methods = new Set([method, ...values('_method').flatMap(value => value?.toUpperCase() ?? [])]);
  if (methods.has('HEAD')) methods.add('GET');
  let found: Demand | undefined;
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
          found = stricter(found, { level: first?.level ?? 2, maxAge: first?.maxAge, rule: '' });
        }
  return { level: found?.level ?? 2, maxAge: found?.maxAge };
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

  it('demands what going through all rules demands, over all readings, methods and values', () => {
    const methods = fc.constantFrom('GET', 'HEAD', 'POST', 'DELETE');
    fc.assert(
      fc.property(
        fc.array(route, { minLength: 1, maxLength: 12 }),
        methods,
        path,
        query,
        (routes, method, one, text) => {
          const { level, maxAge } = demandOf({ level: 2, routes, folding: 'php' }, method, readTarget(one + text));
          expect({ level, maxAge }).toEqual(byTheBook(routes, method, one + text));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
