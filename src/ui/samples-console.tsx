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
import { ownPasswordPage, providerSignInPage, toProviderPage } from './pages-console-first.tsx';
import { nameTwiceFields } from './pages-console-people.tsx';
import { todayPage } from './pages-console-today.tsx';
import { consoleListSamples } from './samples-console-lists.tsx';
import { type PlaceName, placeNames, placeOf } from './samples-console-places.ts';
import { deskCodeConsoleSamples } from './samples-desk-code.ts';
import { resetConsoleSamples } from './samples-reset.tsx';

const hostile = '"><script>alert(1)</script>&amp;';
const tokens = { csrf: 'sample', attempt: 'sample' };
const noon = Date.UTC(2026, 10, 22, 12);

/** One example of every page of the console; see `samplePages`. */
export function consoleSamples(base: Page): [string, string][] {
  const page: ConsolePage = {
    ...base,
    places: [],
    who: { name: `Eva ${hostile}`, role: 'admin', signOut: { action: '/sign-out', tokens } },
    notice: undefined,
  };
  return [...entranceSamples(base), ...placeNames.flatMap(here => samplesAt(here, page))];
}

function samplesAt(here: PlaceName, base: ConsolePage): [string, string][] {
  const titleOf = (name: PlaceName) =>
    name === 'access' || name === 'operators' ? (`console.nav.${name}` as const) : (`console.${name}` as const);
  const places = placeNames.map(name => ({ href: `/${name}`, title: titleOf(name), here: name === here }));
  const page = { ...base, places };
  const all = [
    ...frameSamples(page),
    ...resetConsoleSamples(page),
    ...deskCodeConsoleSamples(page, { hostile, tokens }),
  ];
  return all.filter(([name]) => placeOf(name) === here);
}

const providerLinks = { href: '/sign-in/provider', invitation: '/invitation', spare: '/sign-in/password' };

function entranceSamples(page: Page): [string, string][] {
  const form = { action: '/sign-in', tokens };
  const account = { ...form, account: `eva@gemeente.test${hostile}` };
  return [
    ['console-sign-in', consoleSignInPage(page, { ...form, invitation: '/invitation' })],
    ['console-sign-in-wrong', consoleSignInPage(page, { ...form, invitation: '/invitation', mistake: 'wrong' })],
    [
      'console-sign-in-directory',
      consoleSignInPage(page, { ...form, invitation: '/invitation', password: 'directory', mistake: 'unavailable' }),
    ],
    [
      'console-sign-in-provider',
      providerSignInPage(page, { provider: `Gemeenteaccount ${hostile}`, ...providerLinks }),
    ],
    ['console-own-password', ownPasswordPage(page, { ...account, mistake: 'wrong' })],
    [
      'console-provider',
      toProviderPage(page, { provider: `Gemeenteaccount ${hostile}`, ...account, href: '/sign-in/provider' }),
    ],
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
  const { t } = page;
  const act = {
    action: '/people/gemeente/anna/end-sessions',
    tokens,
    title: t('console.act-on', { act: t('console.end-sessions'), name: `anna ${hostile}` }),
    consequences: [t('console.end-sessions.will', { name: `anna ${hostile}` }), t('console.work-lost')],
    submit: t('console.end-sessions'),
    back: '/people',
    asksReason: true,
  };
  const mandates = [
    { name: `joep@gemeente.test${hostile}`, until: noon, own: false },
    { name: 'eva@gemeente.test', until: noon, own: true },
  ];
  const figure = { label: 'console.state.enrolled', realm: undefined, count: 50_000, href: '/people' } as const;
  const calls = { signals: 3, signalsHref: '/signals', mail: false, late: { count: '3', href: '/cases' } };
  const quiet = { signals: 0, mail: true, late: undefined, asks: undefined };
  const today = { ...calls, asks: { count: 1, href: '/operators' } };
  return [
    ...consoleListSamples(page),
    [
      'console-today',
      todayPage(page, { figures: [figure, { ...figure, realm: `Inwoners ${hostile}` }], mandates, ...today }),
    ],
    ['console-today-quiet', todayPage(page, { figures: [figure], mandates: [], ...calls, ...quiet })],
    ['console-act', actPage(page, act)],
    [
      'console-erase-person',
      actPage(page, {
        ...act,
        action: '/people/gemeente/anna/erase',
        title: t('console.act-on', { act: t('console.erase-person'), name: `anna ${hostile}` }),
        consequences: (['will', 'audit', 'reason', 'then'] as const).map(one =>
          t(`console.erase-person.${one}`, { name: `anna ${hostile}` }),
        ),
        submit: t('console.erase-person'),
        fields: nameTwiceFields(page),
        mistake: 'console.refused.name-again',
      }),
    ],
    [
      'console-lift-report',
      actPage(page, {
        ...act,
        action: '/people/gemeente/anna/lift-report',
        title: t('console.act-on', { act: t('console.lift-report'), name: `anna ${hostile}` }),
        consequences: (['what', 'sure', 'will'] as const).map(one =>
          t(`console.lift-report.${one}`, { name: `anna ${hostile}` }),
        ),
        submit: t('console.lift-report'),
      }),
    ],
    [
      'console-act-reason',
      actPage({ ...page, notice: 'console.done.signed-out' }, { ...act, mistake: 'console.reason-missing' }),
    ],
  ];
}
