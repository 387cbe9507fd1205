import type { Store } from '../../src/kernel/store.ts';

export interface HeldStep {
  /** Resolves when the step has come, and waits. */
  readonly reached: Promise<void>;
  go(): void;
}

/** Holds the next such step of this instance's store until it is let go: what else happens, happens in that very moment. */
export function holdNext(store: Store, step: 'create' | 'replace', on: string): HeldStep {
  const open = store as { -readonly [K in keyof Store]: Store[K] };
  const real = store[step].bind(store) as (...args: unknown[]) => Promise<boolean>;
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  open[step] = async (...args: unknown[]) => {
    if (!String(args[0]).startsWith(on)) return real(...args);
    open[step] = real as never;
    reached.resolve();
    await gate.promise;
    return real(...args);
  };
  return { reached: reached.promise, go: gate.resolve };
}
