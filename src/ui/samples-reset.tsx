import type { ResetCase } from '../reset/case.ts';
import type { ConsolePage } from './console-layout.tsx';
import type { Page } from './layout.tsx';
import { casePage, casesPage, resetCodePage } from './pages-reset.tsx';
import { resetAnsweredPage, resetLinkGonePage, resetLinkPage } from './pages-reset-link.tsx';
import { newCasePage } from './pages-reset-new.tsx';

const hostile = '"><script>alert(1)</script>&amp;';
const noon = Date.UTC(2026, 10, 20, 12);
const timeZone = 'Europe/Amsterdam';

const sampleCase: ResetCase = {
  id: 'K7PM-3XQ2',
  realm: 'gemeente',
  state: 'requested',
  filedAt: noon,
  via: 'api',
  account: { address: `anna${hostile}@post.example`, person: undefined, name: undefined },
  requester: { name: `Carla ${hostile}`, address: 'carla@gemeente.example' },
  request: { by: 'link', hash: '', until: noon, at: undefined },
  identity: {
    method: 'document',
    documentType: 'passport',
    documentLastFour: '12AB',
    staff: [`Dirk ${hostile}`, 'אברהם בן־דוד'],
  },
  lostBecause: 'stolen',
  fileNumber: `Z-2026/${hostile}`,
  checked: undefined,
  executed: undefined,
  handedOver: [],
  confirmed: undefined,
  refused: undefined,
};

/** One example of every page of the reset desk that people see without signing in; see `samplePages`. */
export function resetLinkSamples(page: Page): [string, string][] {
  return [
    ['reset-link', resetLinkPage(page, { record: sampleCase, action: '/reset/K7PM-3XQ2/x', timeZone })],
    ['reset-link-yes', resetAnsweredPage(page, { number: sampleCase.id, yes: true })],
    ['reset-link-no', resetAnsweredPage(page, { number: sampleCase.id, yes: false })],
    ['reset-link-gone', resetLinkGonePage(page)],
  ];
}

const clerk = { id: 'a', name: `Dirk ${hostile}`, address: undefined };

/** One example of every page of the reset desk at the console. */
export function resetConsoleSamples(page: ConsolePage): [string, string][] {
  const methods = [{ id: 'document', title: `Paspoort ${hostile}`, document: true, visit: true }];
  const list = { target: 2, all: false, pager: { first: undefined, next: '/cases?after=x' } };
  const links = { file: '/cases/new', other: '/cases?all=1' };
  const href = '/cases/gemeente/K7PM-3XQ2';
  const cases = [4, 2, 0].map(age => ({ record: sampleCase, href, age, mailFailed: age === 4 }));
  const lists = { documents: ['passport'], reasons: ['lost', 'stolen'] } as const;
  const form = {
    action: '/cases/new',
    tokens: { csrf: 'sample', attempt: 'sample' },
    back: '/cases',
    methods,
    ...lists,
  };
  const value = (name: string) => (name === 'account' ? `anna${hostile}@post.example` : '');
  const acts = [
    { href: '/cases/gemeente/K7PM-3XQ2/check', text: page.t('console.reset.check') },
    { href: '/cases/gemeente/K7PM-3XQ2/refuse', text: page.t('console.reset.refuse') },
  ];
  const mails = [{ about: 'ask', state: 'sent', calls: false }] as const;
  const one = { record: sampleCase, methods, timeZone, holder: undefined, mails, acts, back: '/cases' };
  const act = { by: clerk, at: noon };
  const done: ResetCase = {
    ...sampleCase,
    state: 'confirmed',
    request: { by: 'credential', clerk, at: noon },
    checked: act,
    executed: { ...act, upTo: 2, doneAt: noon, factors: 1, sessions: 2 },
    handedOver: [act],
    confirmed: { ...act, how: 'telephone' },
  };
  return [
    ['console-cases', casesPage(page, { ...list, cases, links })],
    ['console-cases-empty', casesPage(page, { ...list, cases: [], links })],
    ['console-cases-none', casesPage(page, { ...list, target: undefined, cases: [], links })],
    ['console-case-new', newCasePage(page, { ...form, realms: ['gemeente'], value })],
    [
      'console-case-new-missing',
      newCasePage(page, {
        ...{ ...form, realms: ['gemeente', 'regio'], value },
        refusal: { reason: 'group-mailbox', field: 'requester-address' },
      }),
    ],
    ['console-case', casePage(page, { ...one, account: { name: `anna ${hostile}`, levelFour: true } })],
    [
      'console-case-mail',
      casePage(page, { ...one, account: 'unknown', mails: [{ about: 'ask', state: 'failed', calls: true }] }),
    ],
    [
      'console-case-late',
      casePage(page, { ...one, account: 'unknown', refusal: { reason: 'state', state: 'executed', by: 'Eva' } }),
    ],
    ['console-case-done', casePage(page, { ...one, record: done, account: 'shared', holder: 'Dirk', acts: [] })],
    [
      'console-case-code',
      resetCodePage(page, { name: 'anna', code: 'K7PM-3XQ2-9DTR-5W0N', until: noon, timeZone, back: '/cases' }),
    ],
  ];
}
