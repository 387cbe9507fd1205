import type { AssetNames } from './assets.ts';
import { helpLine } from './fragments.tsx';
import type { Page } from './layout.tsx';
import { type Language, otherLanguage, translateTo } from './messages.ts';
import { challengePage, delayedPage, otherWaysPage, recoveryPage, resyncPage } from './pages-challenge.tsx';
import { firstAidPage, troublePage, troubles } from './pages-first-aid.tsx';
import { kindsPage, notEnoughPage, notOfferedPage } from './pages-kinds.tsx';
import { type Refusal, refusalPage, refusals } from './pages-refusal.tsx';
import {
  handedOnPage,
  keptInFramePage,
  nothingToSendPage,
  sendPage,
  textBackPage,
  tooBigPage,
  type WaitingForm,
} from './pages-send.tsx';
import {
  activationPage,
  notInvitedPage,
  recoveryCodesPage,
  recoveryCodesShownPage,
  selfSetUpPage,
  totpPage,
} from './pages-set-up.tsx';
import { type AppLink, gonePage, hopPage, signedOutPage, signOutPage, startPage } from './pages-start.tsx';
import { keyPage, keySetUpPage } from './pages-webauthn.tsx';
import { approvalSamples, sentCodeSamples } from './samples-codes.ts';
import { consoleSamples } from './samples-console.tsx';
import { deskCodeSamples } from './samples-desk-code.ts';
import { ownSamples } from './samples-own.ts';
import { resetLinkSamples } from './samples-reset.tsx';
import { trustSamples } from './samples-trust.ts';

/**
 * One example of every page in one language, for the tests, the accessibility check and whoever designs a theme.
 * Text that a person or an operator gave holds markup here, so that a page which fails to escape it shows.
 */
export function samplePages(language: Language, assets: AssetNames): ReadonlyMap<string, string> {
  const page = samplePage(language, assets);
  return new Map([
    ...challengeSamples(page),
    ...setUpSamples(page),
    ...approvalSamples(page, { hostile, tokens, picture: samplePicture }),
    ...generalSamples(page),
    ...ownSamples(page),
    ...sendSamples(page),
    ...deskCodeSamples(page, { hostile, tokens }),
    ...trustSamples(page, { hostile, tokens, apps }),
    ...consoleSamples(page),
    ...(['sms', 'email'] as const).flatMap(kind => sentCodeSamples(page, kind, { hostile, tokens })),
    ...resetLinkSamples(page),
    ...troubles.map(
      trouble => [`help-${trouble}`, troublePage(page, { trouble, start: '/', own: '/my-security' })] as const,
    ),
    ...(Object.keys(refusals) as Refusal[]).map(
      refusal => [`refusal-${refusal}`, refusalSample(page, refusal)] as const,
    ),
    ['app-login', appLogin(language, undefined)],
    ['app-login-note', appLogin(language, 'visit-spent')],
  ]);
}

const samplePicture = 'data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=';
const hostile = '"><script>alert(1)</script>&amp;';
const tokens = { csrf: 'sample', attempt: 'sample' };
const apps = [
  { title: 'Webmail', href: 'https://webmail.example.org/' },
  { title: `Wiki ${hostile}`, href: 'https://wiki.example.org/' },
];

function samplePage(language: Language, assets: AssetNames): Page {
  return {
    language,
    t: translateTo(language),
    site: {
      organisation: 'Gemeente Voorbeeld',
      desk: { place: `Stadhuis, balie 3 ${hostile}`, hours: 'ma-vr 9:00-17:00', phone: '14 012' },
      assets,
      assetFolder: '/assets/',
      helpUrl: '/help',
    },
    switchTo: `?lang=${otherLanguage(language)}`,
  };
}

const sampleOptions = { challenge: 'c2FtcGxl', rpId: 'sluis.example.org', user: { name: hostile } };

const ways: Omit<Parameters<typeof otherWaysPage>[1], 'account'> = {
  recovery: '/recovery/1',
  activation: '/set-up/1',
  challenge: '/challenge/1',
  kinds: [{ kind: 'totp', href: '/challenge/1/totp' }],
  restart: { href: '/restart', app: `Wiki ${hostile}` },
};

function challengeSamples(page: Page): [string, string][] {
  const form = {
    kind: 'totp',
    account: `anna${hostile}`,
    action: '/challenge/1',
    tokens,
    otherWays: '/other-ways/1',
  } as const;
  const token = { ...form, kind: 'hardware-token', again: '/challenge/1/hardware-token/again' } as const;
  return [
    ['challenge', challengePage(page, form)],
    ...(['wrong', 'used', 'malformed'] as const).map((mistake): [string, string] => [
      `challenge-${mistake}`,
      challengePage(page, { ...form, mistake }),
    ]),
    ['challenge-delayed', delayedPage(page, { wait: 24_000, retry: '/challenge/1', otherWays: '/other-ways/1' })],
    ['challenge-delayed-long', delayedPage(page, { wait: 900_000, retry: '/challenge/1', otherWays: undefined })],
    ['other-ways', otherWaysPage(page, { ...ways, account: form.account })],
    ['hardware-token', challengePage(page, token)],
    ['hardware-token-wrong', challengePage(page, { ...token, mistake: 'wrong' })],
    ['hardware-token-again', resyncPage(page, form)],
    ['hardware-token-again-wrong', resyncPage(page, { ...form, mistake: 'wrong' })],
    ['key', keyPage(page, { ...form, options: sampleOptions })],
    ...(['wrong', 'cancelled', 'unsupported', 'script'] as const).map((mistake): [string, string] => [
      `key-${mistake}`,
      keyPage(page, { ...form, options: sampleOptions, mistake }),
    ]),
    ['not-enough', notEnoughPage(page, { haveCode: '/set-up/1?code=1', back: { href: '/', app: `Wiki ${hostile}` } })],
    ['not-offered', notOfferedPage(page, { back: { href: '/', app: `Wiki ${hostile}` } })],
    ['not-offered-own', notOfferedPage(page, { back: { href: '/my-security', app: undefined } })],
    ['recovery', recoveryPage(page, form)],
    ['recovery-wrong', recoveryPage(page, { ...form, mistake: 'wrong' })],
    ['recovery-malformed', recoveryPage(page, { ...form, mistake: 'malformed' })],
  ];
}

function setUpSamples(page: Page): [string, string][] {
  const form = { account: `anna${hostile}`, action: '/set-up/1', tokens };
  const notInvited = { haveCode: '/set-up/1', account: form.account, restart: '/restart' };
  const totp = {
    ...form,
    label: `Telefoon ${hostile}`,
    secret: 'JBSW Y3DP EHPK 3PXP',
    uri: 'otpauth://totp/Voorbeeld:anna?secret=JBSWY3DPEHPK3PXP&issuer=Voorbeeld',
    picture: samplePicture,
  };
  const key = { ...form, options: sampleOptions, kinds: '/set-up/1/kinds', strongest: false };
  const codes = Array.from({ length: 10 }, (_, index) => `ABCD-EFGH-JK${String(index).padStart(2, '0')}`);
  return [
    ['activation', activationPage(page, { ...form, noCode: '/no-code/1', atDesk: false })],
    ['activation-desk', activationPage(page, { ...form, noCode: '/no-code/1', atDesk: true })],
    ...(['wrong', 'expired', 'malformed'] as const).map((mistake): [string, string] => [
      `activation-${mistake}`,
      activationPage(page, { ...form, noCode: '/no-code/1', atDesk: false, mistake }),
    ]),
    ['not-invited', notInvitedPage(page, { ...notInvited, atDesk: false })],
    ['not-invited-desk', notInvitedPage(page, { ...notInvited, atDesk: true })],
    ['kinds', kindsPage(page, { ...form, kinds: ['totp'], missing: false })],
    ['kinds-missing', kindsPage(page, { ...form, kinds: ['totp'], missing: true })],
    ['totp', totpPage(page, totp)],
    ['totp-wrong', totpPage(page, { ...totp, mistake: 'wrong' })],
    ['totp-malformed', totpPage(page, { ...totp, mistake: 'malformed' })],
    ['totp-personal', totpPage(page, { ...totp, mistake: 'personal' })],
    ['self-set-up', selfSetUpPage(page, { ...form, date: '31 maart 2026' })],
    ['key-set-up', keySetUpPage(page, key)],
    ['key-set-up-strongest', keySetUpPage(page, { ...key, strongest: true })],
    ...(['wrong', 'cancelled', 'known', 'personal', 'too-weak'] as const).map((mistake): [string, string] => [
      `key-set-up-${mistake}`,
      keySetUpPage(page, { ...key, mistake }),
    ]),
    ['kinds-key', kindsPage(page, { ...form, kinds: ['webauthn', 'totp'], missing: false })],
    ['recovery-codes', recoveryCodesPage(page, { codes, action: '/recovery-codes/1', tokens })],
    ['recovery-codes-lesser', recoveryCodesPage(page, { codes, action: '/recovery-codes/1', tokens, lesser: true })],
    ['recovery-codes-shown', recoveryCodesShownPage(page, { goOn: '/go/1', action: '/recovery-codes/1', tokens })],
  ];
}

function generalSamples(page: Page): [string, string][] {
  return [
    ['start', startPage(page, { apps, own: '/my-security', signOut: { action: '/sign-out', tokens } })],
    ['start-signed-out', startPage(page, { apps, signOut: undefined })],
    ['sign-out', signOutPage(page, { app: apps[0] as AppLink, own: '/my-security', action: '/sign-out', tokens })],
    ['signed-out', signedOutPage(page, { apps })],
    ['gone', gonePage(page, { apps })],
    ['gone-set-up', gonePage(page, { apps, setUp: true })],
    ['hop', hopPage(page, { to: 'https://webmail.example.org/_sluis/release?code=x', app: `Wiki ${hostile}` })],
    ['hop-to-portal', hopPage(page, { to: 'https://sluis.example.org/p/x', app: undefined })],
    ['help', firstAidPage(page, { start: '/', own: '/my-security' })],
  ];
}

const letter = `Geachte mevrouw De Vries,\n\nHierbij de stukken voor de vergadering van 12 maart. ${'Wilt u ze voor donderdag lezen? '.repeat(12)}\n\nMet vriendelijke groet,\nAnna`;

function sendSamples(page: Page): [string, string][] {
  const text = {
    texts: [
      { name: '_to', text: `Bram <bram@gemeente.test>${hostile}` },
      { name: '_subject', text: 'Stukken voor donderdag' },
      { name: `veld[${hostile}]`, text: `${'Zonderspaties'.repeat(30)}` },
      { name: '_message', text: letter },
      ...Array.from({ length: 5 }, (_, index) => ({ name: `extra${index}`, text: 'ja' })),
    ],
    files: [`notulen ${hostile}.pdf`, 'begroting 2027.xlsx'],
    cut: false,
  };
  const form: WaitingForm = {
    app: `Webmail ${hostile}`,
    why: 'step-up',
    from: `/opstellen?aan=${hostile}`,
    age: 3 * 60_000,
    bytes: 48_500,
    text,
    replaced: false,
    action: '/_sluis/send',
    tokens,
  };
  const next = '/?_task=mail';
  return [
    ['send', sendPage(page, form)],
    ['send-replaced', sendPage(page, { ...form, why: 'expired', replaced: true, from: undefined, age: 0 })],
    ['text-back', textBackPage(page, form, { next })],
    ['text-back-none', textBackPage(page, { ...form, text: { texts: [], files: [], cut: false } }, { next })],
    ['sent', nothingToSendPage(page, { what: 'sent', app: `Wiki ${hostile}`, next })],
    ['no-send', nothingToSendPage(page, { what: 'gone', app: `Wiki ${hostile}`, next })],
    ['handed-on', handedOnPage(page, { app: `Wiki ${hostile}`, next })],
    ['kept', keptInFramePage(page, { to: '/_sluis/next' })],
    ['too-big', tooBigPage(page, { text: { ...text, cut: true }, limit: 1_048_576, next })],
  ];
}

function refusalSample(page: Page, refusal: Refusal): string {
  return refusalPage(page, refusal, {
    next: '/',
    app: `Wiki ${hostile}`,
    seconds: 30,
    limit: 104_857_600,
    reference: 'K7Q2-9F4M',
  });
}

/** An app's own login page with our line under it. */
function appLogin(language: Language, note: Refusal | undefined): string {
  const line = helpLine(language, 'https://sluis.example.org/help', note);
  return `<!doctype html><html lang="${language}"><head><title>Webmail</title></head><body><main><h1>Webmail</h1></main>${line}</body></html>`;
}
