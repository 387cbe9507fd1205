import { type Binding, bindFactor } from '../enrolment/bind.ts';
import { levelOf } from '../factor/registry.ts';
import type { Outcome } from './answers.ts';
import type { PortalDeps } from './deps.ts';
import { placeOf, type SignIn } from './sign-in.ts';
import type { AnswerProps } from './steps.ts';

/** Binds what a kind's set-up made, under the permission that the pending notes, and lets the sign-in pass with it. */
export async function bindAndPass(
  deps: PortalDeps,
  { signIn, source }: Pick<AnswerProps, 'signIn' | 'source'>,
  made: Pick<Binding, 'factor' | 'confirm' | 'personal'>,
): Promise<Outcome> {
  const { pending, person, portalCookie, browser } = signIn;
  const { setUp: permission } = pending;
  if (person === undefined || permission === undefined) return { kind: 'unknown' };
  // Before and after: a store that is lost between must leave no session on a factor that is gone.
  const confirm: Binding['confirm'] = async factor => {
    const verdict = await made.confirm(factor);
    if (verdict === 'accepted' && permission.by === 'recovery-code') await deps.endSessionsOf(person.id);
    return verdict;
  };
  const result = await bindFactor(deps, { ...made, person, permission, source, confirm });
  if (result.outcome === 'wrong') return { kind: 'mistake', mistake: 'wrong' };
  if (result.outcome === 'refused') return permissionGone(deps, signIn);
  // Whoever is in by the factor that went, is out: it may be in a thief's hands.
  if (result.removed.length > 0) await deps.endSessionsOf(person.id);
  const { factor } = result;
  const level = levelOf(factor);
  if (pending.own !== undefined) {
    const ended = await deps.pendings.endOwn(pending, portalCookie, 'done', { level, factor: factor.id });
    return ended === undefined
      ? { kind: 'gone', setUp: true }
      : { kind: 'go', place: placeOf({ ...signIn, pending: ended }) };
  }
  const passed = await deps.pendings.pass(pending, portalCookie, { level, factor: factor.id, browser });
  // The factor stands even where the sign-in has run out: she signs in again and uses it.
  if (passed === undefined) return { kind: 'gone', setUp: true };
  return { kind: 'go', place: `/recovery-codes/${pending.id}`, known: true };
}

/** Used, ended or replaced elsewhere: back to where the sign-in stands without it. */
async function permissionGone(deps: PortalDeps, { pending, portalCookie }: SignIn): Promise<Outcome> {
  const now = await deps.pendings.forPortal(pending.id, portalCookie);
  if (now !== undefined && now.passed === undefined) {
    await deps.pendings.step(pending, portalCookie, { setUp: undefined, draft: undefined });
  }
  return { kind: 'unknown' };
}
