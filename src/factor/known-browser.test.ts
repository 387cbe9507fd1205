import { expect, test } from 'vitest';
import { openBench, realm } from '../../test/vectors/factor-bench.ts';
import { knownBrowserLifetime } from './known-browser.ts';

test('R09 a browser is known to the account that passed in it, and to no other', async () => {
  const { browsers } = await openBench();
  const cookie = browsers.issue(realm, 'anna');
  expect(browsers.verify(cookie, realm, 'anna')).toMatch(/^[\w-]{22}$/);
  expect(browsers.verify(cookie, realm, 'bram')).toBeUndefined();
  expect(browsers.verify(cookie, 'other', 'anna')).toBeUndefined();
  expect(cookie).not.toContain('anna');
  expect(Buffer.from(cookie, 'base64url').toString('latin1')).not.toContain('anna');
});

test('it ends after 180 days and is not known before it was issued', async () => {
  const { browsers, clock } = await openBench();
  const cookie = browsers.issue(realm, 'anna');
  clock.time += knownBrowserLifetime;
  expect(browsers.verify(cookie, realm, 'anna')).toBeDefined();
  clock.time += 1;
  expect(browsers.verify(cookie, realm, 'anna')).toBeUndefined();
  clock.time -= knownBrowserLifetime + 2;
  expect(browsers.verify(cookie, realm, 'anna')).toBeUndefined();
});

test('no altered cookie is known', async () => {
  const { browsers } = await openBench();
  const cookie = browsers.issue(realm, 'anna');
  for (let index = 0; index < cookie.length; index += 1) {
    const other = cookie[index] === 'A' ? 'B' : 'A';
    const altered = cookie.slice(0, index) + other + cookie.slice(index + 1);
    // The last character of a MAC holds two bits that mean nothing to base64url, but it is compared as text.
    expect(browsers.verify(altered, realm, 'anna'), altered).toBeUndefined();
  }
  for (const nonsense of ['', '.', '~', '...', `${cookie}.`, 'x'.repeat(9_000)]) {
    expect(browsers.verify(nonsense, realm, 'anna')).toBeUndefined();
  }
});

test('on a shared browser four people are known, and a new sign-in keeps the id', async () => {
  const { browsers } = await openBench();
  let cookie = browsers.issue(realm, 'a');
  const first = browsers.verify(cookie, realm, 'a');
  for (const name of ['b', 'c', 'd']) cookie = browsers.issue(realm, name, cookie);
  cookie = browsers.issue(realm, 'a', cookie);
  expect(browsers.verify(cookie, realm, 'a')).toBe(first);
  cookie = browsers.issue(realm, 'e', cookie);
  expect(['a', 'b', 'c', 'd', 'e'].map(name => browsers.verify(cookie, realm, name) !== undefined)).toEqual([
    true,
    false,
    true,
    true,
    true,
  ]);
  expect(cookie.length).toBeLessThan(1_000);
});
