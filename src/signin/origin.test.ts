import { expect, it } from 'vitest';
import { isSameOrigin } from './origin.ts';

const own = 'https://webmail.gemeente.test';

it.each<[string | undefined, string | undefined, boolean]>([
  [own, 'same-origin', true],
  [own, undefined, true],
  [undefined, 'same-origin', true],
  ['null', 'same-origin', true],
  [undefined, undefined, false],
  ['null', undefined, false],
  ['', undefined, false],
  ['', 'same-origin', false],
  [undefined, 'none', false],
  [undefined, 'same-site', false],
  [undefined, 'cross-site', false],
  [undefined, '', false],
  [undefined, 'Same-Origin', false],
  [own, 'cross-site', false],
  [own, 'same-site', false],
  [own, 'none', false],
  ['https://evil.test', 'same-origin', false],
  ['https://evil.test', undefined, false],
  ['null', 'cross-site', false],
  ['http://webmail.gemeente.test', undefined, false],
  ['https://webmail.gemeente.test:8443', undefined, false],
  ['https://webmail.gemeente.test/', undefined, false],
  ['https://webmail.gemeente.test.evil.test', undefined, false],
  [`${own} https://evil.test`, undefined, false],
  [`${own}, ${own}`, 'same-origin', false],
])('R08 Origin %j and Sec-Fetch-Site %j: %s', (origin, site, same) => {
  expect(isSameOrigin(own, origin, site)).toBe(same);
});
