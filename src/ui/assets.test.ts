import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { assetHeaders, loadAssets } from './assets.ts';
import { trimStylesheet } from './stylesheet.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluis-theme-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('loadAssets', () => {
  test('serves only what it names, under a name that changes with the bytes', () => {
    const assets = loadAssets({ css: undefined, logo: undefined });
    expect(assets.names.style).toMatch(/^style\.[0-9a-f]{12}\.css$/);
    expect(assets.find(assets.names.style)?.type).toBe('text/css; charset=utf-8');
    for (const name of ['style.css', '../assets.ts', '', assets.names.style.toUpperCase()])
      expect(assets.find(name)).toBeUndefined();
    expect(assetHeaders['x-content-type-options']).toBe('nosniff');
  });

  test('carries the components and tokens in use, and little else', () => {
    const assets = loadAssets({ css: undefined, logo: undefined });
    const css = assets.find(assets.names.style)?.body.toString('utf8') ?? '';
    for (const part of [
      '.utrecht-button--primary-action',
      '.utrecht-textbox',
      '--basis-color-default-bg-document:',
      '.sluis-card',
    ])
      expect(css).toContain(part);
    expect(css).not.toContain('.utrecht-calendar');
    expect(css.length).toBeLessThan(120_000);
    expect(css.split('{').length).toBe(css.split('}').length);
    expect(css).not.toMatch(/url\(|@import/);
  });

  test("puts a municipality's tokens on the root, whatever its class is called", () => {
    writeFileSync(join(folder, 'theme.css'), '.voorbeeldstad-theme { --basis-color-default-bg-document: #fff; }');
    writeFileSync(join(folder, 'logo.SVG'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    const assets = loadAssets({ css: join(folder, 'theme.css'), logo: join(folder, 'logo.SVG') });
    expect(assets.find(assets.names.theme ?? '')?.body.toString()).toMatch(/^:root \{/);
    expect(assets.find(assets.names.logo ?? '')?.type).toBe('image/svg+xml');
  });
});

test('trimStylesheet keeps a component with its states and media rules, and the tokens behind it', () => {
  const library =
    '@charset "UTF-8";\n/* x */.utrecht-link{color:var(--a)}.utrecht-link-list{color:red}@media print{.utrecht-link--x{top:0}.utrecht-y{top:0}}';
  const css = trimStylesheet(library, '.x-theme{--a: var(--b);--b: red;--c: blue;}', '', ['link']);
  expect(css).toContain('.utrecht-link {color:var(--a)}');
  expect(css).toMatch(/@media print \{\s*\.utrecht-link--x \{top:0\}\s*\}/);
  expect(css).toContain('--a: var(--b);');
  expect(css).toContain('--b: red;');
  expect(css).not.toMatch(/--c|link-list|utrecht-y|charset/);
});
