import { afterEach, describe, expect, it } from 'vitest';
import { sendLimits } from '../../src/factor/sent-code/limits.ts';
import { missing } from '../support/apps.ts';
import { freshPrefix, openRedisStore, type RedisServer, single, startRedis } from '../support/redis.ts';
import { arrive, openSmsPortal, type SmsBench, withNumber, wrong } from '../support/sent-codes.ts';
import { startGateway, type TestGateway } from '../support/sms-gateway.ts';
import type { BenchClock } from '../vectors/factor-bench.ts';

type Bench = SmsBench & { close(): Promise<void> };

let redis: RedisServer;
let gateway: TestGateway;
let benches: readonly Bench[];
afterEach(async () => {
  for (const bench of benches) {
    await bench.close();
    await bench.store.close();
  }
  await gateway.close();
  await redis.close();
});

/** Two portals on one Redis, each with memory and connections of its own; one gateway. */
async function openPair(): Promise<readonly [Bench, Bench]> {
  redis = await startRedis();
  gateway = await startGateway();
  const prefix = freshPrefix();
  const clock: BenchClock = { time: Date.UTC(2026, 2, 2, 9), now: () => clock.time };
  const open = async () =>
    openSmsPortal({ clock, at: gateway, store: await openRedisStore(single(redis), { prefix, clock }) });
  const pair = [await open(), await open()] as const;
  benches = pair;
  return pair;
}

describe.skipIf(missing('redis'))('codes that are sent, over two instances', () => {
  it('R24: one code in 50 posts at once is accepted once, five rounds', async () => {
    const [one, two] = await openPair();
    const all = [one, two];
    await withNumber(one, 'anna', '0612345678');
    for (let round = 0; round < 5; round += 1) {
      one.clock.time += 61 * 60_000;
      const before = all.map(({ events }) => events.length);
      const { browser, page, id } = await arrive(round % 2 === 0 ? one : two, 'anna');
      const code = gateway.lastCode();
      const there = all.map(({ portal }) => browser.at(portal));
      const forms = await Promise.all(Array.from({ length: 50 }, (_, at) => there[at % 2]?.open(page.path)));
      await Promise.all(forms.map((form, at) => form && there[at % 2]?.post(form, { code })));
      const told = all.flatMap(({ events }, at) => events.slice(before[at]));
      expect(told.filter(({ type }) => type === 'challenge.passed')).toHaveLength(1);
      expect(told.filter(event => event.type === 'challenge.failed' && event.reason === 'wrong')).toEqual([]);
      await one.pendings.abandon((await one.pendings.forPortal(id, cookieOf(browser))) ?? gone());
    }
  });

  it('R09: two clicks, two windows, two instances: a person gets as many codes as one instance would send, and guesses are shared', async () => {
    const [one, two] = await openPair();
    await withNumber(one, 'anna', '0612345678');
    const before = gateway.received.length;
    await Promise.all(Array.from({ length: 20 }, (_, at) => arrive(at % 2 === 0 ? one : two, 'anna')));
    expect(gateway.received).toHaveLength(before + sendLimits.person.unknown[0].count);
    one.clock.time += 61 * 60_000;
    const { browser, page } = await arrive(one, 'anna');
    const code = wrong(gateway.lastCode());
    const there = [one, two].map(({ portal }) => browser.at(portal));
    const forms = await Promise.all(Array.from({ length: 30 }, (_, at) => there[at % 2]?.open(page.path)));
    const answers = await Promise.all(forms.map((form, at) => form && there[at % 2]?.post(form, { code })));
    expect(answers.filter(answer => answer?.status === 422).length).toBeLessThanOrEqual(4);
    expect(answers.every(answer => answer?.status === 422 || answer?.status === 429)).toBe(true);
  });
});

function cookieOf({ cookies }: { readonly cookies: ReadonlyMap<string, string> }): string {
  return cookies.get('__Host-sluis-portal') ?? '';
}

function gone(): never {
  throw new Error('the sign-in is gone');
}
