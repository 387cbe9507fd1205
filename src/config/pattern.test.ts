import { describe, expect, it } from 'vitest';
import { patternFault } from './pattern.ts';

describe('patterns from the configuration (CWE-1333)', () => {
  it.each([
    '(a+)+$',
    '([a-z]+)*x',
    '(a|a)*b',
    '(?:x|xy)+z',
    '((a|b)c)*',
    '(a)\\1',
    '(?<n>a)\\k<n>',
    '(',
    'a'.repeat(501),
  ])('refuses %s', source => {
    expect(patternFault(source)).toMatch(/^expected /);
  });

  it.each([
    'sessionid',
    'sid|sid_[a-z]+',
    'data-user="([^"]+)"',
    '[|(]*',
    '\\(a|b\\)*',
    '(GET|POST)',
    '[A-Za-z0-9_-]{1,200}',
  ])('takes %s', source => {
    expect(patternFault(source)).toBeUndefined();
  });
});
