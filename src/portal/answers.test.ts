import { expect, test } from 'vitest';
import { minute, openBench } from '../../test/vectors/factor-bench.ts';
import { Answers, type Outcome } from './answers.ts';

/** How often a form that is posted twice, so long apart, is verified. */
async function verified(outcome: Outcome, apart: number): Promise<number> {
  const bench = await openBench();
  const answers = new Answers(bench.deps);
  let times = 0;
  const verify = async () => {
    times += 1;
    return outcome;
  };
  expect(await answers.once(['a form'], verify)).toEqual(outcome);
  bench.clock.time += apart;
  expect(await answers.once(['a form'], verify)).toEqual(outcome);
  return times;
}

const looked: Outcome[] = [
  { kind: 'go', place: '/go/1' },
  { kind: 'gone' },
  { kind: 'mistake', mistake: 'wrong' },
  { kind: 'mistake', mistake: 'used' },
];
const unseen: Outcome[] = [
  { kind: 'delayed', until: 1 },
  { kind: 'unknown' },
  { kind: 'mistake', mistake: 'malformed' },
];

test.each(looked)('R24: what was looked at is not looked at again while the sign-in lives: %j', async outcome => {
  expect(await verified(outcome, 59 * minute)).toBe(1);
});

test.each(unseen)(
  'what was refused unseen is kept for a double click only, so that it fills no disk: %j',
  async outcome => {
    expect(await verified(outcome, minute)).toBe(1);
    expect(await verified(outcome, 3 * minute)).toBe(2);
  },
);

test('R24: a form that another instance has in hand is waited for, and looked at once', async () => {
  const bench = await openBench();
  const gate = Promise.withResolvers<Outcome>();
  const outcome: Outcome = { kind: 'go', place: '/go/1' };
  let times = 0;
  const verify = () => {
    times += 1;
    return gate.promise;
  };
  const [here, there] = [new Answers(bench.deps), new Answers(bench.deps)];
  const both = [here.once(['a form'], verify), there.once(['a form'], verify)];
  await new Promise(resolve => setImmediate(resolve));
  gate.resolve(outcome);
  expect(await Promise.all(both)).toEqual([outcome, outcome]);
  expect(times).toBe(1);
});

test('R24: a form that broke on its way is not looked at again, nor waited for', async () => {
  const bench = await openBench();
  const broken = () => Promise.reject(new Error('the store is lost'));
  await expect(new Answers(bench.deps).once(['a form'], broken)).rejects.toThrow('lost');
  bench.clock.time += 10 * minute;
  const again = await new Answers(bench.deps).once(['a form'], broken);
  expect(again).toEqual({ kind: 'unknown' });
});
