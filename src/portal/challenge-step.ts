import { factorKind } from '../factor/registry.ts';
import { normaliseCode } from '../factor/totp/credential.ts';
import { type ChallengeMistake, challengePage } from '../ui/pages-challenge.tsx';
import type { Outcome } from './answers.ts';
import type { PortalDeps } from './deps.ts';
import { type AnswerProps, hasFactor, type Step } from './steps.ts';
import type { View } from './view.ts';

/**
 * Asks for a code of a factor that is bound already.
 *
 * Who has only the password would try: codes at random (the attempt is consumed before it is verified, and delays
 * grow); a code of his own account (the person comes from the pending, not from the form); an accepted code again
 * (its step is used up); the pending of somebody who types her code elsewhere (a pending belongs to one portal
 * browser, and `pass` checks that again when it writes).
 */
export function challengeStep(deps: PortalDeps, view: View): Step {
  return {
    path: '/challenge/:id',
    isOpen: ({ pending, person }) => pending.passed === undefined && hasFactor(person),
    show: ({ page, signIn: { pending }, tokens, mistake }) =>
      challengePage(page, {
        account: pending.name,
        action: view.at(`/challenge/${pending.id}`),
        tokens,
        otherWays: view.at(`/other-ways/${pending.id}`),
        ...(mistake === undefined ? {} : { mistake: mistake as ChallengeMistake }),
      }),
    answer: props => answerChallenge(deps, props),
  };
}

async function answerChallenge(deps: PortalDeps, props: AnswerProps): Promise<Outcome> {
  const { signIn, typed, source, browser } = props;
  const { pending, person, portalCookie, browser: fresh } = signIn;
  if (!hasFactor(person)) return { kind: 'unknown' };
  // Not a guess but a slip: told apart before an attempt is spent on it.
  if (!/^[0-9]{6}$/.test(normaliseCode(typed))) return { kind: 'mistake', mistake: 'malformed' };
  const result = await deps.challenge.answer({ person, code: typed, source, browser, app: pending.app });
  switch (result.outcome) {
    case 'passed': {
      const { level, factor } = result;
      const passed = await deps.pendings.pass(pending, portalCookie, { level, factor, browser: fresh });
      return passed === undefined ? { kind: 'gone' } : { kind: 'go', place: `/go/${pending.id}`, known: true };
    }
    case 'repeated': {
      // The same code in two windows at once: the other one passed.
      const now = await deps.pendings.forPortal(pending.id, portalCookie);
      if (now?.passed !== undefined) return { kind: 'go', place: `/go/${pending.id}` };
      return { kind: 'mistake', mistake: 'used' };
    }
    case 'wrong':
      return { kind: 'mistake', mistake: 'wrong' };
    case 'delayed':
      return { kind: 'delayed', until: result.until };
  }
}

/** Level of a factor that was just bound, never above what its kind gives. */
export function levelOf(factor: { readonly kind: string; readonly level: number }): number {
  return Math.min(factor.level, factorKind(factor.kind)?.level ?? 0);
}
