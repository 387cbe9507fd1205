import QRCode from 'qrcode';
import type { Factor } from '../factor/person.ts';
import { normaliseCode } from '../factor/totp/credential.ts';
import { totpUri } from '../factor/totp/enrol.ts';
import { verifyTotp } from '../factor/totp/verify.ts';
import { factorName, givenName } from '../ui/factor-name.ts';
import { totpPage } from '../ui/pages-set-up.tsx';
import type { Outcome } from './answers.ts';
import { bindAndPass } from './bind-step.ts';
import type { KindStep } from './challenge-step.ts';
import type { PortalDeps } from './deps.ts';
import type { AnswerProps, ShowProps } from './steps.ts';
import type { View } from './view.ts';

/**
 * Shows the new secret and asks for its first code.
 *
 * Who has only the password would ask for this page at once: it is open only where the pending of this very portal
 * browser notes an accepted code, which a change of browser erases; and `bindFactor` binds only under a permission that
 * stands in the person's record and ends with the first binding.
 */
export const totpSetUp: KindStep = (deps, view) => {
  return {
    path: '/set-up/:id/totp',
    isOpen: ({ pending }) =>
      pending.passed === undefined && pending.setUp !== undefined && pending.draft?.kind === 'totp',
    show: props => showTotp(deps, view, props),
    answer: props => answerTotp(deps, props),
  };
};

async function showTotp(
  deps: PortalDeps,
  view: View,
  { page, signIn, tokens, mistake, form }: ShowProps,
): Promise<string> {
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
    label: factorName(page.t, { kind: 'totp', label: givenName(form?.field('label') ?? '', 'kind.totp') }),
    personal: form?.field('personal') === 'yes',
    ...(mistake === undefined ? {} : { mistake: mistakes.find(one => one === mistake) ?? 'malformed' }),
  });
}

const mistakes = ['wrong', 'malformed', 'personal'] as const;

async function answerTotp(deps: PortalDeps, props: AnswerProps): Promise<Outcome> {
  const { signIn, form, typed: answer } = props;
  const { person, pending } = signIn;
  const secret = pending.draft?.secret;
  if (person === undefined || secret === undefined) return { kind: 'unknown' };
  // R07: hers alone, or it proves nothing about her.
  if (form.field('personal') !== 'yes') return { kind: 'mistake', mistake: 'personal' };
  if (!/^[0-9]{6}$/.test(normaliseCode(answer))) return { kind: 'mistake', mistake: 'malformed' };
  const label = givenName(form.field('label'), 'kind.totp');
  const factor = { kind: 'totp', level: 2, label, credential: { secret } } as const;
  // Also marks the step as used: the code that confirmed a set-up opens nothing afterwards.
  const confirm = ({ id }: Factor) =>
    verifyTotp(deps, { person, factor: { id, credential: factor.credential }, answer });
  return bindAndPass(deps, props, { factor, confirm, personal: true });
}
