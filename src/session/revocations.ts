import type { Clock } from '../kernel/clock.ts';
import { type Random, randomId } from '../kernel/random.ts';
import type { LogEntry, Store } from '../kernel/store.ts';

export interface RevocationsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** How long known sessions go on while the store is lost; milliseconds since the log was last confirmed. */
  readonly grace: () => number;
  /** What was said of a session, here or elsewhere. */
  readonly heard: (id: string, what: Said) => void;
  /** What was said meanwhile cannot be told: whatever is remembered must be read anew. Where it rejects, it is asked again. */
  readonly startAnew: () => Promise<void>;
  /** Entries that stay in the log. Who was away for longer than they tell starts anew, so any number is safe. */
  readonly kept?: number;
}

/** `ended`: it never comes back. `changed`: copies of its record are old. */
export type Said = 'ended' | 'changed';

/** `confirmed`: all that was ended is known here. `grace` and `lost`: the store is lost, shorter or longer than the grace. */
export type Standing = 'confirmed' | 'grace' | 'lost';

export const revocationLog = 'revocations';
/** A head that was confirmed longer ago is asked for again before a session is believed. */
const confirmWithin = 1_000;
const page = 500;
/** More than a municipality ends in the longest life of a session; some ten megabytes. */
const usuallyKept = 100_000;
const changedMark = '~';

/**
 * The numbered log of ended and changed sessions that every instance follows. It was confirmed when it was read to its
 * end; publications hasten that, and are never relied on.
 */
export class Revocations {
  readonly #deps: RevocationsDeps;
  /** The last entry that was read here. */
  #mark: LogEntry | undefined;
  /** The newest entry that is known here. */
  #end: LogEntry | undefined;
  #confirmedAt = Number.NEGATIVE_INFINITY;
  /** The last time the store was asked, it did not answer. */
  #lost = false;
  #confirming: Promise<void> | undefined;
  #askAgain = false;
  #trimmedAt = 0;

  constructor(deps: RevocationsDeps) {
    this.#deps = deps;
  }

  /** Whether `standing` can be told without asking: part of the hot path. */
  get settled(): boolean {
    return this.#lost || this.#isFresh(this.#age());
  }

  get standing(): Standing {
    if (!this.#lost) return 'confirmed';
    const age = this.#age();
    if (this.#isFresh(age)) return 'confirmed';
    return age >= 0 && age <= this.#deps.grace() ? 'grace' : 'lost';
  }

  /** Reads the log to its end. Rejects with 'store.unavailable', and from then on the store counts as lost. */
  confirm(): Promise<void> {
    this.#confirming ??= this.#ask().finally(() => {
      this.#confirming = undefined;
      if (!this.#askAgain) return;
      this.#askAgain = false;
      this.hasten();
    });
    return this.#confirming;
  }

  /** Something was said: what is being read now may have been asked for before. */
  hasten(): void {
    if (this.#confirming !== undefined) this.#askAgain = true;
    else this.confirm().catch(() => undefined);
  }

  /** Tells every instance; each has heard it within a second. */
  async say(id: string, what: Said): Promise<void> {
    const { store, random } = this.#deps;
    // By its own number each entry can be told from every other: that the log is still the same shows in the last one.
    const entry = `${what === 'changed' ? changedMark : ''}${id}.${randomId(random, 9)}`;
    // Behind what was last read or said here; where another stands there by now, behind that.
    for (let known = this.#end; ; known = undefined) {
      const head = known ?? (await store.head(revocationLog));
      if (!(await store.append(revocationLog, head ?? 0, entry))) continue;
      this.#end = { number: (head?.number ?? 0) + 1, entry };
      break;
    }
    store.publish(revocationLog, '').catch(() => undefined);
  }

  /** Twice: after the event loop stood still, a step counts as late whose answer lies there. */
  async #ask(): Promise<void> {
    try {
      await this.#follow().catch(() => this.#follow());
      this.#lost = false;
    } catch (error) {
      this.#lost = true;
      throw error;
    }
    this.#trim();
  }

  async #follow(): Promise<void> {
    const askedAt = this.#deps.clock.now();
    let more = true;
    while (more) more = this.#mark === undefined ? await this.#start() : await this.#readOn(this.#mark);
    this.#confirmedAt = askedAt;
  }

  /** The last page is read all the same: its sessions may have records for a moment longer. */
  async #start(): Promise<boolean> {
    const { store, startAnew } = this.#deps;
    const head = await store.head(revocationLog);
    const entries = head === undefined ? [] : await store.read(revocationLog, Math.max(0, head.number - page), page);
    for (const { entry } of entries) this.#hear(entry);
    await startAnew();
    this.#mark = entries.at(-1) ?? { number: 0, entry: '' };
    return false;
  }

  /**
   * Begins with the entry at our mark: where another stands there, or none, a failover lost what we had read, or we were
   * away for longer than the log tells. True where there is more to read.
   */
  async #readOn(mark: LogEntry): Promise<boolean> {
    const entries = await this.#deps.store.read(revocationLog, Math.max(0, mark.number - 1), page);
    const [first] = entries;
    const same = mark.number === 0 ? (first?.number ?? 1) === 1 : isSame(first, mark);
    if (!same) {
      this.#mark = undefined;
      return true;
    }
    for (const { entry } of mark.number === 0 ? entries : entries.slice(1)) this.#hear(entry);
    this.#mark = entries.at(-1) ?? mark;
    if (this.#mark.number > (this.#end?.number ?? 0)) this.#end = this.#mark;
    return entries.length === page;
  }

  #hear(entry: string): void {
    const changed = entry.startsWith(changedMark);
    const [id = ''] = entry.slice(changed ? changedMark.length : 0).split('.', 1);
    this.#deps.heard(id, changed ? 'changed' : 'ended');
  }

  /** Now and then, and it matters little whether it works. */
  #trim(): void {
    const { store, kept = usuallyKept } = this.#deps;
    const { number } = this.#mark ?? { number: 0 };
    if (number <= kept || number - this.#trimmedAt < kept / 100) return;
    this.#trimmedAt = number;
    store.trim(revocationLog, number - kept + 1).catch(() => undefined);
  }

  #age(): number {
    return this.#deps.clock.now() - this.#confirmedAt;
  }

  /** Below nothing: the clock was put back, and how long it is ago is not known. */
  #isFresh(age: number): boolean {
    return age >= 0 && age <= confirmWithin;
  }
}

function isSame(one: LogEntry | undefined, other: LogEntry): boolean {
  return one?.number === other.number && one.entry === other.entry;
}
