import { describe, expect, it } from 'vitest';
import { genericPreset } from '../preset/generic.ts';
import { presets as named } from '../preset/registry.ts';
import { loadSettings } from './load.ts';
import { formatProblems } from './problem.ts';

const whole = `version: 1
data: ./data
realms:
  gemeente: { title: Gemeente, portal: 'http://sluis.localhost:8080', firstFactor: activation-code }
apps:
  post: { title: Post, realm: gemeente, origin: 'http://post.localhost:8080', upstream: 'http://127.0.0.1:8081', preset: demo }
`;

function told(text: string): string {
  const loaded = loadSettings(text, { folder: '/', presets: { named, generic: genericPreset } });
  return loaded.ok ? '' : formatProblems(loaded.problems, 'sluis.yaml');
}

describe('a slip of the pen is told with its line and what was meant', () => {
  it.each([
    ['a pattern without quotes', 'reset:\n  groupMailboxes: [*wmo]', [':8', '*wmo', 'in quotes']],
    ['a lone star', 'reset:\n  groupMailboxes: [ * ]', [':8', 'in quotes']],
    [
      'a duration without its unit',
      'session: { idle: 30 }',
      [':7  session.idle', 'a duration such as', 'write the unit'],
    ],
    ['a size without its unit', 'limits: { body: 30 }', [':7  limits.body', 'a size such as', 'write the unit']],
    ['a number of workers in words', 'workers: many', [':7  workers', 'expected  a number from 1 to 64']],
  ])('%s', (_title, more, says) => {
    expect(told(whole)).toBe('');
    for (const text of says) expect(told(`${whole}${more}\n`)).toContain(text);
  });

  it('an app without upstream', () => {
    expect(told(whole.replace('upstream:', 'upsteam:'))).toMatch(/an address such as http:\/\/127/);
  });

  it('references that unfold into very much are refused, and those that stand are followed', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x]'];
    for (const [from, to] of ['ab', 'bc', 'cd', 'de'])
      bomb.push(`${to}: &${to} [${Array(8).fill(`*${from}`).join(', ')}]`);
    expect(told(`${whole}${bomb.join('\n')}\n`)).toContain('too many aliases');
    expect(
      told(
        whole
          .replace('title: Post', 'title: &t Post')
          .replace('title: Gemeente,', 'title: &t Gemeente,')
          .replace('title: &t Post', 'title: *t'),
      ),
    ).toBe('');
  });
});
