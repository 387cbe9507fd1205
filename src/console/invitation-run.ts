import type { InvitationRun, RunLine } from '../enrolment/invitation-runs.ts';
import type { MailState } from '../notice/outbox.ts';
import { invitationRunPage, type RunRow } from '../ui/pages-invitation-runs.tsx';
import { placeOfPerson } from './people.ts';
import type { Ask, PageRoute } from './route.ts';

const perPage = 100;
/** Read from the store at once. */
const batch = 500;

/** What became of each line of a list that was invited; what went wrong first. */
export const invitationRunRoute: PageRoute = {
  method: 'GET',
  path: '/invite-many/:list',
  act: 'see-people',
  show: async ask => {
    const { c, deps, view, page } = ask;
    const run = await deps.invitationRuns.find(ask.param('list'));
    if (run === undefined) return view.refuse(c, 'not-found');
    const rows = (await stateOf(ask, run)).toSorted((a, b) => urgency(b) - urgency(a));
    const from = Math.max(0, Number.parseInt(c.req.query('from') ?? '0', 10) || 0);
    const shown = rows.slice(from, from + perPage);
    const at = (first: number) => `${view.at(placeOfRun(run))}?from=${first}`;
    const props = {
      ...{
        at: run.at,
        by: run.by,
        count: rows.filter(({ mail }) => mail !== 'refused').length,
        rows: await Promise.all(shown.map(row => rowOf(ask, run, row))),
      },
      mailed: rows.filter(({ mail }) => mail !== 'none' && mail !== 'refused').length,
      failed: rows.filter(isFailed).length,
      first: from === 0 ? undefined : at(0),
      next: from + perPage < rows.length ? at(from + perPage) : undefined,
      back: view.at('/invite-many'),
    };
    return view.html(c, invitationRunPage(page, props));
  },
};

interface LineState {
  readonly line: RunLine;
  readonly mail: RunRow['mail'];
}

const isFailed = ({ mail }: LineState): boolean => mail === 'failed';
const urgency = ({ mail }: LineState): number => ['failed', 'refused'].indexOf(mail);

async function stateOf({ deps }: Ask, { lines }: InvitationRun): Promise<LineState[]> {
  const found: LineState[] = [];
  for (let start = 0; start < lines.length; start += batch) {
    const some = lines.slice(start, start + batch);
    const states = await Promise.all(some.map(line => deps.invitationRuns.mailOf(line)));
    found.push(...some.map((line, at) => ({ line, mail: shownState(line, states[at]) })));
  }
  return found;
}

function shownState({ mail }: RunLine, state: MailState | undefined): RunRow['mail'] {
  if (mail === 'none' || mail === 'refused') return mail;
  if (state === 'failed') return 'failed';
  return mail === 'known' ? 'known' : (state ?? 'over');
}

/** Of who was erased since there is no name. */
async function rowOf({ deps, view }: Ask, { realm }: InvitationRun, { line, mail }: LineState): Promise<RunRow> {
  const person = await deps.people.byId(line.person);
  const known =
    person === undefined ? undefined : { name: person.name, href: view.at(placeOfPerson({ ...person, realm })) };
  return { line: line.line, person: known, mail };
}

export function placeOfRun({ id }: Pick<InvitationRun, 'id'>): string {
  return `/invite-many/${id}`;
}
