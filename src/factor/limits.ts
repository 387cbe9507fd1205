import type { KindName } from './person.ts';

/**
 * Attempts of one pool never pay for those of another: a right password resets no count of wrong codes (SECURITY a.12),
 * nor does a right code by SMS one of guesses at an authenticator app. `code:…`: each kind of factor has its own.
 */
export type Pool = 'sign-in' | `code:${KindName}` | 'activation' | 'recovery';

/** How failures turn into waiting. Durations in milliseconds. */
export interface DelayTable {
  /** Failures in a row without any delay. */
  readonly free: number;
  /** The first delay; it doubles with each failure after. */
  readonly first: number;
  readonly longest: number;
  /** From this many failures in a row on, each costs `stop` (NIST SP 800-63B-4 3.2.2: at most 100). */
  readonly stopAfter: number;
  readonly stop: number;
  /** One failure is forgotten per this time; Infinity: only a success forgets. */
  readonly decay: number;
  /** Nothing is remembered this long after the last failure. */
  readonly forget: number;
}

const minute = 60_000;
const day = 24 * 60 * minute;

const perAccount: DelayTable = {
  free: 3,
  first: 5_000,
  longest: 15 * minute,
  stopAfter: 100,
  stop: day,
  decay: Number.POSITIVE_INFINITY,
  forget: 30 * day,
};

// An office of hundreds comes from one address: wide, and forgetting, or a morning's typing mistakes would close it.
const perSource: DelayTable = {
  free: 100,
  first: 5_000,
  longest: 15 * minute,
  stopAfter: Number.POSITIVE_INFINITY,
  stop: 15 * minute,
  decay: minute,
  forget: day,
};

// 80 and 75 bits (of an activation code, the desk's code, a recovery code) cannot be guessed (NIST SP 800-63B-4 3.2.2 asks for a limit below 64): this keeps load and noise down
// and must not grow, or who has the password keeps the owner out of her set-up for as long as he likes.
const longCode: DelayTable = {
  free: 3,
  first: 5_000,
  longest: 30_000,
  stopAfter: Number.POSITIVE_INFINITY,
  stop: 30_000,
  decay: minute,
  forget: day,
};

/** The whole of R09 as data. `known` are browsers with a full sign-in of that very account behind them. */
export const limits = {
  account: { unknown: perAccount, known: perAccount },
  /**
   * In place of `account`, for activation and recovery codes: `each` for one source (or known browser) at one account,
   * `together` for all unknown browsers at one account.
   */
  longCode: { each: longCode, together: { count: 30, window: 30_000 } },
  source: { unknown: perSource, known: { ...perSource, free: 300 } },
  /** The /48 around an IPv6 source: its 65,536 networks together stay below what `overall` allows. */
  network: { unknown: { ...perSource, free: 150 }, known: { ...perSource, free: 1_000 } },
  /** Per realm and pool; counted apart, so that unknown browsers are shed first and never use up what is for known ones. */
  overall: { window: minute, unknown: 300, known: 3_000 },
} as const;

/** How long to wait after this many failures in a row. */
export function delayAfter(failures: number, table: DelayTable): number {
  if (failures >= table.stopAfter) return table.stop;
  if (failures <= table.free) return 0;
  return Math.min(table.first * 2 ** Math.min(Math.ceil(failures) - table.free - 1, 30), table.longest);
}
