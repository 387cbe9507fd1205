import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { parseArgs } from 'node:util';

/**
 * Holds many idle keep-alive connections to a running Sluis, and shows that each of them still works:
 * `node dist/loadtest/idle.js --port 8080 --host webmail.localhost:8080 [--pid of-sluis] [--connections 10000]`.
 * Each asks once at first and once at the end, for a page that needs no session. From one machine only: elsewhere
 * `limits.connectionsPerSource` stands before it.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8080' },
    host: { type: 'string' },
    path: { type: 'string', default: '/' },
    pid: { type: 'string' },
    connections: { type: 'string', default: '10000' },
  },
});
const wanted = Number(values.connections);
const port = Number(values.port);
const request = `GET ${values.path} HTTP/1.1\r\nHost: ${values.host ?? `localhost:${port}`}\r\n\r\n`;

const allowed = handles();
if (allowed < wanted + 100) {
  console.error(`This shell may open ${allowed} files; ${wanted} connections need more: ulimit -n ${wanted + 1_000}`);
  process.exit(1);
}

const before = memory();
const sockets: Socket[] = [];
for (let n = 0; n < wanted; n += 100) {
  const some = await Promise.all(Array.from({ length: Math.min(100, wanted - n) }, () => opened()));
  await Promise.all(some.map(asked));
  sockets.push(...some);
}
const holding = memory();
console.log(`${sockets.length} connections, each after one request`);
if (before > 0) {
  const kilobytes = (holding - before) / 1024;
  console.log(`${kilobytes.toFixed(0)} KB more, ${(kilobytes / wanted).toFixed(1)} KB for each`);
}
let usable = 0;
for (let n = 0; n < sockets.length; n += 100) {
  const answers = await Promise.allSettled(sockets.slice(n, n + 100).map(asked));
  usable += answers.filter(({ status }) => status === 'fulfilled').length;
}
console.log(`${usable} of them answered again`);
for (const socket of sockets) socket.destroy();
process.exitCode = usable === wanted ? 0 : 1;

async function opened(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** One request and its answer; rejects where the connection is gone. */
async function asked(socket: Socket): Promise<void> {
  if (socket.destroyed) throw new Error('closed');
  const answer = once(socket, 'data', { signal: AbortSignal.timeout(60_000) });
  socket.write(request);
  const [bytes] = (await answer) as [Buffer];
  if (!bytes.toString('latin1').startsWith('HTTP/1.1 ')) throw new Error('no answer');
}

function handles(): number {
  const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
  return line === 'unlimited' ? Number.POSITIVE_INFINITY : Number(line ?? 0);
}

/** Resident memory of Sluis in bytes; 0 without --pid. */
function memory(): number {
  if (values.pid === undefined) return 0;
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${values.pid}/status`, 'latin1'))?.[1] ?? 0) * 1024;
}
