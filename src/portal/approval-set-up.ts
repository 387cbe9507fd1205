import QRCode from 'qrcode';
import { claimPhone, confirmLink, isLinkOpen } from '../factor/approval/enrol.ts';
import { normaliseCode } from '../factor/totp/credential.ts';
import { givenName } from '../ui/factor-name.ts';
import { type ApprovalMistake, approvalMistakes, approvalSetUpPage } from '../ui/pages-approval.tsx';
import type { Outcome } from './answers.ts';
import { phonePlace } from './approval-challenge.ts';
import { linkDraft, normaliseLink } from './approval-link.ts';
import { bindAndPass } from './bind-step.ts';
import type { KindStep } from './challenge-step.ts';
import type { PortalDeps } from './deps.ts';
import { said } from './said.ts';
import type { AnswerProps } from './steps.ts';
import type { View } from './view.ts';

/**
 * Sets a phone up: the computer shows a link, the first phone that opens it shows six digits, and typed here they show that
 * the two lie before the same person.
 *
 * Who has only the password would ask for this page at once: it is open only where the pending of this very portal browser
 * notes an accepted code, which a change of browser erases. Who looks over her shoulder would open the link first: then her own
 * phone shows no digits, and there is nothing that she could type. A phone is bound by `bindFactor` only.
 */
export const approvalSetUp: KindStep = (deps, view) => {
  return {
    path: '/set-up/:id/approval',
    isOpen: ({ pending }) =>
      pending.passed === undefined && pending.setUp !== undefined && pending.draft?.kind === 'approval',
    show: async ({ page, signIn: { pending }, tokens, mistake, form }) =>
      approvalSetUpPage(page, {
        account: pending.name,
        action: view.at(`/set-up/${pending.id}/approval`),
        tokens,
        kinds: view.at(`/set-up/${pending.id}/kinds`),
        link: await linkOf(deps, view, pending.draft?.secret ?? ''),
        place: phonePlace(deps, view),
        ...said(form),
        ...(mistake === undefined ? {} : { mistake: mistakeOf(mistake) }),
      }),
    answer: props => answer(deps, props),
  };
};

/** Behind the #, so that no server and no log sees it. */
async function linkOf(deps: PortalDeps, view: View, code: string) {
  if (!(await isLinkOpen(deps, normaliseLink(code) ?? ''))) return undefined;
  const uri = `${deps.realm.portalOrigin}${view.at('/approve/')}#${code}`;
  const svg = await QRCode.toString(uri, { type: 'svg', errorCorrectionLevel: 'M', margin: 2 });
  return { uri, code, picture: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}` };
}

function mistakeOf(mistake: string): ApprovalMistake {
  return approvalMistakes.find(one => one === mistake) ?? 'wrong';
}

async function answer(deps: PortalDeps, props: AnswerProps): Promise<Outcome> {
  const { signIn, form, typed } = props;
  const { pending, person, portalCookie } = signIn;
  const { draft, setUp } = pending;
  if (person === undefined || draft === undefined || setUp === undefined) return { kind: 'unknown' };
  if (form.field('act') === 'again') {
    const noted = await deps.pendings.step(pending, portalCookie, { draft: await linkDraft(deps, signIn) });
    return noted === undefined ? { kind: 'gone' } : { kind: 'go', place: `/set-up/${pending.id}/approval` };
  }
  const code = normaliseCode(typed);
  if (!/^[0-9]{6}$/.test(code)) return { kind: 'mistake', mistake: 'malformed' };
  // R07: hers alone, or it proves nothing about her.
  if (form.field('personal') !== 'yes') return { kind: 'mistake', mistake: 'personal' };
  const token = normaliseLink(draft.secret) ?? '';
  const confirmed = await confirmLink(deps, { token, pending: pending.id, person, code });
  if (confirmed.outcome !== 'right') return { kind: 'mistake', mistake: confirmed.outcome };
  const { publicKey } = confirmed;
  const label = givenName(form.field('label'), 'approval.label-first');
  const factor = { kind: 'approval', level: 2, label, credential: { publicKey } } as const;
  return bindAndPass(deps, props, {
    factor,
    personal: true,
    confirm: () => claimPhone(deps, { token, publicKey, person }),
  });
}
