import { afterEach, describe, expect, it } from 'vitest';
import { deviceCookiePrefix } from '../../src/device/device-cookie.ts';
import { declinedCookieName } from '../../src/portal/trust.ts';
import type { RedisStore } from '../../src/store/redis/redis-store.ts';
import { missing } from '../support/apps.ts';
import { arriveFor } from '../support/portal-arrivals.ts';
import { type Browser, openPortal, type PortalBench, releaseCodeOf } from '../support/portal-bench.ts';
import { freshPrefix, openRedisStore, type RedisGroup, startCluster, startSentinels, until } from '../support/redis.ts';
import { allowed } from '../support/trust-bench.ts';
import { codeAt } from '../vectors/code-at.ts';
import { type BenchClock, minute, withTotp } from '../vectors/factor-bench.ts';

let group: RedisGroup;
const stores: RedisStore[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  await group.close();
});

/** Two portals on one Redis, whose writes count once a replica has them. */
async function openPair(): Promise<readonly [PortalBench, PortalBench]> {
  const prefix = freshPrefix();
  const clock: BenchClock = { time: Date.UTC(2026, 2, 2, 9), now: () => clock.time };
  const open = async () => {
    const store = await openRedisStore(group.topology, { prefix, clock, replicas: 1 });
    stores.push(store);
    return openPortal({ clock, store, trust: allowed });
  };
  return [await open(), await open()];
}

async function challengeAt(bench: PortalBench, name: string) {
  const { pending, cookie } = await bench.signIn(name);
  const browser = bench.browser();
  return { browser, cookie, page: await browser.open(`/p/${await bench.pendings.handoff(pending)}`) };
}

/** She trusts a browser of hers, and some time later comes back in it: gives it with what its device has come to. */
async function trusting(bench: PortalBench, name: string, secret: string): Promise<Browser> {
  const { browser, page } = await challengeAt(bench, name);
  const offer = await browser.submit(page, { code: codeAt(secret, bench.clock.time) });
  expect(releaseCodeOf(await browser.submit(offer, { act: 'trust' }))).toBeDefined();
  await movesOn(bench, name, browser);
  return browser;
}

/** Two minutes later she comes back, and her password alone is enough; her device gets its next value. */
async function movesOn(bench: PortalBench, name: string, browser: Browser): Promise<void> {
  const before = deviceIn(browser);
  bench.clock.time += 2 * minute;
  // Where a busy machine sends her away she comes again.
  await until(async () => {
    const { page } = await arriveFor(bench, name, 2, browser.at(bench.portal));
    return releaseCodeOf(page) !== undefined;
  });
  expect([deviceIn(browser) === before, deviceIn(browser)]).toEqual([false, expect.any(String)]);
}

function deviceIn({ cookies }: Browser): string | undefined {
  return [...cookies].find(([name]) => name.startsWith(deviceCookiePrefix))?.[1];
}

/** Writes go through to every part of the store again. */
async function isBack({ store }: PortalBench, round: number): Promise<boolean> {
  const keys = Array.from({ length: 24 }, (_, number) => `back:{${round}-${number}}`);
  await Promise.all(keys.map(key => store.create(key, 'v')));
  return true;
}

/** What is used before the master of any of it is lost is used afterwards, at the other instance too. */
async function usedStaysUsed(fail: () => Promise<unknown>): Promise<void> {
  const [one, two] = await openPair();
  const people: Awaited<ReturnType<typeof withTotp>>[] = [];
  // In turn: each moves the clock.
  for (let number = 0; number < 6; number += 1) people.push(await withTotp(one, `persoon${number}`));
  const browsers: Browser[] = [];
  for (const { person, secret } of people) browsers.push(await trusting(one, person.name, secret));
  const codes = people.map(({ secret }) => codeAt(secret, one.clock.time));
  const names = people.map(({ person }) => person.name);
  const waiting = await Promise.all(names.map(name => challengeAt(two, name)));
  for (const [at, name] of names.entries()) {
    const { browser, page } = await challengeAt(one, name);
    browser.cookies.set(declinedCookieName, '1');
    expect(releaseCodeOf(await browser.submit(page, { code: codes[at] ?? '' }))).toBeDefined();
  }
  await one.store.append('log', 0, 'first');
  await fail();
  let round = 0;
  for (const bench of [one, two]) await until(() => isBack(bench, round++), 30_000);
  for (const [at, { browser, page }] of waiting.entries()) {
    const again = await browser.submit(page, { code: codes[at] ?? '' });
    expect([names[at], again.status, releaseCodeOf(again)]).toEqual([names[at], 422, undefined]);
  }
  expect(await two.store.head('log')).toEqual({ number: 1, entry: 'first' });
  for (const [at, name] of names.entries()) {
    const person = await two.people.byName('gemeente', name);
    expect([name, person?.factors.length]).toEqual([name, people[at]?.person.factors.length]);
  }
  for (const [at, browser] of browsers.entries()) {
    for (const bench of [two, one]) await movesOn(bench, names[at] ?? '', browser);
  }
  const alarms = [...one.events, ...two.events].filter(({ type }) => /^device\.(?:copied|doubted|removed)$/.test(type));
  expect(alarms).toEqual([]);
}

/** A replica must have each write within 200 ms, and it is one of many processes on a busy machine. */
const hurried = { retry: 2 };

describe.skipIf(missing('redis'))(
  'R25: with replicas: 1, what was used stays used over a failover, and what was trusted trusted',
  hurried,
  () => {
    it('by Sentinel', async () => {
      const sentinels = await startSentinels(2);
      group = sentinels;
      await usedStaysUsed(() => sentinels.master.kill());
    });

    it('in a cluster, whichever master dies', async () => {
      // Two replicas each, or nobody could sign in once one of them is master.
      const cluster = await startCluster({ replicas: 2 });
      group = cluster;
      await usedStaysUsed(() => cluster.masters[1]?.kill() ?? Promise.reject(new Error('no master')));
    });
  },
);
