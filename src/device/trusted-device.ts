import type { Rotation } from './rotation.ts';

/** The most that a person may have at once (R14). */
export const mostDevices = 5;
/** The longest that any may last; no use extends it (R10). Milliseconds. */
export const longestTrust = 30 * 24 * 60 * 60_000;

/** A browser that its owner called personal, in which a second factor is spared for a while (R10 to R15). */
export interface TrustedDevice {
  /** Random; stands in the cookie, in sessions and in the audit. */
  readonly id: string;
  /** Goes into its cookie's secrets: who has the operator's key and an id still cannot make one. */
  readonly salt: string;
  /** SHA-256 of the sign-in in which it was made: a double click makes one. */
  readonly signIn: string;
  /** The factor it came from, and ends with. */
  readonly factor: string;
  /** When that factor was passed. */
  readonly factorAt: number;
  /** What the factor gave, and the operator allowed then; never 4. */
  readonly level: number;
  /** Given by its owner; '' until then. */
  readonly label: string;
  readonly agent: Agent;
  readonly createdAt: number;
  readonly lastUsedAt: number | undefined;
  readonly until: number;
  readonly rotation: Rotation;
  /** Over; kept until the sessions that it began have ended, however often that breaks half-way. */
  readonly ended: Ended | undefined;
}

export interface Ended {
  readonly because: EndOfTrust;
  readonly source: string;
  /** The browser in which its owner ended it by her own doing: she goes on there. */
  readonly spares?: SparedBrowser | undefined;
}

/** A session, and those that the same browser began, by its realm cookie (SHA-256). */
export interface SparedBrowser {
  readonly session: string;
  readonly portal: string | undefined;
}

export type EndOfTrust =
  | 'by-owner'
  | 'by-operator'
  /** A sixth took its place. */
  | 'replaced'
  | 'factor-removed'
  | 'reset'
  | 'shared-browser'
  | 'expired'
  | 'signed-out-everywhere'
  | 'password-changed'
  /** Its cookie is in two browsers. */
  | 'copied';

/** What a browser says of itself, in words; undefined where it is none that we know. Proves nothing. */
export interface Agent {
  readonly browser: string | undefined;
  readonly platform: Platform | undefined;
}

export type Platform = 'windows' | 'macos' | 'linux' | 'chromeos' | 'android' | 'ios';
