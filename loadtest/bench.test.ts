import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cases } from './cases.ts';
import type { Report } from './report.ts';

const out = mkdtempSync(join(tmpdir(), 'sluis-bench-test-'));
const root = join(import.meta.dirname, '..');

/** Not all that it can measure: each takes seconds to start, and the rest differs in settings only. */
const names = ['sluis', 'http-proxy', 'nginx', 'oauth2-proxy'];

afterAll(() => rmSync(out, { recursive: true, force: true }));

// The bench reads /proc: elsewhere it says so and measures nothing.
test.skipIf(!existsSync('/proc/self/stat'))(
  'one command measures proxies in every case, and names what could not run',
  () => {
    const args = [join(root, 'bin', 'bootstrap.cjs'), 'bench', '--quick', '--only', names.join(','), '--out', out];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: root });
    expect(status, stderr).toBe(0);
    const file = readdirSync(out).find(name => name.endsWith('.json')) ?? '';
    const report = JSON.parse(readFileSync(join(out, file), 'utf8')) as Report;
    const expected = ['undici', ...names].filter(name => !report.missing.some(one => one.name === name));
    expect(expected).toEqual(expect.arrayContaining(['sluis', 'undici', 'http-proxy']));
    expect(report.missing.map(one => one.name)).toContain('oauth2-proxy');
    for (const name of expected) {
      const rows = report.rows.filter(row => row.name === name);
      expect(rows.map(row => row.title)).toEqual(cases.map(one => one.title));
      for (const { ratio, cpu, throughput, p99, memory } of rows) {
        // CPU time is counted in ticks of 10 ms: a run that short may show none.
        for (const { least } of [throughput, p99, memory]) expect(least, name).toBeGreaterThan(0);
        // Against a yardstick without a tick there is no figure to give: it stands as null in the report.
        for (const { median } of [ratio, cpu]) expect(median ?? 0, name).not.toBeLessThan(0);
      }
    }
    for (const { reason } of report.missing) expect(stdout).toContain(`: ${reason}.`);
    expect(readdirSync(out).filter(name => name.endsWith('.svg'))).toHaveLength(2);
    expect(readFileSync(join(out, file.replace('.json', '.md')), 'utf8')).toContain('| Sluis | ');
  },
  240_000,
);
