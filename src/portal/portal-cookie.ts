import type { KeyRing } from '../kernel/key-ring.ts';
import { type Random, randomId } from '../kernel/random.ts';

/**
 * The cookie by which the portal knows a browser again: 32 random bytes and a MAC, so that only values we gave out
 * count and nobody can plant one of his own choosing. `__Host-` keeps other hosts of the domain from setting it.
 */
export const portalCookieName = '__Host-sluis-portal';

const purpose = 'portal-cookie';

export function issuePortalCookie(deps: { readonly ring: KeyRing; readonly random: Random }): string {
  const value = randomId(deps.random, 32);
  return `${value}.${deps.ring.mac(purpose, value)}`;
}

/** The value where we gave it out; undefined otherwise. */
export function verifyPortalCookie(ring: KeyRing, cookie: string | undefined): string | undefined {
  if (cookie === undefined || cookie.length > 200) return undefined;
  const dot = cookie.indexOf('.');
  return dot === 43 && ring.verifyMac(purpose, cookie.slice(0, dot), cookie.slice(dot + 1)) ? cookie : undefined;
}
