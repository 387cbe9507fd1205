import { describe, expect, it } from 'vitest';
import { genericPreset } from '../preset/generic.ts';
import { presets as named } from '../preset/registry.ts';
import { loadSettings } from './load.ts';
import { formatProblems } from './problem.ts';

const presets = { named, generic: genericPreset };

interface Parts {
  readonly realm?: string;
  readonly app?: string;
  readonly top?: string;
}

const yaml = ({ realm = '', app = '', top = '' }: Parts) => `version: 1
data: ./data
realms:
  gemeente:
    title: Gemeente Voorbeeld
    portal: http://sluis.localhost:8080
    domains: [gemeente.test]
    firstFactor: activation-code
${realm}
apps:
  post:
    title: Post
    realm: gemeente
    origin: http://post.localhost:8080
    upstream: http://127.0.0.1:8081
    preset: demo
${app}
${top}
`;
const load = (parts: Parts) => loadSettings(yaml(parts), { folder: '/srv/sluis', presets, highestLevel: 3 });

function settingsIn(parts: Parts) {
  const loaded = load(parts);
  if (!loaded.ok) throw new Error(formatProblems(loaded.problems, 'test.yaml'));
  return loaded;
}

function problemsIn(parts: Parts) {
  const loaded = load(parts);
  if (loaded.ok) throw new Error('expected problems, but the configuration was taken');
  return loaded.problems;
}

const groups = '    groups: { beheer: [bert, kim], kas: [] }';
const classes = 'classes: { intern: 2, vertrouwelijk: 3, geheim: 4 }';
const routes = (...lines: string[]) => `    routes:\n${lines.map(line => `      - ${line}`).join('\n')}`;

describe('R03 groups', () => {
  it('R03 stand with their people, and on routes', () => {
    const app = routes(
      '{ path: /beheer/*, level: 2, groups: [beheer] }',
      '{ path: /kas/*, level: 2, levelFor: { beheer: 3 } }',
    );
    const { settings, warnings } = settingsIn({ realm: groups, app });
    expect(warnings).toEqual([]);
    expect([...(settings.realms.get('gemeente')?.groups ?? [])]).toEqual([
      ['beheer', ['bert', 'kim']],
      ['kas', []],
    ]);
    expect(settings.apps[0]?.routes).toMatchObject([
      { path: '/beheer/*', groups: ['beheer'], levelFor: undefined },
      { path: '/kas/*', groups: undefined, levelFor: { beheer: 3 } },
    ]);
  });

  it.each([
    [
      'a group that is not there',
      '{ path: /a, level: 2, groups: [beher] }',
      'groups.0',
      '"beher"',
      'did you mean beheer?',
    ],
    [
      'the same under levelFor',
      '{ path: /a, level: 2, levelFor: { beher: 3 } }',
      'levelFor.beher',
      '"beher"',
      'did you mean beheer?',
    ],
    ['no group at all', '{ path: /a, level: 2, groups: [] }', 'groups', expect.anything(), undefined],
    [
      'less than of everybody',
      '{ path: /a, level: 3, levelFor: { beheer: 2 } }',
      'levelFor.beheer',
      'level 2',
      expect.stringContaining('lower one'),
    ],
    [
      'as much as of everybody',
      '{ path: /a, level: 3, levelFor: { beheer: 3 } }',
      'levelFor.beheer',
      'level 3',
      expect.anything(),
    ],
    [
      'more than any factor reaches',
      '{ path: /a, level: 3, levelFor: { beheer: 4 } }',
      'levelFor.beheer',
      'level 4',
      undefined,
    ],
  ])('R03 refuses %s, with its line', (_what, line, path, found, hint) => {
    const problem = problemsIn({ realm: groups, app: routes(line) }).find(
      one => one.path === `apps.post.routes.0.${path}`,
    );
    expect(problem).toMatchObject({ line: 18, found });
    expect(problem?.hint).toEqual(hint);
  });

  it.each([
    ['Bert', 'write bert'],
    ['bert@gemeente.test', 'write bert'],
    ['bert jansen', undefined],
    ['brám', undefined],
  ])('R07 refuses the name %s, which nobody can have', (name, hint) => {
    const [problem] = problemsIn({ realm: `    groups:\n      beheer:\n        - kim\n        - "${name}"` });
    expect(problem).toMatchObject({ path: 'realms.gemeente.groups.beheer.1', line: 12, found: JSON.stringify(name) });
    expect(problem?.hint).toBe(hint);
  });

  it('R05 takes no name of a group for a setting that lowers something', () => {
    const realm = '    groups: { bypass: [bert], office-hosts: [kim] }';
    expect(load({ realm, app: routes('{ path: /a, level: 2, levelFor: { bypass: 3 } }') }).ok).toBe(true);
    expect(problemsIn({ realm: '    groups: { beheer: [bert] }\n    bypass: [bert]' })).toMatchObject([
      { path: 'realms.gemeente.bypass' },
    ]);
  });
});

describe('R03 classes', () => {
  it('R03 are levels by a name: of a route, of an app, or both', () => {
    const app = `    class: intern\n${routes(
      '{ path: /dossier/*, class: vertrouwelijk }',
      '{ path: /kluis/*, class: intern, level: 3 }',
      '{ path: /lijst, level: 3, maxAge: 10m }',
    )}`;
    const { settings } = settingsIn({ app, top: classes });
    expect(settings.apps[0]).toMatchObject({ level: 2, class: 'intern' });
    expect(settings.apps[0]?.routes).toMatchObject([
      { level: 3, class: 'vertrouwelijk' },
      { level: 3, class: 'intern' },
      { level: 3, class: 'intern' },
    ]);
    expect(settingsIn({ app: '    class: vertrouwelijk', top: classes }).settings.apps[0]?.level).toBe(3);
    expect(settingsIn({}).settings.apps[0]?.level).toBe(2);
    expect([...settings.classes]).toEqual([
      ['intern', 2],
      ['vertrouwelijk', 3],
      ['geheim', 4],
    ]);
  });

  it.each([
    [
      'a route',
      routes('{ path: /a, class: vertrouwelijk, level: 2 }'),
      'apps.post.routes.0.level',
      18,
      /the class vertrouwelijk$/,
    ],
    ['an app', '    class: vertrouwelijk\n    level: 2', 'apps.post.level', 18, /the class vertrouwelijk$/],
    [
      'a route of an app with a class',
      `    class: vertrouwelijk\n${routes('{ path: /a, level: 2 }')}`,
      'apps.post.routes.0.level',
      19,
      /vertrouwelijk of its app$/,
    ],
  ])('R03 refuses %s below its class, with its line and what to do', (_what, app, path, line, found) => {
    const [problem, ...more] = problemsIn({ app, top: classes });
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ path, line, found: expect.stringMatching(found) });
    expect(problem?.expected).toContain('at least 3: classes.vertrouwelijk');
    expect(problem?.hint).toMatch(/raise the level/);
  });

  it('R03 lets a route say that it shows less than its app does', () => {
    const app = `    class: vertrouwelijk\n${routes('{ path: /rooster, class: intern }')}`;
    expect(settingsIn({ app, top: classes }).settings.apps[0]?.routes[0]?.level).toBe(2);
  });

  it.each([
    ['a class that is not there', classes, 'class: vertrouwlijk', 'class', 'did you mean vertrouwelijk?'],
    ['one where there are none', '', 'class: intern', 'class', 'add it: classes: { intern: 3 }'],
    ['a route that demands nothing', classes, 'maxAge: 10m', 'level', undefined],
    ['a class that no factor reaches', classes, 'class: geheim', 'class', undefined],
  ])('R03 refuses %s', (_what, top, rest, path, hint) => {
    const problems = problemsIn({ app: routes(`{ path: /a, ${rest} }`), top });
    expect(problems).toMatchObject([{ path: `apps.post.routes.0.${path}`, line: 18 }]);
    expect(problems[0]?.hint).toBe(hint);
  });

  it('R04 a class of level 1 needs the acknowledgement like any other', () => {
    const low = 'classes: { openbaar: 1 }';
    expect(problemsIn({ top: low })).toMatchObject([{ path: 'classes.openbaar', found: 'level 1' }]);
    const levels = 'levels: { acceptLevel1: { reason: Alleen openbare stukken } }';
    const { settings, warnings } = settingsIn({ top: `${low}\n${levels}`, app: '    class: openbaar' });
    expect(settings.apps[0]?.level).toBe(1);
    expect(warnings).toMatchObject([{ path: 'classes.openbaar', found: 'level 1' }]);
  });
});
