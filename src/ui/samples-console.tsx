import type { ConsolePage } from './console-layout.tsx';
import type { Page } from './layout.tsx';
import {
  actPage,
  consoleHaltPage,
  consoleHalts,
  consoleOtherWaysPage,
  consoleSignInPage,
  invitationPage,
  newPasswordPage,
} from './pages-console.tsx';
import { todayPage } from './pages-console-today.tsx';

const hostile = '"><script>alert(1)</script>&amp;';
const tokens = { csrf: 'sample', attempt: 'sample' };
const noon = Date.UTC(2026, 10, 22, 12);

/** One example of every page of the console; see `samplePages`. */
export function consoleSamples(base: Page): [string, string][] {
  const page: ConsolePage = {
    ...base,
    places: [
      { href: '/', title: 'console.today', here: true },
      { href: '/other', title: 'console.sign-in', here: false },
    ],
    who: { name: `Eva ${hostile}`, role: 'admin', signOut: { action: '/sign-out', tokens } },
    notice: undefined,
  };
  return [...entranceSamples(base), ...frameSamples(page)];
}

function entranceSamples(page: Page): [string, string][] {
  const form = { action: '/sign-in', tokens };
  const account = { ...form, account: `eva@gemeente.test${hostile}` };
  return [
    ['console-sign-in', consoleSignInPage(page, { ...form, invitation: '/invitation' })],
    ['console-sign-in-wrong', consoleSignInPage(page, { ...form, invitation: '/invitation', mistake: 'wrong' })],
    ['console-invitation', invitationPage(page, { ...form, signIn: '/sign-in' })],
    ['console-invitation-wrong', invitationPage(page, { ...form, signIn: '/sign-in', mistake: 'wrong' })],
    ['console-new-password', newPasswordPage(page, account)],
    ['console-new-password-short', newPasswordPage(page, { ...account, mistake: 'short' })],
    [
      'console-other-ways',
      consoleOtherWaysPage(page, { kinds: [{ kind: 'totp', href: '/challenge/totp' }], restart: '/sign-in' }),
    ],
    ...consoleHalts.map((halt): [string, string] => [
      `console-halt-${halt}`,
      consoleHaltPage(page, halt, { next: '/sign-in' }),
    ]),
  ];
}

function frameSamples(page: ConsolePage): [string, string][] {
  const act = {
    action: '/people/gemeente/anna/end-sessions',
    tokens,
    title: `Sessies beëindigen van anna ${hostile}`,
    consequences: [`anna ${hostile} is overal uitgelogd.`, 'Wat zij nu schrijft, kan verloren gaan.'],
    submit: 'Beëindig',
    back: '/people',
    asksReason: true,
  };
  const mandates = [
    { name: `joep@gemeente.test${hostile}`, until: noon, own: false },
    { name: 'eva@gemeente.test', until: noon, own: true },
  ];
  return [
    ['console-today', todayPage(page, { figures: [{ label: 'console.today', count: 50_000, href: '/' }], mandates })],
    ['console-today-quiet', todayPage(page, { figures: [], mandates: [] })],
    ['console-act', actPage(page, act)],
    [
      'console-act-reason',
      actPage({ ...page, notice: 'console.done.signed-out' }, { ...act, mistake: 'console.reason-missing' }),
    ],
  ];
}
