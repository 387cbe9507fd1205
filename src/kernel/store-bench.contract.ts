import type { Clock } from './clock.ts';
import type { Store } from './store.ts';

export interface MadeStore {
  readonly store: Store;
  /** Another store on the same data, as another process would open it. Absent where the data lives in this one only. */
  readonly reopen?: () => Promise<Store>;
}

export type MakeStore = (clock: Clock) => Promise<MadeStore>;

export interface Bench {
  readonly store: Store;
  /** A second view on the same data, or the store itself. */
  readonly other: Store;
  readonly later: (milliseconds: number) => void;
  readonly now: () => number;
}

export async function makeBench(makeStore: MakeStore): Promise<Bench> {
  let now = 1_700_000_000_000;
  const made = await makeStore({ now: () => now });
  const other = made.reopen === undefined ? made.store : await made.reopen();
  return {
    store: made.store,
    other,
    now: () => now,
    later: milliseconds => {
      now += milliseconds;
    },
  };
}

/** `times` steps at once, spread over both views. */
export function race<T>(bench: Bench, times: number, step: (store: Store, turn: number) => Promise<T>): Promise<T[]> {
  const turns = Array.from({ length: times }, (_, turn) => turn);
  return Promise.all(turns.map(turn => step(turn % 2 === 0 ? bench.store : bench.other, turn)));
}

export function wins(results: readonly boolean[]): number {
  return results.filter(Boolean).length;
}
