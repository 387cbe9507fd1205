import type { Store } from '../kernel/store.ts';
import { type Pending, pendingHardEnd } from './pending-record.ts';
import type { PendingRecords } from './pending-records.ts';
import { browserSet, leaveSets, passedSet } from './pending-sets.ts';

/** Pending sign-ins that are given up, or go along with their browser. */
export class PendingEnds {
  readonly #deps: { readonly store: Store };
  readonly #records: PendingRecords;

  constructor(deps: { readonly store: Store }, records: PendingRecords) {
    this.#deps = deps;
    this.#records = records;
  }

  /** Gives it up; what was in quarantine is gone. */
  async abandon(pending: Pending): Promise<void> {
    await Promise.all([this.#records.remove(pending.id), leaveSets(this.#deps.store, pending)]);
  }

  /** Gives the one with this id up, whoever has it: its person said that it is not hers. */
  async abandonById(id: string): Promise<void> {
    const pending = await this.#records.read(id);
    if (pending !== undefined && pending.released === undefined) await this.abandon(pending);
  }

  /** Gives up all that passed in the browser with this realm cookie (its SHA-256) and were not released. */
  async abandonOf(browser: string): Promise<void> {
    for (const id of await this.#deps.store.members(browserSet(browser))) {
      const pending = await this.#records.read(id);
      if (pending?.browser === browser) await this.abandon(pending);
      await this.#deps.store.drop(browserSet(browser), id);
    }
  }

  /**
   * Gives up all of one account that passed, in whatever browser but the one (by its realm cookie, SHA-256) that is
   * spared: a session or none may be there beside it. One that is passing at this moment goes too.
   */
  async abandonPassed(account: Pick<Pending, 'realm' | 'name'>, spares?: string): Promise<void> {
    const { store } = this.#deps;
    const set = passedSet(account);
    // Page by page: who has only her password may have put many there that passed nothing.
    for (let ids = await store.members(set); ids.length > 0; ) {
      await Promise.all(ids.map(id => this.#abandonPassed(set, id, spares)));
      ids = await store.members(set, { after: ids.at(-1) });
    }
  }

  async #abandonPassed(set: string, id: string, spares: string | undefined): Promise<void> {
    const pending = await this.#records.read(id);
    if (spares !== undefined && pending?.browser === spares) return;
    if (pending !== undefined && pending.released === undefined) await this.abandon(pending);
    await this.#deps.store.drop(set, id);
  }

  /** What passed in a browser goes on under its new realm cookie; what passed there for another account is given up. */
  async moveOf(from: string, to: string, name: string): Promise<void> {
    for (const id of await this.#deps.store.members(browserSet(from))) {
      const pending = await this.#records.read(id);
      if (pending?.browser !== from) continue;
      if (pending.name !== name) {
        await this.abandon(pending);
        continue;
      }
      await this.#deps.store.add(browserSet(to), id, { ttl: pendingHardEnd });
      await this.#records.change(id, current => (current.browser === from ? { ...current, browser: to } : undefined));
    }
  }
}
