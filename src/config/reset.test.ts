import { describe, expect, it } from 'vitest';
import { genericPreset } from '../preset/generic.ts';
import { presets as named } from '../preset/registry.ts';
import { loadSettings } from './load.ts';

const beside = `console: { origin: "http://beheer.localhost:8080" }\nmail: { host: localhost, from: sluis@gemeente.nl }`;

function load(reset: string, more = beside) {
  const text = `
version: 1
data: ./data
realms:
  gemeente: { title: Gemeente, portal: "http://sluis.localhost:8080", firstFactor: activation-code }
apps:
  post: { title: Post, realm: gemeente, origin: "http://post.localhost:8080", upstream: "http://127.0.0.1:8081", preset: demo }
${reset}
${more}
`;
  return loadSettings(text, { folder: '/', presets: { named, generic: genericPreset } });
}

const methods =
  'methods: { document: { title: Aan de balie, document: true, visit: true }, data: { title: Gegevens } }';

describe('R33 R34: the section reset', () => {
  it('is off unless it stands there, and needs domains and methods only', () => {
    expect(load('')).toMatchObject({ ok: true, settings: { reset: undefined } });
    const loaded = load(`reset: { officialDomains: [gemeente.nl], ${methods} }`);
    expect(loaded.ok && loaded.settings.reset).toEqual({
      domains: ['gemeente.nl'],
      groupMailboxes: [],
      methods: [
        { id: 'document', title: 'Aan de balie', document: true, visit: true },
        { id: 'data', title: 'Gegevens', document: false, visit: false },
      ],
      target: 2,
      authservId: undefined,
      clients: new Map(),
    });
  });

  it('needs the console, where clerks work, and mail, by which people are told', () => {
    const loaded = load(`reset: { officialDomains: [gemeente.nl], ${methods} }`, '');
    expect(loaded.ok ? [] : loaded.problems.map(({ found }) => found)).toEqual([
      'a reset desk without a console',
      'a reset desk without mail',
    ]);
  });

  it('warns where nobody with a key of level 4 could be helped (R36)', () => {
    const loaded = load('reset: { officialDomains: [gemeente.nl], methods: { data: { title: Gegevens } } }');
    expect(loaded.warnings.map(({ path }) => path)).toContain('reset.methods');
  });

  it.each([
    [`{ officialDomains: [], ${methods} }`, 'reset.officialDomains'],
    [`{ officialDomains: ['*.nl'], ${methods} }`, 'reset.officialDomains.0'],
    [`{ officialDomains: [Gemeente.NL], ${methods} }`, 'reset.officialDomains.0'],
    ['{ officialDomains: [gemeente.nl], methods: {} }', 'reset.methods'],
    ['{ officialDomains: [gemeente.nl] }', 'reset.methods'],
    [`{ officialDomains: [gemeente.nl], ${methods}, target: 0 }`, 'reset.target'],
    [
      `{ officialDomains: [gemeente.nl], ${methods}, clients: { top: { tokenHash: geheim } } }`,
      'reset.clients.top.tokenHash',
    ],
    [`{ officialDomains: [gemeente.nl], ${methods}, clients: { top: { token: geheim } } }`, 'reset.clients.top.token'],
  ])('%s is refused at %s', (reset, path) => {
    const loaded = load(`reset: ${reset}`);
    expect(loaded.ok ? [] : loaded.problems.map(problem => problem.path)).toContain(path);
  });
});
