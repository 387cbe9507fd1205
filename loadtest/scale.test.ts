import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Series } from './scale-rounds.ts';

const out = mkdtempSync(join(tmpdir(), 'sluis-scale-test-'));
const root = join(import.meta.dirname, '..');

/** Routes need instances of their own for each size. */
const parts = ['known', 'sessions', 'revocations'];

afterAll(() => rmSync(out, { recursive: true, force: true }));

test.skipIf(!existsSync('/proc/self/stat'))(
  'one command measures the cost beside sessions and ended sessions, or says why not',
  () => {
    const args = [
      join(root, 'bin', 'bootstrap.cjs'),
      'bench:scale',
      '--quick',
      '--only',
      parts.join(','),
      '--out',
      out,
    ];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: root });
    expect(status, stderr).toBe(0);
    const file = readdirSync(out).find(name => name.endsWith('.json')) ?? '';
    const found = JSON.parse(readFileSync(join(out, file), 'utf8')) as Series[];
    expect(found.map(({ name }) => name)).toEqual(parts);
    for (const { points, known, reason } of found) {
      const sizes = (points ?? known ?? []).length;
      expect(reason ?? sizes).toSatisfy(value => typeof value === 'string' || value > 1);
    }
    for (const { bytes } of found[0]?.known ?? []) expect(bytes).toBeGreaterThan(0);
    const charts = readdirSync(out).filter(name => name.endsWith('.svg'));
    expect(charts).toHaveLength(found.filter(({ points }) => points !== undefined).length);
  },
  240_000,
);
