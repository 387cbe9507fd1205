/** The least processor time of a few runs, in microseconds: what else the machine does must not count. */
export function effort(work: () => unknown, runs = 3): number {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run += 1) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
  }
  return Math.max(1, least);
}

/**
 * How much more work a text of `large` letters is than one of `small`. Eight times the letters are about eight times
 * the work where it grows with the length, sixty-four times where it grows with its square. Work too small to be
 * measured counts as a millisecond, so that only real work shows.
 */
export function growth(work: (size: number) => unknown, small = 4_000, large = 32_000): number {
  const floor = 1_000;
  return (
    Math.max(
      floor,
      effort(() => work(large)),
    ) /
    Math.max(
      floor,
      effort(() => work(small)),
    )
  );
}
