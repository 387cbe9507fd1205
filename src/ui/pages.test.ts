import { describe, expect, test } from 'vitest';
import { loadAssets } from './assets.ts';
import { languages } from './messages.ts';
import { samplePages } from './samples.ts';

const assets = loadAssets({ css: undefined, logo: undefined });
const voidTags = new Set(['meta', 'link', 'input', 'img', 'br']);

/** The first tag that is not closed as it should be; undefined for a well-formed page. */
function illFormed(html: string): string | undefined {
  const open: string[] = [];
  for (const [, close, tag = '', rest = ''] of html.matchAll(/<(\/?)([a-z0-9]+)((?:[^>"]|"[^"]*")*)>/g)) {
    if (close === '/') {
      if (open.pop() !== tag) return tag;
    } else if (!voidTags.has(tag) && !rest.endsWith('/')) open.push(tag);
  }
  return open[0];
}

function tags(html: string, name: string): string[] {
  return Array.from(html.matchAll(new RegExp(`<${name}\\b(?:[^>"]|"[^"]*")*>`, 'g')), match => match[0]);
}

for (const language of languages) {
  describe(`pages in ${language}`, () => {
    for (const [name, html] of samplePages(language, assets.names)) {
      test(`R30: ${name} is well formed, named, escaped and offers a next step`, () => {
        expect(illFormed(html)).toBeUndefined();
        expect(html).toMatch(new RegExp(`^<!doctype html><html lang="${language}"`));
        expect(html).toMatch(/<title>[^<]{5,}<\/title>/);
        expect(tags(html, 'h1')).toHaveLength(1);
        expect(html).not.toContain('<script>');
        expect(html).not.toMatch(/\{[a-z]+\}/);
        // Nothing inline: the policy would stop it, and the page would break.
        expect(html).not.toMatch(/ style=|<style| on[a-z]+="/);
        expect(html).toMatch(/<form|class="[^"]*sluis-next|class="sluis-help"/);
      });

      test(`${name} has one main act at most, and begins at the field that is wrong (WCAG 3.3.1)`, () => {
        // The phone's page holds all its parts, and shows one.
        if (!name.startsWith('phone-'))
          expect(html.split('utrecht-button--primary-action').length).toBeLessThanOrEqual(2);
        const fields = ['input', 'select', 'textarea'].flatMap(tag => tags(html, tag));
        if (!fields.some(tag => tag.includes('aria-invalid="true"'))) return;
        expect(fields.filter(tag => tag.includes('autofocus'))).toEqual([
          expect.stringContaining('aria-invalid="true"'),
        ]);
      });

      test(`WCAG 1.3.1: every visible input of ${name} has a label`, () => {
        const visible = tags(html, 'input').filter(tag => !tag.includes('type="hidden"'));
        for (const tag of visible) {
          const id = / id="([^"]+)"/.exec(tag)?.[1];
          expect(html).toContain(`for="${id}"`);
        }
        const ids = Array.from(html.matchAll(/ id="([^"]+)"/g), match => match[1]);
        expect(new Set(ids).size).toBe(ids.length);
      });
    }
  });
}

describe('details that people lean on', () => {
  const nl = samplePages('nl', assets.names);
  const page = (name: string): string => nl.get(name) ?? '';

  test('the challenge tells password managers whose code it is and what goes where', () => {
    expect(page('challenge')).toContain('<h1 class="utrecht-heading-1">Vul de code in</h1>');
    expect(
      tags(page('challenge'), 'input').some(tag => /autocomplete="username"/.test(tag) && /readonly/.test(tag)),
    ).toBe(true);
    expect(page('challenge')).toMatch(/autocomplete="one-time-code"/);
    expect(page('challenge')).toMatch(/inputmode="numeric"/);
  });

  test('WCAG 3.3.1: a mistake is said at the top and beside the field, and tied to it', () => {
    expect(page('challenge-wrong').split('Deze code klopt niet').length).toBe(3);
    expect(page('challenge-wrong')).toMatch(/aria-invalid="true" aria-describedby="code-mistake"/);
    expect(page('challenge')).not.toContain('aria-invalid');
  });

  test('the field has the focus where it is the one thing to do, not below a picture to scan first', () => {
    expect(tags(page('challenge'), 'input').filter(tag => tag.includes('autofocus'))).toHaveLength(1);
    expect(page('totp')).not.toContain('autofocus');
    expect(page('totp-wrong')).toContain('autofocus');
  });

  test('a hop goes on at once and has a link for who stays', () => {
    expect(page('hop')).toContain(
      'http-equiv="refresh" content="0; url=https://webmail.example.org/_sluis/release?code=x"',
    );
    expect(page('hop')).toContain('href="https://webmail.example.org/_sluis/release?code=x"');
  });

  test('the page inside a frame leads to the top', () => {
    expect(page('refusal-frame')).toContain('target="_top"');
  });

  test('R43: five troubles, each linked from the index', () => {
    for (const trouble of ['lost-phone', 'new-phone', 'code-refused', 'no-phone', 'shared-tablet'])
      expect(page('help')).toContain(`href="/help/${trouble}"`);
  });

  test('what people gave is shown as text', () => {
    expect(page('challenge')).toContain('anna&quot;&gt;&lt;script&gt;');
    expect(page('app-login-note')).toContain('role="alert"');
    expect(page('app-login')).not.toContain('role="alert"');
  });
});
