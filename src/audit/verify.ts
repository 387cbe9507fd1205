import { sha256 } from '../kernel/hash.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import type { LogEntry, Store } from '../kernel/store.ts';
import { faultOfLink, isGenuine, type Link, readLink } from './entry.ts';
import { goneText, type PartName, readPart } from './parts.ts';
import { hasNumber, type RemovalEvent } from './removal-event.ts';

export type Verdict =
  | { readonly ok: true; readonly entries: number; readonly removed?: Removed }
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
 * `cut-off`: entries at the end are gone. `head`: what says how long the chain is was altered or taken away.
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
  | 'head';

export type Head = Pick<Link, 'number' | 'hash' | 'mac'>;

export const auditLog = 'audit';
export const page = 500;
export const origin = 'A'.repeat(43);

type Place = Pick<Link, 'number' | 'hash'>;
type Fault = Extract<Verdict, { readonly ok: false }>;

/** Goes through the chain once; stops at the first entry that is not as it was written. Memory is one page. */
export class Verification {
  readonly #store: Store;
  readonly #ring: KeyRing;
  readonly #head: Head | 'forged' | undefined;
  readonly #removals = new Map<number, RemovalEvent | undefined>();
  readonly #removed = { who: 0, where: 0 };
  /** Entries up to this one are not there any more, and up to that one lawfully so. */
  #begun = 0;
  #lawful = 0;

  constructor(deps: { readonly store: Store; readonly ring: KeyRing }, head: Head | 'forged' | undefined) {
    this.#store = deps.store;
    this.#ring = deps.ring;
    this.#head = head;
  }

  /** Undefined where entries were taken away while it read: then it is to be begun again. */
  async run(): Promise<Verdict | undefined> {
    let before: Place = { number: 0, hash: origin };
    for (;;) {
      const rows = await this.#store.read(auditLog, before.number, page);
      for (const row of rows) {
        const next: Place | Fault = await this.#check(row, before);
        if ('ok' in next) return next.reason === 'missing' && (await this.#isCut()) ? undefined : next;
        before = next;
      }
      if (rows.length < page) return this.#judge(before.number);
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
    return this.#note(link) ?? link;
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

  async #partFault({ number, asides = {} }: LogEntry, { event }: Link): Promise<'part' | 'part-gone' | undefined> {
    const digests = event.parts ?? {};
    if (Object.keys(asides).some(name => !(name in digests))) return 'part';
    for (const [name, digest] of Object.entries(digests)) {
      const text = asides[name];
      if (text === undefined) return 'part-gone';
      if (sha256(text) === digest) continue;
      const fault = await this.#goneFault(number, name as PartName, text);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  async #goneFault(number: number, name: PartName, text: string): Promise<'part' | 'part-gone' | undefined> {
    const part = readPart(text);
    const gone = 'gone' in part ? part.gone : undefined;
    if (gone === undefined || goneText(gone) !== text) return 'part';
    const removal = gone.entry > number ? await this.#removal(gone.entry) : undefined;
    const covered = removal?.what === name && removal.because === gone.because && hasNumber(removal.numbers, number);
    if (!covered) return 'part-gone';
    this.#removed[name] += 1;
    return undefined;
  }

  /** Its place in the chain is looked at when it is come to. */
  async #removal(number: number): Promise<RemovalEvent | undefined> {
    if (this.#removals.has(number)) return this.#removals.get(number);
    const [row] = Number.isSafeInteger(number) ? await this.#store.read(auditLog, number - 1, 1) : [];
    const link = row?.number === number ? readLink(row.entry) : undefined;
    const genuine = row !== undefined && link !== undefined && isGenuine(this.#ring, row, link);
    const removal = genuine && isRemoval(link.event) ? link.event : undefined;
    if (this.#removals.size >= page) this.#removals.clear();
    this.#removals.set(number, removal);
    return removal;
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
    if (head !== undefined && head.number > entries) return broken(entries + 1, 'cut-off');
    const removed = { entries: this.#begun, ...this.#removed };
    const any = removed.entries + removed.who + removed.where > 0;
    return any ? { ok: true, entries, removed } : { ok: true, entries };
  }
}

export function isRemoval(event: Link['event']): event is Link['event'] & RemovalEvent {
  return event.type === 'audit.removed';
}

function broken(number: number, reason: BreakReason): Fault {
  return { ok: false, number, reason };
}
