import { beforeEach, expect, test } from 'vitest';
import {
  clerk,
  doneOf,
  filedByAnna,
  openResetBench,
  type ResetBench,
  realm,
  resident,
} from '../../test/support/reset-bench.ts';
import { resetList, resetShow, resetToken } from './reset.ts';

let bench: ResetBench;
let out = '';
const say = (text: string) => {
  out += text;
};
beforeEach(async () => {
  out = '';
  bench = await openResetBench();
});

test('lists the oldest first with their age, and shows one without any code', async () => {
  await resident(bench);
  const first = await filedByAnna(bench);
  bench.clock.time += 7 * 24 * 60 * 60_000;
  const second = await filedByAnna(bench);
  await resetList({ ...bench, target: 2 }, { realm, all: false }, say);
  expect(out.split('\n').map(line => line.slice(0, 9))).toEqual([first.id, second.id, '']);
  expect(out).toContain('5 working days, overdue');
  doneOf(await bench.cases.check(realm, first.id, clerk(bench, 'bram')));
  doneOf(await bench.cases.execute(realm, first.id, clerk(bench, 'bram')));
  const handed = await bench.cases.handOver(realm, first.id, clerk(bench, 'anna'));
  out = '';
  await resetShow(bench, { realm, number: first.id.toLowerCase() }, say);
  expect(out).toMatch(/^executed +\S+ by Bram$/m);
  expect(out).toMatch(/^code shown +\S+ by Anna$/m);
  expect(handed.outcome === 'code' && out.includes(handed.code)).toBe(false);
  await expect(resetShow(bench, { realm, number: 'NONE' }, say)).rejects.toThrow('there is no request');
});

test('an empty list says so, and a token comes with what of it may be read', async () => {
  await resetList({ ...bench, target: 2 }, { realm, all: true }, say);
  expect(out).toBe('No requests.\n');
  out = '';
  resetToken({ bytes: () => Buffer.alloc(32, 1) }, say);
  expect(out).toMatch(/tokenHash: [0-9a-f]{64} /);
});
