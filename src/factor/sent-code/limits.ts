const minute = 60_000;
const hour = 60 * minute;

/** At most `count` in any stretch of `window` milliseconds. */
export interface Cap {
  readonly count: number;
  readonly window: number;
}

/**
 * How often codes are sent (R09): a stranger with the password must neither flood somebody's phone nor spend the money
 * of the organisation. `known` are browsers with a full sign-in of that very account behind them; what strangers use up
 * is never theirs. How many in all an hour is the operator's to say.
 */
export const sendLimits = {
  /** Between two for one challenge to one address: the first may just be slow. */
  gap: { count: 1, window: minute / 2 },
  /** To one person: from all unknown browsers together, from each known one, and for numbers and addresses that she sets up. */
  person: {
    unknown: [
      { count: 5, window: hour },
      { count: 12, window: 24 * hour },
    ],
    known: [
      { count: 10, window: hour },
      { count: 40, window: 24 * hour },
    ],
    'set-up': [
      { count: 6, window: hour },
      { count: 15, window: 24 * hour },
    ],
  },
  /** What was asked for one person, whatever became of it: a gateway that refuses is no reason to be asked without end. */
  asked: {
    unknown: { count: 15, window: hour },
    known: { count: 30, window: hour },
    'set-up': { count: 18, window: hour },
  },
  /** From one source: an office of hundreds comes from one address. The second is the /48 around an IPv6 one. */
  source: {
    unknown: [
      { count: 60, window: hour },
      { count: 120, window: hour },
    ],
    known: [
      { count: 600, window: hour },
      { count: 1_200, window: hour },
    ],
  },
  /** The part of all codes of an hour that unknown browsers may use up: known ones always find the rest. */
  unknownPart: 0.5,
  overallWindow: hour,
} as const;
