import type { KeyRing } from '../kernel/key-ring.ts';
import type { LogEntry, Store } from '../kernel/store.ts';
import { auditLog, faultOfLink, type Link, readLink } from './entry.ts';
import { PartCheck, type PartFault } from './part-check.ts';
import { isRemoval } from './removal-event.ts';

/** `uncompared`: a noted entry of this number was lawfully taken away, and so could not be compared. */
export type Verdict =
  | { readonly ok: true; readonly entries: number; readonly removed?: Removed; readonly uncompared?: number }
  | { readonly ok: false; readonly number: number; readonly reason: BreakReason };

/** What was taken away lawfully: entries at the beginning, and parts of those that are left. */
export interface Removed {
  readonly entries: number;
  readonly who: number;
  readonly where: number;
}

/**
 * `unreadable`: not the text that was written. `missing`: a number is left out. `previous`, `hash`, `mac`: altered,
 * moved, inserted, or written without the key. `part`: what stands beside it is not what was written. `part-gone`: that
 * is gone, and no entry says that it was taken away. `damaged`: it was found altered or gone when it was taken away.
 * `cut-off`: entries at the end are gone. `head`: what says how long the chain is was altered or taken away. `noted`:
 * another entry stands there than the one that was noted elsewhere.
 */
export type BreakReason =
  | 'unreadable'
  | 'missing'
  | 'previous'
  | 'hash'
  | 'mac'
  | 'part'
  | 'part-gone'
  | 'damaged'
  | 'cut-off'
  | 'head'
  | 'noted';

export type Head = Pick<Link, 'number' | 'hash' | 'mac'>;

/** An entry as it was seen at an earlier time: its hash stands for all before it too. */
export type Noted = Pick<Link, 'number' | 'hash'>;

export const page = 500;
export const origin = 'A'.repeat(43);

type Place = Noted;
type Fault = Extract<Verdict, { readonly ok: false }>;

/** Goes through the chain once; stops at the first entry that is not as it was written. Memory is one page. */
export class Verification {
  readonly #store: Store;
  readonly #ring: KeyRing;
  readonly #head: Head | 'forged' | undefined;
  readonly #noted: readonly Noted[];
  readonly #parts: PartCheck;
  readonly #removed = { who: 0, where: 0 };
  /** Entries up to this one are not there any more, and up to that one lawfully so. */
  #begun = 0;
  #lawful = 0;

  constructor(
    deps: { readonly store: Store; readonly ring: KeyRing },
    head: Head | 'forged' | undefined,
    noted: readonly Noted[],
  ) {
    this.#noted = noted;
    this.#store = deps.store;
    this.#ring = deps.ring;
    this.#parts = new PartCheck(deps);
    this.#head = head;
  }

  /** Undefined where entries were taken away while it read: then it is to be begun again. */
  async run(): Promise<Verdict | undefined> {
    let before: Place = { number: 0, hash: origin };
    for (;;) {
      // The last one once more: in Redis `500-1` stands between 500 and 501, and no page would begin with it.
      const rows = await this.#store.read(auditLog, Math.max(0, before.number - 1), page + 1);
      for (const row of rows.slice(rows[0]?.number === before.number ? 1 : 0)) {
        const next: Place | Fault = await this.#check(row, before);
        if ('ok' in next) return (await this.#isCut()) ? undefined : next;
        before = next;
      }
      if (rows.length <= page) return this.#judge(before.number);
    }
  }

  async #check(row: LogEntry, before: Place): Promise<Place | Fault> {
    const link = readLink(row.entry);
    const from = before.number === 0 ? this.#begin(row.number, link) : before;
    const number = from.number + 1;
    if (row.number !== number) return broken(number, 'missing');
    if (link === undefined) return broken(number, 'unreadable');
    if (link.number !== number || link.previous !== from.hash) return broken(number, 'previous');
    const fault = faultOfLink(this.#ring, link) ?? (await this.#partFault(row, link));
    if (fault !== undefined) return broken(number, fault);
    const head = this.#head;
    if (typeof head === 'object' && head.number === number && head.hash !== link.hash) return broken(number, 'head');
    return this.#otherThanNoted(link) ?? this.#note(link) ?? link;
  }

  /** Of an entry that was taken away the one behind it still tells the hash. */
  #otherThanNoted({ number, hash, previous }: Link): Fault | undefined {
    const other = this.#noted.find(
      noted =>
        (noted.number === number && noted.hash !== hash) || (noted.number === number - 1 && noted.hash !== previous),
    );
    return other && broken(other.number, 'noted');
  }

  /** Where the first entries are gone, the first that is left says by its MAC what came before it. */
  #begin(number: number, link: Link | undefined): Place {
    this.#begun = number - 1;
    return { number: this.#begun, hash: number === 1 ? origin : (link?.previous ?? '') };
  }

  /** What an entry says was taken away. */
  #note({ event }: Link): Fault | undefined {
    if (!isRemoval(event)) return undefined;
    if (event.what === 'entries') this.#lawful = Math.max(this.#lawful, Number(event.numbers.split('-').at(-1)));
    return event.damaged === undefined ? undefined : broken(event.damaged, 'damaged');
  }

  async #partFault(row: LogEntry, link: Link): Promise<PartFault | undefined> {
    const found = await this.#parts.look(row, link);
    if (typeof found === 'string') return found;
    for (const name of found) this.#removed[name] += 1;
    return undefined;
  }

  /** Whether entries that were there when it began are gone by now. */
  async #isCut(): Promise<boolean> {
    const [first] = await this.#store.read(auditLog, 0, 1);
    return first !== undefined && first.number > this.#begun + 1;
  }

  /** A crash between the first entry and its head leaves one entry without a head; more without one were tampered with. */
  #judge(entries: number): Verdict {
    const head = this.#head;
    if (this.#begun > this.#lawful) return broken(this.#lawful + 1, 'missing');
    if (head === 'forged' || (head === undefined && entries > 1)) return broken(entries, 'head');
    // The head lies in the same store: who saved a row of it puts that back. A head noted elsewhere he does not reach.
    if ([head, ...this.#noted].some(one => one !== undefined && one.number > entries))
      return broken(entries + 1, 'cut-off');
    const removed = { entries: this.#begun, ...this.#removed };
    const any = removed.entries + removed.who + removed.where > 0;
    const uncompared = this.#noted.find(({ number }) => number < this.#begun)?.number;
    return { ok: true, entries, ...(any ? { removed } : {}), ...(uncompared === undefined ? {} : { uncompared }) };
  }
}

function broken(number: number, reason: BreakReason): Fault {
  return { ok: false, number, reason };
}
