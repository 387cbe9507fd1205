import QRCode from 'qrcode';
import { bindTotp } from '../enrolment/bind.ts';
import type { SetUpPermission } from '../factor/person.ts';
import { normaliseCode } from '../factor/totp/credential.ts';
import { beginTotp, totpUri } from '../factor/totp/enrol.ts';
import { type RecoveryMistake, recoveryPage } from '../ui/pages-challenge.tsx';
import { type ActivationMistake, activationPage, notInvitedPage, totpPage } from '../ui/pages-set-up.tsx';
import type { Outcome } from './answers.ts';
import { levelOf } from './challenge-step.ts';
import type { PortalDeps } from './deps.ts';
import type { SignIn } from './sign-in.ts';
import { type AnswerProps, hasFactor, type ShowProps, type Step } from './steps.ts';
import type { View } from './view.ts';

/**
 * Asks for the activation code that allows a set-up (R38).
 *
 * Who has only the password would try: codes at random (80 bits, attempts consumed and delayed); the code of another
 * person (it is hashed with her id); skipping this page (the next one is open only once the pending notes an accepted
 * code, and binding checks the permission in the person's record again); a person who has a factor already (not open,
 * unless the desk gave a code that replaces).
 */
export function activationStep(deps: PortalDeps, view: View): Step {
  return {
    path: '/set-up/:id',
    isOpen: ({ pending, person }) =>
      pending.passed === undefined &&
      pending.setUp === undefined &&
      (!hasFactor(person) || person.activation?.replaces === true),
    show: props => showActivation(view, props),
    answer: props => answerActivation(deps, props),
  };
}

function showActivation(view: View, { c, page, signIn, tokens, mistake }: ShowProps): string {
  const { pending, person } = signIn;
  const action = view.at(`/set-up/${pending.id}`);
  const asked = c.req.method === 'POST' || c.req.query('code') !== undefined;
  if (person?.activation === undefined && !asked) return notInvitedPage(page, view.notInvited(pending));
  return activationPage(page, {
    account: pending.name,
    action,
    tokens,
    atDesk: view.atDesk,
    noCode: view.at(`/no-code/${pending.id}`),
    ...(mistake === undefined ? {} : { mistake: mistake as ActivationMistake }),
  });
}

async function answerActivation(deps: PortalDeps, props: AnswerProps): Promise<Outcome> {
  const { signIn, typed, source, browser } = props;
  if (typed.trim() === '') return { kind: 'mistake', mistake: 'malformed' };
  const { realm, name } = signIn.pending;
  const result = await deps.activation.accept({ realm, name, code: typed, source, browser });
  switch (result.outcome) {
    case 'accepted':
      return allow(deps, signIn, result.permission);
    case 'wrong':
      return { kind: 'mistake', mistake: 'wrong' };
    case 'expired':
    case 'none':
      return { kind: 'mistake', mistake: 'expired' };
    case 'delayed':
      return { kind: 'delayed', until: result.until };
  }
}

/** Notes the permission and draws the new secret in one write, so that two tabs show the same one. */
async function allow(deps: PortalDeps, { pending, portalCookie }: SignIn, setUp: SetUpPermission): Promise<Outcome> {
  const { secret } = beginTotp(deps, pending, deps.realm.title);
  const noted = await deps.pendings.step(pending, portalCookie, { setUp, draft: { kind: 'totp', secret } });
  return noted === undefined ? { kind: 'gone' } : { kind: 'go', place: `/set-up/${pending.id}/totp` };
}

/**
 * Asks for a recovery code, which opens set-up and nothing else (R32).
 *
 * Who has only the password would try codes at random (75 bits, attempts consumed and delayed). An accepted code passes
 * nothing: the pending stays unpassed until a new factor is bound.
 */
export function recoveryStep(deps: PortalDeps, view: View): Step {
  return {
    path: '/recovery/:id',
    isOpen: ({ pending, person }) =>
      pending.passed === undefined && pending.setUp === undefined && person?.recovery !== undefined,
    show: ({ page, signIn: { pending }, tokens, mistake }) =>
      recoveryPage(page, {
        account: pending.name,
        action: view.at(`/recovery/${pending.id}`),
        tokens,
        otherWays: view.at(`/other-ways/${pending.id}`),
        ...(mistake === undefined ? {} : { mistake: mistake as RecoveryMistake }),
      }),
    answer: props => answerRecovery(deps, props),
  };
}

async function answerRecovery(deps: PortalDeps, props: AnswerProps): Promise<Outcome> {
  const { signIn, typed, source, browser } = props;
  if (signIn.person === undefined) return { kind: 'unknown' };
  if (typed.trim() === '') return { kind: 'mistake', mistake: 'malformed' };
  const result = await deps.recovery.use({ person: signIn.person, code: typed, source, browser });
  switch (result.outcome) {
    case 'accepted':
      return allow(deps, signIn, result.permission);
    case 'wrong':
      return { kind: 'mistake', mistake: 'wrong' };
    case 'delayed':
      return { kind: 'delayed', until: result.until };
  }
}

/**
 * Shows the new secret and asks for its first code.
 *
 * Who has only the password would ask for this page at once: it is open only where the pending of this very portal
 * browser notes an accepted code, which a change of browser erases; and `bindTotp` binds only under a permission that
 * stands in the person's record and ends with the first binding.
 */
export function totpStep(deps: PortalDeps, view: View): Step {
  return {
    path: '/set-up/:id/totp',
    isOpen: ({ pending }) =>
      pending.passed === undefined && pending.setUp !== undefined && pending.draft?.kind === 'totp',
    show: props => showTotp(deps, view, props),
    answer: props => answerTotp(deps, props),
  };
}

async function showTotp(deps: PortalDeps, view: View, { page, signIn, tokens, mistake }: ShowProps): Promise<string> {
  const { pending } = signIn;
  const secret = pending.draft?.secret ?? '';
  const uri = totpUri(pending, deps.realm.title, secret);
  const picture = await QRCode.toString(uri, { type: 'svg', errorCorrectionLevel: 'M', margin: 2 });
  return totpPage(page, {
    account: pending.name,
    action: view.at(`/set-up/${pending.id}/totp`),
    tokens,
    secret: secret.match(/.{1,4}/g)?.join(' ') ?? secret,
    uri,
    picture: `data:image/svg+xml;base64,${Buffer.from(picture).toString('base64')}`,
    ...(mistake === undefined ? {} : { mistake: mistake === 'wrong' ? 'wrong' : 'malformed' }),
  });
}

async function answerTotp(deps: PortalDeps, { signIn, typed, source }: AnswerProps): Promise<Outcome> {
  const { pending, person, portalCookie, browser } = signIn;
  const { setUp, draft } = pending;
  if (person === undefined || setUp === undefined || draft === undefined) return { kind: 'unknown' };
  if (!/^[0-9]{6}$/.test(normaliseCode(typed))) return { kind: 'mistake', mistake: 'malformed' };
  const { secret } = draft;
  const label = 'Authenticator';
  const result = await bindTotp(deps, { person, secret, code: typed, permission: setUp, label, source });
  if (result.outcome === 'wrong') return { kind: 'mistake', mistake: 'wrong' };
  if (result.outcome === 'refused') return permissionGone(deps, signIn);
  const { factor } = result;
  // Whoever is in by the factor that went, is out: it may be in a thief's hands.
  if (result.removed.length > 0) await deps.endSessionsOf(person.id);
  const level = levelOf(factor);
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
