const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** All times and bounds of mail, as data; in milliseconds. */
export const mailLimits = {
  /** The first delay after a try that failed; it doubles with each after. */
  first: minute,
  longest: 2 * hour,
  /** From when it was put on, then it is given up. */
  giveUp: 2 * day,
  /** Mails that wait at once; more are refused, and that is recorded. */
  waiting: 10_000,
  /** One try. */
  send: 30 * second,
  /** How long one instance has a mail to itself: longer than a try takes, for after it another may send it again. */
  claim: 2 * minute,
  /** How long it is known that a mail was sent, so that putting it again sends nothing. */
  known: day,
  /** How long nothing is tried after the server itself failed; doubles up to `quietLongest`. */
  quiet: 5 * second,
  quietLongest: minute,
  /** At most so many of one run. */
  run: 100,
} as const;

export function retryDelay(tries: number): number {
  return Math.min(mailLimits.first * 2 ** Math.min(Math.max(0, tries - 1), 20), mailLimits.longest);
}

/** Of what owners are told, in milliseconds and mails. */
export const noticeLimits = {
  /** What happens within this time of each other, is told in one mail. */
  settle: 5 * second,
  window: hour,
  /** Mails a window on changes; then one that says that there are more, so that nobody's mailbox is flooded. */
  change: 12,
  /** And on each thing that somebody else can make at will; of passwords, whoever has hold of a session. */
  ofPool: { series: 1, doubt: 1, password: 3 },
} as const;
