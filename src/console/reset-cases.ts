import type { Person } from '../factor/person.ts';
import { parseMailAddress } from '../kernel/mail-address.ts';
import { may } from '../operator/role.ts';
import { isAboveCodes } from '../recovery/recovery-codes.ts';
import { type Clerk, documentTypes, lostReasons, type Outcome, type Refusal, type ResetCase } from '../reset/case.ts';
import { callsFor } from '../reset/case-mails.ts';
import type { Filing } from '../reset/filing.ts';
import { isOpenTo } from '../reset/records.ts';
import type { CaseAct } from '../reset/transitions.ts';
import { codeHolder } from '../reset/who-may.ts';
import { workingDaysBetween } from '../reset/working-days.ts';
import { type CaseProps, casePage, casesPage } from '../ui/pages-reset.tsx';
import { newCasePage } from '../ui/pages-reset-new.tsx';
import type { PostedForm } from './form.ts';
import type { Ask, Done, FormRoute, PageRoute } from './route.ts';

const pageSize = 50;

/** How the domain knows who is there. */
export function clerkOf({ operator, session, source }: Ask): Clerk {
  const { id, name, email: address, role } = operator;
  return { id, name, address, role, provedAt: session.factorAt, source };
}

/** The requests; `?all=1` the closed ones too, `?realm=` of another realm, `?after=` from there on. */
export const casesRoute: PageRoute = {
  method: 'GET',
  path: '/cases',
  act: 'see-cases',
  show: async ask => {
    const { c, deps, view, page, operator } = ask;
    const target = deps.settings.reset?.target;
    const all = c.req.query('all') === '1';
    const now = deps.clock.now();
    const after = c.req.query('after');
    const { cases, next } = await readPage(ask, all, after);
    const query = (more: string) => view.at(`/cases?${all ? 'all=1' : 'all=0'}${more}`);
    const html = casesPage(page, {
      target,
      all,
      cases: await Promise.all(
        cases.map(async record => ({
          record,
          href: view.at(`/cases/${record.realm}/${record.id}`),
          age: workingDaysBetween(record.filedAt, now),
          mailFailed: (await deps.resetDesk.sentMails(record)).some(mail => callsFor(record, mail)),
        })),
      ),
      links: {
        file: may(operator.role, 'file-case') ? view.at('/cases/new') : undefined,
        other: view.at(all ? '/cases' : '/cases?all=1'),
      },
      pager: {
        first: after === undefined ? undefined : query(''),
        next: next && query(`&after=${encodeURIComponent(`${next.realm}/${next.id}`)}`),
      },
    });
    return view.html(c, html);
  },
};

/** Of all realms, one after the other, each the oldest first. */
async function readPage({ deps }: Ask, all: boolean, after: string | undefined) {
  const { records } = deps.resetDesk;
  const [fromRealm = '', fromId = ''] = after?.split('/') ?? [];
  const from = after === undefined ? undefined : await records.find(fromRealm, fromId);
  const found: ResetCase[] = [];
  const realms = [...deps.settings.realms.keys()];
  for (const realm of realms.slice(from === undefined ? 0 : realms.indexOf(from.realm))) {
    const start = from?.realm === realm ? { after: from } : {};
    found.push(...(await records.list(realm, all ? 'all' : 'open', { ...start, limit: pageSize + 1 })));
  }
  const cases = found.slice(0, pageSize);
  return { cases, next: found.length > pageSize ? cases.at(-1) : undefined };
}

/** One case, found by the realm and the number in the address. */
export async function caseAt({ deps, param }: Ask): Promise<ResetCase | undefined> {
  return deps.resetDesk.records.find(param('realm'), param('case'));
}

export function placeOf(ask: Ask): string {
  return `/cases/${encodeURIComponent(ask.param('realm'))}/${encodeURIComponent(ask.param('case'))}`;
}

export const caseRoute: PageRoute = {
  method: 'GET',
  path: '/cases/:realm/:case',
  act: 'see-cases',
  show: async ask => {
    const record = await caseAt(ask);
    if (record === undefined) return ask.view.refuse(ask.c, 'not-found');
    return ask.view.html(ask.c, await caseHtml(ask, record));
  },
};

const actTexts = {
  check: 'console.reset.check',
  execute: 'console.reset.execute',
  'hand-over': 'console.reset.hand-over',
  confirm: 'console.reset.confirm',
  refuse: 'console.reset.refuse',
} as const;
export type DeskAct = keyof typeof actTexts;

export const deskActs = {
  check: 'check-case',
  execute: 'execute-case',
  'hand-over': 'hand-over-code',
  confirm: 'confirm-case',
  refuse: 'refuse-case',
} as const satisfies Readonly<Record<DeskAct & CaseAct, string>>;

export async function caseHtml(ask: Ask, record: ResetCase, refusal?: Refusal): Promise<string> {
  const { deps, view, page, operator } = ask;
  const holder = codeHolder(record);
  const place = view.at(`/cases/${record.realm}/${record.id}`);
  const offered = (Object.keys(actTexts) as DeskAct[]).filter(
    act =>
      isOpenTo(record, act, deps.clock.now()) &&
      may(operator.role, deskActs[act]) &&
      (act !== 'hand-over' || holder?.id === operator.id),
  );
  return casePage(page, {
    record,
    refusal,
    methods: deps.settings.reset?.methods ?? [],
    timeZone: deps.settings.realms.get(record.realm)?.timeZone ?? 'Europe/Amsterdam',
    account: await accountOf(ask, record),
    holder: holder?.name,
    mails: (await deps.resetDesk.sentMails(record)).map(mail => ({ ...mail, calls: callsFor(record, mail) })),
    acts: offered.map(act => ({ href: `${place}/${act}`, text: page.t(actTexts[act]) })),
    back: view.at('/cases'),
  });
}

async function accountOf({ deps }: Ask, { realm, account }: ResetCase): Promise<CaseProps['account']> {
  const shown = (person: Person) => ({ name: person.name, levelFour: isAboveCodes(person) });
  if (account.person !== undefined) {
    const person = await deps.people.byId(account.person);
    return person === undefined ? 'unknown' : shown(person);
  }
  const address = parseMailAddress(account.address);
  const [person, another] = address === undefined ? [] : await deps.people.byEmail(realm, address);
  if (another !== undefined) return 'shared';
  return person === undefined ? 'unknown' : shown(person);
}

export const newCaseRoute: PageRoute = {
  method: 'GET',
  path: '/cases/new',
  act: 'file-case',
  show: async ask => {
    if (ask.deps.settings.reset === undefined) return ask.view.refuse(ask.c, 'not-found');
    return ask.view.html(
      ask.c,
      formHtml(ask, () => ''),
    );
  },
};

export const fileCaseRoute: FormRoute = {
  method: 'POST',
  path: '/cases/new',
  act: 'file-case',
  back: () => '/cases',
  about: () => 'reset',
  submit: async (ask, form) => {
    const { deps } = ask;
    const realm = realmOf(ask, form);
    const own = form.field('asker') !== 'other';
    const filing = filingOf(form);
    const clerk = clerkOf(ask);
    const { intake } = deps.resetDesk;
    const outcome: Outcome =
      realm === undefined
        ? { outcome: 'refused', refusal: { reason: 'invalid', field: 'realm' } }
        : await (own ? intake.file(realm, filing, clerk) : intake.fileOnBehalf(realm, filing, clerk));
    if (outcome.outcome === 'done') {
      const { id } = outcome.case;
      return { go: `/cases/${realm}/${id}`, notice: own ? 'console.reset.done.filed' : 'console.reset.done.asked' };
    }
    return { show: formHtml(ask, name => form.field(name), outcome.refusal), status: 422 } satisfies Done;
  },
};

function realmOf({ deps }: Ask, form: PostedForm): string | undefined {
  const names = [...deps.settings.realms.keys()];
  const asked = form.field('realm');
  return asked === '' && names.length === 1 ? names[0] : names.find(name => name === asked);
}

function filingOf(form: PostedForm): Filing {
  return {
    account: form.field('account'),
    requesterName: form.field('requester-name'),
    requesterAddress: form.field('requester-address'),
    identityMethod: form.field('identity-method'),
    documentType: form.field('document-type'),
    documentLastFour: form.field('document-last-four'),
    staff: form.field('staff').split(/[,;]/),
    identityConfirmed: form.field('identity-confirmed') === 'yes',
    ordered: form.field('ordered') === 'yes',
    lostBecause: form.field('lost-because'),
    fileNumber: form.field('file-number'),
  };
}

function formHtml(ask: Ask, value: (name: string) => string, refusal?: Refusal): string {
  const { deps, view, page } = ask;
  return newCasePage(page, {
    action: view.at('/cases/new'),
    tokens: ask.tokens('/cases/new'),
    back: view.at('/cases'),
    realms: [...deps.settings.realms.keys()],
    methods: deps.settings.reset?.methods ?? [],
    documents: documentTypes,
    reasons: lostReasons,
    // Nothing longer than the longest field is sent back.
    value: name => value(name).slice(0, 500),
    refusal,
  });
}
