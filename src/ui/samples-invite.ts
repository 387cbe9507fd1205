import type { Child } from 'hono/jsx';
import type { ConsolePage } from './console-layout.tsx';
import type { Options } from './pages-console-parts.tsx';
import { earlierLists, invitationRunPage, inviteManyFields, type RunRow } from './pages-invitation-runs.tsx';

interface Given {
  readonly hostile: string;
  readonly realms: Options;
  form(fields: Child, after?: Child): string;
}

const at = Date.UTC(2026, 10, 22, 12);
const states = [
  'failed',
  'refused',
  'none',
  'known',
  'waiting',
  'sent',
  'over',
] as const satisfies readonly RunRow['mail'][];

/** One example of every page about lists of people who are invited at once. */
export function inviteSamples(page: ConsolePage, { hostile, realms, form }: Given): [string, string][] {
  const earlier = [{ href: '/invite-many/x', at, count: 5000 }];
  const fields = { realms, mails: true };
  const person = { name: `anna${hostile}`, href: '/people/x/y' };
  const rows: RunRow[] = states.map((mail, index) => ({ line: index + 2, person, mail }));
  rows.push({ line: 9, person: undefined, mail: 'sent' });
  const run = { at, by: 'hans@gemeente.test', count: 5000, mailed: 4200, failed: 1, rows };
  const links = { first: '/invite-many/x?from=0', next: '/invite-many/x?from=200', back: '/invite-many' };
  return [
    ['console-invite-many', form(inviteManyFields(page.t, fields), earlierLists(page.t, page.language, earlier))],
    ['console-invite-many-no-mail', form(inviteManyFields(page.t, { ...fields, mails: false }))],
    ['console-invited-list', invitationRunPage(page, { ...run, ...links })],
  ];
}
