import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cases } from './cases.ts';
import { peers } from './peers.ts';
import { chartsOf, markdownOf, missingOf, reportOf, rowNamed, tableOf } from './report.ts';
import { type Bench, type BenchOptions, runBench } from './rounds.ts';

/**
 * `npm run bench`: CPU time and throughput of Sluis beside a bare undici proxy, a bare http-proxy and nginx.
 * `--quick` is a smoke run whose figures mean nothing; `--out folder` says where results go; `--only sluis,nginx`
 * measures some; `--rounds n`; `--profile folder` writes CPU profiles of the proxies on Node.
 */
const aims = [
  { beside: 'undici', most: 1.1 },
  { beside: 'http-proxy', most: 0.6 },
  { beside: 'nginx', most: 3 },
] as const;

async function bench(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
      only: { type: 'string' },
      rounds: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  if (!existsSync('/proc/self/stat')) {
    console.error('The bench reads CPU times from /proc, which this system does not have. It runs on Linux.');
    return 1;
  }
  const folder = mkdtempSync(join(tmpdir(), 'sluis-bench-'));
  try {
    const options: BenchOptions = {
      quick: values.quick,
      only: namesIn(values.only),
      rounds: Number(values.rounds ?? (values.quick ? 1 : 15)),
      fewer: values.quick ? 1 : 3,
      run: values.quick ? 100 : 1_000,
      warmUp: values.quick ? 20 : 4_000,
      folder,
      flags: values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(values.profile)}`],
      say: text => void process.stderr.write(`${text}\n`),
    };
    const results =
      values.out ?? (values.quick ? undefined : fileURLToPath(new URL('../../loadtest/results', import.meta.url)));
    await measure(options, results);
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(options: BenchOptions, results: string | undefined): Promise<void> {
  const found = await runBench(options);
  console.log(`\n${tableOf(found)}${missingOf(found)}`);
  if (options.quick) console.log('A quick run: these figures show that everything runs, and nothing else.');
  if (!options.quick) console.log(aimsOf(found));
  if (results === undefined) return;
  const date = new Date().toISOString().slice(0, 10);
  const report = reportOf(found, options, date);
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, `${date}.json`), `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(join(results, `${date}.md`), markdownOf(report));
  for (const [name, chart] of chartsOf(report)) writeFileSync(join(results, name), chart);
  console.log(`Written: ${date}.md and ${date}.json in the results folder.`);
}

/** Sluis beside the others, median of the same rounds. */
function aimsOf(found: Bench): string {
  const lines = cases
    .filter(one => one.main)
    .flatMap(({ title }) => {
      const own = rowNamed(found, 'sluis', title)?.ratio.median;
      return aims.flatMap(({ beside, most }) => {
        const other = rowNamed(found, beside, title)?.ratio.median;
        if (own === undefined || other === undefined) return [];
        return [`${title}: Sluis beside ${beside} ${(own / other).toFixed(2)} (aim: at most ${most})`];
      });
    });
  return lines.join('\n');
}

function namesIn(list: string | undefined): string[] {
  const names = list?.split(',') ?? Object.keys(peers);
  const unknown = names.filter(name => !Object.hasOwn(peers, name));
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(',')}: choose from ${Object.keys(peers).join(', ')}`);
  return names;
}

process.exitCode = await bench().catch((error: unknown) => {
  console.error(`The bench stopped: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
});
