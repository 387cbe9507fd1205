import type { Page } from './layout.tsx';
import { challengePage } from './pages-challenge.tsx';
import {
  mySecurityPage,
  type OverviewProps,
  type ShownFactor,
  type ShownSession,
  signInFirstPage,
} from './pages-my-security.tsx';
import { ownOtherWaysPage } from './pages-own-act.tsx';
import { ownDonePage, ownFactorPage } from './pages-own-factor.tsx';

const hostile = '"><script>alert(1)</script>&amp;';
const tokens = { csrf: 'sample', attempt: 'sample' };
const at = Date.UTC(2026, 2, 2, 9);
const hour = 3_600_000;

const totp: ShownFactor = {
  kind: 'totp',
  label: `Telefoon ${hostile}`,
  level: 2,
  boundAt: at - 900 * hour,
  usedAt: at,
  href: '/my-security/factor/1',
};
const key: ShownFactor = {
  ...totp,
  kind: 'webauthn',
  label: 'Blauw',
  level: 4,
  usedAt: undefined,
  href: '/my-security/factor/2',
};
const session: ShownSession = {
  id: 'aaaa',
  app: `Webmail ${hostile}`,
  agent: { browser: 'Firefox', platform: 'windows' },
  beganAt: at - hour,
  usedAt: at,
  endsAt: at + 11 * hour,
  here: true,
};

const overview: OverviewProps = {
  account: `anna${hostile}`,
  timeZone: 'Europe/Amsterdam',
  tokens,
  action: '/my-security',
  sessionsAction: '/my-security/sessions',
  factors: [totp, key],
  codes: 7,
  sessions: [session, { ...session, id: 'bbbb', agent: undefined, here: false }],
  events: [
    { at, text: 'own.event-session-began', app: `Wiki ${hostile}` },
    { at: at - hour, text: 'own.event-factor-added', kind: 'totp' },
    { at: at - 2 * hour, text: 'own.event-codes-made' },
  ],
  parts: [],
  apps: [{ title: `Wiki ${hostile}`, href: 'https://webmail.example.org/' }],
};

/** "My security", for the tests and whoever designs a theme. */
export function ownSamples(page: Page): [string, string][] {
  const { t } = page;
  const devices = { title: t('devices.title'), about: t('devices.lead'), href: '/my-security/devices' };
  const factor = { factor: totp, action: '/my-security/factor/1', tokens, back: '/my-security' };
  const done = { back: '/my-security', result: 'done' } as const;
  const doing = { text: t('own.doing-remove', { label: totp.label }), leave: t('own.doing-not') };
  const asked = { ...page, doing: { ...doing, back: '/my-security' } };
  const challenge = {
    kind: 'totp',
    account: 'anna',
    action: '/challenge/1',
    tokens,
    otherWays: '/other-ways/1',
  } as const;
  const kinds = [{ kind: 'totp', href: '/challenge/1/totp' }] as const;
  return [
    ['my-security', mySecurityPage(page, { ...overview, parts: [devices] })],
    ['my-security-few', mySecurityPage(page, { ...overview, factors: [key], codes: 'above', events: [] })],
    ['my-security-first', signInFirstPage(page, { apps: overview.apps })],
    ['own-factor', ownFactorPage(page, { ...factor, removable: 'yes' })],
    ['own-factor-empty', ownFactorPage(page, { ...factor, removable: 'yes', mistake: 'empty' })],
    ['own-factor-last', ownFactorPage(page, { ...factor, removable: 'last' })],
    ['own-factor-lent', ownFactorPage(page, { ...factor, removable: 'lent' })],
    ...(['add', 'remove', 'rename'] as const).map((act): [string, string] => [
      `own-done-${act}`,
      ownDonePage(page, { ...done, act }),
    ]),
    ...(['last', 'refused', 'many', 'no-way'] as const).map((result): [string, string] => [
      `own-failed-${result}`,
      ownDonePage(page, { ...done, act: 'remove', result }),
    ]),
    ['own-challenge', challengePage(asked, challenge)],
    ['own-other-ways', ownOtherWaysPage(page, { kinds, activation: '/set-up/1?code=1', back: '/my-security' })],
    ['own-other-ways-none', ownOtherWaysPage(page, { kinds: [], activation: undefined, back: '/my-security' })],
  ];
}
