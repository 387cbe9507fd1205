import { afterEach, describe, expect, it } from 'vitest';
import { missing } from '../support/apps.ts';
import { type Browser, openPortal, type PortalBench } from '../support/portal-bench.ts';
import { freshPrefix, openRedisStore, type RedisGroup, single, startCluster, startRedis } from '../support/redis.ts';
import { codeAt } from '../vectors/code-at.ts';
import { type BenchClock, minute, withTotp } from '../vectors/factor-bench.ts';

let group: RedisGroup;
let benches: PortalBench[];
afterEach(async () => {
  for (const { store } of benches) await store.close();
  await group.close();
});

/** Two portals, each with memory and connections of its own; the second is told every time of the first. */
async function openPair(): Promise<readonly [PortalBench, PortalBench]> {
  const prefix = freshPrefix();
  const clock: BenchClock = { time: Date.UTC(2026, 2, 2, 9), now: () => clock.time };
  const open = async () => openPortal({ clock, store: await openRedisStore(group.topology, { prefix, clock }) });
  const pair = [await open(), await open()] as const;
  benches = [...pair];
  return pair;
}

interface Arrived {
  readonly browser: Browser;
  readonly page: string;
  readonly cookie: string;
}

/** A pending sign-in of anna's that is begun at one instance; her browser is sent to either, as the balancer likes. */
async function arrive(one: PortalBench): Promise<Arrived> {
  const { pending, cookie } = await one.signIn('anna');
  const browser = one.browser();
  const page = await browser.open(`/p/${await one.pendings.handoff(pending)}`);
  return { browser, page: page.path, cookie };
}

/** 50 posts of the one right code, every other one at the other instance; in odd rounds of ten browsers. */
async function race([one, two]: readonly [PortalBench, PortalBench], secret: string, round: number): Promise<void> {
  one.clock.time += 11 * minute;
  const all = [one, two];
  const before = all.map(({ events }) => events.length);
  const count = round % 2 === 0 ? 1 : 10;
  const arrived = await Promise.all(Array.from({ length: count }, (_, at) => arrive(at % 2 === 0 ? one : two)));
  const code = codeAt(secret, one.clock.time);
  await Promise.all(
    Array.from({ length: 50 }, async (_, at) => {
      const { browser, page } = arrived[at % count] as Arrived;
      const there = browser.at((all[at % 2] ?? one).portal);
      const form = await there.open(page);
      if (form.html.includes('<form')) await there.post(form, { code });
    }),
  );
  const told = all.flatMap(({ events }, at) => events.slice(before[at]));
  expect(told.filter(({ type }) => type === 'challenge.passed')).toHaveLength(1);
  expect(told.some(event => event.type === 'challenge.failed' && event.reason === 'wrong')).toBe(false);
  const open = await Promise.all(arrived.map(({ cookie }) => two.pendings.byCookie(cookie)));
  expect(open.filter(pending => pending?.passed !== undefined)).toHaveLength(1);
  for (const pending of open) if (pending !== undefined) await one.pendings.abandon(pending);
}

describe.skipIf(missing('redis'))('R24: one code posted 50 times at once over two instances is accepted once', () => {
  it.each([
    [
      'one Redis',
      async () => {
        const server = await startRedis();
        return { topology: single(server), servers: [server], close: () => server.close() };
      },
      200,
    ],
    ['a cluster of three masters', startCluster, 10],
  ] as const)(
    'on %s',
    async (_where, start, rounds) => {
      group = await start();
      const pair = await openPair();
      const { secret } = await withTotp(pair[0], 'anna');
      for (let round = 0; round < rounds; round += 1) await race(pair, secret, round);
    },
    300_000,
  );
});
