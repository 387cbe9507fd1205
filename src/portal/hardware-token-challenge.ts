import { normaliseCode } from '../factor/totp/credential.ts';
import { type ChallengeMistake, challengePage, resyncPage } from '../ui/pages-challenge.tsx';
import type { Outcome } from './answers.ts';
import { answerChallenge, challengeOf, type KindStep } from './challenge-step.ts';
import type { PortalDeps } from './deps.ts';
import type { AnswerProps, ShowProps } from './steps.ts';
import type { View } from './view.ts';

const place = (id: string) => `/challenge/${id}/hardware-token`;

/** Asks for the code that a hardware token shows. */
export const hardwareTokenChallenge: KindStep = (deps, view) =>
  challengeOf('hardware-token', {
    show: props =>
      challengePage(props.page, {
        ...shown(view, props, place(props.signIn.pending.id)),
        kind: 'hardware-token',
        again: view.at(`${place(props.signIn.pending.id)}/again`),
      }),
    answer: props => answer(deps, props, 1),
  });

/**
 * Asks for two codes in a row of a token whose clock or counter has run away. Who has only the password would try codes
 * here that a wider search accepts: an attempt counts as any other does, and two codes must be right at once.
 */
export const hardwareTokenResync: KindStep = (deps, view) => {
  const step = challengeOf('hardware-token', {
    show: props => resyncPage(props.page, shown(view, props, `${place(props.signIn.pending.id)}/again`)),
    answer: props => answer(deps, props, 2),
  });
  return { ...step, path: `${step.path}/again` };
};

function shown(view: View, { signIn: { pending }, tokens, mistake }: ShowProps, action: string) {
  return {
    account: pending.name,
    action: view.at(action),
    tokens,
    otherWays: view.at(`/other-ways/${pending.id}`),
    ...(mistake === undefined ? {} : { mistake: mistake as ChallengeMistake }),
  };
}

/** Not a guess but a slip: told apart before an attempt is spent on it. */
async function answer(deps: PortalDeps, props: AnswerProps, count: 1 | 2): Promise<Outcome> {
  const codes = props.typed.split('+').map(normaliseCode);
  const whole = codes.length === count && codes.every(code => /^(?:[0-9]{6}|[0-9]{8})$/.test(code));
  return whole ? answerChallenge(deps, 'hardware-token', props) : { kind: 'mistake', mistake: 'malformed' };
}
