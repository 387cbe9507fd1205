import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { genericPreset } from '../preset/generic.ts';
import { presets as named } from '../preset/registry.ts';
import { changedFiles, filesOf } from './changed.ts';
import { loadSettings } from './load.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluis-config-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const name of ['mds.jwt', 'root.pem']) writeFileSync(join(folder, name), 'x');

function load(webauthn: string, { portal = 'http://sluis.localhost:8080', level = 2 } = {}) {
  const text = `
version: 1
data: ./data
listen: { balancers: [127.0.0.1] }
realms:
  gemeente: { title: Gemeente, portal: "${portal}", firstFactor: activation-code }
apps:
  post: { title: Post, realm: gemeente, origin: "http://post.localhost:8080", upstream: "http://127.0.0.1:8081", preset: demo, level: ${level} }
${webauthn}
`;
  return loadSettings(text, { folder, presets: { named, generic: genericPreset } });
}

function problems(loaded: ReturnType<typeof load>): readonly string[] {
  return loaded.ok ? [] : loaded.problems.map(({ path, expected }) => `${path}: ${expected}`);
}

describe('R23: the section webauthn', () => {
  it('is off unless it stands there, and may be empty', () => {
    expect(load('')).toMatchObject({ ok: true, settings: { webauthn: undefined } });
    const none = { metadata: undefined, metadataRoot: undefined, allow: [], appId: undefined };
    expect(load('webauthn: {}')).toMatchObject({ ok: true, settings: { webauthn: none } });
  });

  it('names files from the folder of the configuration, and models in either form', () => {
    const allow = '[2FC0579F-8113-47EA-B116-BB5A8DB9202A, "00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa"]';
    const more = `{ metadata: mds.jwt, metadataRoot: root.pem, allow: ${allow}, appId: "https://sluis.gemeente.nl/u2f" }`;
    expect(load(`webauthn: ${more}`)).toMatchObject({
      settings: {
        webauthn: {
          metadata: join(folder, 'mds.jwt'),
          metadataRoot: join(folder, 'root.pem'),
          allow: ['2fc0579f-8113-47ea-b116-bb5a8db9202a', '00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa'],
          appId: 'https://sluis.gemeente.nl/u2f',
        },
      },
    });
  });

  it('level 4 can be demanded only where metadata can prove it', () => {
    expect(load('webauthn: { metadata: mds.jwt }', { level: 4 }).ok).toBe(true);
    expect(problems(load('webauthn: {}', { level: 4 }))).toEqual([
      expect.stringMatching(/^apps\.post\.level: at most/),
    ]);
  });

  it.each([
    ['{ metadata: nowhere.jwt }', /^webauthn\.metadata: a file/],
    ['{ metadataRoot: root.pem }', /^webauthn\.metadataRoot: webauthn\.metadata beside it/],
    ['{ allow: [2fc0579f-8113-47ea-b116-bb5a8db9202a] }', /^webauthn\.allow: webauthn\.metadata beside it/],
    ['{ metadata: mds.jwt, allow: [yubikey] }', /^webauthn\.allow\.0: an AAGUID/],
    ['{ appId: "http://sluis.gemeente.nl" }', /^webauthn\.appId: the https address/],
    ['{ metdata: mds.jwt }', /metadata|known/],
  ])('refuses %s', (section, expected) => {
    expect(problems(load(`webauthn: ${section}`))).toEqual([expect.stringMatching(expected)]);
  });

  it('warns of a portal that is an address: no browser makes a key for it', () => {
    const loaded = load('webauthn: {}', { portal: 'http://127.0.0.1:8080' });
    expect(loaded.warnings.map(({ path, found }) => [path, found])).toContainEqual([
      'realms.gemeente.portal',
      '127.0.0.1',
    ]);
    expect(load('webauthn: {}').warnings).toEqual([]);
  });

  it('metadata that were refreshed are a change of the configuration', () => {
    const loaded = load('webauthn: { metadata: mds.jwt }');
    if (!loaded.ok) throw new Error('refused');
    const before = filesOf(loaded.settings);
    writeFileSync(join(folder, 'mds.jwt'), 'y');
    expect(changedFiles(before, filesOf(loaded.settings))).toEqual(['webauthn.metadata']);
  });
});
