/** `idle`: nobody was active for too long. `ended`: by somebody, or at its last hour. */
export type OverReason = 'ended' | 'idle';

type Listener = (why: OverReason) => unknown;

/** Who waits for the end of a session: answers under way, which are cut then. */
export class EndListeners {
  readonly #listeners = new Map<string, Set<Listener>>();

  /** Sessions that somebody waits for. */
  get ids(): string[] {
    for (const [id, listeners] of this.#listeners) {
      if (listeners.size === 0) this.#listeners.delete(id);
    }
    return [...this.#listeners.keys()];
  }

  /** A set that nobody is in any more stays until `ids` is read: one request follows the other. */
  on(id: string, listener: Listener): () => void {
    const listeners = this.#of(id).add(listener);
    return () => listeners.delete(listener);
  }

  /** Once and for all. */
  end(id: string): void {
    const listeners = this.#listeners.get(id);
    this.#listeners.delete(id);
    for (const listener of listeners ?? []) listener('ended');
  }

  /** They stay: what is idle may be active again. */
  tell(id: string, why: OverReason): void {
    for (const listener of [...(this.#listeners.get(id) ?? [])]) listener(why);
  }

  #of(id: string): Set<Listener> {
    let listeners = this.#listeners.get(id);
    if (listeners === undefined) {
      listeners = new Set();
      this.#listeners.set(id, listeners);
    }
    return listeners;
  }
}
