import type { KindName } from '../factor/person.ts';
import { kindsOf } from '../factor/ways.ts';
import type { Outcome } from './answers.ts';
import type { PortalDeps } from './deps.ts';
import { carryOut } from './own-act.ts';
import { placeOf } from './sign-in.ts';
import type { AnswerProps, Step } from './steps.ts';
import type { View } from './view.ts';

export type KindStep = (deps: PortalDeps, view: View) => Step;

/**
 * Asks for a factor of one kind that is bound already and reaches what the page demands.
 *
 * Who has only the password would try: codes at random (the attempt is consumed before it is verified, and delays
 * grow); a factor of his own account (the person comes from the pending, not from the form); an accepted answer again
 * (it is used up); the pending of somebody who answers hers elsewhere (a pending belongs to one portal browser, and
 * `pass` checks that again when it writes); a kind that is worth less than the page demands (not open).
 */
export function challengeOf(kind: KindName, parts: Pick<Step, 'arrive' | 'show' | 'answer' | 'headers'>): Step {
  return {
    path: `/challenge/:id/${kind}`,
    isOpen: ({ pending, person, usable }) =>
      pending.passed === undefined &&
      !(pending.own !== undefined && pending.setUp !== undefined) &&
      kindsOf(person, pending.demands.level, usable).includes(kind),
    ...parts,
  };
}

/** Verifies what was typed or signed, and notes the pass with the pending sign-in. */
export async function answerChallenge(
  deps: PortalDeps,
  kind: KindName,
  { signIn, typed: answer, source, browser }: AnswerProps,
): Promise<Outcome> {
  const { pending, person, usable, portalCookie, browser: fresh } = signIn;
  if (person === undefined) return { kind: 'unknown' };
  const { app, id: challenge, demands } = pending;
  const asked = { person, kind, level: demands.level, usable, answer, challenge, source, browser, app };
  const [result] = await Promise.all([
    deps.challenge.answer(asked),
    pending.own === undefined ? deps.pendings.announce(pending, fresh) : undefined,
  ]);
  switch (result.outcome) {
    case 'passed': {
      const { level, factor } = result;
      if (pending.own !== undefined) return carryOut(deps, signIn, { level, factor, source });
      const onDevice = kind === 'webauthn' && saysOnDevice(answer);
      const passed = await deps.pendings.pass(pending, portalCookie, {
        ...{ level, factor, browser: fresh, onDevice },
        announced: true,
      });
      return passed === undefined ? { kind: 'gone' } : { kind: 'go', place: `/go/${pending.id}`, known: true };
    }
    case 'repeated': {
      // The same code in two windows at once: the other one passed.
      const now = await deps.pendings.forPortal(pending.id, portalCookie);
      if (now?.passed !== undefined) return { kind: 'go', place: placeOf({ ...signIn, pending: now }) };
      return { kind: 'mistake', mistake: 'used' };
    }
    case 'wrong':
      return { kind: 'mistake', mistake: 'wrong' };
    case 'delayed':
      return { kind: 'delayed', until: result.until };
  }
}

/** What the browser says of the passkey that it used: nothing signs it (R11, platformAuthenticator). */
function saysOnDevice(answer: string): boolean {
  return /"authenticatorAttachment"\s*:\s*"platform"/.test(answer);
}
