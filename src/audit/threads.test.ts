import { expect, test } from 'vitest';
import { openBench, realm } from '../../test/vectors/factor-bench.ts';
import { AuditTrail } from './chain.ts';
import { readThread, type Thread } from './threads.ts';

async function bench() {
  const { deps } = await openBench();
  const trail = new AuditTrail({ ...deps, log: () => undefined });
  const out = (serial: string, name: string) =>
    trail.record({ type: 'token.handed-out', realm, person: name, name, serial, factor: 'f', by: 'eva' });
  const raise = (count: number) =>
    trail.record({ type: 'signal.raised', realm, signal: 'password-guessing', count, source: '192.0.2.1' });
  const sign = async (times: number) => {
    for (let time = 0; time < times; time += 1)
      await trail.record({ type: 'sign-in.proved', realm, app: 'post', name: 'anna', source: '192.0.2.1' });
  };
  /** All pages, as one. */
  const all = async (thread: Thread, limit = 2) => {
    const told: unknown[] = [];
    for (let before: number | undefined; ; ) {
      const { entries, next } = await readThread({ store: deps.store, trail }, thread, { before, limit });
      told.push(...entries.map(({ event }) => ('count' in event ? event.count : 'name' in event ? event.name : '')));
      if (next === undefined) return told;
      before = next;
    }
  };
  return { deps, trail, out, raise, sign, all };
}

test('R07 R51: a token finds who had it and signals are found, the newest first, however long the trail went on since', async () => {
  const { out, raise, sign, all } = await bench();
  await out('SN1', 'anna');
  await raise(1);
  await sign(20);
  await out('SN10', 'bram');
  await out('SN1', 'carla');
  await raise(2);
  await sign(20);
  await out('SN1', 'dirk');
  await raise(3);
  await sign(20);
  expect(await all({ token: 'SN1' })).toEqual(['dirk', 'carla', 'anna']);
  expect(await all({ token: 'SN10' })).toEqual(['bram']);
  expect(await all({ token: 'SN100' })).toEqual([]);
  expect(await all('signals')).toEqual([3, 2, 1]);
});

test('R61: what was taken out of the trail is in no thread, and nothing else stands in its place', async () => {
  const { deps, out, raise, all } = await bench();
  await out('SN1', 'anna');
  await raise(1);
  await out('SN1', 'bram');
  await raise(2);
  await deps.store.trim('audit', 3);
  expect(await all({ token: 'SN1' }, 1)).toEqual(['bram']);
  expect(await all('signals', 1)).toEqual([2]);
});

test('what somebody wrote into the store points to entries of that thread or to nothing', async () => {
  const { deps, out, sign, all } = await bench();
  await sign(3);
  await out('SN1', 'anna');
  await deps.store.add('audit-thread:{signals}', '000000000000002');
  await deps.store.add('audit-thread:{signals}', '000000000000004');
  await deps.store.add('audit-thread:{signals}', '000000000000999');
  await deps.store.add('audit-thread:{signals}', 'geen getal');
  expect(await all('signals')).toEqual([]);
});
