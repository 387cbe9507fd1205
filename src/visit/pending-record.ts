import type { OwnAct, SetUpPermission } from '../factor/person.ts';
import type { JarCookie } from './jar.ts';

/**
 * A pending sign-in: the first gate has closed behind somebody, the second has not opened yet. What the app answered
 * stands in quarantine here, sealed, and leaves by one door only: `release`.
 */
export interface Pending {
  readonly id: string;
  readonly realm: string;
  readonly app: string;
  /** Normal form of the account name, as the app said it. */
  readonly name: string;
  readonly source: string;
  /** The sets that cap how many there may be. */
  readonly owners: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number;
  /** No step extends it beyond this. */
  readonly hardEnd: number;
  /** SHA-256 of the secret in the pending cookie on the app's host. */
  readonly secret: string;
  /** The page first asked for: path and query. */
  readonly target: string;
  /** What that page demands. */
  readonly demands: { readonly level: number; readonly maxAge: number | undefined };
  readonly quarantine: { readonly location: string | undefined; readonly cookies: readonly JarCookie[] };
  /** A living session of the same browser at sign-in: of this account it goes on, of another it ends at release. */
  readonly session: string | undefined;
  /**
   * `sign-in`, or `step-up` inside the session named above (nothing is in quarantine then); `own`: she changes something
   * about her own security, on the portal, and nothing is ever released by it.
   */
  readonly purpose: 'sign-in' | 'step-up' | 'own';
  /** Of `own`, always; of no other. */
  readonly own?: OwnIntent;
  /** SHA-256 of the portal cookie of the browser that took the handoff. */
  readonly portal: string | undefined;
  /** SHA-256 of the realm cookie that this pass gave the browser: sessions that come of it belong to it. */
  readonly browser: string | undefined;
  readonly passed:
    | {
        readonly level: number;
        readonly factor: string;
        readonly at: number;
        /** The session that proved it, where no factor was asked: it must still live at the release. */
        readonly by?: string;
        /** The trusted device by which no factor was asked: it must still live at the release. */
        readonly trust?: string;
        /** It was passed with a passkey that, as the browser says, is built into this very device. */
        readonly onDevice?: boolean;
      }
    | undefined;
  /** She was asked whether this device is hers alone, and answered. */
  readonly trustAnswered?: boolean | undefined;
  /** Set-up was allowed (R38), by what, and when. */
  readonly setUp: SetUpPermission | undefined;
  /** The factor that is being set up and not yet confirmed. */
  readonly draft: { readonly kind: string; readonly secret: string } | undefined;
  /**
   * One request is about to release it: others wait for what it answers, until a time at which it has broken. The id is
   * that of the session which it may have begun.
   */
  readonly claim: { readonly id: string; readonly until: number } | undefined;
  readonly releaseCode: { readonly hash: string; readonly until: number } | undefined;
  /** What release answered: the same code with the same cookie gets the same answer again. */
  readonly released: { readonly cookies: readonly string[]; readonly location: string } | undefined;
}

/** What a person is about to change about her own security. */
export interface OwnIntent {
  /** Random id of the person whose session this browser held. */
  readonly person: string;
  readonly act: OwnAct;
  /** The factor that it is done to. */
  readonly on?: string;
  /** The name that it is to get. */
  readonly label?: string;
  /** How it ended. */
  readonly result?: OwnResult;
}
export type OwnResult = 'done' | 'last' | 'refused';

export const pendingLifetime = 10 * 60_000;
export const pendingHardEnd = 60 * 60_000;
export const codeLifetime = 30_000;
/** What the audit says of a change of her own, where else the app stands that she was on the way to. */
export const ownApp = 'my-security';

export type NewPending = Pick<
  Pending,
  'realm' | 'app' | 'name' | 'source' | 'target' | 'demands' | 'quarantine' | 'session'
> & { readonly purpose: 'sign-in' | 'step-up' };

export type NewOwn = Pick<Pending, 'realm' | 'name' | 'source' | 'session'> & {
  readonly level: number;
  readonly own: OwnIntent;
};
