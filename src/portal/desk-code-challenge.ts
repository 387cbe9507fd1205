import { isDeskCodeShaped } from '../factor/desk-code/credential.ts';
import type { ChallengeMistake } from '../ui/pages-challenge.tsx';
import { deskCodePage } from '../ui/pages-desk-code.tsx';
import { answerChallenge, challengeOf, type KindStep } from './challenge-step.ts';

/** Asks for the code that the desk gave for this day (R39). */
export const deskCodeChallenge: KindStep = (deps, view) =>
  challengeOf('desk-code', {
    show: ({ page, signIn: { pending }, tokens, mistake }) =>
      deskCodePage(page, {
        account: pending.name,
        action: view.at(`/challenge/${pending.id}/desk-code`),
        tokens,
        otherWays: view.at(`/other-ways/${pending.id}`),
        mistake: mistake as ChallengeMistake | undefined,
      }),
    answer: async props => {
      if (!isDeskCodeShaped(props.typed)) return { kind: 'mistake', mistake: 'malformed' };
      return answerChallenge(deps, 'desk-code', props);
    },
  });
