import { request } from 'node:http';
import { type Case, cases } from './cases.ts';
import { type Child, startChild, stopChild } from './child.ts';
import { cpuTime, residentMemory } from './cpu-time.ts';
import { type Row, type Run, rowOf } from './figures.ts';
import { generate, type Load } from './generator.ts';
import { bodyOf, browserHeaders, requestBytes } from './load.ts';
import type { Peer } from './peer.ts';
import { peers, yardstick } from './peers.ts';

export interface BenchOptions {
  /** A smoke run, too short for figures. */
  readonly quick: boolean;
  /** Names of proxies; the yardstick is always among them. */
  readonly only: readonly string[];
  readonly rounds: number;
  /** Of what the aims are not about. */
  readonly fewer: number;
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
  readonly missing: readonly Missing[];
}

export interface Missing {
  readonly name: string;
  readonly reason: string;
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
    for (const one of cases) {
      // A smoke run opens no thousand connections: that alone would take most of its time.
      const connections = options.quick ? Math.min(one.connections, 64) : one.connections;
      const measured = await measureCase(options, generator, started, { ...one, connections });
      rows.push(...measured.rows);
      missing.push(...measured.failed);
    }
    return { rows, missing };
  } finally {
    for (const child of children.reverse()) await stopChild(child);
  }
}

async function startPeers(
  { only, folder, flags }: BenchOptions,
  backend: Child,
  children: Child[],
): Promise<{ started: Peer[]; missing: Missing[] }> {
  const started: Peer[] = [];
  const missing: Missing[] = [];
  for (const [name, start] of Object.entries(peers)) {
    if (name !== yardstick && !only.includes(name)) continue;
    const peer = await start({ folder, backend, flags });
    if ('reason' in peer) missing.push({ name, reason: peer.reason });
    else {
      started.push(peer);
      children.push(...peer.others, peer.child);
    }
  }
  return { started, missing };
}

/** Until the engine has compiled what is hot; on a slow machine `warmUp` ends it before. */
const warmUpRequests = 40_000;

/** A B C D A B C D …: whatever else this machine does meets all of them. */
async function measureCase(
  options: BenchOptions,
  generator: Child,
  started: readonly Peer[],
  one: Case,
): Promise<{ rows: Row[]; failed: Missing[] }> {
  const runs = new Map<string, Run[]>(started.map(peer => [peer.name, []]));
  const failed: Missing[] = [];
  const standing = () => started.filter(({ name }) => !failed.some(other => other.name === name));
  /** What one of the others cannot take is said in its place; what Sluis or the measure cannot ends the bench. */
  const tried = async (peer: Peer, work: () => Promise<void>) => {
    await work().catch((error: Error) => {
      const reason = `${one.title}: ${error.message}`;
      if (peer.name === yardstick || peer.name.startsWith('sluis')) throw new Error(`${peer.name}, ${reason}`);
      failed.push({ name: peer.name, reason });
    });
  };
  const longest = one.main ? options.warmUp : options.warmUp / 4;
  for (const peer of started) await tried(peer, () => warmUp(longest, generator, peer, one));
  const rounds = one.main ? options.rounds : options.fewer;
  for (let round = 0; round < rounds; round += 1) {
    for (const peer of standing()) {
      await tried(peer, async () => void runs.get(peer.name)?.push(await measure(options, generator, peer, one)));
    }
    options.say(`${one.title}: round ${round + 1} of ${rounds}`);
  }
  const base = runs.get(yardstick) ?? [];
  return { rows: standing().map(({ name }) => rowOf(name, one.title, runs.get(name) ?? [], base)), failed };
}

/** After the very answer was checked. */
export async function warmUp(milliseconds: number, generator: Child, peer: Peer, one: Case): Promise<void> {
  await checkAnswer(peer, one);
  await generate(generator, { ...loadOn(peer, one, milliseconds), most: warmUpRequests });
}

export async function measure(
  options: Pick<BenchOptions, 'run'>,
  generator: Child,
  peer: Peer,
  one: Case,
): Promise<Run> {
  const { run } = options;
  // Connections to the app may have been closed meanwhile: opening them is not what is measured.
  await generate(generator, loadOn(peer, one, Math.min(run, 100)));
  const before = cpuTime(peer.pids());
  const { requests, milliseconds, p50, p99 } = await generate(generator, loadOn(peer, one, run));
  return { requests, milliseconds, p50, p99, cpu: cpuTime(peer.pids()) - before, memory: residentMemory(peer.pids()) };
}

function loadOn(peer: Peer, { path, size, connections, session }: Case, milliseconds: number): Load {
  const bytes = requestBytes(path, peer.host, session ? peer.cookie : '');
  return { port: peer.child.port, bytes, size, connections, milliseconds, most: Math.max(1_000, milliseconds * 100) };
}

/** As many bytes as the app gives, once, before anything is measured. */
function checkAnswer(peer: Peer, { path, size, session, title }: Case): Promise<void> {
  const headers = { ...browserHeaders, Host: peer.host, ...(session ? { Cookie: peer.cookie } : {}) };
  return new Promise((resolve, reject) => {
    const sent = request({ port: peer.child.port, host: '127.0.0.1', path, headers, agent: false });
    sent.on('error', reject);
    sent.on('response', response => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks);
        const right = path === '/login' ? body.length === size : body.equals(bodyOf(size));
        if (response.statusCode === 200 && right) resolve();
        else reject(new Error(`${peer.name}, ${title}: another answer than the app's: ${response.statusCode}`));
      });
    });
    sent.end();
  });
}
