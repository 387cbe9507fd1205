import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { genericPreset } from '../preset/generic.ts';
import { presets as named } from '../preset/registry.ts';
import { loadSettings } from './load.ts';
import { formatProblems } from './problem.ts';
import { showValue } from './redact.ts';

const folder = join(import.meta.dirname, '..', '..', 'config');
const demo = readFileSync(join(folder, 'sluis.yaml'), 'utf8');
const presets = { named, generic: genericPreset };

function shown(text: string): string {
  const loaded = loadSettings(text, { folder, presets });
  return loaded.ok ? '' : formatProblems(loaded.problems, 'sluis.yaml');
}

const secret = 'correct-horse-battery';

describe('what is shown of a configuration', () => {
  it.each([
    ['a key where a block belongs', `${demo}keys: ${secret}\n`],
    ['a key under a name that is not known', `${demo}keys: { secret: ${secret} }\n`],
    ['a password at the top', `${demo}adminPassword: ${secret}\n`],
    [
      'a password in an address of an app',
      demo.replace('http://127.0.0.1:8081', `"http://a:${secret}@127.0.0.1:8081"`),
    ],
    ['a password in an origin', demo.replace('http://post.localhost:8080', `"http://a:${secret}@post.localhost"`)],
    [
      'a key in TLS instead of its file',
      demo.replace('port: 8080', `port: 8080\n  tls: { certificate: c, key: [${secret}] }`),
    ],
  ])('is never a secret: %s', (_, text) => {
    expect(shown(text)).toMatch(/^sluis\.yaml:\d+ /);
    expect(shown(text)).not.toContain(secret);
  });

  it('is short, and says what kind of thing stands there', () => {
    expect(showValue(['title'], undefined)).toBe('nothing');
    expect(showValue(['title'], null)).toBe('nothing (an empty value)');
    expect(showValue(['phone'], 14030)).toBe('the number 14030');
    expect(showValue(['title'], ['a', 'b'])).toBe('a list of 2');
    expect(showValue(['title'], { a: 1 })).toBe('a block of settings');
    expect(showValue(['title'], 'x'.repeat(500)).length).toBeLessThan(70);
    expect(showValue(['title'], 'a\u001b[31mb')).toBe('"a\\u001b[31mb"');
    expect(showValue(['apps', 'post', 'upstream', 'token'], secret)).toBe('text (not shown)');
  });

  it('begins with file, line and key', () => {
    expect(shown(demo.replace('preset: demo', 'preset: dmo'))).toMatch(
      /^sluis\.yaml:\d+ {2}apps\.post\.preset\n {2}found {5}"dmo"\n {2}expected {2}.*generic\n {2}hint {6}did you mean demo\?$/,
    );
  });
});
