/** A cookie of an app, as Sluis keeps it: never seen by a browser in this form. */
export interface JarCookie {
  readonly name: string;
  readonly value: string;
  /** Path it is sent to; as the app set it, or the default path of RFC 6265 5.1.4. */
  readonly path: string;
  /** Milliseconds since the epoch; undefined for a session cookie. */
  readonly expires: number | undefined;
  /** `Strict` where the app asked for it, else Lax. */
  readonly sameSite: 'Lax' | 'Strict';
}
