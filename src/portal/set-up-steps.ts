import { allowSelf, isSelfOpen } from '../enrolment/self.ts';
import type { SetUpPermission } from '../factor/person.ts';
import { highestLevel } from '../factor/ways.ts';
import { isAboveCodes } from '../recovery/recovery-codes.ts';
import { type RecoveryMistake, recoveryPage } from '../ui/pages-challenge.tsx';
import { kindsPage, notOfferedPage } from '../ui/pages-kinds.tsx';
import { type ActivationMistake, activationPage, notInvitedPage, selfSetUpPage } from '../ui/pages-set-up.tsx';
import { dayText } from '../ui/when.ts';
import type { Outcome } from './answers.ts';
import type { PortalDeps } from './deps.ts';
import { type Bound, kindsFor, offerOf } from './offers.ts';
import { placeOf, type SignIn } from './sign-in.ts';
import { type AnswerProps, hasFactor, type ShowProps, type Step } from './steps.ts';
import type { View } from './view.ts';

/**
 * Asks for the activation code that allows a set-up (R38).
 *
 * Who has only the password would try: codes at random (80 bits, attempts consumed and delayed); the code of another
 * person (it is hashed with her id); skipping this page (the next one is open only once the pending notes an accepted
 * code, and binding checks the permission in the person's record again); a person who has a factor already (not open,
 * unless she was given a code that replaces, or one for a higher level).
 */
export function activationStep(deps: PortalDeps, view: View): Step {
  return {
    path: '/set-up/:id',
    isOpen: ({ pending, person }) =>
      pending.passed === undefined &&
      pending.setUp === undefined &&
      (pending.own === undefined || (pending.own.act === 'add' && hasFactor(person))) &&
      (!hasFactor(person) ||
        person.activation?.replaces === true ||
        (person.activation?.upTo ?? 0) > highestLevel(person)),
    show: props => showActivation(deps, view, props),
    answer: props => (props.form.field('act') === 'begin' ? beginBySelf(deps, props) : answerActivation(deps, props)),
  };
}

function showActivation(deps: PortalDeps, view: View, { c, page, signIn, tokens, mistake }: ShowProps): string {
  const { pending, person } = signIn;
  const action = view.at(`/set-up/${pending.id}`);
  const asked = c.req.method === 'POST' || c.req.query('code') !== undefined;
  const { self, timeZone } = deps.realm;
  if (!asked && self !== undefined && isSelfOpen(self, { name: pending.name, person, now: deps.clock.now() })) {
    const date = dayText(page.language, timeZone, self.until - 1);
    return selfSetUpPage(page, { account: pending.name, action, tokens, date });
  }
  if (person?.activation === undefined && !asked) return notInvitedPage(page, view.notInvited(pending));
  return activationPage(page, {
    account: pending.name,
    action,
    tokens,
    atDesk: view.atDesk(person?.activation?.upTo ?? pending.demands.level),
    noCode: view.at(`/no-code/${pending.id}`),
    ...(mistake === undefined ? {} : { mistake: mistake as ActivationMistake }),
  });
}

/**
 * R38: a listed person, within her dates, begins with nothing but the password. Who else has it would do the same: that is the
 * risk that the operator took; who is not listed, had a factor, or was given a code gets nothing by this form.
 */
async function beginBySelf(deps: PortalDeps, { signIn, source }: AnswerProps): Promise<Outcome> {
  const { realm, name } = signIn.pending;
  const permission = await allowSelf(deps, deps.realm, { realm, name, source });
  return permission === undefined ? { kind: 'unknown' } : allow(deps, signIn, permission);
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

/** Notes the permission; where there is but one kind to choose, its set-up begins in the same write, so that two tabs show the same secret. */
async function allow(deps: PortalDeps, signIn: SignIn, setUp: SetUpPermission): Promise<Outcome> {
  const { pending, portalCookie } = signIn;
  const [only, ...more] = kindsFor(deps, { setUp, person: signIn.person }, boundFor(pending));
  const draft = only === undefined || more.length > 0 ? undefined : await offerOf(only)?.draft(deps, signIn);
  const noted = await deps.pendings.step(pending, portalCookie, { setUp, draft });
  return noted === undefined ? { kind: 'gone' } : { kind: 'go', place: placeOf({ ...signIn, pending: noted }) };
}

function boundFor({ app, demands }: SignIn['pending']): Bound {
  return { app, level: demands.level };
}

/**
 * Asks which kind of factor she wants to set up. Open only where the pending notes that set-up is allowed; a kind above
 * what was allowed is not offered, and binding looks again.
 */
export function kindsStep(deps: PortalDeps, view: View): Step {
  return {
    path: '/set-up/:id/kinds',
    isOpen: ({ pending }) => pending.passed === undefined && pending.setUp !== undefined,
    show: ({ page, signIn, tokens, mistake }) => {
      const { pending } = signIn;
      const kinds = kindsFor(deps, { ...signIn, setUp: pending.setUp }, boundFor(pending));
      if (kinds.length === 0) return notOfferedPage(page, { back: view.backOf(pending) });
      return kindsPage(page, {
        account: pending.name,
        action: view.at(`/set-up/${pending.id}/kinds`),
        tokens,
        kinds,
        missing: mistake !== undefined,
      });
    },
    answer: async ({ signIn, form }) => {
      const { pending, portalCookie } = signIn;
      const kinds = kindsFor(deps, { ...signIn, setUp: pending.setUp }, boundFor(pending));
      const kind = kinds.find(one => one === form.field('kind'));
      const draft = kind === undefined ? undefined : await offerOf(kind)?.draft(deps, signIn);
      if (draft === undefined) return { kind: 'mistake', mistake: 'malformed' };
      const noted = await deps.pendings.step(pending, portalCookie, { draft });
      return noted === undefined ? { kind: 'gone' } : { kind: 'go', place: placeOf({ ...signIn, pending: noted }) };
    },
  };
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
      pending.passed === undefined &&
      pending.setUp === undefined &&
      pending.own === undefined &&
      person?.recovery !== undefined &&
      !isAboveCodes(person),
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
