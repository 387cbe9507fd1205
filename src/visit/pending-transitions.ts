import { type OwnResult, type Pending, pendingHardEnd, pendingLifetime } from './pending-record.ts';
import type { Change } from './pending-records.ts';

/**
 * How a pending sign-in goes from one state to the next, as changes of its record: each looks at what stands and says
 * no (undefined) where that step is not open.
 */

/** Longer than a release takes, shorter than its code lives: after one that broke there is time for another. */
const claimLifetime = 15_000;

export function isClaimed({ claim }: Pending, now: number): boolean {
  return claim !== undefined && now < claim.until;
}

/** As it begins. */
export function begun(
  fresh: Partial<Pending> & Omit<Pending, keyof typeof blank | 'createdAt' | 'expiresAt' | 'hardEnd'>,
  now: number,
): Pending {
  return {
    ...blank,
    ...fresh,
    browser: undefined,
    createdAt: now,
    expiresAt: now + pendingLifetime,
    hardEnd: now + pendingHardEnd,
  };
}

const blank = {
  portal: undefined,
  browser: undefined,
  claim: undefined,
  passed: undefined,
  setUp: undefined,
  draft: undefined,
  releaseCode: undefined,
  released: undefined,
} as const;

/** Another portal browser takes it: the challenge begins anew. */
export function takenBy(portal: string): Change {
  return pending =>
    pending.released === undefined ? { ...pending, ...blank, portal, trustAnswered: undefined } : undefined;
}

/** A change that only this portal browser makes, and before the release. */
export function onPortal(portal: string, change: (current: Pending) => Pending): Change {
  return current => (current.portal === portal && current.released === undefined ? change(current) : undefined);
}

export function extended(pending: Pending, now: number): number {
  return Math.min(Math.max(pending.expiresAt, now + pendingLifetime), pending.hardEnd);
}

export function withOwnResult(
  result: OwnResult,
  passed: NonNullable<Pending['passed']>,
): (current: Pending) => Pending {
  return ({ own, ...current }) => ({
    ...current,
    ...(own === undefined ? {} : { own: { ...own, result } }),
    draft: undefined,
    passed,
  });
}

export function retargeted(target: string, demands: Pending['demands']): Change {
  return current =>
    current.purpose === 'step-up' && current.passed === undefined && current.released === undefined
      ? { ...current, target, demands }
      : undefined;
}

/** Only while the code is still the one that was looked at, and no other request is at it. */
export function claimedAs(id: string, code: string | undefined, now: number): Change {
  return current => {
    const free = !isClaimed(current, now) && current.released === undefined;
    const same = current.releaseCode?.hash === code;
    return free && same ? { ...current, claim: { id, until: now + claimLifetime } } : undefined;
  };
}

export function unclaimed(id: string): Change {
  return current =>
    current.claim?.id === id && current.released === undefined ? { ...current, claim: { id, until: 0 } } : undefined;
}

export function withReleaseCode(releaseCode: NonNullable<Pending['releaseCode']>, now: number): Change {
  return current =>
    current.purpose === 'own' ||
    current.passed === undefined ||
    current.released !== undefined ||
    isClaimed(current, now)
      ? undefined
      : { ...current, releaseCode, expiresAt: extended(current, now) };
}

/** The quarantine empties: by this code, for the request that claimed it, and only for who passed. */
export function releasedWith(
  by: { readonly code: string | undefined; readonly claim: string; readonly until: number },
  released: NonNullable<Pending['released']>,
): Change {
  return current =>
    by.code === undefined ||
    current.releaseCode?.hash !== by.code ||
    current.claim?.id !== by.claim ||
    current.passed === undefined ||
    current.released !== undefined
      ? undefined
      : { ...current, released, quarantine: { location: undefined, cookies: [] }, expiresAt: by.until };
}
