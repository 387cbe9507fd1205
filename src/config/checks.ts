import { isLoopbackAddress, isLoopbackHost, registrableDomain } from './address.ts';
import { checkApproval } from './checks-approval.ts';
import { checkConsole, sharesPortal } from './checks-console.ts';
import { checkEnrolment } from './checks-enrolment.ts';
import { checkFactors } from './checks-factors.ts';
import { checkGroups } from './checks-groups.ts';
import { checkClasses, checkLevels } from './checks-levels.ts';
import { checkMail } from './checks-mail.ts';
import { checkManagement } from './checks-management.ts';
import { checkReset } from './checks-reset.ts';
import { checkStore } from './checks-store.ts';
import { checkTrust } from './checks-trust.ts';
import { checkWebauthn, highestOf } from './checks-webauthn.ts';
import type { Findings } from './findings.ts';
import type { Parts } from './parts.ts';
import { nearest } from './problem.ts';
import type { AppConfiguration, RealmConfiguration } from './schema.ts';
import type { Path } from './source.ts';

/** What no part can see by itself: names, addresses and levels that must fit together. */
export function checkTogether(parts: Parts, highestLevel: number, findings: Findings): void {
  checkListening(parts, findings);
  checkHosts(parts, findings);
  for (const { id, realm } of parts.mentions) if (realm !== undefined) checkRealmName(id, realm, parts, findings);
  for (const [name, realm] of parts.realms) checkRealm(name, realm, parts, findings);
  const highest = highestOf(parts, highestLevel);
  for (const [id, app] of parts.apps) checkApp(id, app, parts, highest, findings);
  checkClasses(parts, findings);
  checkGroups(parts, highest, findings);
  checkManagement(parts, findings);
  checkSession(parts, findings);
  checkStore(parts, findings);
  checkWebauthn(parts, findings);
  checkTrust(parts, findings);
  checkMail(parts, findings);
  checkReset(parts, findings);
  checkConsole(parts, highestLevel, findings);
  checkApproval(parts, findings);
  checkFactors(parts, findings);
}

function checkListening({ listen }: Parts, findings: Findings): void {
  if (listen === undefined || listen.tls !== undefined) return;
  if (isLoopbackAddress(listen.address) || listen.balancers.length > 0) return;
  findings.error(['listen', 'address'], {
    found: `plain http on ${listen.address}`,
    expected: 'listen.tls, or balancers that are named in listen.balancers, or an address such as 127.0.0.1',
    hint: 'passwords and codes would cross the network readable',
  });
}

/** Cookies do not see ports, so one host name is one place: apps and portals may not share it (D10). */
function checkHosts(parts: Parts, findings: Findings): void {
  const taken = new Map<string, string>();
  const claim = (path: Path, origin: string) => {
    const { hostname } = new URL(origin);
    const other = taken.get(hostname);
    if (other !== undefined) {
      const expected = `a host name of its own (${other} has this one; cookies do not tell ports apart)`;
      findings.error(path, { found: JSON.stringify(hostname), expected });
    }
    taken.set(hostname, other ?? path.join('.'));
    checkScheme(path, origin, parts, findings);
  };
  for (const [name, realm] of parts.realms)
    if (realm.portal !== 'single-host') claim(['realms', name, 'portal'], realm.portal);
  for (const [id, app] of parts.apps) claim(['apps', id, 'origin'], app.origin);
  if (parts.console !== undefined && !sharesPortal(parts)) claim(['console', 'origin'], parts.console.origin);
  for (const [id, app] of parts.apps) {
    if (!taken.has(new URL(app.upstream.url).hostname) || isLoopbackAddress(new URL(app.upstream.url).hostname))
      continue;
    const expected = 'where the app itself listens; this host name leads back to Sluis';
    findings.error(['apps', id, 'upstream'], { found: JSON.stringify(app.upstream.url), expected });
  }
}

function checkScheme(path: Path, origin: string, { listen }: Parts, findings: Findings): void {
  const { protocol, hostname } = new URL(origin);
  if (protocol === 'http:' && !isLoopbackHost(hostname)) {
    const expected =
      'https:// (browsers keep our cookies over plain http only on localhost and names under .localhost)';
    findings.error(path, { found: JSON.stringify(origin), expected });
  }
  if (protocol === 'http:' && listen?.tls !== undefined)
    findings.error(path, { found: JSON.stringify(origin), expected: 'https://, because listen.tls is set' });
  if (protocol === 'https:' && listen !== undefined && listen.tls === undefined && listen.balancers.length === 0)
    findings.error(path, {
      found: `${JSON.stringify(origin)}, but nothing that speaks TLS`,
      expected: 'listen.tls, or the balancer that ends TLS in listen.balancers',
      hint: 'for a balancer on this machine: balancers: [127.0.0.1]',
    });
}

function checkRealm(name: string, realm: RealmConfiguration, parts: Parts, findings: Findings): void {
  const apps = [...parts.apps].filter(([, app]) => app.realm === name);
  if (realm.portal === 'single-host' && apps.length !== 1)
    findings.error(['realms', name, 'portal'], {
      found: `single-host with ${apps.length} apps`,
      expected: 'exactly one app in the realm, or a portal host: https:// and a name of its own',
    });
  checkEnrolment(name, realm, parts, findings);
  if (realm.domains.length > 1)
    findings.warn(['realms', name, 'domains'], {
      found: realm.domains.join(', '),
      expected: `one domain: each is stripped, so that ${realm.domains.map(domain => `anna@${domain}`).join(' and ')} are one person with one second step`,
      hint: 'where those are two people, give each domain a realm of its own; where they are one, all is well',
    });
  if (apps.length === 0 && parts.apps.size > 0)
    findings.warn(['realms', name], { found: 'a realm without apps', expected: 'an app whose realm is this one' });
  if (realm.portal !== 'single-host')
    for (const [, app] of apps) warnOfDomain(name, realm.portal, app.origin, findings);
}

function warnOfDomain(name: string, portal: string, origin: string, findings: Findings): void {
  const [own, other] = [new URL(portal).hostname, new URL(origin).hostname];
  if (isLoopbackHost(own) && isLoopbackHost(other)) return;
  if (registrableDomain(own) === registrableDomain(other)) return;
  findings.warn(['realms', name, 'portal'], {
    found: `${own} beside ${other}`,
    expected: 'a portal host below the same domain as the apps: password managers match on it to fill in codes',
  });
}

function checkRealmName(id: string, realm: string, { realmNames }: Parts, findings: Findings): void {
  if (realmNames.includes(realm)) return;
  const meant = nearest(realm, realmNames);
  findings.error(['apps', id, 'realm'], {
    found: JSON.stringify(realm),
    expected: `a realm that stands under realms: ${realmNames.join(', ')}`,
    ...(meant !== undefined && { hint: `did you mean ${meant}?` }),
  });
}

function checkApp(id: string, app: AppConfiguration, parts: Parts, highestLevel: number, findings: Findings): void {
  checkLevels(id, app, parts, highestLevel, findings);
  const { ca, fingerprint, url } = app.upstream;
  if (url.startsWith('http:') && (ca !== undefined || fingerprint !== undefined))
    findings.error(['apps', id, 'upstream', 'url'], {
      found: JSON.stringify(url),
      expected: 'https://, because a ca or fingerprint is given',
    });
}

const longestSession = 24 * 3_600_000;

function checkSession({ session }: Parts, findings: Findings): void {
  if (session === undefined) return;
  if (session.absolute > longestSession)
    findings.error(['session', 'absolute'], { found: `${session.absolute / 3_600_000}h`, expected: 'at most 24h' });
  if (session.idle > session.absolute)
    findings.error(['session', 'idle'], { found: 'more than session.absolute', expected: 'at most session.absolute' });
}
