import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startDemoApp } from '../demo/app.ts';
import { browserOf, type PersonName, signInFully } from '../test/support/person.ts';
import { startRedis } from '../test/support/redis.ts';
import { type SlowWire, startSlowWire } from '../test/support/slow-wire.ts';
import { startSluis, TestClock, type TestSluis } from '../test/support/sluis.ts';
import { spread } from './figures.ts';
import { describeMachine } from './report.ts';

const anna: PersonName = { name: 'anna', password: 'Anna-Test-2026' };
/** Milliseconds by which every answer of Redis comes later. */
const latencies = [0, 1, 20] as const;

/**
 * `npm run bench:sign-in`: how long a whole sign-in takes (login page, password, the way to the portal, code, the way
 * back, release; one request after the other, no person's own time) on a real Redis that answers later. `--times n` for
 * each latency; `--out folder` says where the result goes.
 */
async function bench(): Promise<void> {
  const { values } = parseArgs({ options: { times: { type: 'string', default: '15' }, out: { type: 'string' } } });
  const text = await measured(Number(values.times));
  console.log(text);
  const out = values.out ?? fileURLToPath(new URL('../../loadtest/results', import.meta.url));
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, `${new Date().toISOString().slice(0, 10)}-sign-in.md`), text);
}

async function measured(times: number): Promise<string> {
  const [demo, redis] = await Promise.all([startDemoApp(), startRedis()]);
  const wire = await startSlowWire(redis.port);
  const extra = `store: { redis: { url: redis://127.0.0.1:${wire.port} } }`;
  const clock = new TestClock();
  const sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }], { clock, extra });
  try {
    // Set up once; what is measured comes in new browsers, with a code.
    await signInFully(sluis, 'demo', 'demo', anna);
    const rows: string[] = [];
    for (const latency of latencies) rows.push(await rowOf(sluis, wire, latency, times));
    const { cores, processor, memory, node } = describeMachine();
    const head = '| Redis answers later by | median | least | most |\n| --- | --- | --- | --- |';
    const machine = `${cores} cores (${processor}), ${memory}, Node ${node}; ${times} sign-ins in each row.`;
    return `# Whole sign-ins\n\n${machine}\n\n${head}\n${rows.join('\n')}\n`;
  } finally {
    wire.delay = 0;
    await sluis.close();
    await Promise.all([wire.close(), demo.close()]);
    await redis.close();
  }
}

async function rowOf(sluis: TestSluis, wire: SlowWire, latency: number, times: number): Promise<string> {
  wire.delay = latency;
  const took: number[] = [];
  // The first ones are not counted: code that was not run yet is slow.
  for (let turn = -2; turn < times; turn += 1) {
    const begin = performance.now();
    await signInFully(sluis, 'demo', 'demo', anna, browserOf(sluis, 'demo'));
    if (turn >= 0) took.push(performance.now() - begin);
  }
  const { median, least, most } = spread(took);
  return `| ${[latency, median, least, most].map(time => `${time.toFixed(0)} ms`).join(' | ')} |`;
}

await bench();
