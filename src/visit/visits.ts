import type { Clock } from '../kernel/clock.ts';
import { deriveKey, type KeyRing } from '../kernel/key-ring.ts';
import { type Random, randomId } from '../kernel/random.ts';
import type { Store } from '../kernel/store.ts';

/** An anonymous browser before sign-in, at one app. Costs nothing to give: its key is derived from its random id. */
export interface Visit {
  readonly id: string;
  readonly app: string;
  readonly issuedAt: number;
  /** Seals the cookies that the app set for this visit. */
  readonly key: Buffer;
}

/** Sealed values of a visit end absolutely after this, whatever happens. */
export const visitLifetime = 60 * 60_000;
/** The spent mark outlives every value of the visit. */
const spentLifetime = 2 * visitLifetime;

export interface VisitsDeps {
  readonly store: Store;
  readonly ring: KeyRing;
  readonly clock: Clock;
  readonly random: Random;
}

export class Visits {
  readonly #deps: VisitsDeps;
  readonly #listeners = new Map<string, Set<() => void>>();

  constructor(deps: VisitsDeps) {
    this.#deps = deps;
  }

  begin(app: string): { visit: Visit; cookie: string } {
    const id = randomId(this.#deps.random);
    const issuedAt = this.#deps.clock.now();
    const stamp = `${id}.${issuedAt.toString(36)}`;
    const mac = this.#deps.ring.mac('visit', `${app}\n${stamp}`);
    return { visit: this.#visit(id, app, issuedAt, this.#deps.ring.currentId), cookie: `${stamp}.${mac}` };
  }

  /** The visit of this cookie; undefined for what was not given by us for this app, or is too old. Whether it is spent is another question. */
  read(cookie: string, app: string): Visit | undefined {
    const match = /^([A-Za-z0-9_-]{22})\.([0-9a-z]{1,11})\.([^.]{1,64}\.[A-Za-z0-9_-]{43})$/.exec(cookie);
    const [, id, stamp, mac] = match ?? [];
    if (id === undefined || stamp === undefined || mac === undefined) return undefined;
    if (!this.#deps.ring.verifyMac('visit', `${app}\n${id}.${stamp}`, mac)) return undefined;
    const issuedAt = Number.parseInt(stamp, 36);
    if (this.#deps.clock.now() >= issuedAt + visitLifetime) return undefined;
    return this.#visit(id, app, issuedAt, mac.slice(0, mac.indexOf('.')));
  }

  /** Spends it, in the whole fleet; true for one caller only. Answers under way to it are cut. */
  async spend(visit: Visit): Promise<boolean> {
    const first = await this.#deps.store.consume(spentKey(visit), spentLifetime);
    const listeners = this.#listeners.get(visit.id);
    this.#listeners.delete(visit.id);
    for (const listener of listeners ?? []) listener();
    return first;
  }

  async isSpent(visit: Visit): Promise<boolean> {
    return this.#deps.store.consumed(spentKey(visit));
  }

  /** Calls back when the visit is spent; the returned function stops that. */
  onSpent(visit: Visit, listener: () => void): () => void {
    const listeners = this.#listeners.get(visit.id) ?? new Set();
    this.#listeners.set(visit.id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(visit.id);
    };
  }

  #visit(id: string, app: string, issuedAt: number, kid: string): Visit {
    // begin() and verifyMac() have seen this key id in the ring.
    const root = this.#deps.ring.derive('visit cookies', kid) as Buffer;
    return { id, app, issuedAt, key: deriveKey(root, id) };
  }
}

function spentKey(visit: Visit): string {
  return `visit-spent:{${visit.id}}`;
}
