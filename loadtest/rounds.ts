import { request } from 'node:http';
import { type Child, startChild, stopChild } from './child.ts';
import { cpuTime } from './cpu-time.ts';
import { type Row, type Run, rowOf } from './figures.ts';
import { generate, type Load } from './generator.ts';
import { bodyOf, connections, loadPath, requestBytes, sizes } from './load.ts';
import { type Peer, peers, yardstick } from './peers.ts';

export interface BenchOptions {
  /** A smoke run, too short for figures. */
  readonly quick: boolean;
  /** Names of proxies; the yardstick is always among them. */
  readonly only: readonly string[];
  readonly rounds: number;
  /** How long one run takes, in milliseconds. */
  readonly run: number;
  /** Before the first round, per proxy and size, at most, in milliseconds. */
  readonly warmUp: number;
  readonly folder: string;
  readonly flags: readonly string[];
  say(text: string): void;
}

export interface Bench {
  readonly rows: readonly Row[];
  /** Proxies that this machine could not run. */
  readonly missing: readonly string[];
}

/** Starts everything, measures in turns, stops everything. */
export async function runBench(options: BenchOptions): Promise<Bench> {
  const children: Child[] = [];
  try {
    const backend = await startChild('backend');
    children.push(backend);
    const generator = await startChild('generator');
    children.push(generator);
    const { started, missing } = await startPeers(options, backend, children);
    const rows: Row[] = [];
    for (const size of sizes) rows.push(...(await measureSize(options, generator, started, size)));
    return { rows, missing };
  } finally {
    for (const child of children.reverse()) await stopChild(child);
  }
}

async function startPeers(
  { only, folder, flags }: BenchOptions,
  backend: Child,
  children: Child[],
): Promise<{ started: Peer[]; missing: string[] }> {
  const started: Peer[] = [];
  const missing: string[] = [];
  for (const [name, start] of Object.entries(peers)) {
    if (name !== yardstick && !only.includes(name)) continue;
    const peer = await start({ folder, backend, flags });
    if (peer === undefined) missing.push(name);
    else {
      started.push(peer);
      children.push(peer.child);
    }
  }
  return { started, missing };
}

/** Until the engine has compiled what is hot; on a slow machine `warmUp` ends it before. */
const warmUpRequests = 40_000;

/** A B C D A B C D …: whatever else this machine does meets all of them. */
async function measureSize(
  options: BenchOptions,
  generator: Child,
  started: readonly Peer[],
  size: number,
): Promise<Row[]> {
  const runs = new Map<string, Run[]>(started.map(peer => [peer.name, []]));
  for (const peer of started) {
    await checkAnswer(peer, size);
    await generate(generator, { ...loadOn(peer, size, options.warmUp), most: warmUpRequests });
  }
  for (let round = 0; round < options.rounds; round += 1) {
    for (const peer of started) runs.get(peer.name)?.push(await measure(options, generator, peer, size));
    options.say(`${size} bytes: round ${round + 1} of ${options.rounds}`);
  }
  const base = runs.get(yardstick) ?? [];
  return started.map(peer => rowOf(peer.name, size, runs.get(peer.name) ?? [], base));
}

async function measure({ run }: BenchOptions, generator: Child, peer: Peer, size: number): Promise<Run> {
  // Connections to the app may have been closed meanwhile: opening them is not what is measured.
  await generate(generator, loadOn(peer, size, Math.min(run, 100)));
  const before = cpuTime(peer.pids);
  const { requests, milliseconds } = await generate(generator, loadOn(peer, size, run));
  return { requests, milliseconds, cpu: cpuTime(peer.pids) - before };
}

function loadOn(peer: Peer, size: number, milliseconds: number): Load {
  const bytes = requestBytes(size, peer.host, peer.cookie);
  return { port: peer.child.port, bytes, size, connections, milliseconds, most: milliseconds * 100 };
}

/** The very bytes of the app's body, once, before anything is measured. */
function checkAnswer(peer: Peer, size: number): Promise<void> {
  const headers = { Host: peer.host, Cookie: peer.cookie };
  return new Promise((resolve, reject) => {
    const sent = request({ port: peer.child.port, host: '127.0.0.1', path: loadPath(size), headers, agent: false });
    sent.on('error', reject);
    sent.on('response', response => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200 && Buffer.concat(chunks).equals(bodyOf(size))) resolve();
        else reject(new Error(`${peer.name} gave another answer than the app's: ${response.statusCode}`));
      });
    });
    sent.end();
  });
}
