import type { Level } from '../config/settings.ts';
import { highestLevel } from '../factor/ways.ts';
import { relyingPartyOf } from '../factor/webauthn/credential.ts';
import {
  beginRegistration,
  claimKey,
  type Refused,
  type Registered,
  verifyRegistration,
} from '../factor/webauthn/enrol.ts';
import { isStale } from '../factor/webauthn/metadata.ts';
import { givenName } from '../ui/factor-name.ts';
import { keySetUpPage } from '../ui/pages-webauthn.tsx';
import type { Outcome } from './answers.ts';
import { bindAndPass } from './bind-step.ts';
import type { KindStep } from './challenge-step.ts';
import type { PortalDeps } from './deps.ts';
import { said } from './said.ts';
import type { SignIn } from './sign-in.ts';
import type { AnswerProps } from './steps.ts';
import { keyMistakeOf, unsigned } from './webauthn-challenge.ts';

/**
 * Sets a key up. Who has only the password would ask for this page at once: it is open only where the pending of this
 * very portal browser notes an accepted code, and `bindFactor` binds only under a permission in the person's record.
 */
export const webauthnSetUp: KindStep = (deps, view) => {
  return {
    path: '/set-up/:id/webauthn',
    isOpen: ({ pending }) =>
      pending.passed === undefined && pending.setUp !== undefined && pending.draft?.kind === 'webauthn',
    show: async ({ page, signIn, tokens, mistake, form }) => {
      const { pending } = signIn;
      return keySetUpPage(page, {
        account: pending.name,
        action: view.at(`/set-up/${pending.id}/webauthn`),
        tokens,
        kinds: view.at(`/set-up/${pending.id}/kinds`),
        strongest: mayReachFour(deps, signIn),
        options: await begin(deps, signIn),
        ...said(form),
        ...(mistake === undefined ? {} : { mistake: keyMistakeOf(mistake) }),
      });
    },
    answer: props => answer(deps, props),
  };
};

async function begin(deps: PortalDeps, signIn: SignIn) {
  const { pending, person } = signIn;
  const party = relyingPartyOf(deps.realm.portalOrigin);
  if (person === undefined || party === undefined) return undefined;
  const { title } = deps.realm;
  return beginRegistration(deps, { pending: pending.id, person, party, title, attested: mayReachFour(deps, signIn) });
}

function mayReachFour({ webauthn, clock }: PortalDeps, { pending }: SignIn): boolean {
  const metadata = webauthn?.metadata;
  return (pending.setUp?.upTo ?? 0) >= 4 && metadata !== undefined && !isStale(metadata, clock.now());
}

async function answer(deps: PortalDeps, props: AnswerProps): Promise<Outcome> {
  const { signIn, form, typed, source } = props;
  const { pending, person } = signIn;
  if (person === undefined || pending.setUp === undefined || deps.webauthn === undefined) return { kind: 'unknown' };
  // R07: hers alone, or it proves nothing about her.
  if (form.field('personal') !== 'yes') return { kind: 'mistake', mistake: 'personal' };
  const mistake = unsigned(typed);
  if (mistake !== undefined) return { kind: 'mistake', mistake };
  const made = await verifyRegistration(deps, { pending: pending.id, person, answer: typed, rules: deps.webauthn });
  await report(deps, signIn, made, source);
  if ('refused' in made) return { kind: 'mistake', mistake: 'wrong' };
  const level = Math.min(made.level, pending.setUp.upTo) as Level;
  if (raisesNothing(signIn, level)) return { kind: 'mistake', mistake: 'too-weak' };
  const { credential } = made;
  const label = givenName(form.field('label'), 'webauthn.label-first');
  const factor = { kind: 'webauthn', level, label, credential } as const;
  return bindAndPass(deps, props, { factor, confirm: () => claimKey(deps, { credential, person }), personal: true });
}

/** A code for a higher level binds nothing that she reaches already: told here, where the key can be changed for another. */
function raisesNothing({ pending, person }: SignIn, level: number): boolean {
  if (pending.setUp?.by !== 'activation-code' || person?.activation?.replaces === true) return false;
  return level <= highestLevel(person);
}

async function report(
  { audit }: PortalDeps,
  { pending: { realm, name }, person }: SignIn,
  made: Registered | Refused,
  source: string,
): Promise<void> {
  const judged =
    'refused' in made
      ? { level: 0, why: `refused-${made.refused}`, format: '', aaguid: '' }
      : { level: made.level, why: made.judged, format: made.format, aaguid: made.credential.aaguid };
  await audit.record({ type: 'webauthn.judged', realm, person: person?.id ?? '', name, source, ...judged });
}
