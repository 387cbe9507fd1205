import { expect, test } from 'vitest';
import { genericPreset } from '../preset/generic.ts';
import { presets } from '../preset/registry.ts';
import { loadSettings } from './load.ts';

const desk = 'desk: { place: b, hours: h, phone: p }';
const self = 'self: { people: [anna], from: 2026-03-20, until: 2026-03-31, told: told by their team leaders }';

function load(firstFactor: string, { realm = desk, extra = '' } = {}) {
  const text = `version: 1
data: ./data
realms:
  gemeente: { title: G, portal: "http://sluis.localhost:8080", firstFactor: ${firstFactor}, ${realm} }
apps:
  post:
    title: Post
    realm: gemeente
    origin: http://post.localhost:8080
    upstream: http://127.0.0.1:9
    preset: demo
${extra}`;
  return loadSettings(text, { folder: '/nowhere', presets: { named: presets, generic: genericPreset } });
}

test.each([
  ['activation-code', ['activation-code', 'desk', 'desk']],
  ['desk', ['desk', 'desk', 'desk']],
  ['{ 2: activation-code }', ['activation-code', 'desk', 'desk']],
  ['{ 2: activation-code, 3: activation-code }', ['activation-code', 'activation-code', 'desk']],
  ['{ "2": activation-code, 3: activation-code, 4: activation-code }', Array(3).fill('activation-code')],
])('R38 %s is for levels 2, 3 and 4: %s', (written, rules) => {
  const loaded = load(written);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  expect(Object.values(loaded.settings.realms.get('gemeente')?.firstFactor ?? {})).toEqual(rules);
  expect(loaded.warnings).toEqual([]);
});

test.each([
  // Who needs no desk for level 4 would need none for level 3: a code sets up what is below it.
  ['{ 2: desk, 4: activation-code }', '4', /not easier than level 3/],
  ['{ 2: desk, 3: activation-code, 4: activation-code }', '3', /not easier than level 2/],
  ['{ 2: activation-code, 3: activation-code, 4: self }', '4', /not easier than level 3/],
  // The level that every realm needs has no default.
  ['{ 3: desk, 4: desk }', '2', /activation-code or desk or self/],
  ['{ 2: activation-code, 4: brief }', '4', /activation-code or desk or self/],
  ['{ 2: activation-code, 5: desk }', '5', /one of: 2, 3, 4/],
])('R38 %s is refused at level %s', (written, at, expected) => {
  const loaded = load(written);
  const [problem] = loaded.ok ? [] : loaded.problems.filter(({ path }) => path !== 'realms.gemeente.firstFactor');
  const path = `realms.gemeente.firstFactor.${at}`;
  expect(problem).toMatchObject({ path, line: 4, expected: expect.stringMatching(expected) });
});

test.each(['post', '[desk]', '4', 'null'])('R38 %s is no rule, and what the rules are is explained', written => {
  const loaded = load(written);
  expect(loaded.ok ? [] : loaded.problems).toMatchObject([
    { path: 'realms.gemeente.firstFactor', expected: expect.stringMatching(/There is no default/) },
  ]);
});

test('R38 who is sent to a desk must be able to find it: where it is written, not where it is the default', () => {
  const pathsOf = (written: string) => {
    const loaded = load(written, { realm: 'domains: []' });
    return loaded.ok ? [] : loaded.problems.map(({ path }) => path);
  };
  expect(pathsOf('{ 2: activation-code, 4: desk }')).toEqual(['realms.gemeente.desk']);
  expect(pathsOf('activation-code')).toEqual([]);
});

test('R38 self wants its list at whichever level, and its warning says how far it reaches', () => {
  const missing = load('{ 2: self, 3: self }');
  expect(missing.ok ? [] : missing.problems).toMatchObject([{ path: 'realms.gemeente.firstFactor' }]);
  const loaded = load('{ 2: self, 3: self }', { realm: self });
  expect(loaded.ok ? loaded.warnings : loaded.problems).toMatchObject([
    { path: 'realms.gemeente.self', found: expect.stringMatching(/only a password, up to level 3, 2026-03-20/) },
  ]);
});

test('R35 R38 a desk for level 2 beside a reset desk that helps who does not come is warned of', () => {
  const extra = `mail: { host: 127.0.0.1, port: 9, tls: none, from: sluis@gemeente.test }
console: { origin: "http://beheer.localhost:8080" }
reset:
  officialDomains: [gemeente.test]
  methods: { document: { title: Paspoort, visit: true }, bellen: { title: Teruggebeld } }
`;
  const warned = (written: string) => {
    const loaded = load(written, { extra });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    return loaded.warnings.filter(({ path }) => path === 'realms.gemeente.firstFactor').map(({ found }) => found);
  };
  expect(warned('desk')).toEqual(['desk for level 2, beside reset.methods without a visit: bellen']);
  expect(warned('activation-code')).toEqual([]);
});
