import { describe, expect, it } from 'vitest';
import { genericPreset } from '../preset/generic.ts';
import { presets as named } from '../preset/registry.ts';
import { loadSettings } from './load.ts';

const ldap = 'user: "cn=sluis,dc=x,dc=nl", base: "ou=people,dc=x,dc=nl"';
const oidc = 'title: Inlog, clientId: sluis';

function load(firstFactor: string) {
  const text = `version: 1
data: ./data
realms: { g: { title: G, portal: "http://sluis.localhost:8080", firstFactor: activation-code } }
apps: { post: { title: P, realm: g, origin: "http://post.localhost:8080", upstream: "http://127.0.0.1:1", preset: demo } }
console: { origin: "http://beheer.localhost:8080", firstFactor: ${firstFactor} }
`;
  return loadSettings(text, { folder: '/', presets: { named, generic: genericPreset } });
}

const problems = (firstFactor: string) => {
  const loaded = load(firstFactor);
  return loaded.ok ? [] : loaded.problems.map(({ path }) => path.replace('console.firstFactor', ''));
};

describe('D11: where the first factor of operators is kept', () => {
  it.each([
    [
      'ldaps',
      `{ ldap: { url: "ldaps://ldap.x.nl", ${ldap} } }`,
      { tls: 'implicit', port: 636, filter: '(mail={email})' },
    ],
    ['StartTLS', `{ ldap: { url: "ldap://ldap.x.nl", ${ldap} } }`, { tls: 'starttls', port: 389, timeout: 5_000 }],
    [
      'IPv6',
      `{ ldap: { url: "ldap://[::1]:1389", startTls: false, ${ldap} } }`,
      { tls: 'none', host: '::1', port: 1389 },
    ],
    ['OIDC', `{ oidc: { issuer: "https://login.x.nl/realms/g", ${oidc} } }`, { kind: 'oidc', administered: false }],
  ])('%s', (_name, firstFactor, expected) => {
    const loaded = load(firstFactor);
    expect(loaded.ok && loaded.settings.console?.firstFactor).toMatchObject(expected);
  });

  it.each([
    ['none of the two', '{}', ['']],
    ['both', `{ ldap: { url: "ldaps://l.nl", ${ldap} }, oidc: { issuer: "https://i.nl", ${oidc} } }`, ['']],
    ['a password in the clear', `{ ldap: { url: "ldap://ldap.x.nl", startTls: false, ${ldap} } }`, ['.ldap.startTls']],
    ['a path in the address', `{ ldap: { url: "ldaps://ldap.x.nl/dc=x", ${ldap} } }`, ['.ldap.url']],
    ['nobody who looks up', '{ ldap: { url: "ldaps://l.nl", user: "", base: "dc=x" } }', ['.ldap.user']],
    ['a filter for everybody', `{ ldap: { url: "ldaps://l.nl", filter: "(mail=*)", ${ldap} } }`, ['.ldap.filter']],
    ['brackets apart', `{ ldap: { url: "ldaps://l.nl", filter: "(|(mail={email})", ${ldap} } }`, ['.ldap.filter']],
    ['a provider in the clear', `{ oidc: { issuer: "http://login.x.nl", ${oidc} } }`, ['.oidc.issuer']],
    ['a password in an address', `{ oidc: { issuer: "https://:geheim@login.x.nl", ${oidc} } }`, ['.oidc.issuer']],
    [
      'everybody with an account',
      `{ oidc: { issuer: "https://login.microsoftonline.com/common/v2.0", ${oidc} } }`,
      ['.oidc.issuer'],
    ],
    [
      'a claim that people choose',
      `{ oidc: { issuer: "https://i.nl", addressClaim: upn, ${oidc} } }`,
      ['.oidc.addressClaim'],
    ],
  ])('refuses %s', (_name, firstFactor, paths) => {
    expect(problems(firstFactor)).toEqual(paths);
  });
});
