import type { Clock } from '../kernel/clock.ts';
import type { AppLog } from './log.ts';

/** More than one code step apart and everybody's codes would fail. */
const allowed = 20_000;
const every = 10 * 60_000;

/**
 * Compares our clock with the Date of the apps' answers and warns, at most every ten minutes an app. Only a warning:
 * it cannot know who of the two is wrong, and codes are always judged by our own clock (ASVS 6.5.8).
 */
export class ClockWatch {
  readonly #clock: Clock;
  readonly #log: AppLog;
  readonly #warned = new Map<string, number>();

  constructor(clock: Clock, log: AppLog) {
    this.#clock = clock;
    this.#log = log;
  }

  see(app: string, date: string | undefined): void {
    const theirs = date === undefined ? Number.NaN : Date.parse(date);
    const now = this.#clock.now();
    if (Number.isNaN(theirs) || Math.abs(now - theirs) <= allowed) return;
    if (now - (this.#warned.get(app) ?? Number.NEGATIVE_INFINITY) < every) return;
    this.#warned.set(app, now);
    const seconds = Math.round((now - theirs) / 1000);
    this.#log.warn(
      { app, seconds },
      'the clock of this server and that of the app differ: codes may be refused; check NTP',
    );
  }
}
