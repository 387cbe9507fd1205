import { expect, it } from 'vitest';
import { AuditTrail, auditLog } from '../audit/chain.ts';
import { KeyRing } from '../kernel/key-ring.ts';
import { systemRandom } from '../kernel/random.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { auditTail, auditVerify } from './audit.ts';

const clock = { now: () => Date.UTC(2026, 10, 22, 9, 30) };

async function bench(names: readonly string[]) {
  const store = await SqliteStore.open({ path: ':memory:', clock });
  const ring = new KeyRing([{ id: 'k', secret: Buffer.alloc(32, 1) }], systemRandom);
  const trail = new AuditTrail({ store, ring, clock, random: systemRandom, log: () => undefined });
  for (const name of names) {
    await trail.record({ realm: 'r', type: 'sign-in.failed', app: 'webmail', name, source: '192.0.2.1' });
  }
  const lines: string[] = [];
  return { store, trail, lines, out: (line: string) => void lines.push(line) };
}

it('R37: shows the newest entries, a line each', async () => {
  const { trail, lines, out } = await bench(['anna', 'bram', 'carla']);
  expect(await auditTail({ trail, count: 2 }, out)).toBe(0);
  expect(lines).toHaveLength(2);
  expect(lines[1]).toBe(
    '3  2026-11-22T09:30:00.000Z  sign-in.failed  app="webmail"  name="carla"  realm="r"  source="192.0.2.1"',
  );
});

it('shows entries as JSON where that is asked for', async () => {
  const { trail, lines, out } = await bench(['anna']);
  await auditTail({ trail, count: 1, json: true }, out);
  expect(JSON.parse(lines[0] ?? '')).toEqual((await trail.tail(1))[0]);
});

it('lets no name steer the terminal', async () => {
  const { trail, lines, out } = await bench(['an\u001b[2J\u009b\u202e\u2028\nna']);
  await auditTail({ trail, count: 1 }, out);
  expect(lines.join()).toContain('name="an\\u001b[2J\\u009b\\u202e\\u2028\\nna"');
});

it('R37: verifies: exit code 0 for a whole trail, 1 with the place and the reason for a broken one', async () => {
  const { store, trail, lines, out } = await bench(['anna', 'bram']);
  expect(await auditVerify({ trail }, out)).toBe(0);
  const newest = await trail.newest();
  expect(lines).toEqual([
    'The audit trail is whole: 2 entries.',
    `Its newest entry: 2:${newest?.hash}`,
    expect.stringContaining('sluis audit verify --head <number:hash>'),
  ]);
  await store.append(auditLog, 2, '{"number":3}');
  expect(await auditVerify({ trail }, out)).toBe(1);
  expect(lines[3]).toContain('entry 3');
});

it('R61: says what was taken away, why, and by which entry, and that the trail is whole for all that', async () => {
  const { trail, lines, out } = await bench(['anna', 'bram', 'carla']);
  await trail.remove('who', [2], { realm: 'r', because: 'erasure', person: 'p', by: 'desk' });
  await trail.remove('where', [2, 3], { realm: '', because: 'retention' });
  await trail.cut(1, { realm: '', because: 'retention' });
  expect(await auditVerify({ trail }, out)).toBe(0);
  expect(lines.splice(3)).toEqual([expect.stringMatching(/^Its newest entry: 6:/), expect.stringContaining('--head')]);
  expect(lines).toEqual([
    'The audit trail is whole: 5 entries.',
    'Entries 1 to 1 were taken away when their time was over, as the trail says.',
    'Of those that are left, names were taken away from 1 and addresses from 2, as the trail says.',
  ]);
  await auditTail({ trail, count: 99 }, out);
  expect(lines.slice(3, 5)).toEqual([
    '2  2026-11-22T09:30:00.000Z  sign-in.failed  app="webmail"  realm="r"  who: taken away, erasure, see 4  where: taken away, retention, see 5',
    '3  2026-11-22T09:30:00.000Z  sign-in.failed  app="webmail"  name="carla"  realm="r"  where: taken away, retention, see 5',
  ]);
});

it('R37: says that a noted entry still stands, that another one stands there, or that it cannot be compared', async () => {
  const { trail, lines, out } = await bench(['anna']);
  const noted = await trail.newest();
  await trail.record({ realm: 'r', type: 'sign-in.failed', app: 'webmail', name: 'bram', source: '192.0.2.1' });
  expect(await auditVerify({ trail, noted }, out)).toBe(0);
  expect(lines.splice(0).at(-1)).toBe('Entry 1 is the one that you noted, and so is all before it.');
  expect(await auditVerify({ trail, noted: { number: 1, hash: 'A'.repeat(43) } }, out)).toBe(1);
  expect(lines.splice(0)[0]).toContain('broken at entry 1: it is another one than you noted');
  await trail.record({ realm: 'r', type: 'sign-in.failed', app: 'webmail', name: 'carla', source: '192.0.2.1' });
  await trail.cut(2, { realm: '', because: 'retention' });
  expect(await auditVerify({ trail, noted }, out)).toBe(1);
  expect(lines.at(-1)).toBe('Entry 1 cannot be compared: it was taken away when its time was over. Give a later one.');
});
