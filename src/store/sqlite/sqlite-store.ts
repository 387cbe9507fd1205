import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../kernel/clock.ts';
import { SluisError } from '../../kernel/errors.ts';
import type { Asides, Count, LogEntry, MembersOptions, Store, StoredRecord } from '../../kernel/store.ts';
import { Channels } from './channels.ts';
import { migrate } from './migrations.ts';
import { prepareStatements, type Statements } from './statements.ts';

/** Milliseconds that a statement waits inside SQLite for another process's write: short, for that wait holds the event loop. */
const busyTimeout = 50;
/** After that it is tried again from outside, about six seconds in all: SQLite's own wait is not fair, and a slow disk makes it longer. */
const busyTries = 100;
const busyPause = 10;
const writesPerPrune = 256;
/** Above `writesPerPrune`: a batch takes away more than the writes between two could have left. */
const pruneBatch = 500;
const nothing = new Uint8Array();

type Row = ReturnType<StatementSync['get']>;
type Bound = string | number | null;

export interface SqliteStoreOptions {
  readonly path: string;
  readonly clock: Clock;
  /** Called once, when nothing of this process uses the file any more. */
  readonly onClosed?: (() => void) | undefined;
}

/**
 * The store on one SQLite file, which several processes may open at once (`serve` and the command line). Expiry is
 * by the clock given here. Not for the path of a request with a known session: node:sqlite holds the event loop.
 */
export class SqliteStore implements Store {
  readonly #db: DatabaseSync;
  readonly #clock: Clock;
  readonly #sql: Statements;
  readonly #channels = new Channels();
  readonly #onClosed: (() => void) | undefined;
  #writes = 0;

  private constructor(db: DatabaseSync, { clock, onClosed }: SqliteStoreOptions) {
    this.#db = db;
    this.#clock = clock;
    this.#onClosed = onClosed;
    this.#sql = prepareStatements(db);
  }

  /**
   * Opens and migrates. Rejects with 'data.newer' for data of a later release, otherwise with 'store.unavailable';
   * nothing stays open then.
   */
  static async open(options: SqliteStoreOptions): Promise<SqliteStore> {
    let db: DatabaseSync | undefined;
    try {
      db = new DatabaseSync(options.path, { timeout: 0 });
      const opened = db;
      // Where several processes open a fresh file together, this pragma is refused at once, whatever the busy timeout.
      await whileBusy(() => opened.exec('PRAGMA journal_mode = WAL'));
      db.exec(`PRAGMA busy_timeout = ${busyTimeout}`);
      // What is taken away is written over: names in the audit, seeds, cookies (R61). FAST leaves whole pages as they were.
      db.exec('PRAGMA secure_delete = ON');
      // FULL: what was answered to a person (a code is used, a visit spent) survives a power cut.
      db.exec('PRAGMA synchronous = FULL');
      await whileBusy(() => migrate(opened));
      return new SqliteStore(db, options);
    } catch (error) {
      if (db?.isOpen) db.close();
      throw error instanceof SluisError ? error : unavailable(error, options.path);
    }
  }

  get(key: string): Promise<StoredRecord | undefined> {
    return this.#step(() => {
      const row = this.#sql.get.get(key, this.#clock.now());
      return row === undefined ? undefined : { value: String(row['value']), version: Number(row['version']) };
    });
  }

  create(key: string, value: string, ttl?: number): Promise<boolean> {
    return this.#write(this.#sql.create, key, value, this.#expiry(ttl), this.#clock.now());
  }

  replace(key: string, version: number, value: string, ttl?: number): Promise<boolean> {
    return this.#write(this.#sql.replace, key, version, value, this.#expiry(ttl), this.#clock.now());
  }

  remove(key: string): Promise<boolean> {
    return this.#step(() => this.#wasAlive(this.#sql.remove.get(key)));
  }

  consume(key: string, ttl: number): Promise<boolean> {
    return this.#write(this.#sql.consume, key, this.#clock.now() + ttl, this.#clock.now());
  }

  consumed(key: string): Promise<boolean> {
    return this.#step(() => this.#sql.consumed.get(key, this.#clock.now()) !== undefined);
  }

  advance(key: string, value: number, ttl?: number): Promise<boolean> {
    return this.#write(this.#sql.advance, key, value, this.#expiry(ttl), this.#clock.now());
  }

  reached(key: string): Promise<number | undefined> {
    return this.#step(() => {
      const row = this.#sql.reached.get(key, this.#clock.now());
      return row === undefined ? undefined : Number(row['value']);
    });
  }

  count(key: string, window: number, by = 1): Promise<Count> {
    return this.#step(() => {
      this.#pruneNowAndThen();
      const now = this.#clock.now();
      // A window begins with an increment: lowering what is not there leaves nothing behind.
      const row = by > 0 ? this.#sql.count.get(key, by, now + window, now) : this.#sql.lower.get(key, by, now);
      return countOf(row) ?? { count: 0, resetsAt: now + window };
    });
  }

  peek(key: string): Promise<Count | undefined> {
    return this.#step(() => countOf(this.#sql.peek.get(key, this.#clock.now())));
  }

  async resetCount(key: string): Promise<void> {
    await this.#write(this.#sql.resetCount, key);
  }

  add(
    key: string,
    member: string,
    options: { cap?: number; ttl?: number } = {},
  ): Promise<'added' | 'present' | 'full'> {
    return this.#step(() =>
      this.#atomically(() => {
        this.#pruneNowAndThen();
        const now = this.#clock.now();
        const expires = this.#expiry(options.ttl);
        if (this.#sql.touchMember.run(key, member, expires, now).changes === 1) return 'present';
        return this.#sql.add.run(key, member, expires, now, options.cap ?? null).changes === 1 ? 'added' : 'full';
      }),
    );
  }

  drop(key: string, member: string): Promise<boolean> {
    return this.#step(() => this.#wasAlive(this.#sql.drop.get(key, member)));
  }

  members(key: string, { after, before, descending, limit = 1000 }: MembersOptions = {}): Promise<string[]> {
    return this.#step(() => {
      const { members, firstMembers, membersDown, firstMembersDown } = this.#sql;
      // Bytes stand above any text (SQLite, "Sort order"): as good as no bound.
      const bounds = [key, this.#clock.now(), before ?? nothing, limit] as const;
      const rows =
        after === undefined
          ? (descending === true ? firstMembersDown : firstMembers).all(...bounds)
          : (descending === true ? membersDown : members).all(...bounds, after);
      return rows.map(row => String(row['member']));
    });
  }

  size(key: string): Promise<number> {
    return this.#step(() => Number(this.#sql.size.get(key, this.#clock.now())?.['size'] ?? 0));
  }

  append(log: string, expectedHead: number | LogEntry, entry: string, asides?: Asides): Promise<boolean> {
    const head = typeof expectedHead === 'number' ? { number: expectedHead, entry: null } : expectedHead;
    const values = [log, head.number, entry, head.entry] as const;
    if (asides === undefined) return this.#write(this.#sql.append, ...values);
    return this.#step(() =>
      this.#atomically(() => {
        this.#pruneNowAndThen();
        if (this.#sql.append.run(...values).changes !== 1) return false;
        for (const [name, text] of Object.entries(asides)) this.#sql.aside.run(log, head.number + 1, name, text);
        return true;
      }),
    );
  }

  head(log: string): Promise<LogEntry | undefined> {
    return this.#step(() => {
      const row = this.#sql.head.get(log);
      return row === undefined ? undefined : entryOf(row);
    });
  }

  read(log: string, after: number, limit: number): Promise<LogEntry[]> {
    return this.#step(() => this.#sql.read.all(log, after, limit).map(entryOf));
  }

  replaceAsides(log: string, name: string, numbers: readonly number[], text: string): Promise<void> {
    return this.#step(() =>
      this.#atomically(() => {
        for (const number of numbers) this.#sql.replaceAside.run(log, number, name, text);
      }),
    );
  }

  trim(log: string, before: number): Promise<void> {
    return this.#step(() =>
      this.#atomically(() => {
        this.#sql.trimAsides.run(log, before);
        this.#sql.trim.run(log, before);
      }),
    );
  }

  publish(channel: string, message: string): Promise<void> {
    return this.#step(() => {
      if (!this.#db.isOpen) throw new Error('closed');
      this.#channels.publish(channel, message);
    });
  }

  subscribe(channel: string, listener: (message: string) => void): () => void {
    return this.#channels.subscribe(channel, listener);
  }

  /** Deletes at most `batch` expired rows of each kind; how many went. Called now and then by writes, and by a timer. */
  prune(batch: number = pruneBatch): Promise<number> {
    return this.#step(() => this.#atomically(() => this.#pruned(batch)));
  }

  /**
   * Brings what was written ahead into the file itself, and empties that: until then what was taken away stands in both
   * (R61). Does nothing while another process is at it; called by a timer.
   */
  settle(): Promise<void> {
    return this.#step(() => this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)'));
  }

  close(): Promise<void> {
    return this.#step(() => {
      this.#channels.clear();
      if (!this.#db.isOpen) return;
      this.#db.close();
      this.#onClosed?.();
    });
  }

  #write(statement: StatementSync, ...values: Bound[]): Promise<boolean> {
    return this.#step(() => {
      this.#pruneNowAndThen();
      return statement.run(...values).changes === 1;
    });
  }

  async #step<T>(step: () => T): Promise<T> {
    try {
      return await whileBusy(step);
    } catch (error) {
      throw unavailable(error, undefined);
    }
  }

  #atomically<T>(step: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = step();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#db.isOpen && this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #pruneNowAndThen(): void {
    this.#writes += 1;
    if (this.#writes % writesPerPrune === 0) this.#pruned(pruneBatch);
  }

  #pruned(batch: number): number {
    const now = this.#clock.now();
    return this.#sql.prune.reduce((sum, statement) => sum + Number(statement.run(now, batch).changes), 0);
  }

  #expiry(ttl: number | undefined): number | null {
    return ttl === undefined ? null : this.#clock.now() + ttl;
  }

  #wasAlive(removed: Row): boolean {
    if (removed === undefined) return false;
    return removed['expires'] === null || Number(removed['expires']) > this.#clock.now();
  }
}

function countOf(row: Row): Count | undefined {
  return row === undefined ? undefined : { count: Number(row['count']), resetsAt: Number(row['expires']) };
}

function entryOf(row: NonNullable<Row>): LogEntry {
  const entry = { number: Number(row['number']), entry: String(row['entry']) };
  const asides = String(row['asides'] ?? '{}');
  return asides === '{}' ? entry : { ...entry, asides: JSON.parse(asides) as Asides };
}

/** A step that SQLite refused as busy has changed nothing, so it may run again. */
async function whileBusy<T>(step: () => T): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return step();
    } catch (error) {
      if (!isBusy(error) || tries === busyTries) throw error;
      await pause(busyPause);
    }
  }
}

/** The low byte of SQLite's extended result codes is the primary one; 5 is SQLITE_BUSY. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;
}

function unavailable(cause: unknown, path: string | undefined): SluisError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SluisError(
    'store.unavailable',
    `The store${path === undefined ? '' : ` ${path}`} cannot be used: ${reason}.`,
    {
      cause,
      remedy:
        'See that the disk is not full and the data folder is writable, and that no other program holds the file.',
    },
  );
}
