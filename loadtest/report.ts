import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import { cases } from './cases.ts';
import { barChart } from './charts.ts';
import type { Row, Spread } from './figures.ts';
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
  readonly runMilliseconds: number;
}

export function reportOf(bench: Bench, options: BenchOptions, date: string): Report {
  return {
    date,
    quick: options.quick,
    machine: describeMachine(),
    runMilliseconds: options.run,
    ...bench,
  };
}

export function describeMachine(): Machine {
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

export const titles: Readonly<Record<string, string>> = {
  sluis: 'Sluis',
  'sluis-redis': 'Sluis, sessions in Redis',
  'sluis-workers': 'Sluis, two workers',
  undici: 'bare undici `dispatch` proxy',
  'undici-counted': 'the same, with the V8 settings of Sluis',
  'http-proxy': 'bare http-proxy (http-proxy-3)',
  nginx: 'nginx `proxy_pass`, one worker',
  'oauth2-proxy': 'oauth2-proxy behind nginx',
  authelia: 'Authelia behind nginx',
  lemonldap: 'LemonLDAP::NG behind nginx',
};

export function markdownOf(report: Report): string {
  const { machine } = report;
  return `# Cost of a proxied request, ${report.date}${report.quick ? ' (a quick run: these figures mean nothing)' : ''}

${machine.cores} cores (${machine.processor}), ${machine.memory}, ${machine.system}, Node ${machine.node}, undici ${machine.undici}.
Connections kept open, runs of ${report.runMilliseconds} ms in turns (A B C D A B C D), one backend and one load generator for all.
CPU time is what the operating system counted for the proxy's processes; the ratio is taken round by round. Median, and least to most.
Memory is the resident memory of those processes; latency is that of a machine at its limit.

${tableOf(report)}
${missingOf(report)}
Not said by this table: latency on a machine that is not saturated, TLS, requests with bodies, several people at once.
`;
}

export function tableOf({ rows }: Bench): string {
  const parts = cases.map(({ title }) => {
    const lines = rows.filter(row => row.title === title).map(lineOf);
    return lines.length === 0 ? '' : `**${title}**\n\n${header}\n${lines.join('\n')}\n`;
  });
  return parts.filter(part => part !== '').join('\n');
}

const header = `| proxy | CPU µs a request | CPU beside bare undici | requests a second | p50 ms | p99 ms | memory MiB |
| --- | --- | --- | --- | --- | --- | --- |`;

function lineOf(row: Row): string {
  const cells = [show(row.cpu, 1), show(row.ratio, 2), show(row.throughput, 0)];
  const more = [row.p50.median.toFixed(2), row.p99.median.toFixed(2), row.memory.median.toFixed(0)];
  return `| ${[titles[row.name] ?? row.name, ...cells, ...more].join(' | ')} |`;
}

export function missingOf({ missing }: Bench): string {
  return missing.map(({ name, reason }) => `Not run: ${titles[name] ?? name}: ${reason}.\n`).join('');
}

/** The rows that the aims of the project are about. */
export function rowNamed(bench: Bench, name: string, title: string): Row | undefined {
  return bench.rows.find(row => row.name === name && row.title === title);
}

/** A chart for each of the cases that the aims are about, by the name of its file. */
export function chartsOf(report: Report): ReadonlyMap<string, string> {
  const main = cases.filter(one => one.main);
  return new Map(
    main.map(({ title }, i) => {
      const rows = report.rows.filter(row => row.title === title);
      const name = (row: Row) => (titles[row.name] ?? row.name).replaceAll('`', '');
      return [`${report.date}-${i + 1}.svg`, barChart(`CPU time a request, ${title}`, 'µs', rows, name)];
    }),
  );
}

function show({ median, least, most }: Spread, digits: number): string {
  const text = (value: number) => value.toFixed(digits);
  return `${text(median)} (${text(least)} to ${text(most)})`;
}
