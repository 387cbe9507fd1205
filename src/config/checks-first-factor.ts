import { isLoopbackAddress, isLoopbackHost } from './address.ts';
import type { Findings } from './findings.ts';
import type { FirstFactorSettings } from './first-factor-settings.ts';
import type { FirstFactorConfiguration } from './schema-first-factor.ts';

const at = (...path: string[]) => ['console', 'firstFactor', ...path];

/** Passwords of operators go nowhere in the clear, and nobody chooses who she is. */
export function checkFirstFactor(factor: FirstFactorConfiguration | undefined, findings: Findings): void {
  if (factor === undefined) return;
  const { ldap, oidc } = factor;
  if ((ldap === undefined) === (oidc === undefined))
    findings.error(at(), {
      found: ldap === undefined ? 'neither ldap nor oidc' : 'both ldap and oidc',
      expected: 'one of the two; without firstFactor a password of Sluis itself',
    });
  if (ldap !== undefined) checkLdap(ldap, findings);
  if (oidc !== undefined) checkOidc(oidc, findings);
}

function checkLdap(ldap: NonNullable<FirstFactorConfiguration['ldap']>, findings: Findings): void {
  const { url, startTls, filter } = ldap;
  const { protocol, hostname } = new URL(url);
  const loopback = isLoopbackAddress(hostname.replace(/^\[|\]$/g, ''));
  if (startTls === false && (protocol === 'ldaps:' || !loopback))
    findings.error(at('ldap', 'startTls'), {
      found: 'false',
      expected: 'nothing, or true: passwords of operators go to another machine encrypted only',
      hint: 'ldaps:// is encrypted from the first byte',
    });
  if (!balanced(filter))
    findings.error(at('ldap', 'filter'), { found: filter, expected: 'a filter whose brackets match' });
}

/** Brackets that are values are written \\28 and \\29 (RFC 4515 3). */
function balanced(filter: string): boolean {
  let depth = 0;
  for (const sign of filter) {
    if (sign === '(') depth += 1;
    if (sign === ')') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

function checkOidc(oidc: NonNullable<FirstFactorConfiguration['oidc']>, findings: Findings): void {
  const { issuer, addressClaim, addressIsAdministered } = oidc;
  const { protocol, hostname, pathname, search, hash, username, password } = new URL(issuer);
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopbackHost(hostname)))
    findings.error(at('oidc', 'issuer'), { found: issuer, expected: 'an address that begins with https://' });
  if (search !== '' || hash !== '' || username !== '' || password !== '')
    findings.error(at('oidc', 'issuer'), {
      found: password === '' ? issuer : 'an address with a password in it',
      expected: 'an address without ? and #, and without a user',
    });
  // There everybody signs in who has any account at all, and the issuer of each is another one.
  if (/^\/(?:common|organizations|consumers)(?:\/|$)/i.test(pathname))
    findings.error(at('oidc', 'issuer'), {
      found: issuer,
      expected: 'the issuer of your own tenant: https://login.microsoftonline.com/<tenant id>/v2.0',
    });
  if (addressClaim !== undefined && addressClaim !== 'email' && addressIsAdministered !== true)
    findings.error(at('oidc', 'addressClaim'), {
      found: addressClaim,
      expected: 'email, which the provider verifies; or addressIsAdministered: true beside it',
      hint: 'at many providers people choose what stands in other claims, and would choose the address of an admin',
    });
}

type Resolve = (path: string) => string;

export function firstFactorSettings(
  factor: FirstFactorConfiguration | undefined,
  resolve: Resolve,
): FirstFactorSettings | undefined {
  const file = (path: string | undefined) => (path === undefined ? undefined : resolve(path));
  if (factor?.ldap !== undefined) {
    const { url, startTls, ca, passwordFile, timeout, user, base, filter, serverName } = factor.ldap;
    const { protocol, hostname, port } = new URL(url);
    const implicit = protocol === 'ldaps:';
    return {
      kind: 'ldap',
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (implicit ? 636 : 389) : Number(port),
      tls: implicit ? 'implicit' : startTls === false ? 'none' : 'starttls',
      ...{ serverName, user, base, filter, ca: file(ca), passwordFile: file(passwordFile), timeout: timeout * 1000 },
    };
  }
  if (factor?.oidc === undefined) return undefined;
  const { clientSecretFile, ca, timeout, issuer, title, clientId, addressClaim, addressIsAdministered } = factor.oidc;
  return {
    ...{ kind: 'oidc', issuer, title, clientId, addressClaim, administered: addressIsAdministered === true },
    ...{ ca: file(ca), clientSecretFile: file(clientSecretFile), timeout: timeout * 1000 },
  };
}
