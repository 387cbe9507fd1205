import { LRUCache } from 'lru-cache';
import type { Clock } from '../kernel/clock.ts';
import { sealedCodec } from '../kernel/codec.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import type { Codec, Store } from '../kernel/store.ts';
import { type Pending, pendingHardEnd, pendingLifetime } from './pending-record.ts';

/** Undefined leaves it as it is. May run more than once, so without effects but what the last run leaves. */
export type Change = (current: Pending) => Pending | undefined;

/** Whose somebody's pending sign-in is: what never changes of it. */
export type Whose = Pick<Pending, 'realm' | 'name'>;

/** Pending sign-ins as they stand in the store: sealed, changed by compare-and-set. */
export class PendingRecords {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #codec: Codec<Pending>;
  /** The version of each copy that was read or written here: who changes one need not read it again. */
  readonly #versions = new WeakMap<Pending, number>();
  readonly #whose = new LRUCache<string, Whose>({ max: 5_000 });

  constructor(deps: { readonly store: Store; readonly ring: KeyRing; readonly clock: Clock }) {
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#codec = sealedCodec<Pending>(deps.ring, 'pending');
  }

  async create(pending: Pending): Promise<void> {
    const place = key(pending.id);
    await this.#store.create(place, this.#codec.encode(place, pending), pendingLifetime);
    this.#note(pending, 1);
  }

  /** Undefined where there is none, or its time is over. */
  async read(id: string): Promise<Pending | undefined> {
    if (!/^[A-Za-z0-9_-]{22}$/.test(id)) return undefined;
    const record = await this.#store.get(key(id));
    const pending = record === undefined ? undefined : this.#codec.decode(key(id), record.value);
    if (record === undefined || pending === undefined || !this.#lives(pending)) return undefined;
    this.#note(pending, record.version);
    return pending;
  }

  /**
   * Changes it by compare-and-set, beginning with the copy in hand where that is given: one that is old by now is not
   * written, and where the change says no to it, what stands is asked.
   */
  async change(from: Pending | string, change: Change): Promise<Pending | undefined> {
    if (typeof from !== 'string') {
      const next = this.#versions.has(from) && this.#lives(from) ? change(from) : undefined;
      if (next !== undefined && (await this.#replace(from, next))) return next;
    }
    const id = typeof from === 'string' ? from : from.id;
    for (;;) {
      const current = await this.read(id);
      const next = current && change(current);
      if (current === undefined || next === undefined) return undefined;
      if (await this.#replace(current, next)) return next;
    }
  }

  async remove(id: string): Promise<void> {
    await this.#store.remove(key(id));
  }

  /** Whose this is, as far as this process has seen it: to read ahead what will be asked of her, and for nothing else. */
  whose(id: string): Whose | undefined {
    return this.#whose.get(id);
  }

  async #replace(current: Pending, next: Pending): Promise<boolean> {
    const version = this.#versions.get(current);
    const place = key(current.id);
    if (version === undefined) return false;
    if (!(await this.#store.replace(place, version, this.#codec.encode(place, next), pendingHardEnd))) return false;
    this.#note(next, version + 1);
    return true;
  }

  #note(pending: Pending, version: number): void {
    this.#versions.set(pending, version);
    this.#whose.set(pending.id, { realm: pending.realm, name: pending.name });
  }

  #lives(pending: Pending): boolean {
    return pending.expiresAt > this.#clock.now();
  }
}

function key(id: string): string {
  return `pending:{${id}}`;
}
