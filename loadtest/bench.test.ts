import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Report } from './report.ts';

const out = mkdtempSync(join(tmpdir(), 'sluis-bench-test-'));
const root = join(import.meta.dirname, '..');

afterAll(() => rmSync(out, { recursive: true, force: true }));

// The bench reads /proc: elsewhere it says so and measures nothing.
test.skipIf(!existsSync('/proc/self/stat'))(
  'one command measures every proxy at both sizes, or names what is missing',
  () => {
    const args = [join(root, 'bin', 'bootstrap.cjs'), 'bench', '--quick', '--out', out];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: root });
    expect(status, stderr).toBe(0);
    const file = readdirSync(out).find(name => name.endsWith('.json')) ?? '';
    const report = JSON.parse(readFileSync(join(out, file), 'utf8')) as Report;
    const expected = ['sluis', 'undici', 'http-proxy', 'nginx'].filter(name => !report.missing.includes(name));
    for (const name of expected) {
      const rows = report.rows.filter(row => row.name === name);
      expect(rows.map(row => row.size)).toEqual([1024, 51200]);
      for (const { ratio, cpu, throughput } of rows) {
        expect(Math.min(ratio.least, cpu.least, throughput.least), name).toBeGreaterThan(0);
      }
    }
    for (const name of report.missing) {
      expect(name).toBe('nginx');
      expect(stdout).toContain('Not measured');
    }
    expect(readFileSync(join(out, file.replace('.json', '.md')), 'utf8')).toContain('| Sluis, with a session | 1 KB |');
  },
  240_000,
);
