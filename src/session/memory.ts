import { LRUCache } from 'lru-cache';
import { kept, type Session } from './session.ts';

/** A session as one process knows it. */
export interface Known {
  readonly session: Session;
  /** Changed elsewhere since it was read. */
  outdated: boolean;
  lastSeen: number;
  writtenAt: number;
}

/** What one process knows of sessions, and of which it knows that they have ended. */
export class SessionMemory {
  readonly #known = new LRUCache<string, Known>({ max: kept.known });
  /** What was derived from records for the hot path; gone with their identifiers. */
  readonly #derived = new LRUCache<string, Map<string, unknown>>({ max: kept.busy });
  /** Ended here or elsewhere: a read that was under way must not bring them back. */
  readonly #ended = new LRUCache<string, true>({ max: 100_000 });
  #changes = 0;

  /** Grows with every change that the log tells: a read that was under way then may have come too early. */
  get changes(): number {
    return this.#changes;
  }

  get size(): number {
    return this.#known.size;
  }

  get(id: string): Known | undefined {
    return this.#known.get(id);
  }

  /** The same, for a caller that only looks whether it still stands: that is no use of it. */
  peek(id: string): Known | undefined {
    return this.#known.peek(id);
  }

  /** Undefined where it has ended. `changes`: as they were before it was read or written. */
  remember(session: Session, changes: number): Known | undefined {
    const { id, identifier } = session;
    if (this.#ended.has(id)) return undefined;
    const old = this.#known.get(id);
    if (old?.session.identifier !== identifier) this.#derived.delete(id);
    const lastSeen = Math.max(session.lastSeen, old?.lastSeen ?? 0);
    const known = { session, outdated: changes !== this.#changes, lastSeen, writtenAt: session.lastSeen };
    this.#known.set(id, known);
    return known;
  }

  hasEnded(id: string): boolean {
    return this.#ended.has(id);
  }

  forget(id: string): void {
    this.#ended.set(id, true);
    this.#known.delete(id);
    this.#derived.delete(id);
  }

  outdate(id: string): void {
    this.#changes += 1;
    const known = this.#known.peek(id);
    if (known !== undefined) known.outdated = true;
  }

  outdateAll(): void {
    this.#changes += 1;
    for (const known of this.#known.values()) known.outdated = true;
  }

  /** A value derived from the session's record, kept while the session is busy and its identifier the same. */
  derived<T>(session: Session, name: string, make: () => T): T {
    let values = this.#derived.get(session.id);
    if (values === undefined) {
      if (!this.#known.has(session.id)) return make();
      values = new Map();
      this.#derived.set(session.id, values);
    }
    let value = values.get(name) as T | undefined;
    if (value === undefined) {
      value = make();
      values.set(name, value);
    }
    return value;
  }
}
