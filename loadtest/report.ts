import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import type { Row, Spread } from './figures.ts';
import { connections } from './load.ts';
import type { Bench, BenchOptions } from './rounds.ts';

/** The machine, as far as figures depend on it: no names, no paths. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memory: string;
  readonly system: string;
  readonly node: string;
  readonly undici: string;
}

export interface Report extends Bench {
  readonly date: string;
  /** A smoke run: the figures mean nothing. */
  readonly quick: boolean;
  readonly machine: Machine;
  readonly connections: number;
  readonly runMilliseconds: number;
}

export function reportOf(bench: Bench, options: BenchOptions, date: string): Report {
  return {
    date,
    quick: options.quick,
    machine: describeMachine(),
    connections,
    runMilliseconds: options.run,
    ...bench,
  };
}

function describeMachine(): Machine {
  const all = cpus();
  return {
    processor: all[0]?.model ?? 'unknown',
    cores: all.length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    undici: undiciVersion(),
  };
}

function undiciVersion(): string {
  return (createRequire(import.meta.url)('undici/package.json') as { version: string }).version;
}

const titles: Readonly<Record<string, string>> = {
  sluis: 'Sluis, with a session',
  undici: 'bare undici `dispatch` proxy',
  'http-proxy': 'bare http-proxy (http-proxy-3)',
  nginx: 'nginx `proxy_pass`, one worker',
};

export function markdownOf(report: Report): string {
  const { machine } = report;
  return `# Cost of a proxied request, ${report.date}${report.quick ? ' (a quick run: these figures mean nothing)' : ''}

${machine.cores} cores (${machine.processor}), ${machine.memory}, ${machine.system}, Node ${machine.node}, undici ${machine.undici}.
${report.connections} connections kept open, runs of ${report.runMilliseconds} ms in turns (A B C D A B C D), one backend and one load generator for all.
CPU time is what the operating system counted for the proxy's processes; the ratio is taken round by round. Median, and least to most.

${tableOf(report)}
${missingOf(report)}
Not said by this table: latency on a machine that is not saturated, TLS, requests with bodies, several people at once.
`;
}

export function tableOf({ rows }: Bench): string {
  const lines = rows.map(
    row =>
      `| ${titles[row.name] ?? row.name} | ${row.size / 1024} KB | ${show(row.cpu, 1)} | ${show(row.throughput, 0)} | ${show(row.ratio, 2)} |`,
  );
  return `| proxy | body | CPU µs a request | requests a second | CPU beside bare undici |
| --- | --- | --- | --- | --- |
${lines.join('\n')}
`;
}

export function missingOf({ missing }: Bench): string {
  return missing
    .map(name => `Not measured: ${titles[name] ?? name}; it is not installed here, or does not start.\n`)
    .join('');
}

/** The rows that the aim of the project is about. */
export function rowNamed(bench: Bench, name: string, size: number): Row | undefined {
  return bench.rows.find(row => row.name === name && row.size === size);
}

function show({ median, least, most }: Spread, digits: number): string {
  const text = (value: number) => value.toFixed(digits);
  return `${text(median)} (${text(least)} to ${text(most)})`;
}
