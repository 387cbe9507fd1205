import { LRUCache } from 'lru-cache';
import { sourceNet } from '../factor/source-net.ts';
import type { Clock } from '../kernel/clock.ts';

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

  constructor(clock: Clock, suppressed: (source: string, count: number) => void) {
    this.#clock = clock;
    this.#suppressed = suppressed;
  }

  /** `address` as the request came from. */
  admits(address: string): boolean {
    const source = sourceNet(address);
    const now = this.#clock.now();
    const seen = this.#sources.get(source);
    if (seen === undefined || now - seen.since >= window) {
      if (seen !== undefined && seen.count > most) this.#suppressed(source, seen.count - most);
      this.#sources.set(source, { since: now, count: 1 });
      return true;
    }
    seen.count += 1;
    if (seen.count === most + 1) this.#suppressed(source, 1);
    return seen.count <= most;
  }
}
