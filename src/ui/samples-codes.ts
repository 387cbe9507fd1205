import type { FormTokens } from './form.tsx';
import type { Page } from './layout.tsx';
import { type ApprovalState, approvalPage, approvalSetUpPage } from './pages-approval.tsx';
import { delayedPage } from './pages-challenge.tsx';
import { kindsPage } from './pages-kinds.tsx';
import { type PhonePart, phonePage } from './pages-phone.tsx';
import {
  addressMistakes,
  notSentPage,
  type SentKind,
  sentCodeMistakes,
  sentCodePage,
  sentCodeSetUpPage,
} from './pages-sent-code.tsx';

interface Given {
  readonly hostile: string;
  readonly tokens: FormTokens;
}

/** One example of every page about a phone that approves; `picture` is a QR code's address. */
export function approvalSamples(
  page: Page,
  { hostile, tokens, picture }: Given & { readonly picture: string },
): [string, string][] {
  const form = {
    account: `anna${hostile}`,
    action: '/challenge/1/approval',
    tokens,
    place: 'sluis.example.org/approve',
  };
  const ask = { ...form, otherWays: '/other-ways/1', poll: '/challenge/1/approval/state' };
  const states: readonly ApprovalState[] = [
    { state: 'open', number: '47', seconds: 170 },
    { state: 'approved' },
    { state: 'wrong' },
    { state: 'expired' },
    { state: 'limited', minutes: 40 },
  ];
  const closed = approvalPage(page, { ...ask, asked: { state: 'limited', minutes: 1_380 } });
  const link = {
    uri: 'https://sluis.example.org/approve/#ABCD-EFGH-JKMN-PQRS',
    code: 'ABCD-EFGH-JKMN-PQRS',
    picture,
  };
  const setUp = { ...form, action: '/set-up/1/approval', kinds: '/set-up/1/kinds', link };
  const parts: readonly (readonly [PhonePart, ...PhonePart[]])[] = [
    ['none'],
    ['join'],
    ['ready'],
    ['asks'],
    ['reported'],
    ['link-used', 'none'],
  ];
  return [
    ...states.map((asked): [string, string] => [`approval-${asked.state}`, approvalPage(page, { ...ask, asked })]),
    ['approval-closed', closed],
    ['approval-set-up', approvalSetUpPage(page, setUp)],
    ['approval-set-up-over', approvalSetUpPage(page, { ...setUp, link: undefined })],
    ...(['wrong', 'malformed', 'waiting', 'personal'] as const).map((mistake): [string, string] => [
      `approval-set-up-${mistake}`,
      approvalSetUpPage(page, { ...setUp, mistake }),
    ]),
    ...parts.map((show): [string, string] => [`phone-${show[0]}`, phonePage(page, { folder: '/approve/', show })]),
    ['kinds-approval', kindsPage(page, { ...form, kinds: ['totp', 'approval'], missing: false })],
  ];
}

/** One example of every page about codes that are sent. */
export function sentCodeSamples(page: Page, kind: SentKind, { hostile, tokens }: Given): [string, string][] {
  const to = kind === 'sms' ? '06-•••• 12' : `a•••@gemeente.example${hostile}`;
  const form = { kind, account: `anna${hostile}`, action: `/challenge/1/${kind}`, tokens, to, renewed: false };
  const elsewhere = { href: '/other-ways/1', text: 'challenge.no-code' } as const;
  const code = { ...form, again: [{ value: '1', to }], elsewhere };
  const two = [...code.again, { value: '2', to: '06-•••• 98' }];
  const setUp = { ...form, kinds: '/set-up/1/kinds', typed: hostile };
  const own = addressMistakes.filter(mistake =>
    kind === 'sms' ? mistake !== 'functional' && mistake !== 'own' : mistake !== 'country',
  );
  return [
    [kind, sentCodePage(page, code)],
    [`${kind}-renewed`, sentCodePage(page, { ...code, renewed: true, again: two })],
    // What is said of a code is the same by mail.
    ...sentCodeMistakes
      .filter(mistake => kind === 'sms' || mistake === 'wrong')
      .map((mistake): [string, string] => [`${kind}-${mistake}`, sentCodePage(page, { ...code, mistake })]),
    [`${kind}-nothing-sent`, notSentPage(page, code)],
    [`${kind}-delayed`, delayedPage(page, { wait: 24_000, retry: '/', otherWays: '/other-ways/1', sending: true })],
    [`${kind}-set-up`, sentCodeSetUpPage(page, { ...setUp, typed: '' })],
    ...own.map((mistake): [string, string] => [
      `${kind}-set-up-${mistake}`,
      sentCodeSetUpPage(page, { ...setUp, mistake }),
    ]),
    [`${kind}-set-up-code`, sentCodePage(page, { ...code, change: true })],
  ];
}
