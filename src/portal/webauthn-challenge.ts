import { waysOf } from '../factor/ways.ts';
import { type RelyingParty, relyingPartyOf } from '../factor/webauthn/credential.ts';
import { beginAuthentication } from '../factor/webauthn/verify.ts';
import { type KeyMistake, keyMistakes, keyPage } from '../ui/pages-webauthn.tsx';
import { answerChallenge, challengeOf, type KindStep } from './challenge-step.ts';
import type { PortalDeps } from './deps.ts';
import type { SignIn } from './sign-in.ts';

/**
 * Asks for a passkey or security key. Who has only the password would send: what another key signed (it is no factor of
 * this person); what her key signed for another page, another sign-in or once before (challenges are drawn for one
 * pending and one person, and used up first; the browser signs the origin that it is at).
 */
export const webauthnChallenge: KindStep = (deps, view) =>
  challengeOf('webauthn', {
    show: async ({ page, signIn, tokens, mistake }) => {
      const { pending } = signIn;
      const party = relyingPartyOf(deps.realm.portalOrigin);
      return keyPage(page, {
        account: pending.name,
        action: view.at(`/challenge/${pending.id}/webauthn`),
        tokens,
        otherWays: view.at(`/other-ways/${pending.id}`),
        options: party === undefined ? undefined : await begin(deps, signIn, party),
        ...(mistake === undefined ? {} : { mistake: keyMistakeOf(mistake) }),
      });
    },
    answer: async props => {
      // Nothing was signed: no guess, so no attempt is spent on it.
      const mistake = unsigned(props.typed);
      return mistake === undefined ? answerChallenge(deps, 'webauthn', props) : { kind: 'mistake', mistake };
    },
  });

async function begin(deps: PortalDeps, { pending, person }: SignIn, party: RelyingParty) {
  if (person === undefined) return undefined;
  const keys = waysOf(person, pending.demands.level).flatMap(way => (way.kind === 'webauthn' ? [way.credential] : []));
  return beginAuthentication(deps, { pending: pending.id, person, keys, party, appId: deps.webauthn?.appId });
}

/** Why the browser gave nothing that was signed; undefined where it did. */
export function unsigned(typed: string): KeyMistake | undefined {
  if (typed === '') return 'script';
  if (!typed.startsWith('error:')) return undefined;
  const name = typed.slice('error:'.length);
  if (name === 'InvalidStateError') return 'known';
  return name === 'NotAllowedError' || name === 'AbortError' ? 'cancelled' : 'unsupported';
}

export function keyMistakeOf(mistake: string): KeyMistake {
  return keyMistakes.find(one => one === mistake) ?? 'wrong';
}
