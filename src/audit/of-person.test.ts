import { expect, test } from 'vitest';
import { openBench, realm } from '../../test/vectors/factor-bench.ts';
import { AuditTrail } from './chain.ts';

test('R37 a person finds her own last entries, the newest first; failures of a stranger push none of them out', async () => {
  const bench = await openBench();
  const trail = new AuditTrail({ ...bench.deps, log: () => undefined });
  const who = (person: string) => ({ realm, person, name: person, source: '192.0.2.1' });
  const added = (person: string, factor: string) =>
    trail.record({ type: 'factor.added', ...who(person), kind: 'totp', factor, by: 'own-factor' });
  await added('anna', 'first');
  await added('bram', 'other');
  for (let failed = 0; failed < 40; failed += 1)
    await trail.record({ type: 'challenge.failed', ...who('anna'), app: 'post', factor: '', reason: 'wrong' });
  await added('anna', 'last');
  const hers = await trail.ofPerson('anna');
  expect(hers.map(({ event }) => event.type)).toEqual([
    'factor.added',
    ...Array.from({ length: 5 }, () => 'challenge.failed'),
    'factor.added',
  ]);
  expect(hers.every(({ event }) => 'person' in event && event.person === 'anna')).toBe(true);
  for (let round = 0; round < 40; round += 1) await added('anna', String(round));
  const told = (await trail.ofPerson('anna')).filter(({ event }) => event.type === 'factor.added');
  expect([told.length, told[0]?.event]).toEqual([30, expect.objectContaining({ factor: '39' })]);
  expect(await trail.ofPerson('nobody')).toEqual([]);
  expect(await trail.verify()).toMatchObject({ ok: true });
});
