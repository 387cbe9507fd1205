import type { Clock } from '../kernel/clock.ts';
import type { Logger } from './logger.ts';

const confirmEvery = 500;
/** Two rounds that were missed, and the time they take: one that is late is no loss. */
const confirmedWithin = 1_500;

/** Asks the store twice a second, and knows since when it answers or does not. */
export class StoreWatch {
  readonly #clock: Clock;
  readonly #repeat: Repeat;
  #askedAt = Number.NEGATIVE_INFINITY;
  #goodSince: number;

  constructor(clock: Clock, logger: Logger, confirm: () => Promise<unknown>) {
    this.#clock = clock;
    this.#goodSince = clock.now();
    this.#repeat = repeat(logger, confirmEvery, () => this.#confirm(confirm));
  }

  /** Whether the store answered within the last second or so; `since` when that is so. */
  state(): { readonly confirmed: boolean; readonly since: number } {
    const confirmed = this.#confirmed();
    return { confirmed, since: confirmed ? this.#goodSince : Math.max(this.#askedAt, this.#goodSince) };
  }

  /** Asks once, before the first round. Rejects with 'store.unavailable'. */
  begin(): Promise<void> {
    return this.#repeat.now();
  }

  stop(): void {
    this.#repeat.stop();
  }

  async #confirm(confirm: () => Promise<unknown>): Promise<void> {
    const askedAt = this.#clock.now();
    await confirm();
    if (!this.#confirmed()) this.#goodSince = this.#clock.now();
    this.#askedAt = askedAt;
  }

  #confirmed(): boolean {
    return this.#clock.now() - this.#askedAt <= confirmedWithin;
  }
}

export interface Repeat {
  /** Once, at once, whatever else runs. */
  now(): Promise<void>;
  stop(): void;
}

/** Does something of the store again and again, never twice at once; tells when it begins to fail and when that is over. */
export function repeat(logger: Logger, interval: number, work: () => Promise<unknown>): Repeat {
  let busy = false;
  let lost = false;
  const settle = (error: unknown) => {
    // Told when it changes, not at every try.
    if (error !== undefined && !lost) logger.error({ err: error }, 'the store did not answer');
    if (error === undefined && lost) logger.info('the store answers again');
    lost = error !== undefined;
    busy = false;
  };
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    work().then(
      () => settle(undefined),
      (error: unknown) => settle(error ?? 'unknown'),
    );
  }, interval).unref();
  return {
    now: async () => {
      await work();
    },
    stop: () => clearInterval(timer),
  };
}
