import type { Accepted } from '../config/load.ts';
import type { RunningServer } from './server.ts';

/** Who serves: this process, or workers that it started. */
export interface Serving extends Pick<RunningServer, 'close' | 'cut'> {
  /** All of it or nothing: throws or rejects where it cannot, and everything stays as it was. */
  change(accepted: Accepted): void | Promise<void>;
  /** Rejects where it cannot go on. */
  readonly broken: Promise<never>;
}
