import { expect, test } from 'vitest';
import { genericPreset } from '../preset/generic.ts';
import { presets } from '../preset/registry.ts';
import { selfWindow } from './checks-self.ts';
import { loadSettings } from './load.ts';

const told = 'told by their team leaders on Monday';
const whole = `{ people: [anna, bram], from: 2026-03-20, until: 2026-03-31, told: ${told} }`;

function load(realm: string) {
  const text = `version: 1
data: ./data
realms:
  gemeente: { title: G, portal: "http://sluis.localhost:8080", ${realm} }
apps:
  post:
    title: Post
    realm: gemeente
    origin: http://post.localhost:8080
    upstream: http://127.0.0.1:9
    preset: demo
`;
  return loadSettings(text, { folder: '/nowhere', presets: { named: presets, generic: genericPreset } });
}

test('R38 self takes a list and two dates, and is warned of each time', () => {
  const loaded = load(`firstFactor: self, self: ${whole}`);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  // Summer time begins on the 29th.
  expect(loaded.settings.realms.get('gemeente')?.self).toEqual({
    people: ['anna', 'bram'],
    from: Date.UTC(2026, 2, 19, 23),
    until: Date.UTC(2026, 2, 31, 22),
  });
  expect(loaded.warnings).toMatchObject([
    { path: 'realms.gemeente.self', found: expect.stringMatching(/^2 people .* only a password/) },
  ]);
});

test.each([
  ['firstFactor: self', 'realms.gemeente.firstFactor'],
  [`firstFactor: desk, desk: { place: b, hours: h, phone: p }, self: ${whole}`, 'realms.gemeente.self'],
  [`firstFactor: self, self: ${whole.replace('2026-03-31', '2026-03-19')}`, 'realms.gemeente.self.until'],
  [`firstFactor: self, self: ${whole.replace('2026-03-31', '2026-04-20')}`, 'realms.gemeente.self.until'],
  [`firstFactor: self, self: ${whole.replace('2026-03-31', 'ooit')}`, 'realms.gemeente.self.until'],
  [`firstFactor: self, self: ${whole.replace('anna, bram', '')}`, 'realms.gemeente.self.people'],
  [`firstFactor: self, self: ${whole.replace(told, 'yes')}`, 'realms.gemeente.self.told'],
])('R38 %s is refused at %s', (realm, path) => {
  const loaded = load(realm);
  expect(loaded.ok ? [] : loaded.problems.map(problem => problem.path)).toEqual([path]);
});

test('days begin where the realm is, also on those on which the clock is put forward or back', () => {
  const on = (from: string, timeZone: string) => selfWindow({ people: [], from, until: from, told }, timeZone);
  expect(on('2026-03-29', 'Europe/Amsterdam')).toMatchObject({
    from: Date.UTC(2026, 2, 28, 23),
    until: Date.UTC(2026, 2, 29, 22),
  });
  expect(on('2026-10-25', 'Europe/Amsterdam')).toMatchObject({
    from: Date.UTC(2026, 9, 24, 22),
    until: Date.UTC(2026, 9, 25, 23),
  });
  expect(on('2026-07-01', 'America/Curacao').from).toBe(Date.UTC(2026, 6, 1, 4));
});
