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

/**
 * Counts an attempt as failed before it is verified (rule 3) and sets the delay that follows; refuses while one runs.
 * Of many at once each sees the count the one before left: compare-and-set, so no burst slips through.
 */
export async function takeDelayed(store: Store, key: string, table: DelayTable, now: number): Promise<Taken> {
  for (;;) {
    const record = await store.get(key);
    const tally = read(tallies, key, record) ?? { failures: 0, at: now, until: 0 };
    if (tally.until > now) return { taken: false, until: tally.until };
    const failures = Math.max(0, tally.failures - Math.max(0, now - tally.at) / table.decay) + 1;
    const next = { failures, at: now, until: now + delayAfter(failures, table) };
    if (!(await write(store, key, record, tallies.encode(key, next), table.forget))) continue;
    return {
      taken: true,
      giveBack: () => giveBackTally(store, key, next.until),
      clear: async () => {
        await store.remove(key);
      },
    };
  }
}

/** Until when the bucket is closed; 0 where it is open. Takes nothing. */
export async function closedUntil(store: Store, key: string, now: number): Promise<number> {
  const tally = read(tallies, key, await store.get(key));
  return tally !== undefined && tally.until > now ? tally.until : 0;
}

async function giveBackTally(store: Store, key: string, until: number): Promise<void> {
  for (;;) {
    const record = await store.get(key);
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

/**
 * At most `limit` in any stretch of `window`, wherever it begins. A counter per fixed window would let twice as many
 * through around its border, and the app's own limiter does not share our borders.
 */
export async function takeSliding(
  store: Store,
  key: string,
  limit: { count: number; window: number },
  now: number,
): Promise<Taken> {
  for (;;) {
    const record = await store.get(key);
    const at = (read(logs, key, record)?.at ?? []).filter(time => time + limit.window > now);
    const blocking = at[at.length - limit.count];
    if (blocking !== undefined) return { taken: false, until: blocking + limit.window };
    if (!(await write(store, key, record, logs.encode(key, { at: [...at, now] }), limit.window))) continue;
    const giveBack = () => giveBackEntry(store, key, now);
    return { taken: true, giveBack, clear: giveBack };
  }
}

async function giveBackEntry(store: Store, key: string, time: number): Promise<void> {
  for (;;) {
    const record = await store.get(key);
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

async function write(
  store: Store,
  key: string,
  record: StoredRecord | undefined,
  value: string,
  ttl: number,
): Promise<boolean> {
  return record === undefined ? store.create(key, value, ttl) : store.replace(key, record.version, value, ttl);
}
