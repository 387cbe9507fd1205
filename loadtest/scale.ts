import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Point, ratioChart } from './charts.ts';
import { describeMachine } from './report.ts';
import { parts, runScale, type ScaleOptions, type Series } from './scale-rounds.ts';

/**
 * `npm run bench:scale`: what a request costs beside how many sessions live in the store, how many routes an app has
 * and how many sessions were ended; and what a known session takes of memory. `--quick` is a smoke run whose figures
 * mean nothing; `--out folder` says where results go; `--only sessions,routes` measures some.
 */
async function scale(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, out: { type: 'string' }, only: { type: 'string' } },
  });
  const folder = mkdtempSync(join(tmpdir(), 'sluis-scale-'));
  const sizes = (...all: readonly number[]) => (values.quick ? all.slice(0, 2) : all);
  const options: ScaleOptions = {
    folder,
    rounds: values.quick ? 1 : 7,
    run: values.quick ? 50 : 1_000,
    warmUp: values.quick ? 50 : 3_000,
    sessions: sizes(1_000, 10_000, 100_000, 1_000_000),
    routes: sizes(10, 100, 1_000, 10_000),
    revocations: sizes(0, 1_000, 100_000, 1_000_000),
    known: sizes(1_000, 5_000, 20_000, 50_000),
    only: values.only?.split(',') ?? parts,
    say: text => void process.stderr.write(`${text}\n`),
  };
  try {
    const found = await runScale(options);
    const text = textOf(found, values.quick);
    console.log(text);
    const results =
      values.out ?? (values.quick ? undefined : fileURLToPath(new URL('../../loadtest/results', import.meta.url)));
    if (results !== undefined) write(results, found, text);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function write(results: string, found: readonly Series[], text: string): void {
  const date = new Date().toISOString().slice(0, 10);
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, `${date}-scale.md`), text);
  writeFileSync(join(results, `${date}-scale.json`), `${JSON.stringify(found, undefined, 2)}\n`);
  for (const { name, title, what, points } of found) {
    if (points !== undefined)
      writeFileSync(join(results, `${date}-scale-${name}.svg`), ratioChart(title, what, points));
  }
}

function textOf(found: readonly Series[], quick: boolean): string {
  const { cores, processor, memory, node } = describeMachine();
  const sections = found.map(({ title, what, points, known, reason }) => {
    if (points !== undefined)
      return `## ${title}\n\n| ${what} | CPU a request beside the least |\n| --- | --- |\n${points.map(lineOf).join('\n')}\n`;
    if (known !== undefined) {
      const lines = known.map(one => `| ${one.count} | ${one.bytes.toFixed(0)} | ${one.lookup.toFixed(0)} |`);
      return `## ${title}\n\n| ${what} | heap a session, bytes | finding one, ns of CPU |\n| --- | --- | --- |\n${lines.join('\n')}\n`;
    }
    return `## ${title}\n\nNot run: ${reason ?? 'no figures'}.\n`;
  });
  return `# What a request costs as things grow${quick ? ' (a quick run: these figures mean nothing)' : ''}

${cores} cores (${processor}), ${memory}, Node ${node}. A 1 KB page, 64 connections; each size in turns with the least one.

${sections.join('\n')}`;
}

function lineOf({ x, y, least, most }: Point): string {
  return `| ${x} | ${y.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)}) |`;
}

await scale().catch((error: unknown) => {
  console.error(`The bench stopped: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
