import { expect, it } from 'vitest';
import { pathWithin } from './path-within.ts';

const origin = 'https://app.test';

it.each([
  ['/a?b=c', '/a?b=c'],
  ['https://app.test/a', '/a'],
  ['a', '/a'],
  ['//evil.test/', undefined],
  ['/.//evil.test/', undefined],
  ['/a/..//evil.test/', undefined],
  ['/\\evil.test/', undefined],
  ['https://app.test//evil.test/', undefined],
  ['https://anna@app.test/', undefined],
  ['http://app.test/', undefined],
  ['javascript:alert(1)', undefined],
  ['https://', undefined],
])('an address to go on to: %j is %j', (candidate, expected) => {
  expect(pathWithin(origin, candidate)).toBe(expected);
});
