import { describe, expect, it } from 'vitest';
import { genericPreset } from '../preset/generic.ts';
import { presets as named } from '../preset/registry.ts';
import { loadSettings } from './load.ts';

function load(section: string, portal = 'http://sluis.localhost:8080') {
  const text = `
version: 1
data: ./data
listen: { balancers: [127.0.0.1] }
realms:
  gemeente: { title: Gemeente, portal: "${portal}", firstFactor: activation-code }
apps:
  post: { title: Post, realm: gemeente, origin: "http://post.localhost:8080", upstream: "http://127.0.0.1:8081", preset: demo, level: 2 }
${section}
`;
  return loadSettings(text, { folder: '/', presets: { named, generic: genericPreset } });
}

function approval(section: string) {
  const loaded = load(section);
  return loaded.ok ? loaded.settings.approval : undefined;
}

describe('R21: the section approval', () => {
  it('is off unless it stands there; a mail address becomes an address as push services want it', () => {
    expect(load('')).toMatchObject({ ok: true, settings: { approval: undefined } });
    expect(approval('approval: { contact: beheer@gemeente.nl }')).toEqual({
      contact: 'mailto:beheer@gemeente.nl',
      pushHosts: [],
    });
    expect(
      approval(
        'approval: { contact: "https://gemeente.nl/sluis", pushHosts: [Push.Gemeente.NL:443, "10.0.0.1:8443", "[::1]:9000"] }',
      ),
    ).toEqual({
      contact: 'https://gemeente.nl/sluis',
      pushHosts: ['push.gemeente.nl', '10.0.0.1:8443', '[::1]:9000'],
    });
  });

  it.each([
    ['{}', /^approval\.contact: a mail address/],
    ['{ contact: "http://gemeente.nl" }', /^approval\.contact: a mail address/],
    ['{ contact: beheer }', /^approval\.contact: a mail address/],
    ['{ contact: a@b.nl, pushHosts: ["https://push.nl"] }', /^approval\.pushHosts\.0: a host name/],
    ['{ contact: a@b.nl, pushHosts: ["*.nl"] }', /^approval\.pushHosts\.0: a host name/],
    ['{ contact: a@b.nl, pushHosts: ["push.nl/x"] }', /^approval\.pushHosts\.0: a host name/],
    ['{ contact: a@b.nl, pushhosts: [] }', /pushHosts|known/],
  ])('refuses %s', (section, expected) => {
    const loaded = load(`approval: ${section}`);
    const problems = loaded.ok ? [] : loaded.problems.map(({ path, expected: wanted }) => `${path}: ${wanted}`);
    expect(problems).toEqual([expect.stringMatching(expected)]);
  });

  it('D10: says that nobody is offered it on the host of an app', () => {
    const { warnings } = load('approval: { contact: a@b.nl }', 'single-host');
    expect(warnings.map(({ path, found }) => [path, found])).toContainEqual(['realms.gemeente.portal', 'single-host']);
    expect(load('approval: { contact: a@b.nl }').warnings).toEqual([]);
  });
});
