import { type Ask, askOf, openAsk } from '../factor/approval/asks.ts';
import { knownBrowserCookie } from '../factor/known-browser.ts';
import type { Person } from '../factor/person.ts';
import { livePolicy } from '../ui/page-headers.ts';
import { type ApprovalState, approvalPage } from '../ui/pages-approval.tsx';
import { browserWords } from '../visit/browser-words.ts';
import type { Outcome } from './answers.ts';
import { answerChallenge, challengeOf, type KindStep } from './challenge-step.ts';
import type { PortalDeps } from './deps.ts';
import type { SignIn } from './sign-in.ts';
import type { AnswerProps, ShowProps } from './steps.ts';
import type { PortalContext, View } from './view.ts';

const placeFor = (id: string) => `/challenge/${id}/approval`;

/**
 * Asks the person's phone. The number stands on this page only, and she types it there: nothing is approved by a tap.
 *
 * Who has only the password would: ask until she gives in (strangers together have a few askings, which are not hers, and
 * her word ends them); send her a link to his challenge (what she approves is for the browser that showed the number, and
 * dies when he takes it back); post here before she answered, or the id of another ask (what was approved is read from the
 * store and never from the form).
 */
export const approvalChallenge: KindStep = (deps, view) =>
  challengeOf('approval', {
    headers: livePolicy(),
    show: async props => {
      const { page, signIn, tokens } = props;
      const { pending } = signIn;
      return approvalPage(page, {
        account: pending.name,
        action: view.at(placeFor(pending.id)),
        tokens,
        otherWays: view.at(`/other-ways/${pending.id}`),
        poll: view.at(`${placeFor(pending.id)}/state`),
        place: phonePlace(deps, view),
        asked: await asked(deps, view, props),
      });
    },
    answer: props => answer(deps, props),
  });

/** As people type it: without the scheme. */
export function phonePlace({ realm }: Pick<PortalDeps, 'realm'>, view: View): string {
  return `${new URL(realm.portalOrigin).host}${view.at('/approve')}`;
}

/** How it stands; a sign-in that has asked nothing yet asks now. */
async function asked(deps: PortalDeps, view: View, { c, signIn }: ShowProps): Promise<ApprovalState> {
  const { pending, person } = signIn;
  if (person === undefined) return { state: 'expired' };
  const before = await askOf(deps, person, { challenge: pending.id, portal: pending.portal ?? '' });
  if (before !== undefined) return stateOf(before, deps.clock.now());
  const browser = deps.knownBrowsers.verify(view.cookie(c, knownBrowserCookie), pending.realm, pending.name);
  const about = { source: c.env.source, known: browser, browser: browserWords(c.req.header('user-agent')) };
  const result = await ask(deps, { signIn, person }, about);
  if (result.outcome === 'asked') return stateOf(result.ask, deps.clock.now());
  return { state: 'limited', minutes: Math.max(1, Math.ceil((result.until - deps.clock.now()) / 60_000)) };
}

function stateOf(ask: Ask, now: number): ApprovalState {
  const seconds = Math.ceil((ask.until - now) / 1000);
  if (ask.state === 'wrong') return { state: 'wrong' };
  if (seconds <= 0 || ask.state === 'reported') return { state: 'expired' };
  return ask.state === 'open' ? { state: 'open', number: ask.number, seconds } : { state: 'approved' };
}

interface About {
  readonly source: string;
  readonly known: string | undefined;
  readonly browser: string | undefined;
}

/** Asks, or not; both are on record before anybody hears of it. */
async function ask(
  deps: PortalDeps,
  { signIn: { pending }, person }: { readonly signIn: SignIn; readonly person: Person },
  { source, known, browser }: About,
) {
  const { id: challenge, app, purpose, realm, name } = pending;
  const portal = pending.portal ?? '';
  const result = await openAsk(deps, { person, challenge, portal, app, purpose, source, browser, known });
  const event = { realm, person: person.id, name, app, known: known !== undefined, source };
  if (result.outcome === 'asked') {
    await deps.audit.record({ type: 'approval.asked', ...event });
    deps.approval?.wake(person);
  } else if (await isFirst(deps, person, event.known, result.until)) {
    await deps.audit.record({ type: 'approval.limited', ...event, until: result.until });
  }
  return result;
}

/** Of a stretch in which nothing is asked, only the first refusal is kept: it costs who asks nothing. */
async function isFirst({ store, clock }: PortalDeps, person: Person, known: boolean, until: number): Promise<boolean> {
  return store.consume(`approval-told:{${person.id}}:${known}`, Math.max(1, until - clock.now()));
}

async function answer(deps: PortalDeps, props: AnswerProps): Promise<Outcome> {
  const { signIn, form, source, browser } = props;
  const { pending, person } = signIn;
  if (person === undefined) return { kind: 'unknown' };
  const place = placeFor(pending.id);
  const before = await askOf(deps, person, { challenge: pending.id, portal: pending.portal ?? '' });
  const state = before && stateOf(before, deps.clock.now()).state;
  if (form.field('act') === 'again' && before !== undefined && state !== 'open' && state !== 'approved') {
    const result = await ask(deps, { signIn, person }, { source, known: browser, browser: before.browser });
    return result.outcome === 'asked' ? { kind: 'go', place } : { kind: 'delayed', until: result.until };
  }
  // Not answered yet: no guess, so no attempt is spent on it.
  if (before === undefined || state !== 'approved') return { kind: 'go', place };
  return answerChallenge(deps, 'approval', { ...props, typed: before.id });
}

/** How it stands, for the script of the page that waits. */
export async function tellState(
  c: PortalContext,
  deps: PortalDeps,
  view: View,
  signIn: SignIn | undefined,
): Promise<Response> {
  const { pending, person } = signIn ?? {};
  const waits = signIn !== undefined && pending?.passed === undefined && person !== undefined;
  const found = waits
    ? await askOf(deps, person, { challenge: pending?.id ?? '', portal: pending?.portal ?? '' })
    : undefined;
  const state = found && stateOf(found, deps.clock.now());
  const told =
    state?.state === 'open' ? { state: state.state, seconds: state.seconds } : { state: state?.state ?? 'gone' };
  return view.json(c, told);
}
