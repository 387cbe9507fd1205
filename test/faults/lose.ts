import { expect } from 'vitest';
import { SluisError } from '../../src/kernel/errors.ts';
import type { Store } from '../../src/kernel/store.ts';

/** Of the steps on keys that begin so, these (counted from 1): refused before they are done, or `done` and their answer lost. */
export type Loss = readonly [
  step: 'replace' | 'create' | 'append' | 'remove',
  on: string,
  which: readonly number[],
  done: boolean,
];

/** Begins to lose them. What it gives ends that, and fails where fewer steps came. */
export function loseOf(of: Store, [step, on, which, done]: Loss): () => void {
  const store = of as { -readonly [K in keyof Store]: Store[K] };
  const real = store[step].bind(store) as (...args: unknown[]) => Promise<boolean>;
  let seen = 0;
  store[step] = async (...args: unknown[]) => {
    if (String(args[0]).startsWith(on)) seen += 1;
    if (!String(args[0]).startsWith(on) || !which.includes(seen)) return real(...args);
    if (done) await real(...args);
    throw new SluisError('store.unavailable', 'lost');
  };
  return () => {
    store[step] = real as never;
    expect(seen).toBeGreaterThanOrEqual(Math.max(...which));
  };
}
