import { describe, expect, it } from 'vitest';
import { genericPreset } from '../preset/generic.ts';
import { presets as named } from '../preset/registry.ts';
import { loadSettings } from './load.ts';

function load(more: string) {
  const text = `
version: 1
data: ./data
listen: { balancers: [127.0.0.1] }
realms:
  gemeente: { title: Gemeente, portal: "http://sluis.localhost:8080", firstFactor: activation-code }
apps:
  post: { title: Post, realm: gemeente, origin: "http://post.localhost:8080", upstream: "http://127.0.0.1:8081", preset: demo }
${more}
`;
  return loadSettings(text, { folder: '/', presets: { named, generic: genericPreset } });
}

function problems(more: string): readonly string[] {
  const loaded = load(more);
  return loaded.ok ? [] : loaded.problems.map(({ path, expected }) => `${path}: ${expected}`);
}

describe('R10 R11 R12: the section trust', () => {
  it('is off unless it stands there, and may be empty: thirty days, level 2, any platform', () => {
    expect(load('')).toMatchObject({ ok: true, settings: { trust: undefined } });
    const usual = { days: 30, level: 2, platforms: undefined, platformAuthenticator: false };
    expect(load('trust: {}')).toMatchObject({ ok: true, settings: { trust: usual } });
    const less = 'trust: { days: 7, level: 3, platforms: [windows, ios], platformAuthenticator: true }\nwebauthn: {}';
    const settings = { trust: { days: 7, level: 3, platforms: ['windows', 'ios'], platformAuthenticator: true } };
    expect(load(less)).toMatchObject({ ok: true, settings });
  });

  it.each([
    ['days: 31', /^trust\.days: at most 30.*R10/],
    ['days: 0', /^trust\.days: at least 1; leave trust out/],
    ['days: 7.5', /^trust\.days: a number of days/],
    ['level: 4', /^trust\.level: at most 3.*R12/],
    ['level: 0', /^trust\.level: 1, 2 or 3/],
    ['platforms: []', /^trust\.platforms: at least one/],
    ['platforms: [beos]', /^trust\.platforms\.0: one of windows/],
    ['platformAuthenticator: true', /^trust\.platformAuthenticator: webauthn beside it/],
    ['networks: [10.0.0.0/8]', /^trust\.networks: .*R05/],
    ['userAgents: [Chrome]', /^trust\.userAgents: .*R05/],
    ['maxDevices: 10', /^trust\.maxDevices: /],
  ])('refuses %s by name, and says why', (text, expected) => {
    expect(problems(`trust: { ${text} }`).join('\n')).toMatch(expected);
  });
});
