/**
 * How a copied cookie shows (R15). Each value of a device's cookie has a number; the newest is the *tip*. Using the tip
 * gives the browser the next one, and the value it came with becomes the one *before*.
 *
 *     what is presented                             what becomes of it
 *     ----------------------------------------      -------------------------------------------------
 *     tip, handed out 60 s ago or less              passes; the same tip again
 *     tip, older                                    passes; ROTATE: before := tip, tip := tip + 1
 *     before, tip handed out 60 s ago or less       passes; the same tip again (tabs, a lost answer)
 *     before, tip older, so never presented         DOUBT: a second factor, and a neutral mail
 *     ahead of the tip (a restored backup)          DOUBT
 *     any other: older, or its successor was used   COPIED: the trust and its sessions end
 *
 *                    tip, > 60 s
 *                     +------+
 *                     v      |
 *     trust --> [ trusted ] -+      before, > 60 s; ahead
 *                |   ^  \ ------------------------------> [ doubted ]
 *                |   |                                      |  |  any value of before, tip: a second factor
 *                |   +-------- CONFIRM: she passed one -----+  |
 *                |             before := presented, tip := +1  |
 *                +---- older ----> [ copied: gone ] <-- older -+
 *
 * A tip is not rotated within 60 s: otherwise three tabs that arrive out of order would look like a theft. After a
 * confirmation the value that was handed out and never came is older than both, so whoever holds it is found.
 */
export interface Rotation {
  readonly tip: Issued;
  /** What the tip was given for. */
  readonly before: Issued | undefined;
  /** When the tip was first handed out; milliseconds since the epoch. */
  readonly at: number;
  readonly doubtedAt: number | undefined;
}

/** One value that was handed out. Of its secret only the hash is kept. */
export interface Issued {
  readonly number: number;
  readonly hash: string;
}

/** `again`: passes and gets the tip that stands. `doubted`: it was in doubt before; nothing more is told. */
export type Verdict = 'rotate' | 'again' | 'doubt' | 'doubted' | 'copied';

/** Covers tabs, lost answers, and clocks of two instances that differ. */
export const graceOfBefore = 60_000;

/** What presenting a genuine value of this number means now. */
export function judge({ tip, before, at, doubtedAt }: Rotation, number: number, now: number): Verdict {
  if (number < tip.number && number !== before?.number) return 'copied';
  if (doubtedAt !== undefined) return 'doubted';
  const fresh = Math.abs(now - at) <= graceOfBefore;
  if (number > tip.number) return 'doubt';
  if (fresh) return 'again';
  return number === tip.number ? 'rotate' : 'doubt';
}

/** The state after the browser that presented `shown` gets `next`. */
export function rotated(shown: Issued, next: Issued, now: number): Rotation {
  return { tip: next, before: shown, at: now, doubtedAt: undefined };
}
