import { LRUCache } from 'lru-cache';
import { sourceNet } from '../factor/source-net.ts';
import type { Clock } from '../kernel/clock.ts';

/** A minute, of one source. */
const most = 30;
const window = 60_000;

/**
 * Refusals that cost the sender nothing are written to the audit one by one up to 30 a minute from one source, an
 * IPv6 network being one: nobody fills the trail, and the disk, by posting nonsense. What is left out is counted and told once it is over.
 */
export class AuditThrottle {
  readonly #clock: Clock;
  readonly #sources = new LRUCache<string, { since: number; count: number }>({ max: 20_000 });
  readonly #suppressed: (source: string, count: number) => void;
  readonly #most: number;

  /** Of so many processes side by side, each counts for itself and has its part. */
  constructor(clock: Clock, suppressed: (source: string, count: number) => void, processes = 1) {
    this.#clock = clock;
    this.#suppressed = suppressed;
    this.#most = Math.ceil(most / processes);
  }

  /** `address` as the request came from. */
  admits(address: string): boolean {
    const source = sourceNet(address);
    const now = this.#clock.now();
    const seen = this.#sources.get(source);
    if (seen === undefined || now - seen.since >= window) {
      if (seen !== undefined && seen.count > this.#most) this.#suppressed(source, seen.count - this.#most);
      this.#sources.set(source, { since: now, count: 1 });
      return true;
    }
    seen.count += 1;
    if (seen.count === this.#most + 1) this.#suppressed(source, 1);
    return seen.count <= this.#most;
  }
}
