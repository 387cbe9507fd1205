import type { Logger } from './logger.ts';
import { repeat } from './store-watch.ts';

/** What goes on beside serving until it is told to stop. */
export interface Rounds {
  /** What is under way may come to its end for `drain` milliseconds, and is cut then. */
  stop(drain: number): Promise<void>;
  cut(): void;
}

const every = 1_000;

/** Does the mail's work once a second, never twice at once. */
export function mailRounds(
  logger: Logger,
  work: (signals: { readonly stop: AbortSignal; readonly cut: AbortSignal }) => Promise<void>,
): Rounds {
  const stopping = new AbortController();
  const cutting = new AbortController();
  const signals = { stop: stopping.signal, cut: cutting.signal };
  let round: Promise<void> = Promise.resolve();
  const rounds = repeat(logger, every, () => {
    round = work(signals);
    return round;
  });
  return {
    cut: () => cutting.abort(),
    stop: async drain => {
      rounds.stop();
      stopping.abort();
      const timer = setTimeout(() => cutting.abort(), drain);
      await round.catch(() => undefined);
      clearTimeout(timer);
    },
  };
}
