import { LRUCache } from 'lru-cache';
import { sha256 } from '../kernel/hash.ts';

/** What a session cookie says: random ids and times only (D4; ASVS 3.3). */
export interface TokenClaims {
  readonly session: string;
  readonly identifier: string;
  readonly app: string;
}

/**
 * Session cookies of which the signature was checked, so that it is checked once. Kept by their SHA-256, for a cookie
 * is eight times as long as that; of those that were used last the cookie itself, so that a busy session costs no hash.
 */
export class VerifiedCookies {
  readonly #claims: LRUCache<string, TokenClaims>;
  readonly #busy: LRUCache<string, TokenClaims>;

  constructor(most: { readonly known: number; readonly busy: number }) {
    this.#claims = new LRUCache({ max: most.known });
    this.#busy = new LRUCache({ max: most.busy });
  }

  get(cookie: string): TokenClaims | undefined {
    const busy = this.#busy.get(cookie);
    if (busy !== undefined) return busy;
    const claims = this.#claims.get(sha256(cookie));
    if (claims !== undefined) this.#busy.set(cookie, claims);
    return claims;
  }

  set(cookie: string, claims: TokenClaims): void {
    this.#claims.set(sha256(cookie), claims);
    this.#busy.set(cookie, claims);
  }
}
