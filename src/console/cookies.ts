import type { KeyRing } from '../kernel/key-ring.ts';
import { type Random, randomId } from '../kernel/random.ts';

/** The session of an operator: a signed token, as sessions of apps have (D4). */
export const sessionCookie = '__Host-sluis-console';

/**
 * By which the console knows a browser on its way in: 32 random bytes and a MAC, so that only values we gave out count.
 * It goes when she is in: what is known of the time before opens nothing afterwards (CWE-384).
 */
export const browserCookie = '__Host-sluis-console-in';

const purpose = 'console-browser';

export function issueBrowserCookie(deps: { readonly ring: KeyRing; readonly random: Random }): string {
  const value = randomId(deps.random, 32);
  return `${value}.${deps.ring.mac(purpose, value)}`;
}

/** The value where we gave it out; undefined otherwise. */
export function verifyBrowserCookie(ring: KeyRing, cookie: string | undefined): string | undefined {
  if (cookie === undefined || cookie.length > 200) return undefined;
  const dot = cookie.indexOf('.');
  return dot === 43 && ring.verifyMac(purpose, cookie.slice(0, dot), cookie.slice(dot + 1)) ? cookie : undefined;
}
