import { expect, it } from 'vitest';
import { balancer, isLoopbackAddress, isLoopbackHost, parseOrigin, registrableDomain } from './address.ts';
import { configurationJsonSchema, knownNames } from './json-schema.ts';
import { nearest } from './problem.ts';
import { isRefusedName } from './refused.ts';

it.each([
  ['https://Webmail.Gemeente.nl/', 'https://webmail.gemeente.nl'],
  ['https://a.nl:443', 'https://a.nl'],
  ['http://[::1]:8080', 'http://[::1]:8080'],
  ['https://a.nl/x', undefined],
  ['https://a.nl?x', undefined],
  ['https://a@b.nl', undefined],
  ['https://a.nl\\@b.nl', undefined],
  ['javascript:alert(1)', undefined],
])('origin %s', (text, expected) => expect(parseOrigin(text)).toBe(expected));

it('knows loopback', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost', '::ffff:127.0.0.1'].filter(isLoopbackAddress)).toHaveLength(5);
  expect(['0.0.0.0', '::', '10.0.0.1', 'localhost.nl', '128.0.0.1'].filter(isLoopbackAddress)).toEqual([]);
  expect(['post.localhost', '[::1]'].filter(isLoopbackHost)).toHaveLength(2);
  expect(['postlocalhost', 'localhost.nl'].filter(isLoopbackHost)).toEqual([]);
});

it('R05 takes no range of balancers that half the internet is in', () => {
  const taken = (text: string) => balancer.safeParse(text).success;
  expect(['10.0.0.0/8', '10.1.2.3', '::1', 'fd00::/16'].every(taken)).toBe(true);
  expect(['0.0.0.0/0', '::/0', '10.0.0.0/7', 'balancer.intern', '10.0.0.0/33'].some(taken)).toBe(false);
});

it('finds the domain that password managers match on', () => {
  expect(registrableDomain('sluis.gemeente.nl')).toBe('gemeente.nl');
  expect(registrableDomain('sluis.council.gov.uk')).toBe('council.gov.uk');
});

it('finds the nearest name, and none where nothing is near', () => {
  expect(nearest('lvel', ['title', 'level'])).toBe('level');
  expect(nearest('upstraem', ['upstream'])).toBe('upstream');
  expect(nearest('xyz', ['level', 'title'])).toBeUndefined();
});

it('R05 refuses no name that is a setting', () => {
  const names: string[] = [];
  const walk = (schema: unknown): void => {
    if (typeof schema !== 'object' || schema === null) return;
    if ('properties' in schema && typeof schema.properties === 'object')
      names.push(...Object.keys(schema.properties ?? {}));
    Object.values(schema).forEach(walk);
  };
  walk(configurationJsonSchema());
  expect(names.length).toBeGreaterThan(60);
  expect(names.filter(isRefusedName)).toEqual([]);
});

it('knows the names of every part', () => {
  expect(knownNames([])).toContain('listen');
  expect(knownNames(['apps', 'post'])).toContain('upstream');
  expect(knownNames(['apps', 'post', 'upstream'])).toContain('fingerprint');
  expect(knownNames(['apps', 'post', 'routes', 0])).toContain('maxAge');
  expect(knownNames(['apps', 'post', 'signIn', 'whoami'])).toContain('from');
});
