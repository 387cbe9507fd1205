import { normaliseCode } from '../factor/totp/credential.ts';
import { type ChallengeMistake, challengePage } from '../ui/pages-challenge.tsx';
import { answerChallenge, challengeOf, type KindStep } from './challenge-step.ts';

/** Asks for a code of an authenticator app. */
export const totpChallenge: KindStep = (deps, view) =>
  challengeOf('totp', {
    show: ({ page, signIn: { pending }, tokens, mistake }) =>
      challengePage(page, {
        kind: 'totp',
        account: pending.name,
        action: view.at(`/challenge/${pending.id}/totp`),
        tokens,
        otherWays: view.at(`/other-ways/${pending.id}`),
        ...(mistake === undefined ? {} : { mistake: mistake as ChallengeMistake }),
      }),
    answer: async props => {
      // Not a guess but a slip: told apart before an attempt is spent on it.
      if (!/^[0-9]{6}$/.test(normaliseCode(props.typed))) return { kind: 'mistake', mistake: 'malformed' };
      return answerChallenge(deps, 'totp', props);
    },
  });
