import { beforeEach, describe, expect, test } from 'vitest';
import { type Bench, minute, openBench, realm } from '../../test/vectors/factor-bench.ts';
import type { AttemptRequest, SignInRequest } from './attempts.ts';
import { delayAfter, limits } from './limits.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});

const anna = { pool: 'code:totp', realm, account: 'anna', source: '192.0.2.7' } as const;

/** Consumes attempts that all turn out wrong; how many were let through. */
async function fail(request: AttemptRequest, times: number): Promise<number> {
  let allowed = 0;
  for (let index = 0; index < times; index += 1) if ((await bench.attempts.begin(request)).allowed) allowed += 1;
  return allowed;
}

async function allowed(request: AttemptRequest): Promise<boolean> {
  const attempt = await bench.attempts.begin(request);
  if (attempt.allowed) await attempt.refund();
  return attempt.allowed;
}

describe('R09 delays that grow', () => {
  test('three failures are free, then 5 s doubling to 15 min', () => {
    const seconds = [1, 2, 3, 4, 5, 6, 11, 12, 99].map(count => delayAfter(count, limits.account.unknown) / 1000);
    expect(seconds).toEqual([0, 0, 0, 5, 10, 20, 640, 900, 900]);
  });

  test('a refused attempt says when, counts nothing, and the next is let through then', async () => {
    expect(await fail(anna, 4)).toBe(4);
    const refused = await bench.attempts.begin(anna);
    expect(refused).toEqual({ allowed: false, until: bench.clock.time + 5_000, bucket: 'account' });
    expect(await fail(anna, 50)).toBe(0);
    bench.clock.time += 5_000;
    expect(await fail(anna, 2)).toBe(1);
    expect(await bench.attempts.begin(anna)).toMatchObject({ until: bench.clock.time + 10_000 });
  });

  test('rule 3: of 200 wrong attempts at once no more than the limit is evaluated', async () => {
    const all = await Promise.all(Array.from({ length: 200 }, () => bench.attempts.begin(anna)));
    expect(all.filter(attempt => attempt.allowed)).toHaveLength(4);
  });

  test('SECURITY a.11: from 100 failures in a row unknown browsers wait a day, and a success ends it', async () => {
    for (let failures = 0; failures < 100; failures += 1) {
      expect(await fail(anna, 1)).toBe(1);
      if (failures < 99) bench.clock.time += 15 * minute;
    }
    expect(await bench.attempts.begin(anna)).toMatchObject({ until: bench.clock.time + 24 * 60 * minute });
    bench.clock.time += 24 * 60 * minute;
    const attempt = await bench.attempts.begin(anna);
    if (attempt.allowed) await attempt.succeeded();
    expect(await fail(anna, 10)).toBe(4);
  });
});

describe('R09 nobody locks out the owner', () => {
  const known = { ...anna, browser: 'browser-1' };

  test('1,000 wrong attempts of strangers leave a known browser as it was', async () => {
    for (let index = 0; index < 1_000; index += 1) {
      await bench.attempts.begin({ ...anna, source: `198.51.100.${index % 250}` });
      bench.clock.time += 1_000;
    }
    expect(await allowed(anna)).toBe(false);
    expect(await fail(known, 10)).toBe(4);
  });

  test('one known browser says nothing of another', async () => {
    await fail(known, 10);
    expect(await allowed(known)).toBe(false);
    expect(await allowed({ ...anna, browser: 'browser-2' })).toBe(true);
    expect(await allowed(anna)).toBe(true);
  });

  test('SECURITY a.15: overall limits shed unknown browsers and leave known ones in', async () => {
    for (let index = 0; index < limits.overall.unknown; index += 1) {
      await bench.attempts.begin({ ...anna, account: `a${index}`, source: `2001:db8:${index.toString(16)}::1` });
    }
    const fresh = { ...anna, account: 'bram', source: '203.0.113.1' };
    expect(await bench.attempts.begin(fresh)).toMatchObject({ allowed: false, bucket: 'overall' });
    expect(await allowed({ ...fresh, browser: 'b' })).toBe(true);
    // What was refused overall took nothing from the account.
    bench.clock.time += limits.overall.window;
    expect(await fail(fresh, 10)).toBe(4);
  });

  test('a source that guesses at many accounts waits, known browsers behind the same address do not', async () => {
    const tried = await Promise.all(
      Array.from({ length: 150 }, (_, index) => bench.attempts.begin({ ...anna, account: `a${index}` })),
    );
    expect(tried.filter(attempt => attempt.allowed)).toHaveLength(limits.source.unknown.free + 1);
    expect(await bench.attempts.begin({ ...anna, account: 'bram' })).toMatchObject({ bucket: 'source' });
    expect(await allowed({ ...anna, account: 'bram', browser: 'b' })).toBe(true);
    expect(await allowed({ ...anna, account: 'bram', source: '203.0.113.1' })).toBe(true);
  });

  test('all addresses of one IPv6 network are one source', async () => {
    for (let index = 0; index < 101; index += 1) {
      await bench.attempts.begin({ ...anna, account: `a${index}`, source: `2001:db8:1:2:${index.toString(16)}::1` });
    }
    expect(await allowed({ ...anna, account: 'b', source: '2001:db8:1:2:ffff::9' })).toBe(false);
    expect(await allowed({ ...anna, account: 'b', source: '2001:db8:1:3::9' })).toBe(true);
  });
});

describe('R09 long codes: what cannot be guessed is not delayed for long', () => {
  const pools = ['activation', 'recovery'] as const;

  test.each(pools)('%s: a stranger who never stops does not hold up the owner elsewhere', async pool => {
    const stranger = { ...anna, pool };
    for (let index = 0; index < 500; index += 1) {
      await bench.attempts.begin(stranger);
      bench.clock.time += 5_000;
    }
    expect(await allowed({ ...stranger, source: '203.0.113.1' })).toBe(true);
  });

  test.each(pools)('%s: also from one source, and after 200 failures, nobody waits longer than 30 s', async pool => {
    const request = { ...anna, pool };
    let longest = 0;
    for (let index = 0; index < 200; index += 1) {
      const attempt = await bench.attempts.begin(request);
      if (!attempt.allowed && attempt.bucket === 'account')
        longest = Math.max(longest, attempt.until - bench.clock.time);
      bench.clock.time += 15_000;
    }
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThanOrEqual(30_000);
  });

  test.each(pools)('%s: of 200 sources at once 30 are evaluated, and 30 s later there is room', async pool => {
    const guess = (index: number) => bench.attempts.begin({ ...anna, pool, source: `198.51.100.${index}` });
    const all = await Promise.all(Array.from({ length: 200 }, (_, index) => guess(index)));
    expect(all.filter(attempt => attempt.allowed)).toHaveLength(limits.longCode.together.count);
    const owner = { ...anna, pool, source: '203.0.113.1' };
    const refused = { allowed: false, bucket: 'account', until: bench.clock.time + 30_000 };
    expect(await bench.attempts.begin(owner)).toEqual(refused);
    bench.clock.time += 30_000;
    expect(await allowed(owner)).toBe(true);
  });

  test('the delays of one source grow all the same, over all accounts', async () => {
    for (let index = 0; index < 101; index += 1)
      await bench.attempts.begin({ ...anna, pool: 'activation', account: `a${index}` });
    expect(await bench.attempts.begin({ ...anna, pool: 'activation', account: 'bram' })).toMatchObject({
      bucket: 'source',
    });
  });
});

describe('one network cannot shut out all others', () => {
  test('an IPv6 /48 with made-up names fills less than the overall limit', async () => {
    let through = 0;
    for (let index = 0; index < 1_000; index += 1) {
      const source = `2001:db8:1:${index.toString(16)}::1`;
      if ((await bench.attempts.begin({ ...anna, account: `a${index}`, source })).allowed) through += 1;
    }
    expect(through).toBe(limits.network.unknown.free + 1);
    expect(await allowed({ ...anna, account: 'bram', source: '203.0.113.1' })).toBe(true);
    expect(await allowed({ ...anna, account: 'bram', source: '2001:db8:2::1' })).toBe(true);
    const within = { ...anna, account: 'bram', source: '2001:db8:1:ffff::1' };
    expect(await bench.attempts.begin(within)).toMatchObject({ allowed: false, bucket: 'source' });
    expect(await allowed({ ...within, browser: 'b' })).toBe(true);
  });

  test('what its account or its source refuses does not count overall', async () => {
    for (let index = 0; index < 1_000; index += 1) await bench.attempts.begin(anna);
    for (let index = 0; index < limits.overall.unknown - 4; index += 1) {
      const source = `2001:db8:${index.toString(16)}::1`;
      expect((await bench.attempts.begin({ ...anna, account: `a${index}`, source })).allowed).toBe(true);
    }
    expect(await bench.attempts.begin({ ...anna, account: 'bram', source: '203.0.113.1' })).toMatchObject({
      bucket: 'overall',
    });
  });
});

describe('what ends or undoes a count', () => {
  test('SECURITY a.12: success resets its own pool only', async () => {
    await fail(anna, 4);
    const password = await bench.attempts.begin({ ...anna, pool: 'sign-in' });
    if (password.allowed) await password.succeeded();
    const recovery = await bench.attempts.begin({ ...anna, pool: 'recovery' });
    if (recovery.allowed) await recovery.succeeded();
    // Nor does what is worth less wash off guesses at what is worth more.
    const key = await bench.attempts.begin({ ...anna, pool: 'code:webauthn' });
    if (key.allowed) await key.succeeded();
    expect(await allowed(anna)).toBe(false);
  });

  test('a refund leaves the count as it was, and only once', async () => {
    await fail(anna, 3);
    const attempt = await bench.attempts.begin(anna);
    expect(attempt.allowed).toBe(true);
    if (!attempt.allowed) return;
    await Promise.all([attempt.refund(), attempt.refund(), attempt.succeeded()]);
    expect(await fail(anna, 10)).toBe(1);
  });

  test('with an account of his own a stranger does not wash his address clean', async () => {
    for (let index = 0; index < 101; index += 1) {
      await bench.attempts.begin({ ...anna, account: `a${index}` });
      const own = await bench.attempts.begin({ ...anna, account: 'stranger' });
      if (own.allowed) await own.succeeded();
    }
    expect(await allowed({ ...anna, account: 'bram' })).toBe(false);
  });
});

describe('R09 Sluis stays below the limiter of the app', () => {
  const limiter = { failures: 5, window: minute };
  const signIn: SignInRequest = { realm, app: 'mail', account: 'anna', source: '192.0.2.7', limiter };

  test('in no stretch of the window, wherever it begins, are more than failures - 2 of strangers sent', async () => {
    const sent: number[] = [];
    for (let index = 0; index < 1_000; index += 1) {
      const attempt = await bench.attempts.signInBudget({ ...signIn, source: `198.51.100.${index % 250}` });
      if (attempt.allowed) sent.push(bench.clock.time);
      bench.clock.time += 700;
    }
    const fullest = Math.max(...sent.map(from => sent.filter(time => time >= from && time <= from + minute).length));
    expect(sent.length).toBeGreaterThan(10);
    // With one mistake of the owner that is four, and the app closes at five.
    expect(fullest).toBe(3);
    const own = await bench.attempts.signInBudget({ ...signIn, browser: 'b' });
    expect(own.allowed).toBe(true);
  });

  test('of 200 at once three are sent, and who is refused learns when there is room', async () => {
    const all = await Promise.all(Array.from({ length: 200 }, () => bench.attempts.signInBudget(signIn)));
    expect(all.filter(attempt => attempt.allowed)).toHaveLength(3);
    const refused = await bench.attempts.signInBudget(signIn);
    if (refused.allowed) throw new Error('the budget was spent');
    bench.clock.time = refused.until - 1;
    expect((await bench.attempts.signInBudget(signIn)).allowed).toBe(false);
    bench.clock.time = refused.until;
    expect((await bench.attempts.signInBudget(signIn)).allowed).toBe(true);
  });

  test('right passwords cost nothing, also of many at one office', async () => {
    for (let index = 0; index < 500; index += 1) {
      const attempt = await bench.attempts.signInBudget(signIn);
      expect(attempt.allowed).toBe(true);
      if (attempt.allowed) await attempt.succeeded();
    }
  });

  test('a known browser has as much again, of its own; so has another app', async () => {
    for (let index = 0; index < 3; index += 1) await bench.attempts.signInBudget(signIn);
    const mine = [];
    for (let index = 0; index < 5; index += 1)
      mine.push(await bench.attempts.signInBudget({ ...signIn, browser: 'b' }));
    expect(mine.map(attempt => attempt.allowed)).toEqual([true, true, true, false, false]);
    expect((await bench.attempts.signInBudget({ ...signIn, app: 'wiki' })).allowed).toBe(true);
  });

  test('an app that closes after one or two failures still lets one stranger through at a time', async () => {
    const strict = { ...signIn, limiter: { failures: 1, window: minute } };
    expect((await bench.attempts.signInBudget(strict)).allowed).toBe(true);
    expect((await bench.attempts.signInBudget(strict)).allowed).toBe(false);
  });
});
