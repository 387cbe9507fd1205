import type { Factor } from '../factor/person.ts';
import { type SentKind, type Standing, standingOf } from '../factor/sent-code/code.ts';
import { addressOf } from '../factor/sent-code/sending.ts';
import { normaliseCode } from '../factor/totp/credential.ts';
import { waysOf } from '../factor/ways.ts';
import { notSentPage, type SentCodeMistake, sentCodeMistakes, sentCodePage } from '../ui/pages-sent-code.tsx';
import type { Outcome } from './answers.ts';
import { answerChallenge, challengeOf, type KindStep } from './challenge-step.ts';
import type { PortalDeps } from './deps.ts';
import { masked, passedElsewhere, sendCode } from './sent-code-sending.ts';
import type { SignIn } from './sign-in.ts';
import type { AnswerProps, ArriveProps, ShowProps } from './steps.ts';
import type { View } from './view.ts';

/**
 * Asks for a code that is sent to her. The first one goes out when she gets here, once; a new one when she asks for it.
 *
 * Who has only the password would: have codes sent without end (counted for the person, the source and in all, apart
 * from those of her known browsers); guess (an attempt is consumed for each answer, and one challenge bears ten, however
 * many codes are sent for it); bring the code of another challenge (it is bound to this one); use a way that the app
 * refuses (not open: R20).
 */
export function sentCodeChallenge(kind: SentKind): KindStep {
  return (deps, view) =>
    challengeOf(kind, {
      arrive: props => sendFirst(deps, kind, props),
      show: props => show(deps, view, kind, props),
      answer: props => answer(deps, kind, props),
    });
}

/** Nothing where one was sent already, or tried to be: a page that is opened again sends nothing. */
async function sendFirst(deps: PortalDeps, kind: SentKind, props: ArriveProps): Promise<Outcome | undefined> {
  const { pending } = props.signIn;
  const before = await standingOf(deps, { kind, challenge: pending.id });
  if (before.state !== 'none') return undefined;
  const [first] = destinations(props.signIn, kind);
  if (first === undefined) return { kind: 'unknown' };
  const outcome = await sendCode(deps, props, first);
  if (outcome?.kind !== 'delayed') return outcome;
  // Two windows at once: the other one has it sent.
  const now = await standingOf(deps, { kind, challenge: pending.id });
  return now.state === 'none' ? outcome : undefined;
}

interface Destination {
  readonly kind: SentKind;
  readonly factor: string;
  readonly address: string;
}

/** Where her codes may go for this page, last used first. */
function destinations({ person, pending, usable }: SignIn, kind: SentKind): readonly Destination[] {
  const ways: readonly Factor[] = waysOf(person, pending.demands.level, usable);
  return ways.filter(way => way.kind === kind).map(way => ({ kind, factor: way.id, address: addressOf(way) ?? '' }));
}

async function show(
  deps: PortalDeps,
  view: View,
  kind: SentKind,
  { page, signIn, tokens, mistake }: ShowProps,
): Promise<string> {
  const { pending } = signIn;
  const standing = await standingOf(deps, { kind, challenge: pending.id });
  const all = destinations(signIn, kind);
  const current = all.find(({ factor }) => factor === standing.factor) ?? all[0];
  const props = {
    kind,
    account: pending.name,
    action: view.at(`/challenge/${pending.id}/${kind}`),
    tokens,
    to: masked(kind, current?.address ?? ''),
    again: all.map(({ factor, address }) => ({ value: factor, to: masked(kind, address) })),
    renewed: standing.count > 1 && standing.state === 'open',
    mistake: mistakeOf(standing, mistake),
    elsewhere: { href: view.at(`/other-ways/${pending.id}`), text: 'challenge.no-code' },
  } as const;
  return nothingSent(standing) ? notSentPage(page, props) : sentCodePage(page, props);
}

export function nothingSent({ state }: Standing): boolean {
  return state === 'none' || state === 'unsent';
}

/** What she just did; else what became of the code meanwhile. */
export function mistakeOf({ state }: Standing, mistake: string | undefined): SentCodeMistake | undefined {
  const known = sentCodeMistakes.find(one => one === mistake);
  if (known !== undefined || mistake !== undefined) return known;
  return state === 'expired' || state === 'spent' || state === 'used' ? state : undefined;
}

async function answer(deps: PortalDeps, kind: SentKind, props: AnswerProps): Promise<Outcome> {
  const { signIn, form, typed } = props;
  const { pending } = signIn;
  if (form.field('act') === 'again') return again(deps, kind, props);
  const { state } = await standingOf(deps, { kind, challenge: pending.id });
  // Nothing is there that could be guessed: no attempt is spent on it.
  if (state === 'none' || state === 'unsent' || state === 'expired') return { kind: 'mistake', mistake: 'expired' };
  if (state === 'spent') return { kind: 'mistake', mistake: 'spent' };
  if (!/^[0-9]{6}$/.test(normaliseCode(typed))) return { kind: 'mistake', mistake: 'malformed' };
  return answerChallenge(deps, kind, props);
}

async function again(deps: PortalDeps, kind: SentKind, props: AnswerProps): Promise<Outcome> {
  const { signIn, form } = props;
  if (await passedElsewhere(deps, signIn)) return { kind: 'unknown' };
  const all = destinations(signIn, kind);
  const to = all.find(({ factor }) => factor === form.field('to')) ?? all[0];
  if (to === undefined) return { kind: 'unknown' };
  const outcome = await sendCode(deps, props, to);
  return outcome ?? { kind: 'go', place: `/challenge/${signIn.pending.id}/${kind}` };
}
