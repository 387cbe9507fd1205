import { jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../kernel/clock.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import { kept } from './session.ts';
import { type TokenClaims, VerifiedCookies } from './verified-cookies.ts';

const type = 'sluis-session+jwt';
const issuer = 'sluis';

/**
 * Signs and checks session cookies: JWS HS256 by jose, one algorithm, one type, one issuer, the app as audience
 * (RFC 8725). Keys come from the ring, imported once each.
 */
export class SessionTokens {
  readonly #ring: KeyRing;
  readonly #clock: Clock;
  readonly #keys = new Map<string, Promise<CryptoKey>>();
  readonly #read = new VerifiedCookies(kept);

  constructor(ring: KeyRing, clock: Clock) {
    this.#ring = ring;
    this.#clock = clock;
  }

  async sign(claims: TokenClaims, end: number): Promise<string> {
    const kid = this.#ring.currentId;
    return new SignJWT({ sid: claims.session })
      .setProtectedHeader({ alg: 'HS256', typ: type, kid })
      .setIssuer(issuer)
      .setAudience(claims.app)
      .setJti(claims.identifier)
      .setIssuedAt(Math.floor(this.#clock.now() / 1000))
      .setExpirationTime(Math.floor(end / 1000))
      .sign(await this.#key(kid));
  }

  /** What was read before. Verified for one app is verified for that app alone. */
  known(token: string, app: string): TokenClaims | undefined {
    const claims = this.#read.get(token);
    return claims?.app === app ? claims : undefined;
  }

  /** Verifies each cookie once; its end is that of its session, from then on. */
  async read(token: string, app: string): Promise<TokenClaims | undefined> {
    const known = this.known(token, app);
    if (known !== undefined) return known;
    const claims = await this.verify(token, app);
    if (claims !== undefined) this.#read.set(token, claims);
    return claims;
  }

  /**
   * Undefined for whatever is not a living cookie of ours for this app; `late`: or one whose time was over by at most
   * so many milliseconds.
   */
  async verify(token: string, app: string, late = 0): Promise<TokenClaims | undefined> {
    try {
      const { payload } = await jwtVerify(token, header => this.#key(header.kid ?? ''), {
        algorithms: ['HS256'],
        typ: type,
        issuer,
        audience: app,
        requiredClaims: ['exp', 'iat', 'jti', 'sid'],
        currentDate: new Date(this.#clock.now()),
        clockTolerance: late / 1000,
      });
      const sid = payload['sid'];
      if (typeof sid !== 'string' || payload.jti === undefined) return undefined;
      return { session: sid, identifier: payload.jti, app };
    } catch {
      return undefined;
    }
  }

  #key(kid: string): Promise<CryptoKey> {
    let key = this.#keys.get(kid);
    if (key === undefined) {
      const bytes = this.#ring.derive('session cookie', kid);
      if (bytes === undefined) return Promise.reject(new TypeError('unknown key id'));
      const raw = new Uint8Array(bytes);
      key = crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
      this.#keys.set(kid, key);
    }
    return key;
  }
}
