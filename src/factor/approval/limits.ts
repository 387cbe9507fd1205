/** At most `count` in any stretch of `window` milliseconds. */
export interface Sliding {
  readonly count: number;
  readonly window: number;
}

export type Noted = 'asked' | 'wrong' | 'reported';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How long a request can be answered; who is slower asks anew (WCAG 2.2.1). */
export const askLifetime = 3 * minute;
/** How long the computer has to take what was approved. */
export const pickUpTime = 2 * minute;
/** How far back what was noted can count. */
export const remembered = day;

/**
 * What closes a budget (R09). All browsers that nobody knows share one; each known browser has its own, so that
 * strangers with the password spend none of the owner's. A number is one of 90 and an ask takes one answer: who answers
 * strangers blindly lets one in with a chance of 2 in 90 a day at most, for after two wrong numbers no stranger asks again
 * that day; and a report ("this is not me") ends their asking at once.
 */
export const approvalLimits: Readonly<Record<'unknown' | 'known', Readonly<Record<Noted, readonly Sliding[]>>>> = {
  unknown: {
    asked: [
      { count: 4, window: hour },
      { count: 10, window: day },
    ],
    wrong: [{ count: 2, window: day }],
    reported: [{ count: 1, window: day }],
  },
  known: {
    asked: [
      { count: 12, window: hour },
      { count: 60, window: day },
    ],
    wrong: [
      { count: 5, window: hour },
      { count: 10, window: day },
    ],
    reported: [{ count: 1, window: hour }],
  },
};
