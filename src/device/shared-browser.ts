import type { KeyRing } from '../kernel/key-ring.ts';

/**
 * On the portal's host: several people use this browser, so that none trusts it (R11, R44). It only forbids, so its
 * value needs no proof: `person` or `operator`, by whom it was set.
 */
export const sharedCookieName = '__Host-sluis-shared';

/** As long as browsers keep a cookie at most; seconds. */
export const sharedLifetime = 400 * 24 * 60 * 60;

const purpose = 'shared-browser';

/** What the operator's link carries, for the realm: whoever opens it marks his own browser, and no page takes that off. */
export function operatorMark(ring: KeyRing, realm: string): string {
  return ring.mac(purpose, realm);
}

export function isOperatorMark(ring: KeyRing, realm: string, mark: string): boolean {
  return ring.verifyMac(purpose, realm, mark);
}
