import { sha256 } from '../kernel/hash.ts';
import type { KeyRing } from '../kernel/key-ring.ts';

/**
 * The realm's session on the portal's host: a new value at every pass. Sessions of a browser belong to it, and what
 * they proved counts for other apps only where it is shown. The portal cookie must not do that: it is older than the
 * pass, and somebody who used this browser before may have kept it (CWE-384).
 */
export const realmCookieName = '__Host-sluis-realm';

const purpose = 'realm-cookie';

/**
 * Made from the sign-in and the portal cookie under the operator's key: both answers of a double click carry the same
 * value, and nobody else can compute it.
 */
export function realmCookieFor(ring: KeyRing, pending: string, portalCookie: string): string {
  return ring.mac(purpose, JSON.stringify([pending, portalCookie]));
}

/** As sessions and pending sign-ins remember it. */
export function browserOf(realmCookie: string): string {
  return sha256(realmCookie);
}
