type Listener = (message: string) => void;

/** Publish and subscribe within one process. Another process on the same file learns nothing here: it only hastens. */
export class Channels {
  readonly #listeners = new Map<string, Set<{ readonly listener: Listener }>>();

  publish(channel: string, message: string): void {
    const entries = this.#listeners.get(channel);
    for (const entry of entries ?? []) {
      // A task of its own: a listener that throws keeps neither the publisher nor another listener from its work.
      queueMicrotask(() => {
        if (entries?.has(entry)) entry.listener(message);
      });
    }
  }

  subscribe(channel: string, listener: Listener): () => void {
    const entry = { listener };
    const entries = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, entries.add(entry));
    return () => {
      entries.delete(entry);
      if (entries.size === 0 && this.#listeners.get(channel) === entries) this.#listeners.delete(channel);
    };
  }

  clear(): void {
    for (const entries of this.#listeners.values()) entries.clear();
    this.#listeners.clear();
  }
}
