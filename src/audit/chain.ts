import type { Clock } from '../kernel/clock.ts';
import { plainCodec } from '../kernel/codec.ts';
import { sha256 } from '../kernel/hash.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import type { Random } from '../kernel/random.ts';
import { type LogEntry, type Store, type StoredRecord, update } from '../kernel/store.ts';
import {
  type AuditEntry,
  auditLog,
  entryOf,
  faultOfLink,
  type Link,
  makeLink,
  readEntry,
  readLink,
  writeLink,
} from './entry.ts';
import type { Audit, AuditEvent } from './event.ts';
import { notedOf, openNotes } from './of-person.ts';
import { PartCheck } from './part-check.ts';
import { goneText, type PartName } from './parts.ts';
import { numbersText, type RemovalEvent } from './removal-event.ts';
import { type Head, type Noted, origin, page, type Verdict, Verification } from './verify.ts';

export { type AuditEntry, auditLog } from './entry.ts';
export type { BreakReason, Noted, Removed, Verdict } from './verify.ts';

export interface AuditDeps {
  readonly store: Store;
  readonly ring: KeyRing;
  readonly clock: Clock;
  readonly random: Random;
  /** Gets each entry once it is kept. */
  readonly log: (entry: AuditEntry) => void;
}

/** Who wants something taken out of the trail, and why. */
export type Removing = Pick<RemovalEvent, 'because' | 'person' | 'by' | 'damaged'> & { readonly realm: string };

/** An entry as it stands in the store. */
export interface AuditRow {
  readonly number: number;
  /** Undefined: it cannot be read. */
  readonly entry: AuditEntry | undefined;
  /** Written with these keys, and so are its parts, but for those that were lawfully taken away. */
  readonly genuine: boolean;
}

/** How far the chain had come, with a MAC: without it nobody would miss entries cut off at the end. */
export const auditHead = 'audit-head';
const headPurpose = 'audit head';

/**
 * The audit trail: a log in which each entry holds the hash of the one before, under the operator's key (R37). What is
 * personal stands beside its entry, which holds a digest of it, and can be taken away (R61; decision 40). A whole store put
 * back from an older copy is a chain that is right in itself; only the copy in the log shows what is gone.
 */
export class AuditTrail implements Audit {
  readonly #deps: AuditDeps;
  #last: Promise<unknown> = Promise.resolve();
  /** The newest entry and the mark of the length, as they were last seen here: believed only where they still stand. */
  #end: LogEntry | undefined;
  #mark: StoredRecord | undefined;

  constructor(deps: AuditDeps) {
    this.#deps = deps;
  }

  async record(event: AuditEvent): Promise<void> {
    await this.#recorded(event);
  }

  /** Entries of one process queue up here, so that they compete with other processes only. */
  #recorded(event: AuditEvent): Promise<number> {
    const turn = this.#last.then(() => this.#append(event));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Takes a part of these entries (500 at most) away. Recorded first: who finds a part gone finds why. Done again after a
   * crash, it is recorded again.
   */
  async remove(what: PartName, numbers: readonly number[], { realm, ...why }: Removing): Promise<void> {
    if (numbers.length === 0) return;
    const event = { type: 'audit.removed', realm, what, numbers: numbersText(numbers), ...why } as const;
    const entry = await this.#recorded(event);
    const text = goneText({ because: why.because, entry });
    await this.#deps.store.replaceAsides(auditLog, what, numbers, text);
  }

  /** Takes all entries up to this one away; never the newest. `recorded`: what is to be done before they go. */
  async cut(upTo: number, { realm, ...why }: Removing, recorded?: () => Promise<void>): Promise<void> {
    await this.record({ type: 'audit.removed', realm, what: 'entries', numbers: `1-${upTo}`, ...why });
    await recorded?.();
    await this.#deps.store.trim(auditLog, upTo + 1);
  }

  /** The newest entries, at most `count`, oldest first. Unreadable ones are left out: `verify` names them. */
  async tail(count: number): Promise<AuditEntry[]> {
    const { store } = this.#deps;
    const end = await this.end();
    const entries: AuditEntry[] = [];
    for (let after = Math.max((await this.begin()) - 1, end - count); after < end; after += page) {
      const rows = await store.read(auditLog, after, Math.min(page, end - after));
      entries.push(...rows.flatMap(row => readEntry(row) ?? []));
    }
    return entries;
  }

  /**
   * The entries after a number, at most 500, for whoever acts on them: only those that were written under the operator's
   * key, so that nobody who can write to the store alone has anybody told anything, and are whole. `last`: up to where was
   * read.
   */
  async follow(after: number): Promise<{ readonly entries: readonly AuditEntry[]; readonly last: number }> {
    const rows = await this.rows(after, page);
    const entries = rows.flatMap(({ entry, genuine }) => (genuine && entry?.gone === undefined ? (entry ?? []) : []));
    return { entries, last: rows.at(-1)?.number ?? after };
  }

  /** The entries after a number, at most so many, each looked at by itself. */
  async rows(after: number, limit: number): Promise<readonly AuditRow[]> {
    const rows: AuditRow[] = [];
    const parts = new PartCheck(this.#deps);
    for (const row of await this.#deps.store.read(auditLog, after, limit)) {
      const link = readLink(row.entry);
      const genuine = link !== undefined && (await this.#isGenuine(row, link, parts));
      // It and what took its parts away may have gone while this was read: that is no damage.
      if (!genuine && !(await this.#isThere(row.number))) continue;
      rows.push({ number: row.number, entry: link && entryOf(link, row.asides), genuine });
    }
    return rows;
  }

  async #isThere(number: number): Promise<boolean> {
    return (await this.#deps.store.read(auditLog, number - 1, 1))[0]?.number === number;
  }

  async #isGenuine(row: LogEntry, link: Link, parts: PartCheck): Promise<boolean> {
    if (row.number !== link.number || faultOfLink(this.#deps.ring, link) !== undefined) return false;
    return typeof (await parts.look(row, link)) !== 'string';
  }

  /** The number of the oldest entry that is left; 1 where there is none. */
  async begin(): Promise<number> {
    return (await this.#deps.store.read(auditLog, 0, 1))[0]?.number ?? 1;
  }

  /** The number of the newest entry; 0 where there is none. */
  async end(): Promise<number> {
    return (await this.#deps.store.head(auditLog))?.number ?? 0;
  }

  /**
   * At most `count` entries with a number below `before`, the newest first, and the lowest number that was looked at: 1
   * where nothing is left before that. Unreadable ones are left out: `verify` names them. So are those of which `might`
   * says by their texts that they are not wanted: reading a text costs many times what looking through it does.
   * `since`: when the oldest was written that was looked at.
   */
  async before(
    before: number | undefined,
    count: number,
    might?: (row: LogEntry) => boolean,
  ): Promise<{ entries: AuditEntry[]; first: number; since: string | undefined }> {
    const end = before === undefined ? await this.end() : before - 1;
    const after = Math.max(0, end - count);
    const rows = end <= after ? [] : await this.#deps.store.read(auditLog, after, end - after);
    const own = rows.filter(({ number }) => number <= end);
    const isAll = own.length < end - after && (await this.begin()) > after;
    const wanted = might === undefined ? own : own.filter(might);
    const entries = wanted.flatMap(row => readEntry(row) ?? []).reverse();
    const since = own[0] && readLink(own[0].entry)?.at;
    return { entries, first: isAll ? 1 : after + 1, since };
  }

  /** The last entries about one person that she may want to know, the newest first. */
  async ofPerson(person: string): Promise<AuditEntry[]> {
    const numbers = await notedOf(this.#deps.store, person);
    const found = await Promise.all(
      numbers.map(async number => {
        const [row] = await this.#deps.store.read(auditLog, number - 1, 1);
        return row?.number === number ? (readEntry(row) ?? []) : [];
      }),
    );
    return found.flat().filter(isAbout(person));
  }

  /** The newest entry, to be noted where who can write to this store cannot; undefined where none is genuine. */
  async newest(): Promise<Noted | undefined> {
    const row = await this.#deps.store.head(auditLog);
    const link = row && readLink(row.entry);
    if (link === undefined || link.number !== row?.number) return undefined;
    return faultOfLink(this.#deps.ring, link) === undefined ? { number: link.number, hash: link.hash } : undefined;
  }

  /** Whether an entry that was seen before still stands, or went from the beginning: `verify` says whether lawfully. */
  async holds({ number, hash }: Noted): Promise<boolean> {
    const [row] = await this.#deps.store.read(auditLog, number - 1, 1);
    if (row === undefined) return false;
    return row.number === number ? readLink(row.entry)?.hash === hash : (await this.begin()) > number;
  }

  /**
   * Reads the chain from the first entry; stops at the first that is not as it was written. `noted`: entries that it
   * must still hold, as somebody saw them before. Without them a chain whose end was cut off, with an older head put
   * back that was saved when it stood there, is whole.
   */
  async verify(...noted: readonly Noted[]): Promise<Verdict> {
    for (;;) {
      // Read first: entries that are added while the chain is read are no reason to doubt it.
      const head = await this.#head();
      const verdict = await new Verification(this.#deps, head, noted).run();
      if (verdict !== undefined) return verdict;
    }
  }

  async #append(event: AuditEvent): Promise<number> {
    const { store, clock } = this.#deps;
    const notes = openNotes(store, event);
    for (let known = this.#end; ; known = undefined) {
      const last = known ?? (await store.head(auditLog));
      const number = (last?.number ?? 0) + 1;
      const previous = last === undefined ? origin : hashOf(last.entry);
      const place = { number, at: new Date(clock.now()).toISOString(), previous };
      const { link, asides } = makeLink(this.#deps, { ...place, event });
      const entry = writeLink(link);
      this.#end = undefined;
      if (!(await store.append(auditLog, last ?? 0, entry, asides))) continue;
      this.#end = { number, entry };
      // The entry is kept: that one person does not see it in her list is no reason to fail what she did.
      await Promise.all([this.#moveHead(link), notes.then(note => note(number)).catch(() => undefined)]);
      this.#deps.log(entryOf(link, asides));
      return number;
    }
  }

  /** Never backwards: another process may have come further meanwhile. */
  async #moveHead({ number, hash }: Pick<Head, 'number' | 'hash'>): Promise<void> {
    const { store, ring } = this.#deps;
    const head: Head = { number, hash, mac: ring.mac(headPurpose, `${number} ${hash}`) };
    const codec = plainCodec<Head>();
    const text = codec.encode(auditHead, head);
    const before = this.#mark ?? (await store.get(auditHead)) ?? { version: 0, value: '' };
    this.#mark = undefined;
    const current = codec.decode(auditHead, before.value);
    // One that cannot be read is left for `verify` to find.
    const isFurther = before.version === 0 || (current !== undefined && current.number < head.number);
    const write = () =>
      before.version === 0 ? store.create(auditHead, text) : store.replace(auditHead, before.version, text);
    if (isFurther && (await write())) this.#mark = { version: before.version + 1, value: text };
    else await update(store, auditHead, codec, current => (current.number < head.number ? head : undefined));
  }

  async #head(): Promise<Head | 'forged' | undefined> {
    const record = await this.#deps.store.get(auditHead);
    if (record === undefined) return undefined;
    const head = plainCodec<Head>().decode(auditHead, record.value);
    if (typeof head?.number !== 'number' || typeof head.mac !== 'string') return 'forged';
    return this.#deps.ring.verifyMac(headPurpose, `${head.number} ${head.hash}`, head.mac) ? head : 'forged';
  }
}

function isAbout(person: string) {
  return ({ event }: AuditEntry) => 'person' in event && event.person === person;
}

/** What the next entry builds on. The trail goes on behind a damaged entry: stopping would lose evidence as well. */
function hashOf(text: string): string {
  return readLink(text)?.hash ?? sha256(text);
}
