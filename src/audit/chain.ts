import type { Clock } from '../kernel/clock.ts';
import { plainCodec } from '../kernel/codec.ts';
import { sha256 } from '../kernel/hash.ts';
import { type KeyRing, sameText } from '../kernel/key-ring.ts';
import { type LogEntry, type Store, type StoredRecord, update } from '../kernel/store.ts';
import { canonical } from './canonical.ts';
import type { Audit, AuditEvent } from './event.ts';
import { notedOf, openNotes } from './of-person.ts';

/** One link of the chain, as it is kept and as it goes to the log. */
export interface AuditEntry {
  /** From 1, without gaps. */
  readonly number: number;
  /** ISO 8601 in UTC with milliseconds. */
  readonly at: string;
  readonly event: AuditEvent;
  /** `hash` of the entry before; of the first, 43 times `A`. */
  readonly previous: string;
  /** SHA-256 in base64url over the canonical text of number, at, event and previous. */
  readonly hash: string;
  /** HMAC of `hash` under the operator's key: who can write to the store but has no key cannot make a chain anew. */
  readonly mac: string;
}

export interface AuditDeps {
  readonly store: Store;
  readonly ring: KeyRing;
  readonly clock: Clock;
  /** Gets each entry once it is kept. */
  readonly log: (entry: AuditEntry) => void;
}

export type Verdict =
  | { readonly ok: true; readonly entries: number }
  | { readonly ok: false; readonly number: number; readonly reason: BreakReason };

/**
 * `unreadable`: not the text that was written. `missing`: a number is left out. `previous`, `hash`, `mac`: altered,
 * moved, inserted, or written without the key. `cut-off`: entries at the end are gone. `head`: what says how long the
 * chain is was altered or taken away.
 */
export type BreakReason = 'unreadable' | 'missing' | 'previous' | 'hash' | 'mac' | 'cut-off' | 'head';

export const auditLog = 'audit';
/** How far the chain had come, with a MAC: without it nobody would miss entries cut off at the end. */
export const auditHead = 'audit-head';
const page = 500;
const origin = 'A'.repeat(43);
const entryPurpose = 'audit entry';
const headPurpose = 'audit head';

type Head = Pick<AuditEntry, 'number' | 'hash' | 'mac'>;

/**
 * The audit trail: a log in which each entry holds the hash of the one before, under the operator's key (R37). A whole
 * store put back from an older copy is a chain that is right in itself; only the copy in the log shows what is gone.
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

  /** Entries of one process queue up here, so that they compete with other processes only. */
  record(event: AuditEvent): Promise<void> {
    const turn = this.#last.then(() => this.#append(event));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** The newest entries, at most `count`, oldest first. Unreadable ones are left out: `verify` names them. */
  async tail(count: number): Promise<AuditEntry[]> {
    const { store } = this.#deps;
    const end = (await store.head(auditLog))?.number ?? 0;
    const entries: AuditEntry[] = [];
    for (let after = Math.max(0, end - count); after < end; after += page) {
      const rows = await store.read(auditLog, after, Math.min(page, end - after));
      for (const row of rows) entries.push(...(readEntry(row.entry) ?? []));
    }
    return entries;
  }

  /**
   * The entries after a number, at most 500, for whoever acts on them: only those that were written under the operator's
   * key, so that nobody who can write to the store alone has anybody told anything. `last`: up to where was read.
   */
  async follow(after: number): Promise<{ readonly entries: readonly AuditEntry[]; readonly last: number }> {
    const rows = await this.#deps.store.read(auditLog, after, page);
    const entries = rows.flatMap(({ number, entry }) =>
      (readEntry(entry) ?? []).filter(read => read.number === number && this.#isOurs(read)),
    );
    return { entries, last: rows.at(-1)?.number ?? after };
  }

  /** The number of the newest entry. */
  async end(): Promise<number> {
    return (await this.#deps.store.head(auditLog))?.number ?? 0;
  }

  /**
   * At most `count` entries with a number below `before`, the newest first, and the lowest number that was looked at.
   * Unreadable ones are left out: `verify` names them.
   */
  async before(before: number | undefined, count: number): Promise<{ entries: AuditEntry[]; first: number }> {
    const { store } = this.#deps;
    const end = before === undefined ? ((await store.head(auditLog))?.number ?? 0) : before - 1;
    const after = Math.max(0, end - count);
    const rows = end <= after ? [] : await store.read(auditLog, after, end - after);
    return { entries: rows.flatMap(row => readEntry(row.entry) ?? []).reverse(), first: after + 1 };
  }

  /** The last entries about one person that she may want to know, the newest first. */
  async ofPerson(person: string): Promise<AuditEntry[]> {
    const numbers = await notedOf(this.#deps.store, person);
    const rows = await Promise.all(numbers.map(number => this.#deps.store.read(auditLog, number - 1, 1)));
    return rows.flatMap(([row]) => (row === undefined ? [] : (readEntry(row.entry) ?? []))).filter(isAbout(person));
  }

  /** Reads the chain from the first entry; stops at the first that is not as it was written. Memory is one page. */
  async verify(): Promise<Verdict> {
    const { store } = this.#deps;
    // Read first: entries that are added while the chain is read are no reason to doubt it.
    const head = await this.#head();
    let before: Link = { number: 0, hash: origin };
    for (;;) {
      const rows = await store.read(auditLog, before.number, page);
      for (const row of rows) {
        const link = this.#check(row, before);
        if ('ok' in link) return link;
        if (head !== undefined && head !== 'forged' && head.number === link.number && head.hash !== link.hash) {
          return broken(link.number, 'head');
        }
        before = link;
      }
      if (rows.length < page) return judgeEnd(before.number, head);
    }
  }

  async #append(event: AuditEvent): Promise<void> {
    const { store } = this.#deps;
    const notes = openNotes(store, event);
    for (let known = this.#end; ; known = undefined) {
      const last = known ?? (await store.head(auditLog));
      const entry = this.#entry(event, last?.number ?? 0, last === undefined ? origin : hashOf(last.entry));
      const text = writeEntry(entry);
      this.#end = undefined;
      if (!(await store.append(auditLog, last ?? 0, text))) continue;
      this.#end = { number: entry.number, entry: text };
      // The entry is kept: that one person does not see it in her list is no reason to fail what she did.
      await Promise.all([this.#moveHead(entry), notes.then(note => note(entry.number)).catch(() => undefined)]);
      this.#deps.log(entry);
      return;
    }
  }

  #entry(event: AuditEvent, before: number, previous: string): AuditEntry {
    const at = new Date(this.#deps.clock.now()).toISOString();
    const body = { number: before + 1, at, event, previous };
    const hash = sha256(canonical(body));
    return { ...body, hash, mac: this.#deps.ring.mac(entryPurpose, hash) };
  }

  #check(row: { number: number; entry: string }, before: Link): Link | Verdict {
    const number = before.number + 1;
    if (row.number !== number) return broken(number, 'missing');
    const entry = readEntry(row.entry)?.[0];
    if (entry === undefined) return broken(number, 'unreadable');
    const { hash, mac, ...body } = entry;
    if (body.number !== number || body.previous !== before.hash) return broken(number, 'previous');
    if (!sameText(hash, sha256(canonical(body)))) return broken(number, 'hash');
    return this.#deps.ring.verifyMac(entryPurpose, hash, mac) ? { number, hash } : broken(number, 'mac');
  }

  #isOurs({ hash, mac, ...body }: AuditEntry): boolean {
    return sameText(hash, sha256(canonical(body))) && this.#deps.ring.verifyMac(entryPurpose, hash, mac);
  }

  /** Never backwards: another process may have come further meanwhile. */
  async #moveHead(entry: AuditEntry): Promise<void> {
    const { store, ring } = this.#deps;
    const mac = ring.mac(headPurpose, `${entry.number} ${entry.hash}`);
    const head: Head = { number: entry.number, hash: entry.hash, mac };
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

type Link = Pick<AuditEntry, 'number' | 'hash'>;

/** A crash between the first entry and its head leaves one entry without a head; more without one were tampered with. */
function judgeEnd(entries: number, head: Head | 'forged' | undefined): Verdict {
  if (head === 'forged' || (head === undefined && entries > 1)) return broken(entries, 'head');
  if (head !== undefined && head.number > entries) return broken(entries + 1, 'cut-off');
  return { ok: true, entries };
}

function broken(number: number, reason: BreakReason): Verdict {
  return { ok: false, number, reason };
}

/** The very text that is kept: an entry that reads the same but is spelled otherwise was not written here. */
function writeEntry(entry: AuditEntry): string {
  return canonical(entry);
}

function readEntry(text: string): [AuditEntry] | undefined {
  try {
    const entry = JSON.parse(text) as AuditEntry;
    return isEntry(entry) && writeEntry(entry) === text ? [entry] : undefined;
  } catch {
    return undefined;
  }
}

const entryNames = 'at,event,hash,mac,number,previous';

function isEntry(value: unknown): value is AuditEntry {
  if (typeof value !== 'object' || value === null || Object.keys(value).toSorted().join() !== entryNames) return false;
  const entry = value as Record<keyof AuditEntry, unknown>;
  const texts = [entry.at, entry.previous, entry.hash, entry.mac];
  return typeof entry.number === 'number' && texts.every(text => typeof text === 'string') && isEvent(entry.event);
}

function isEvent(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** What the next entry builds on. The trail goes on behind a damaged entry: stopping would lose evidence as well. */
function hashOf(text: string): string {
  return readEntry(text)?.[0].hash ?? sha256(text);
}
