import { knownBrowserCookie } from '../factor/known-browser.ts';
import { languageCookie } from '../ui/messages.ts';

/** Cookies of ours on an app's host. All `__Host-`: no sibling host and no plain http can plant one. */
export const cookieNames = {
  session: '__Host-sluis',
  visit: '__Host-sluis-visit',
  /** The page first asked for, sealed under the visit. */
  target: '__Host-sluis-to',
  pending: '__Host-sluis-pending',
  known: knownBrowserCookie,
  /** Which message the login page shows next: a code of a closed set, nothing secret. */
  note: '__Host-sluis-note',
  language: languageCookie,
} as const;

/** A Set-Cookie line; without `maxAge` it lives as long as the browser window. Seconds. */
export function setCookie(name: string, value: string, maxAge?: number): string {
  const age = maxAge === undefined ? '' : `; Max-Age=${maxAge}`;
  return `${name}=${value}; Path=/${age}; Secure; HttpOnly; SameSite=Lax`;
}

export function dropCookie(name: string): string {
  return setCookie(name, '', 0);
}
