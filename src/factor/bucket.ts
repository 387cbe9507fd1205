import { plainCodec } from '../kernel/codec.ts';
import { SluisError } from '../kernel/errors.ts';
import type { Store, StoredRecord } from '../kernel/store.ts';
import { type DelayTable, delayAfter } from './limits.ts';

/** What a bucket says to one attempt. `giveBack` undoes it, `clear` forgets all failures of the bucket. */
export type Taken =
  | { readonly taken: true; giveBack(): Promise<void>; clear(): Promise<void> }
  | { readonly taken: false; readonly until: number };

interface Tally {
  readonly failures: number;
  readonly at: number;
  readonly until: number;
}

const tallies = plainCodec<Tally>();

/** What stood in a bucket's place when it was looked at. */
export interface Seen {
  readonly record: StoredRecord | undefined;
  /** Until when it is closed; 0 where it is open. */
  readonly until: number;
}

/** What `take` is given: the bucket's place, the time, and what was seen there just before, so that it is not read twice. */
export interface Place {
  readonly store: Store;
  readonly key: string;
  readonly now: number;
  readonly seen?: Seen | undefined;
}

/** Takes nothing. */
export async function lookDelayed({ store, key, now }: Place): Promise<Seen> {
  const record = await store.get(key);
  const tally = read(tallies, key, record);
  return { record, until: tally !== undefined && tally.until > now ? tally.until : 0 };
}

/**
 * Counts an attempt as failed before it is verified (rule 3) and sets the delay that follows; refuses while one runs.
 * Of many at once each sees the count the one before left: compare-and-set, so no burst slips through.
 */
export async function takeDelayed({ store, key, now, seen }: Place, table: DelayTable): Promise<Taken> {
  for (let first = seen; ; first = undefined) {
    const record = first === undefined ? await store.get(key) : first.record;
    const tally = read(tallies, key, record) ?? { failures: 0, at: now, until: 0 };
    if (tally.until > now) return { taken: false, until: tally.until };
    const failures = Math.max(0, tally.failures - Math.max(0, now - tally.at) / table.decay) + 1;
    const next = { failures, at: now, until: now + delayAfter(failures, table) };
    const written = await write(store, key, record, tallies.encode(key, next), table.forget);
    if (written === undefined) continue;
    return {
      taken: true,
      giveBack: () => giveBackTally(store, key, next.until, written),
      clear: async () => {
        await store.remove(key);
      },
    };
  }
}

/** `written`: the record as it stands unless somebody else took meanwhile. */
async function giveBackTally(store: Store, key: string, until: number, written: StoredRecord): Promise<void> {
  for (let record: StoredRecord | undefined = written; ; record = await store.get(key)) {
    const tally = read(tallies, key, record);
    if (record === undefined || tally === undefined) return;
    // A delay that another attempt set since stays.
    const next = {
      ...tally,
      failures: Math.max(0, tally.failures - 1),
      until: tally.until === until ? 0 : tally.until,
    };
    if (await store.replace(key, record.version, tallies.encode(key, next))) return;
  }
}

interface Log {
  /** When each was taken, oldest first. */
  readonly at: readonly number[];
}

const logs = plainCodec<Log>();

interface SlidingLimit {
  readonly count: number;
  readonly window: number;
}

/** Takes nothing. */
export async function lookSliding({ store, key, now }: Place, limit: SlidingLimit): Promise<Seen> {
  const record = await store.get(key);
  const blocking = blockingIn(takenIn(key, record, limit, now), limit);
  return { record, until: blocking === undefined ? 0 : blocking + limit.window };
}

/**
 * At most `limit` in any stretch of `window`, wherever it begins. A counter per fixed window would let twice as many
 * through around its border, and the app's own limiter does not share our borders.
 */
export async function takeSliding({ store, key, now, seen }: Place, limit: SlidingLimit): Promise<Taken> {
  for (let first = seen; ; first = undefined) {
    const record = first === undefined ? await store.get(key) : first.record;
    const at = takenIn(key, record, limit, now);
    const blocking = blockingIn(at, limit);
    if (blocking !== undefined) return { taken: false, until: blocking + limit.window };
    const written = await write(store, key, record, logs.encode(key, { at: [...at, now] }), limit.window);
    if (written === undefined) continue;
    const giveBack = () => giveBackEntry(store, key, now, written);
    return { taken: true, giveBack, clear: giveBack };
  }
}

function takenIn(key: string, record: StoredRecord | undefined, limit: SlidingLimit, now: number): readonly number[] {
  return (read(logs, key, record)?.at ?? []).filter(time => time + limit.window > now);
}

function blockingIn(at: readonly number[], limit: SlidingLimit): number | undefined {
  return at[at.length - limit.count];
}

async function giveBackEntry(store: Store, key: string, time: number, written: StoredRecord): Promise<void> {
  for (let record: StoredRecord | undefined = written; ; record = await store.get(key)) {
    const at = read(logs, key, record)?.at ?? [];
    const index = at.indexOf(time);
    if (record === undefined || index < 0) return;
    if (await store.replace(key, record.version, logs.encode(key, { at: at.toSpliced(index, 1) }))) return;
  }
}

/** At most `limit` per fixed window; one atomic step, for counts that the whole fleet shares. */
export async function takeCounted(
  store: Store,
  key: string,
  limit: { count: number; window: number },
  now: () => number,
): Promise<Taken> {
  const { count, resetsAt } = await store.count(key, limit.window);
  const giveBack = async () => {
    // Not into the next window, which this attempt never touched.
    if (now() < resetsAt) await store.count(key, limit.window, -1);
  };
  if (count <= limit.count) return { taken: true, giveBack, clear: giveBack };
  await giveBack();
  return { taken: false, until: resetsAt };
}

function read<T>(
  codec: { decode(key: string, text: string): T | undefined },
  key: string,
  record: StoredRecord | undefined,
): T | undefined {
  if (record === undefined) return undefined;
  const value = codec.decode(key, record.value);
  if (value === undefined) throw new SluisError('store.unavailable', `the record ${key} cannot be read`);
  return value;
}

/** The record as it then stands; undefined where somebody else came between. */
async function write(
  store: Store,
  key: string,
  record: StoredRecord | undefined,
  value: string,
  ttl: number,
): Promise<StoredRecord | undefined> {
  const { version } = record ?? { version: 0 };
  const done = version === 0 ? await store.create(key, value, ttl) : await store.replace(key, version, value, ttl);
  return done ? { value, version: version + 1 } : undefined;
}
