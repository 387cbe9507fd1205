import { expect, test } from 'vitest';
import { lookAhead } from './hardware-token/verify.ts';
import { limits } from './limits.ts';

test('a.14: whoever guesses until he is stopped has no more chance than the threat model says', () => {
  const { stopAfter } = limits.account.unknown;
  // Three codes of an app are good at a time; of a token that counts presses, as many as it may be ahead.
  expect((stopAfter * 3) / 1e6).toBeLessThanOrEqual(3 / 10_000);
  expect((stopAfter * lookAhead) / 1e6).toBeLessThanOrEqual(1 / 1000);
  // Long codes: even ten thousand years at their full rate find nothing (R38: 80 bits).
  const { count, window } = limits.longCode.together;
  const tries = (10_000 * 365 * 86_400_000 * count) / window;
  expect(tries / 2 ** 75).toBeLessThan(1e-9);
});
