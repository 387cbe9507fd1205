import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { cases } from './cases.ts';
import type { Point } from './charts.ts';
import { type Child, startChild, stopChild } from './child.ts';
import { spread } from './figures.ts';
import type { NotRun, Peer, PeerOptions } from './peer.ts';
import type { KnownSessions } from './processes/known-sessions.ts';
import { measure, warmUp } from './rounds.ts';
import { fillRevocations, fillSessions } from './scale-fill.ts';
import { startSluis, type Variant } from './sluis-peer.ts';

export interface ScaleOptions {
  readonly folder: string;
  readonly rounds: number;
  readonly run: number;
  readonly warmUp: number;
  readonly sessions: readonly number[];
  readonly routes: readonly number[];
  readonly revocations: readonly number[];
  readonly known: readonly number[];
  /** Of the parts. */
  readonly only: readonly string[];
  say(text: string): void;
}

export interface Series {
  readonly name: string;
  readonly title: string;
  /** What grows. */
  readonly what: string;
  readonly points?: readonly Point[];
  readonly known?: readonly KnownSessions[];
  readonly reason?: string;
}

interface Bench extends ScaleOptions {
  readonly generator: Child;
  readonly peer: PeerOptions;
}

const series = {
  known: knownSeries,
  sessions: sessionSeries,
  revocations: revocationSeries,
  routes: routeSeries,
} as const;

export const parts = ['known', 'sessions', 'revocations', 'routes'] as const;

/** Everything in turn; nothing stays behind. */
export async function runScale(options: ScaleOptions): Promise<Series[]> {
  const children = [await startChild('backend'), await startChild('generator')];
  const [backend, generator] = children as [Child, Child];
  const bench = { ...options, generator, peer: { folder: options.folder, backend, flags: [] } };
  try {
    const found: Series[] = [];
    for (const part of parts) if (bench.only.includes(part)) found.push(await series[part](bench));
    return found;
  } finally {
    for (const child of children.reverse()) await stopChild(child);
  }
}

async function knownSeries({ known, say }: Bench): Promise<Series> {
  const found: KnownSessions[] = [];
  const file = fileURLToPath(new URL('./processes/known-sessions.js', import.meta.url));
  for (const count of known) {
    const child = fork(file, [`--count=${count}`], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const [message] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error('known-sessions ended'))),
    ])) as [KnownSessions];
    found.push(message);
    say(`known sessions: ${count}`);
  }
  return { name: 'known', title: 'Sessions that an instance knows', what: 'sessions', known: found };
}

function sessionSeries(bench: Bench): Promise<Series> {
  const { sessions: counts } = bench;
  return grown(bench, {
    name: 'sessions',
    title: 'Live sessions in Redis',
    what: 'sessions',
    counts,
    fill: fillSessions,
  });
}

function revocationSeries(bench: Bench): Promise<Series> {
  const { revocations: counts } = bench;
  const what = 'entries of the log';
  return grown(bench, { name: 'revocations', title: 'Ended sessions in the log', what, counts, fill: fillRevocations });
}

interface Growing {
  readonly name: string;
  readonly title: string;
  readonly what: string;
  readonly counts: readonly number[];
  /** From so many to so many, in the Redis at this port. */
  fill(port: number, from: number, to: number): Promise<void>;
}

/** Two instances, each with a Redis: one stays at the least count, the other grows. */
async function grown(bench: Bench, { name, title, what, counts, fill }: Growing): Promise<Series> {
  const pair = await startPair(bench, { name: `${name}-least`, store: 'redis' }, { name, store: 'redis' });
  if ('reason' in pair) return { name, title, what, reason: pair.reason };
  const [least, growing] = pair;
  const first = counts[0] ?? 0;
  const points: Point[] = [];
  try {
    await fill(least.others[0]?.port ?? 0, 0, first);
    let reached = 0;
    for (const count of counts) {
      await fill(growing.others[0]?.port ?? 0, reached, count);
      reached = count;
      bench.say(`${what}: ${count}`);
      points.push({ x: count, ...(await beside(bench, least, growing)) });
    }
    return { name, title, what, points };
  } finally {
    await stopPeers([least, growing]);
  }
}

async function routeSeries(bench: Bench): Promise<Series> {
  const series = { name: 'routes', title: 'Routes of an app', what: 'routes' };
  const points: Point[] = [];
  for (const routes of bench.routes) {
    const pair = await startPair(
      bench,
      { name: 'routes-least', routes: bench.routes[0] ?? 0 },
      { name: 'routes', routes },
    );
    if ('reason' in pair) return { ...series, reason: pair.reason };
    bench.say(`routes: ${routes}`);
    try {
      points.push({ x: routes, ...(await beside(bench, ...pair)) });
    } finally {
      await stopPeers(pair);
    }
  }
  return { ...series, points };
}

async function startPair(bench: Bench, first: Variant, second: Variant): Promise<[Peer, Peer] | NotRun> {
  const least = await startSluis(bench.peer, first);
  if ('reason' in least) return least;
  const other = await startSluis(bench.peer, second);
  if (!('reason' in other)) return [least, other];
  await stopPeers([least]);
  return other;
}

async function stopPeers(peers: readonly Peer[]): Promise<void> {
  for (const { child, others } of peers) for (const one of [child, ...others]) await stopChild(one);
}

const [page] = cases;

/** In turns, and each round compared with itself. The order changes, for the second of two meets a warmer machine. */
async function beside(bench: Bench, least: Peer, other: Peer): Promise<Omit<Point, 'x'>> {
  if (page === undefined) throw new Error('there is no case to measure');
  for (const peer of [least, other]) await warmUp(bench.warmUp, bench.generator, peer, page);
  const ratios: number[] = [];
  for (let round = 0; round < bench.rounds; round += 1) {
    const cost = new Map<Peer, number>();
    for (const peer of round % 2 === 0 ? [least, other] : [other, least]) {
      const { cpu, requests } = await measure(bench, bench.generator, peer, page);
      cost.set(peer, cpu / requests);
    }
    ratios.push((cost.get(other) ?? 0) / (cost.get(least) ?? 1));
  }
  const { median, least: lowest, most } = spread(ratios);
  return { y: median, least: lowest, most };
}
