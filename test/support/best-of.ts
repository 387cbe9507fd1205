/** R13, R24: within this many milliseconds. */
export const second = 1_000;

/** How long the work takes; milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return Math.round(performance.now() - begun);
}

/**
 * The best of five tries, and no more tries once one took less than a second: whatever else this machine does spoils some
 * of them, what is wrong in Sluis all. Each gives its milliseconds, and begins afresh.
 */
export async function bestOf(attempt: () => Promise<number>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 5 && best >= second; turn += 1) best = Math.min(best, await attempt());
  return best;
}
