import type { InvitationRun, RunLine } from '../enrolment/invitation-runs.ts';
import { invitationRunPage, type RunRow } from '../ui/pages-invitation-runs.tsx';
import { placeOfPerson } from './people.ts';
import type { Ask, PageRoute } from './route.ts';

const perPage = 100;
/** Read from the store at once. */
const batch = 500;

/** What became of each line of a list that was invited; what went wrong with its mail first. */
export const invitationRunRoute: PageRoute = {
  method: 'GET',
  path: '/invite-many/:list',
  act: 'see-people',
  show: async ask => {
    const { c, deps, view, page } = ask;
    const run = await deps.invitationRuns.find(ask.param('list'));
    if (run === undefined) return view.refuse(c, 'not-found');
    const rows = (await rowsOf(ask, run)).toSorted((a, b) => Number(b.mail === 'failed') - Number(a.mail === 'failed'));
    const from = Math.max(0, Number.parseInt(c.req.query('from') ?? '0', 10) || 0);
    const at = (first: number) => `${view.at(placeOfRun(run))}?from=${first}`;
    const props = {
      ...{ at: run.at, by: run.by, count: run.lines.length, rows: rows.slice(from, from + perPage) },
      mailed: rows.filter(({ mail }) => mail !== 'none').length,
      failed: rows.filter(({ mail }) => mail === 'failed').length,
      first: from === 0 ? undefined : at(0),
      next: from + perPage < rows.length ? at(from + perPage) : undefined,
      back: view.at('/invite-many'),
    };
    return view.html(c, invitationRunPage(page, props));
  },
};

async function rowsOf(ask: Ask, run: InvitationRun): Promise<RunRow[]> {
  const rows: RunRow[] = [];
  for (let start = 0; start < run.lines.length; start += batch) {
    const lines = run.lines.slice(start, start + batch);
    rows.push(...(await Promise.all(lines.map(line => rowOf(ask, run, line)))));
  }
  return rows;
}

async function rowOf({ deps, view }: Ask, { realm }: InvitationRun, line: RunLine): Promise<RunRow> {
  const state = await deps.invitationRuns.mailOf(line);
  const mail = line.mail === 'none' ? 'none' : line.mail === 'known' ? 'known' : (state ?? 'over');
  return { line: line.line, name: line.name, href: view.at(placeOfPerson({ realm, name: line.name })), mail };
}

export function placeOfRun({ id }: Pick<InvitationRun, 'id'>): string {
  return `/invite-many/${id}`;
}
