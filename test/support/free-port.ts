import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below what systems give to outgoing connections (32768 on Linux): a server that a test stops and starts again finds
 * its port still free, also with other test files beside it.
 */
const lowest = 12_000;
/** Each worker of the test runner draws from a slice of its own: two would else give one port away at the same time. */
const slices = 8;
const span = 2_500;
const { VITEST_POOL_ID } = process.env;
const worker = Number(VITEST_POOL_ID ?? Number.NaN);
const least = Number.isNaN(worker) ? lowest : lowest + (worker % slices) * span;
const most = Number.isNaN(worker) ? lowest + slices * span : least + span;
const given = new Set<number>();

/** A port of loopback that nobody listens on; never the same one twice in this process. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(least, most);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
