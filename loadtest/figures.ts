/** One measured run of one proxy. */
export interface Run {
  readonly requests: number;
  readonly milliseconds: number;
  /** CPU time of the proxy in that time, in microseconds. */
  readonly cpu: number;
  /** Latency in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** RAM at its end, in bytes. */
  readonly memory: number;
}

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export interface Row {
  readonly name: string;
  readonly title: string;
  readonly rounds: number;
  /** CPU microseconds a request. */
  readonly cpu: Spread;
  /** Requests a second. */
  readonly throughput: Spread;
  /** Latency in milliseconds. */
  readonly p50: Spread;
  readonly p99: Spread;
  /** RAM, in MiB. */
  readonly memory: Spread;
  /** CPU a request beside the yardstick's, round by round. */
  readonly ratio: Spread;
}

/** `yardstick`: the runs of the same rounds that ratios are taken to. Each round is compared with itself: a busy machine slows both. */
export function rowOf(name: string, title: string, runs: readonly Run[], yardstick: readonly Run[]): Row {
  const cpu = runs.map(perRequest);
  const base = yardstick.map(perRequest);
  return {
    name,
    title,
    rounds: runs.length,
    cpu: spread(cpu),
    throughput: spread(runs.map(run => (run.requests / run.milliseconds) * 1000)),
    p50: spread(runs.map(run => run.p50)),
    p99: spread(runs.map(run => run.p99)),
    memory: spread(runs.map(run => run.memory / 2 ** 20)),
    ratio: spread(cpu.map((value, round) => value / (base[round] ?? Number.NaN))),
  };
}

function perRequest(run: Run): number {
  return run.cpu / run.requests;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
  return { median, least: sorted[0] ?? 0, most: sorted.at(-1) ?? 0 };
}
