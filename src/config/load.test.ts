import { describe, expect, it } from 'vitest';
import { genericPreset } from '../preset/generic.ts';
import { presets as named } from '../preset/registry.ts';
import { type Loaded, loadSettings, loadSettingsFile } from './load.ts';
import { formatProblems } from './problem.ts';

const presets = { named, generic: genericPreset };

const good = `version: 1
data: ./data
realms:
  gemeente:
    title: Gemeente Voorbeeld
    portal: http://sluis.localhost:8080
    domains: [gemeente.test]
    firstFactor: activation-code
apps:
  post:
    title: Post
    realm: gemeente
    origin: http://post.localhost:8080
    upstream: http://127.0.0.1:8081
    preset: demo
`;

const load = (text: string): Loaded => loadSettings(text, { folder: '/srv/sluis', presets });
const edited = (from: string, to: string): string => {
  expect(good).toContain(from);
  return good.replace(from, to);
};

function problemsIn(text: string) {
  const loaded = load(text);
  if (loaded.ok) throw new Error('expected problems, but the configuration was taken');
  return loaded.problems;
}

function settingsIn(text: string) {
  const loaded = load(text);
  if (!loaded.ok) throw new Error(formatProblems(loaded.problems, 'test.yaml'));
  return loaded;
}

describe('what is taken', () => {
  it('gives settings with every default filled in', () => {
    const { settings, warnings } = settingsIn(good);
    expect(warnings).toEqual([]);
    expect(settings).toMatchObject({
      dataFolder: '/srv/sluis/data',
      listen: { address: '127.0.0.1', port: 8080, balancers: [] },
      session: { idle: 1_800_000, absolute: 43_200_000 },
      limits: { head: 32_768, signInBody: 65_536, pendings: 5 },
      log: { level: 'info' },
      keyFile: undefined,
    });
    expect(settings.realms.get('gemeente')).toMatchObject({
      portalOrigin: 'http://sluis.localhost:8080',
      portalPath: '',
      singleHost: false,
      activationValidity: 14 * 86_400_000,
    });
    expect(settings.apps[0]).toMatchObject({
      id: 'post',
      level: 2,
      helpLine: true,
      nameCharacters: '[a-z0-9._-]',
      upstream: { origin: 'http://127.0.0.1:8081', connections: 64, timeouts: { connect: 5000 } },
    });
  });

  it('puts the portal under the app in single-host mode', () => {
    const { settings } = settingsIn(edited('portal: http://sluis.localhost:8080', 'portal: single-host'));
    expect(settings.realms.get('gemeente')).toMatchObject({
      portalOrigin: 'http://post.localhost:8080',
      portalPath: '/_sluis/portal',
      singleHost: true,
    });
  });

  it('reads routes, a pinned upstream, an own limiter and readable cookies', () => {
    const fingerprint = 'AB:'.repeat(31).concat('CD');
    const { settings } = settingsIn(
      edited(
        'upstream: http://127.0.0.1:8081',
        `upstream: { url: "https://post.intern/", fingerprint: "${fingerprint}", serverName: post }
    limiter: { failures: 4, window: 5m }
    readable: [XSRF-TOKEN]
    routes: [{ path: /beheer/*, methods: [POST], level: 2, maxAge: 10m }]`,
      ),
    );
    const [app] = settings.apps;
    expect(app?.upstream).toMatchObject({ origin: 'https://post.intern', fingerprint: `${'ab'.repeat(31)}cd` });
    expect(app?.preset.limiter).toEqual({ failures: 4, window: 300_000 });
    expect(app?.preset.readable).toContain('XSRF-TOKEN');
    expect(app?.routes).toEqual([
      { path: '/beheer/*', methods: ['POST'], parameters: undefined, level: 2, maxAge: 600_000 },
    ]);
  });
});

describe('what is refused', () => {
  it('tells every mistake at once, with place, finding, expectation and the nearest name', () => {
    const text = good
      .replace('realm: gemeente', 'realm: gemente\n    lvel: 3\n    helpLine: maybe')
      .replace('title: Gemeente Voorbeeld', 'title: ""')
      .replace('preset: demo', 'preset: dmeo')
      .concat('sesion: { idle: 30m }\nlimits: { head: 32kb, headers: many }\nlog: { level: inof }\n');
    expect(problemsIn(text).map(({ path, line, hint }) => [path, line, hint])).toEqual([
      ['realms.gemeente.title', 5, undefined],
      ['apps.post.realm', 12, 'did you mean gemeente?'],
      ['apps.post.lvel', 13, 'did you mean level?'],
      ['apps.post.helpLine', 14, undefined],
      ['apps.post.preset', 17, 'did you mean demo?'],
      ['sesion', 18, 'did you mean session?'],
      ['limits.head', 19, undefined],
      ['limits.headers', 19, undefined],
      ['log.level', 20, 'did you mean info?'],
    ]);
  });

  it.each([
    ['text that is no YAML', 'version: 1\nrealms: {\n', '', /YAML/],
    ['a key that stands twice', edited('realm: gemeente', 'realm: gemeente\n    realm: other'), '', /twice/],
    ['tabs', 'version: 1\nrealms:\n\tgemeente: 1\n', '', /YAML/],
    ['a tag of its own', edited('title: Post', 'title: !env POST'), '', /YAML/],
    ['a list instead of settings', '- version: 1\n', 'realms', /none/],
  ])('%s', (_, text, path, found) => {
    const problem = problemsIn(text).find(candidate => candidate.path === path);
    expect(problem?.found).toMatch(found);
    expect(problem?.line).toBeGreaterThan(0);
  });

  it('stops an alias bomb', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...[...'bcdefgh'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[index]}`).join(',')}]`),
    ];
    expect(problemsIn(bomb.join('\n'))[0]?.expected).toMatch(/YAML|aliases/);
  });

  it.each([
    ['version: 1', 'version: 2', 'version', /^1, the version/],
    ['realm: gemeente', 'realm: gemente', 'apps.post.realm', /realm/],
    ['http://post.localhost:8080', 'http://post.localhost:8080/mail', 'apps.post.origin', /no path/],
    ['http://post.localhost:8080', 'ftp://post.localhost', 'apps.post.origin', /http/],
    ['http://post.localhost:8080', 'http://anna:geheim@post.localhost', 'apps.post.origin', /no user name/],
    ['http://post.localhost:8080', 'http://sluis.localhost:9090', 'apps.post.origin', /of its own/],
    ['http://post.localhost:8080', 'http://webmail.gemeente.nl', 'apps.post.origin', /https/],
    ['http://post.localhost:8080', 'https://webmail.gemeente.nl', 'apps.post.origin', /listen\.tls/],
    ['http://127.0.0.1:8081', 'http://post.localhost:8081/mail', 'apps.post.upstream', /no path/],
    [
      'http://127.0.0.1:8081',
      '{ url: http://a.intern, fingerprint: abc }',
      'apps.post.upstream.fingerprint',
      /SHA-256/,
    ],
    ['http://127.0.0.1:8081', '{ url: http://a.intern, ca: ./ca.pem }', 'apps.post.upstream.url', /https/],
    ['http://127.0.0.1:8081', '{ url: https://a.intern, ca: ./ca.pem }', 'apps.post.upstream.ca', /may read/],
    ['preset: demo', 'preset: generic', 'apps.post.signIn', /loginPage/],
    ['preset: demo', 'preset: demo\n    level: 3', 'apps.post.level', /at most 2/],
    ['preset: demo', 'preset: demo\n    level: high', 'apps.post.level', /MFA level/],
    ['preset: demo', 'preset: demo\n    readable: [GPAUTH]', 'apps.post.readable.0', /stolen/],
    ['preset: demo', 'preset: demo\n    nameCharacters: [a-z]', 'apps.post.nameCharacters', /in quotes/],
    ['preset: demo', 'preset: demo\n    nameCharacters: "[^x]"', 'apps.post.nameCharacters', /set of small letters/],
    [
      'preset: demo',
      'preset: demo\n    routes: [{ path: /a/../b, level: 2 }]',
      'apps.post.routes.0.path',
      /plain path/,
    ],
    ['preset: demo', 'preset: demo\n    routes: [{ path: /a%2fb, level: 2 }]', 'apps.post.routes.0.path', /path/],
    ['preset: demo', 'preset: demo\n    routes: [{ path: /a, level: 4 }]', 'apps.post.routes.0.level', /at most 2/],
    ['data: ./data', 'data: ./data\nlisten: { address: 0.0.0.0 }', 'listen.address', /balancers/],
    ['data: ./data', 'data: ./data\nlisten: { balancers: [0.0.0.0/0] }', 'listen.balancers.0', /at least \/8/],
    ['data: ./data', 'data: ./data\nlisten: { port: 70000 }', 'listen.port', /65535/],
    ['data: ./data', 'data: ./data\nlisten: { tls: { certificate: ./c, key: ./k } }', 'listen.tls.certificate', /read/],
    ['data: ./data', 'data: ./data\nsession: { absolute: 25h }', 'session.absolute', /24h/],
    ['data: ./data', 'data: ./data\nsession: { idle: 13h }', 'session.idle', /at most/],
    ['data: ./data', 'data: ./data\nkeys: { file: ./none }', 'keys.file', /read/],
    ['data: ./data', 'data: ./data\nlimits: { headTime: 30d }', 'limits.headTime', /at most 24h/],
    ['data: ./data', 'data: ./data\nlimits: { head: 1GiB }', 'limits.head', /at most 256KiB/],
    ['firstFactor: activation-code', 'firstFactor: desk', 'realms.gemeente.desk', /place/],
  ])('%s -> %s', (from, to, path, expected) => {
    const problem = problemsIn(edited(from, to)).find(candidate => candidate.path === path);
    expect(problem?.expected).toMatch(expected);
  });

  it('refuses single-host mode for two apps', () => {
    const second = good.slice(good.indexOf('  post:')).replaceAll('post', 'wiki');
    const text = good.replace('portal: http://sluis.localhost:8080', 'portal: single-host').concat(second);
    expect(problemsIn(text)).toMatchObject([{ path: 'realms.gemeente.portal', found: 'single-host with 2 apps' }]);
  });

  it('names a file that is not there', () => {
    const loaded = loadSettingsFile('/nowhere/sluis.yaml', { presets });
    expect(loaded).toMatchObject({ ok: false, problems: [{ line: undefined, found: 'not there' }] });
  });
});

describe('R38 the first factor', () => {
  it('R38 has no default, and says why', () => {
    const [problem] = problemsIn(edited('    firstFactor: activation-code\n', ''));
    expect(problem).toMatchObject({ path: 'realms.gemeente.firstFactor', line: 4, found: 'nothing' });
    expect(problem?.expected).toMatch(/no default.*password/);
  });

  it('R38 cannot be bound by the person alone', () => {
    expect(problemsIn(edited('activation-code', 'self'))).toMatchObject([{ path: 'realms.gemeente.firstFactor' }]);
  });
});

describe('R05 nothing lowers a demand by network, header or user agent', () => {
  it.each([
    'bypassNetworks',
    'trustedNetworks',
    'trustedIps',
    'trusted_ips',
    'skipAuth',
    'skip-mfa',
    'whitelist',
    'ipAllowlist',
    'allowNetworks',
    'excludeIps',
    'bypass',
    'noMfaFrom',
    'internalNetworks',
    'officeNetworks',
    'trustedUserAgents',
    'skipForHeader',
    'withoutMfa',
    'mfaOptional',
    'exemptHosts',
    'networks',
    'bypass_auth_regex',
  ])('R05 refuses %s by name, at any depth, and says why', name => {
    for (const [from, indent] of [
      ['data: ./data', ''],
      ['preset: demo', '    '],
      ['firstFactor: activation-code', '    '],
    ] as const) {
      const found = problemsIn(edited(from, `${from}\n${indent}${name}: [10.0.0.0/8]`)).filter(problem =>
        problem.path.endsWith(name),
      );
      expect(found).toHaveLength(1);
      expect(found[0]?.expected).toMatch(/never lowers what is demanded \(R05\)/);
    }
    const deep = edited('preset: demo', `preset: demo\n    routes: [{ path: /a, level: 2, ${name}: [10.0.0.0/8] }]`);
    expect(problemsIn(deep)).toMatchObject([{ path: `apps.post.routes.0.${name}`, line: 16 }]);
  });

  it("leaves names that are the operator's own alone", () => {
    expect(load(good.replace('  post:', '  bypass:')).ok).toBe(true);
  });
});

describe('R04 level 1', () => {
  const low = edited('preset: demo', 'preset: demo\n    level: 1');

  it('R04 is refused without an acknowledgement', () => {
    expect(problemsIn(low)).toMatchObject([{ path: 'apps.post.level', found: 'level 1' }]);
  });

  it('R04 is accepted with its reason, and stays a warning', () => {
    const reason = 'Alleen openbare stukken, besluit 12 van het MT';
    const { settings, warnings } = settingsIn(`${low}levels: { acceptLevel1: { reason: "${reason}" } }\n`);
    expect(settings.levels.acceptLevel1?.reason).toBe(reason);
    expect(warnings).toMatchObject([{ path: 'apps.post.level', expected: expect.stringContaining(reason) }]);
  });

  it('R04 is refused with an empty reason', () => {
    const problems = problemsIn(`${low}levels: { acceptLevel1: { reason: "" } }\n`);
    expect(problems.map(problem => problem.path)).toContain('levels.acceptLevel1.reason');
  });
});

describe('warnings', () => {
  it('says where password managers will not match the portal', () => {
    const text = good
      .replace('data: ./data', 'data: ./data\nlisten: { balancers: [127.0.0.1] }')
      .replace('http://sluis.localhost:8080', 'https://sluis.elders.nl')
      .replace('http://post.localhost:8080', 'https://post.gemeente.nl');
    expect(settingsIn(text).warnings).toMatchObject([{ path: 'realms.gemeente.portal' }]);
    expect(settingsIn(text.replace('elders', 'gemeente')).warnings).toEqual([]);
  });

  it("R09 says where the app's own limit leaves no room for a mistake", () => {
    const text = edited('preset: demo', 'preset: demo\n    limiter: { failures: 2, window: 5m }');
    expect(settingsIn(text).warnings).toMatchObject([{ path: 'apps.post.limiter.failures', found: '2' }]);
  });

  it.each([
    [3, 1],
    [4, 0],
  ])('R09 says that at %i failures all unknown browsers share one attempt: %i warnings', (failures, warned) => {
    const text = edited('preset: demo', `preset: demo\n    limiter: { failures: ${failures}, window: 1m }`);
    const { warnings } = settingsIn(text);
    expect(warnings).toHaveLength(warned);
    for (const warning of warnings)
      expect(warning).toMatchObject({
        path: 'apps.post.limiter.failures',
        expected: expect.stringContaining('share one attempt a minute'),
        hint: expect.stringContaining('login_rate_limit = 10'),
      });
  });

  it('R09 Roundcube as delivered is warned of, and no more once its own limit is raised and stated', () => {
    const roundcube = edited('preset: demo', 'preset: roundcube');
    expect(settingsIn(roundcube).warnings.map(({ path }) => path)).toEqual(['apps.post.limiter.failures']);
    const raised = roundcube.replace(
      'preset: roundcube',
      'preset: roundcube\n    limiter: { failures: 10, window: 1m }',
    );
    expect(settingsIn(raised).warnings).toEqual([]);
  });

  it('says that of two mail domains anna is one person', () => {
    const text = edited('domains: [gemeente.test]', 'domains: [gemeente.test, oud.test]');
    expect(settingsIn(text).warnings).toMatchObject([
      { path: 'realms.gemeente.domains', expected: expect.stringContaining('anna@gemeente.test and anna@oud.test') },
    ]);
  });
});
