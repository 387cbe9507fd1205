import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startChild, stopChild } from './child.ts';
import { describeMachine } from './report.ts';
import { startSluis } from './sluis-peer.ts';

/** A Sluis that runs. */
interface Place {
  readonly port: number;
  readonly host: string;
  readonly path: string;
  /** Undefined where its memory is not to be looked at. */
  readonly pid: number | undefined;
}

interface Held {
  readonly wanted: number;
  /** Connections that answered again after all were open. */
  readonly usable: number;
  /** Of resident memory. */
  readonly kilobytes: number | undefined;
}

/**
 * `npm run bench:idle`: holds many idle keep-alive connections to Sluis, and shows that each of them still works. Each asks
 * once at first and once at the end, for a page that needs no session. `--connections n`; `--out folder` says where the
 * result goes. With `--port`, `--host` and perhaps `--pid` and `--path` it goes to a Sluis that runs already, from the same
 * machine: elsewhere `limits.connectionsPerSource` stands before it.
 */
async function bench(): Promise<number> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      path: { type: 'string', default: '/' },
      pid: { type: 'string' },
      connections: { type: 'string', default: '10000' },
      out: { type: 'string' },
    },
  });
  const wanted = Number(values.connections);
  if (handles() < wanted + 100) {
    console.error(
      `This shell may open ${handles()} files; ${wanted} connections need more: ulimit -n ${wanted + 1_000}`,
    );
    return 1;
  }
  if (values.port === undefined) return benchOwn(wanted, values.out);
  const { port, host = `localhost:${port}`, path, pid } = values;
  const held = await hold({ port: Number(port), host, path, pid: pid === undefined ? undefined : Number(pid) }, wanted);
  console.log(textOf(held));
  return held.usable === wanted ? 0 : 1;
}

async function benchOwn(wanted: number, out: string | undefined): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-idle-'));
  const backend = await startChild('backend');
  const peer = await startSluis({ folder, backend, flags: [] }, { name: 'sluis' });
  try {
    if ('reason' in peer) throw new Error(peer.reason);
    const { child, host } = peer;
    const held = await hold({ port: child.port, host, path: '/login', pid: child.pid }, wanted);
    const text = textOf(held);
    console.log(text);
    const results = out ?? fileURLToPath(new URL('../../loadtest/results', import.meta.url));
    mkdirSync(results, { recursive: true });
    writeFileSync(join(results, `${new Date().toISOString().slice(0, 10)}-idle.md`), text);
    return held.usable === wanted ? 0 : 1;
  } finally {
    for (const child of 'reason' in peer ? [backend] : [peer.child, backend]) await stopChild(child);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function hold(place: Place, wanted: number): Promise<Held> {
  const before = memoryOf(place);
  const sockets: Socket[] = [];
  for (let n = 0; n < wanted; n += 100) {
    const some = await Promise.all(Array.from({ length: Math.min(100, wanted - n) }, () => opened(place.port)));
    await Promise.all(some.map(socket => asked(socket, place)));
    sockets.push(...some);
  }
  const holding = memoryOf(place);
  let usable = 0;
  for (let n = 0; n < sockets.length; n += 100) {
    const answers = await Promise.allSettled(sockets.slice(n, n + 100).map(socket => asked(socket, place)));
    usable += answers.filter(({ status }) => status === 'fulfilled').length;
  }
  for (const socket of sockets) socket.destroy();
  const known = before !== undefined && holding !== undefined;
  return { wanted, usable, kilobytes: known ? (holding - before) / 1024 : undefined };
}

function textOf({ wanted, usable, kilobytes }: Held): string {
  const { cores, processor, memory, node } = describeMachine();
  const grown =
    kilobytes === undefined
      ? ''
      : `Resident memory grew by ${kilobytes.toFixed(0)} KB, ${(kilobytes / wanted).toFixed(1)} KB for each.\n`;
  return `# Idle connections

${cores} cores (${processor}), ${memory}, Node ${node}. Kept open after one request each, for the login page.

${wanted} were held; ${usable} of them answered a second time.
${grown}`;
}

async function opened(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** One request and its answer; rejects where the connection is gone. */
async function asked(socket: Socket, { host, path }: Place): Promise<void> {
  if (socket.destroyed) throw new Error('closed');
  const answer = once(socket, 'data', { signal: AbortSignal.timeout(60_000) });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  const [bytes] = (await answer) as [Buffer];
  if (!bytes.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error('no answer');
}

function handles(): number {
  const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
  return line === 'unlimited' ? Number.POSITIVE_INFINITY : Number(line ?? 0);
}

/** Resident, in bytes. */
function memoryOf({ pid }: Place): number | undefined {
  if (pid === undefined) return undefined;
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) * 1024;
}

process.exitCode = await bench();
