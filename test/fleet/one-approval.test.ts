import { afterEach, describe, expect, it } from 'vitest';
import {
  type ApprovalBench,
  arrive,
  numberOn,
  openApproval,
  otherThan,
  postTo,
  withPhone,
} from '../support/approval-bench.ts';
import { missing } from '../support/apps.ts';
import { freshPrefix, openRedisStore, single, startRedis } from '../support/redis.ts';
import { answerOf } from '../support/soft-phone.ts';
import type { BenchClock } from '../vectors/factor-bench.ts';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

/** Two portals on one Redis, each with memory and connections of its own. */
async function openPair(): Promise<readonly [ApprovalBench, ApprovalBench]> {
  const server = await startRedis();
  open.push(() => server.close());
  const prefix = freshPrefix();
  const clock: BenchClock = { time: Date.UTC(2026, 2, 2, 9), now: () => clock.time };
  const one = async () => {
    const store = await openRedisStore(single(server), { prefix, clock });
    open.push(() => store.close());
    return openApproval({ clock, store });
  };
  return [await one(), await one()];
}

describe.skipIf(missing('redis'))('R24: an approval over two instances', () => {
  it('50 answers at once, half of them right, come to one; what was approved is taken once', async () => {
    const [one, two] = await openPair();
    const { phone, browser } = await withPhone(one, 'anna');
    const posts = [postTo(one), postTo(two)];
    for (let round = 0; round < 4; round += 1) {
      const sign = await arrive(one, 'anna', browser);
      const [ask] = await phone.asks();
      if (ask === undefined) throw new Error('nothing was asked');
      const number = numberOn(sign.page);
      // Signed beforehand: each is a message of its own, and their times do not stand in each other's way.
      const messages = Array.from({ length: 50 }, (_, at) =>
        phone.message('answer', answerOf(ask, 'approve', at % 2 === 0 ? number : otherThan(number))),
      );
      const told = await Promise.all(messages.map((message, at) => posts[at % 2]?.('answer', message)));
      const states = told.map(answer => answer?.state).filter(state => state === 'approved' || state === 'wrong');
      expect(states).toHaveLength(1);
      const pages = await Promise.all(
        Array.from({ length: 10 }, (_, at) => browser.at((at % 2 === 0 ? one : two).portal).open(sign.page.path)),
      );
      const forms = pages.filter(({ html }) => html.includes('value="take"'));
      await Promise.all(forms.map((page, at) => browser.at((at % 2 === 0 ? two : one).portal).post(page, {})));
      const passed = [...one.events, ...two.events].filter(({ type }) => type === 'challenge.passed');
      expect(passed).toHaveLength(states[0] === 'approved' ? 1 : 0);
      for (const { events } of [one, two]) events.length = 0;
    }
  });

  it('R09: 20 strangers at once at two instances get four requests together', async () => {
    const [one, two] = await openPair();
    await withPhone(one, 'anna');
    const pages = await Promise.all(Array.from({ length: 20 }, (_, at) => arrive(at % 2 === 0 ? one : two, 'anna')));
    expect(pages.filter(({ page }) => numberOn(page) !== '')).toHaveLength(4);
  });
});
