import type { ResetCase } from '../reset/case.ts';
import type { Page } from './layout.tsx';
import { resetAnsweredPage, resetLinkGonePage, resetLinkPage } from './pages-reset-link.tsx';

const hostile = '"><script>alert(1)</script>&amp;';
const noon = Date.UTC(2026, 10, 20, 12);
const timeZone = 'Europe/Amsterdam';

export const sampleCase: ResetCase = {
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
