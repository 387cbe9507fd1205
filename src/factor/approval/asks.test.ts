import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, minute, openBench } from '../../../test/vectors/factor-bench.ts';
import { KeyRing } from '../../kernel/key-ring.ts';
import { systemRandom } from '../../kernel/random.ts';
import { type Ask, answerAsk, askOf, openAsk, openAsks, passAsk, reportAsk, reportedUntil } from './asks.ts';
import { deviceOf } from './credential.ts';
import { liftReport } from './lifting.ts';
import { keepSubscription, subscriptionOf } from './subscription.ts';
import { forgetApproval, verifyApproval } from './verify.ts';

const anna = { id: 'p-anna', name: 'anna', realm: 'gemeente' };
const bram = { id: 'p-bram', name: 'bram', realm: 'gemeente' };

describe('R24: what is asked of a phone', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });

  const request = (challenge: string, known?: string) => ({
    ...{ person: anna, challenge, portal: 'browser', app: 'webmail', purpose: 'sign-in' as const },
    ...{ source: '192.0.2.7', browser: undefined, known },
  });

  async function asked(challenge: string, known?: string): Promise<Ask> {
    const result = await openAsk(bench.deps, request(challenge, known));
    if (result.outcome !== 'asked') throw new Error('limited');
    return result.ask;
  }

  const answered = (ask: Ask, factor = 'f', number = ask.number) =>
    answerAsk(bench.deps, { person: anna, factor, ask: ask.id, number });
  const taken = (ask: Ask, factor = 'f', challenge = ask.challenge, person = anna) =>
    passAsk(bench.deps, { person, factor, id: ask.id, challenge });

  it('is taken once, by the factor that answered, for the sign-in that asked, of the person who was asked', async () => {
    const ask = await asked('one');
    expect(await taken(ask)).toBe('wrong');
    await answered(ask);
    expect(await taken(ask, 'other')).toBe('wrong');
    expect(await taken(ask, 'f', 'two')).toBe('wrong');
    expect(await taken(ask, 'f', 'one', bram)).toBe('wrong');
    expect(await Promise.all(Array.from({ length: 10 }, () => taken(ask)))).toEqual([
      'accepted',
      ...Array.from({ length: 9 }, () => 'repeated'),
    ]);
  });

  it('is taken within two minutes after it was approved', async () => {
    const [early, late] = [await asked('one'), await asked('two')];
    await answered(early);
    await answered(late);
    bench.clock.time += 2 * minute - 1;
    expect(await taken(early)).toBe('accepted');
    bench.clock.time += 1;
    expect(await taken(late)).toBe('wrong');
  });

  it('the kind takes what this very factor approved, and what was reported or wrong is nothing', async () => {
    const [right, wrong, reported] = [await asked('one'), await asked('two'), await asked('three')];
    await answered(right);
    await answered(wrong, 'f', '00');
    await reportAsk(bench.deps, { person: anna, factor: 'f', ask: reported.id });
    const verify = (answer: string, challenge: string, id = 'f') =>
      verifyApproval(bench.deps, { person: anna, factor: { id, credential: { publicKey: '' } }, answer, challenge });
    expect(await verify(right.id, 'one', 'other')).toBe('wrong');
    expect(await verify('', 'one')).toBe('wrong');
    expect(await verify(right.id, 'one')).toBe('accepted');
    expect(await verify(wrong.id, 'two')).toBe('wrong');
    expect(await verify(reported.id, 'three')).toBe('wrong');
  });

  it('a new asking of the same sign-in takes the place of the one before', async () => {
    const before = await asked('one', 'known');
    const after = await asked('one', 'known');
    expect((await openAsks(bench.deps, anna)).map(({ id }) => id)).toEqual([after.id]);
    expect(await answered(before)).toBeUndefined();
    expect((await askOf(bench.deps, anna, { challenge: 'one', portal: 'browser' }))?.id).toBe(after.id);
    expect(await askOf(bench.deps, anna, { challenge: 'one', portal: 'other' })).toBeUndefined();
  });

  it('numbers are of two digits, each as likely, and none of two that wait', async () => {
    const seen = new Set<string>();
    for (let day = 0; day < 30; day += 1) {
      const asks = await Promise.all(Array.from({ length: 10 }, (_, at) => asked(`${day}-${at}`, `browser-${at}`)));
      expect(new Set(asks.map(({ number }) => number)).size).toBe(10);
      for (const { number } of asks) seen.add(number);
      bench.clock.time += 24 * 60 * minute;
    }
    for (const number of seen) expect(number).toMatch(/^[1-9][0-9]$/);
    // Of 300 draws out of 90 less than 60 different ones is less likely than a broken disk.
    expect(seen.size).toBeGreaterThan(60);
  });

  it('R09: a known browser has a budget of its own: twelve an hour, five wrong numbers an hour, ten a day', async () => {
    for (let times = 0; times < 12; times += 1) await asked(`${times}`, 'hers');
    expect(await openAsk(bench.deps, request('more', 'hers'))).toMatchObject({ outcome: 'limited' });
    await asked('more', 'another of hers');
    let wrong = 0;
    for (let hours = 0; hours < 4; hours += 1) {
      bench.clock.time += 60 * minute;
      for (let times = 0; times < 6; times += 1) {
        const result = await openAsk(bench.deps, request(`${hours}-${times}`, 'third'));
        if (result.outcome === 'asked' && (await answered(result.ask, 'f', '00')) !== undefined) wrong += 1;
      }
    }
    expect(wrong).toBe(10);
  });

  it('R09: a report pressed by mistake is taken back at once; what else was counted goes on', async () => {
    const lifting = { person: anna, by: 'desk', reason: 'verkeerde knop' };
    expect(await liftReport(bench.deps, lifting)).toBe(false);
    await answered(await asked('first'), 'f', '00');
    for (const known of [undefined, 'hers']) {
      const ask = await asked('one', known);
      await reportAsk(bench.deps, { person: anna, factor: 'f', ask: ask.id });
      expect(await openAsk(bench.deps, request('two', known))).toMatchObject({ outcome: 'limited' });
    }
    expect(await reportedUntil(bench.deps, anna)).toBe(bench.clock.time + 24 * 60 * minute);
    expect(await reportedUntil(bench.deps, bram)).toBeUndefined();
    expect(await liftReport(bench.deps, { ...lifting, person: bram })).toBe(false);
    expect(await liftReport(bench.deps, lifting)).toBe(true);
    expect(await reportedUntil(bench.deps, anna)).toBeUndefined();
    expect(await liftReport(bench.deps, lifting)).toBe(false);
    expect(bench.events).toEqual([
      {
        ...{ type: 'approval.report-lifted', realm: anna.realm, person: anna.id, name: anna.name },
        ...{ by: 'desk', reason: 'verkeerde knop' },
      },
    ]);
    await asked('three', 'hers');
    // The second wrong number of the day: lifting a report is no way around that.
    await answered(await asked('three'), 'f', '00');
    expect(await openAsk(bench.deps, request('four'))).toMatchObject({ outcome: 'limited' });
    bench.clock.time += 60 * minute;
    expect(await openAsk(bench.deps, request('four'))).toMatchObject({ outcome: 'limited' });
  });

  it('R09: a report that is over needs no taking back, and that of a known browser is over in an hour', async () => {
    const ask = await asked('one', 'hers');
    await reportAsk(bench.deps, { person: anna, factor: 'f', ask: ask.id });
    bench.clock.time += 60 * minute - 1;
    expect(await reportedUntil(bench.deps, anna)).toBe(bench.clock.time + 1);
    bench.clock.time += 1;
    expect(await reportedUntil(bench.deps, anna)).toBeUndefined();
    expect(await liftReport(bench.deps, { person: anna, by: 'desk', reason: 'x' })).toBe(false);
    await asked('two', 'hers');
  });

  it('is sealed, and a count that cannot be read is not taken for none', async () => {
    const ask = await asked('one');
    const record = await bench.store.get(`approval-asks:{${anna.id}}`);
    expect(record?.value).toMatch(/^k1\./);
    const ring = new KeyRing([{ id: 'k2', secret: Buffer.alloc(32, 9) }], systemRandom);
    await expect(openAsk({ ...bench.deps, ring }, request('two'))).rejects.toMatchObject({ code: 'data.wrong-key' });
    expect(ask.state).toBe('open');
  });

  it('a phone that was removed is woken no more', async () => {
    const publicKey = 'B'.repeat(87);
    const to = { endpoint: 'https://fcm.googleapis.com/x', p256dh: 'x', auth: 'y', language: 'nl' } as const;
    await keepSubscription(bench.deps, deviceOf(publicKey), to);
    await forgetApproval(bench.deps, { credential: { publicKey } });
    expect(await subscriptionOf(bench.deps, deviceOf(publicKey))).toBeUndefined();
  });
});
