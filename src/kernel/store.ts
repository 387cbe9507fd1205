/**
 * The store: the few atomic steps on which every repository is written (ARCHITECTURE.md, "The store").
 *
 * Keys are printable ASCII without spaces, parts joined by ':'; parts that came from people are hashed or random
 * ids. `{...}` in a key is its hash tag: steps of one person touch one tag only, so that a cluster can keep them
 * together. Values are text (JSON, sealed where secret). All durations are milliseconds; expiry is by the store's
 * own clock, and an expired entry is absent in every step.
 *
 * Every method may reject with SluisError 'store.unavailable'. A rejected write may or may not have happened: the
 * caller must treat it as unknown and refuse (rule 2).
 */
export interface Store {
  /** The record, or undefined where there is none (or it has expired). */
  get(key: string): Promise<StoredRecord | undefined>;
  /** Writes a first version (1). False, and nothing changed, where a record already stands. */
  create(key: string, value: string, ttl?: number): Promise<boolean>;
  /** Compare-and-set: false, and nothing changed, unless the record stands at exactly this version. Without `ttl` the expiry stays as it was. */
  replace(key: string, version: number, value: string, ttl?: number): Promise<boolean>;
  /** Removes the record at any version; true where one stood. Of two that remove at once, one gets true. */
  remove(key: string): Promise<boolean>;

  /** Consume-once: true for the first caller, false for everyone after, in the whole fleet, until `ttl` has passed. */
  consume(key: string, ttl: number): Promise<boolean>;
  consumed(key: string): Promise<boolean>;

  /** Monotone number: true, and set, only where `value` is greater than what stands (absent counts as -Infinity). */
  advance(key: string, value: number, ttl?: number): Promise<boolean>;
  /** The number that stands, or undefined. */
  reached(key: string): Promise<number | undefined>;

  /** Adds `by` (may be negative; never below 0) to a counter whose window began with its first increment. */
  count(key: string, window: number, by?: number): Promise<Count>;
  peek(key: string): Promise<Count | undefined>;
  resetCount(key: string): Promise<void>;

  /** Adds to a set. 'full' where it holds `cap` other members; nothing changed then. Members may expire each on its own. */
  add(key: string, member: string, options?: { cap?: number; ttl?: number }): Promise<'added' | 'present' | 'full'>;
  drop(key: string, member: string): Promise<boolean>;
  /** Members in byte order, at most `limit` (default 1,000). */
  members(key: string, options?: MembersOptions): Promise<string[]>;
  size(key: string): Promise<number>;

  /**
   * Appends to a log if its head still stands at `expectedHead` (0 for an empty log), or is that very entry, which may have
   * been read long ago; false otherwise. Entries count from 1.
   */
  append(log: string, expectedHead: number | LogEntry, entry: string, asides?: Asides): Promise<boolean>;
  /** The newest entry, without its asides. */
  head(log: string): Promise<LogEntry | undefined>;
  /** Entries after `after` with their asides, oldest first, at most `limit`. */
  read(log: string, after: number, limit: number): Promise<LogEntry[]>;
  /** Puts another text in the place of an aside, wherever one of these entries (at most 1,000) has it. Done again, it changes nothing. */
  replaceAsides(log: string, name: string, numbers: readonly number[], text: string): Promise<void>;
  /** Takes entries with a number below `before` away, but never the newest: numbers go on. Done again, it changes nothing. */
  trim(log: string, before: number): Promise<void>;

  /** Tells every instance, itself included; only hastens, in no promised order, never the sole carrier of a fact. */
  publish(channel: string, message: string): Promise<void>;
  subscribe(channel: string, listener: (message: string) => void): () => void;

  close(): Promise<void>;
}

/** Which members: both bounds are left out themselves. */
export interface MembersOptions {
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  /** The last one first. */
  readonly descending?: boolean;
  readonly limit?: number;
}

export interface StoredRecord {
  readonly value: string;
  readonly version: number;
}

export interface Count {
  readonly count: number;
  /** When the window ends, by the store's clock; milliseconds since the epoch. */
  readonly resetsAt: number;
}

export interface LogEntry {
  readonly number: number;
  readonly entry: string;
  readonly asides?: Asides;
}

/** What stands beside an entry of a log by names (`[a-z]+`), and unlike the entry can be replaced: never a way to change a log. */
export type Asides = Readonly<Record<string, string>>;

/**
 * Reads, changes and writes back until no other writer came between. `change` may run more than once and must not
 * have effects; it returns undefined to leave the record as it is. Resolves to what was written, or undefined.
 */
export async function update<T>(
  store: Store,
  key: string,
  codec: Codec<T>,
  change: (current: T) => T | undefined,
  ttl?: number,
): Promise<T | undefined> {
  for (;;) {
    const record = await store.get(key);
    const current = record === undefined ? undefined : codec.decode(key, record.value);
    if (record === undefined || current === undefined) return undefined;
    const next = change(current);
    if (next === undefined) return undefined;
    if (await store.replace(key, record.version, codec.encode(key, next), ttl)) return next;
  }
}

/** How a record's value is written as text; `key` binds what is sealed to its place. */
export interface Codec<T> {
  encode(key: string, value: T): string;
  /** Undefined where the text is not readable: the caller treats it as absent and refuses. */
  decode(key: string, text: string): T | undefined;
}
