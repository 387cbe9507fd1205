import type { ConsolePage } from './console-layout.tsx';
import { auditPage, signalsPage, verdictPage } from './pages-console-audit.tsx';

const hostile = '"><script>alert(1)</script>&amp;';
const noon = Date.UTC(2026, 10, 22, 12);
const newest = `12345:${'aB3_-'.repeat(9).slice(0, 43)}`;
const proof = { back: '/audit', action: '/audit/verify', newest, given: '', compared: undefined } as const;

/** The audit, its signals, and what `verify` says of it. */
export function trailSamples(page: ConsolePage): [string, string][] {
  const trail = {
    entries: [
      {
        ...{ number: 12_345, at: new Date(noon).toISOString(), previous: '', hash: '', mac: '' },
        event: {
          type: 'operator.refused',
          realm: '@console',
          name: `eva@gemeente.test${hostile}`,
          reason: 'wrong',
          source: '192.0.2.1',
        },
      } as const,
      {
        ...{ number: 12, at: new Date(noon).toISOString(), previous: '', hash: '', mac: '' },
        event: { type: 'sign-in.failed', realm: 'gemeente', app: 'webmail', name: '', source: '' },
        gone: { who: { because: 'erasure', entry: 9_000 }, where: { because: 'retention', entry: 7_000 } },
      } as const,
    ],
    first: '/audit',
    next: '/audit?before=12345',
    all: '/audit',
  };
  return [
    [
      'console-audit',
      auditPage(page, {
        action: '/audit',
        type: '',
        text: hostile,
        from: '',
        until: '',
        verify: '/audit/verify',
        newest,
        ...trail,
      }),
    ],
    ['console-audit-whole', verdictPage(page, { ...proof, verdict: { ok: true, entries: 12_345 } })],
    [
      'console-audit-removed',
      verdictPage(page, {
        ...proof,
        verdict: { ok: true, entries: 12_345, removed: { entries: 1_000, who: 40, where: 9_000 } },
      }),
    ],
    ['console-audit-broken', verdictPage(page, { ...proof, verdict: { ok: false, number: 17, reason: 'hash' } })],
    [
      'console-audit-compared',
      verdictPage(page, { ...proof, verdict: { ok: true, entries: 12_345 }, given: newest, compared: 12_345 }),
    ],
    [
      'console-audit-odd',
      verdictPage(page, { ...proof, verdict: { ok: true, entries: 12_345 }, given: `12${hostile}`.slice(0, 80) }),
    ],
    ['console-signals', signalsPage(page, trail)],
    ['console-signals-none', signalsPage(page, { ...trail, entries: [], next: undefined })],
  ];
}
