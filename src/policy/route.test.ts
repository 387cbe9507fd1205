import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RouteSettings } from '../config/settings.ts';
import { demandOf, forGroups, matchesPath, type RouteTable, routeParameters } from './route.ts';
import { readTarget } from './target.ts';

const route = (path: string, more: Partial<RouteSettings> = {}): RouteSettings => ({
  path,
  methods: undefined,
  parameters: undefined,
  level: 3,
  maxAge: undefined,
  ...more,
});
const table = (routes: readonly RouteSettings[], folding: 'php' | 'none' = 'php'): RouteTable => ({
  level: 2,
  routes,
  folding,
});
const level = (routes: readonly RouteSettings[], target: string, method = 'GET', folding: 'php' | 'none' = 'php') =>
  demandOf(table(routes, folding), method, readTarget(target)).level;

describe('R03 what a route demands', () => {
  it('is the level of the app where no rule matches, and of the first rule that does', () => {
    const routes = [route('/admin/open', { level: 2 }), route('/admin/*', { level: 4 })];
    expect([...['/', '/admin/open', '/admin/x', '/admin', '/administrator']].map(path => level(routes, path))).toEqual([
      2, 2, 4, 4, 2,
    ]);
    expect(demandOf(table([]), 'GET', readTarget('/admin'))).toEqual({
      level: 2,
      maxAge: undefined,
      rule: '(default)',
      groups: [],
      levelFor: {},
    });
  });

  it('R03 is for who satisfies each reading, where readings are for groups', () => {
    const routes = [
      route('/a/*', { groups: ['kas'], levelFor: { raad: 4 } }),
      route('/b/*', { level: 2, groups: ['beheer', 'raad'], levelFor: { raad: 3, kas: 4 } }),
    ];
    const asked = (target: string) => demandOf(table(routes), 'GET', readTarget(target));
    expect(asked('/b/x')).toMatchObject({ level: 2, groups: [['beheer', 'raad']], levelFor: { raad: 3, kas: 4 } });
    expect(asked('/b/..%2fa/x').groups.toSorted()).toEqual([['beheer', 'raad'], ['kas']]);
    expect(asked('/b/..%2fa/x')).toMatchObject({ level: 3, levelFor: { raad: 4, kas: 4 } });
    expect(asked('/b/..%2fc').groups).toEqual([['beheer', 'raad']]);
  });

  it('R03 asks more of a group and never less', () => {
    const demand = demandOf(table([route('/x', { levelFor: { beheer: 4, kas: 2 } })]), 'GET', readTarget('/x'));
    const levels = [[], ['kas'], ['beheer'], ['kas', 'beheer'], ['toString']];
    expect(levels.map(groups => forGroups(demand, groups).level)).toEqual([3, 3, 4, 4, 3]);
  });

  it('of more values than an honest request has, the groups of all rules: put together once', () => {
    const routes = Array.from({ length: 2_000 }, (_none, n) =>
      route(`/p${n}`, { parameters: { do: 'x' }, groups: [`g${n % 3}`] }),
    );
    const rules = table(routes);
    const ask = () =>
      demandOf(rules, 'GET', readTarget(`/?${Array.from({ length: 70 }, (_n, i) => `do=${i}`).join('&')}`));
    expect(ask().groups).toHaveLength(3);
    expect(ask()).toBe(ask());
  });

  it('counts the method as it was sent', () => {
    const routes = [route('/x', { methods: ['POST'] })];
    expect([level(routes, '/x', 'POST'), level(routes, '/x', 'GET'), level(routes, '/x', 'post')]).toEqual([3, 2, 2]);
  });

  it('R03 demands of HEAD what it demands of GET, and of HEAD what it demands of HEAD', () => {
    const routes = [route('/x', { methods: ['GET'] }), route('/x', { methods: ['HEAD'], level: 4 })];
    expect([level(routes, '/x', 'HEAD'), level(routes, '/x', 'GET'), level(routes, '/x', 'POST')]).toEqual([4, 3, 2]);
    expect(level([route('/x', { methods: ['GET'] })], '/x', 'HEAD')).toBe(3);
    expect(level([route('/x', { methods: ['GET'] })], '/x?_method=HEAD', 'POST')).toBe(3);
  });

  it('of more methods than an honest request means, whatever any rule demands: at the cost of none', () => {
    const routes = [route('/elsewhere', { level: 4 })];
    const query = (count: number) => Array.from({ length: count }, (_none, n) => `_method=M${n}`).join('&');
    expect([level(routes, `/?${query(5)}`), level(routes, `/?${query(500)}`)]).toEqual([2, 4]);
  });

  it('takes the strictest level and the shortest age of all readings', () => {
    const routes = [route('/a', { maxAge: 50 }), route('/b/*', { level: 2, maxAge: 10 })];
    expect(demandOf(table(routes), 'GET', readTarget('/b/..%2fa'))).toMatchObject({ level: 3, maxAge: 10 });
  });

  it.each([
    '/admin/x',
    '/ADMIN/x',
    '//admin/x',
    '/./admin/x',
    '/%61dmin/x',
    '/%2561dmin/x',
    '/open/../admin/x',
    '/open/%2e%2e/admin/x',
    '/open/..%2fadmin/x',
    '/open/%252e%252e%252fadmin/x',
    '/open\\..\\admin\\x',
    '/open/%5c..%5c..%5cadmin%5cx',
    '/admin;v=1/x',
    '/admin%3bv=1/x',
    '/open/..;/admin/x',
    '/admin%00/../open',
    '/admin;/x',
  ])('R01 finds /admin/* in %s', target => {
    expect(level([route('/admin/*', { level: 4 })], target)).toBe(4);
  });

  it('R01 finds a path beyond ASCII as browsers send it', () => {
    for (const target of ['/beh%C3%A9er/x', '/BEH%c3%89ER/x', '/beh%25C3%25A9er/x']) {
      expect(level([route('/behéer/*')], target)).toBe(3);
    }
  });

  it('R01 reads no target at less than its plain form, however many characters are escaped', () => {
    const routes = [route('/admin/*', { level: 4 })];
    const escaped = fc.array(fc.constantFrom('as it is', 'once', 'twice'), { minLength: 8, maxLength: 8 }).map(ways =>
      [...'/admin/x'].map((char, i) => {
        const hex = char.charCodeAt(0).toString(16);
        return i === 0 || ways[i] === 'as it is' ? char : `%${ways[i] === 'once' ? '' : '25'}${hex}`;
      }),
    );
    fc.assert(
      fc.property(escaped, chars => {
        expect(level(routes, chars.join(''))).toBe(4);
      }),
    );
  });
});

describe('R01 R03 route parameters', () => {
  const routes = [route('/', { parameters: { _task: 'settings' } })];

  it.each([
    '?_task=settings',
    '?.task=settings',
    '?%20_task=settings',
    '?+.task=settings',
    '?_task[]=settings',
    '?_task%5B%5D=settings',
    '?_task%00x=settings',
    '?_task%00%FF=settings',
    '?%5ftask=%73ettings',
    '?_task=mail&_task=settings',
    '?_task=settings&_task=mail',
    '?a=1;_task=settings',
    '?_task=mail;_task=settings',
  ])('are found in %s as PHP finds them', query => {
    expect(level(routes, `/${query}`)).toBe(3);
  });

  it.each(['?_task=mail', '?task=settings', '?x_task=settings', '?_task=settingsx', '?_TASK=settings', ''])(
    'are not seen in %j',
    query => {
      expect(level(routes, `/${query}`)).toBe(2);
    },
  );

  it('are compared as they are where the app does not fold names', () => {
    expect(level(routes, '/?.task=settings', 'GET', 'none')).toBe(2);
    expect(level(routes, '/?_task=settings', 'GET', 'none')).toBe(3);
  });

  it('count as missing too where the app may not split at a semicolon', () => {
    const relaxed = [route('/', { parameters: { _task: 'mail' }, level: 1 }), route('/', { level: 4 })];
    expect(level(relaxed, '/?_task=mail')).toBe(1);
    expect(level(relaxed, '/?x=1;_task=mail')).toBe(4);
  });

  it('demand whatever any rule demands where there are more values than an honest request has', () => {
    const many = [...routes, route('/elsewhere', { level: 4, maxAge: 5 })];
    const values = Array.from({ length: 65 }, (_none, n) => `_task=v${n}`).join('&');
    expect(demandOf(table(many), 'GET', readTarget(`/?${values}`))).toMatchObject({ level: 4, maxAge: 5 });
    expect(level(many, `/?${values.split('&').slice(0, 64).join('&')}`)).toBe(2);
  });

  it('all have to hold, in any mix of the values that were sent', () => {
    const both = [route('/', { parameters: { a: '1', b: '2' } })];
    expect(level(both, '/?a=1')).toBe(2);
    expect(level(both, '/?a=0&a=1&b=2&b=3')).toBe(3);
  });

  it('R03 a further parameter never lowers the demand of a strict rule', () => {
    const pair = fc.tuple(
      fc.constantFrom('_task', '.task', 'x', '_task[]', '%20_task'),
      fc.constantFrom('mail', 'settings', ''),
    );
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 5 }), fc.nat(5), (pairs, place) => {
        const parts = pairs.map(([name, value]) => `${name}=${value}`);
        parts.splice(place, 0, '_task=settings');
        expect(level(routes, `/?${parts.join('&')}`)).toBe(3);
      }),
    );
  });

  it('are collected from all rules', () => {
    expect(routeParameters(table([...routes, route('/x', { parameters: { do: 'y' } }), route('/y')]))).toEqual(
      new Set(['_task', 'do']),
    );
  });
});

it.each([
  ['/a', '/a', true],
  ['/A', '/a', true],
  ['/a', '/a/', false],
  ['/a/*', '/a/', true],
  ['/a/*', '/a', true],
  ['/a/*', '/ab', false],
  ['/a/*', '/b/a/', false],
  ['/*', '/', true],
  ['/*', '/x/y', true],
])('matchesPath %s %s: %s', (pattern, path, expected) => {
  expect(matchesPath(pattern, path)).toBe(expected);
});
