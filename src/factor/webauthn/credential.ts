import ipaddr from 'ipaddr.js';

/** A key of one person for one portal: a passkey, or a security key (W3C Web Authentication Level 3). */
export interface WebauthnCredential {
  /** As its authenticator named it; base64url. One id never serves two people (R07). */
  readonly id: string;
  /** COSE, base64url. */
  readonly publicKey: string;
  /** How a browser reaches it: `usb`, `internal`. */
  readonly transports: readonly string[];
  /** BE: it may live on several devices. Fixed at registration (W3C 6.1.3). */
  readonly backupEligible: boolean;
  /** Where its counter stood at registration. */
  readonly counter: number;
  /** The model, zeros where it said none. */
  readonly aaguid: string;
}

/** For whom a key is good: the name that browsers bind it to, and the origin that they must be at. */
export interface RelyingParty {
  readonly id: string;
  readonly origin: string;
}

/** Of a portal; undefined where its host is an address and no name: browsers make no key for one (W3C 5.1.2). */
export function relyingPartyOf(portalOrigin: string): RelyingParty | undefined {
  const { hostname, origin } = new URL(portalOrigin);
  return hostname.startsWith('[') || ipaddr.isValid(hostname) ? undefined : { id: hostname, origin };
}

/**
 * What the operator decided about keys. Without `metadata` no key is worth more than level 2: what one says of itself
 * proves nothing.
 */
export interface WebauthnRules<M = unknown> {
  /** The old application id of U2F (`https://…`), for keys that were registered under it. */
  readonly appId: string | undefined;
  /** Models that may reach level 4: AAGUIDs, or key identifiers of U2F keys; empty: all of the metadata. */
  readonly allow: readonly string[];
  readonly metadata: M | undefined;
}

/** Fast ones first. ML-DSA, which the library would put first, is an experiment in today's runtimes. */
export const algorithms: number[] = [-8, -7, -257];

/** W3C recommends 5 to 10 minutes; who needs longer gets it (WCAG 2.2.1: at most the life of the sign-in). */
export const ceremonyTime = 300_000;
