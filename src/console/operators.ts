import { consoleRealm, isAble, type Operator } from '../operator/operator.ts';
import { isRole, may, type Role } from '../operator/role.ts';
import { operatorsPage } from '../ui/pages-console-operators.tsx';
import { operatorFields } from '../ui/pages-console-parts.tsx';
import { codePage } from '../ui/pages-console-people.tsx';
import type { PostedForm } from './form.ts';
import type { ActRoute, Ask, ConsoleRoute, Description, PageRoute } from './route.ts';

const year = 365 * 24 * 60 * 60_000;

const operatorsRoute: PageRoute = {
  method: 'GET',
  path: '/operators',
  act: 'see-operators',
  show: async ({ c, deps, view, page, operator }) => {
    const now = deps.clock.now();
    const all = await deps.operators.list();
    const changes = may(operator.role, 'change-operators');
    const html = operatorsPage(page, {
      rows: await Promise.all(
        all.map(async one => ({
          ...one,
          state: stateOf(one, now),
          factors: ((await deps.people.byId(one.id))?.factors ?? []).map(({ kind }) => kind),
          // Nobody changes her own.
          acts:
            changes && one.id !== operator.id
              ? {
                  renew: one.ended === undefined ? view.at(`/operators/${one.id}/renew`) : undefined,
                  end: one.ended === undefined ? view.at(`/operators/${one.id}/end`) : undefined,
                  again: view.at(`/operators/${one.id}/invite`),
                }
              : undefined,
        })),
      ),
      invite: changes ? view.at('/invite-operator') : undefined,
    });
    return view.html(c, html);
  },
};

function stateOf(operator: Operator, now: number): 'able' | 'invited' | 'over' | 'ended' {
  if (operator.ended !== undefined) return 'ended';
  if (operator.mandate.until <= now) return 'over';
  return isAble(operator, now) ? 'able' : 'invited';
}

/** As the person that she is to factors and sessions. */
function accountOf({ id, email: name }: Operator) {
  return { id, realm: consoleRealm, name };
}

interface Given {
  readonly role: Role;
  readonly until: number;
}

/** Undefined where the form names no role or no day. */
function givenIn(form: PostedForm): Given | undefined {
  const [role, day] = [form.field('role'), form.field('until')];
  // The whole of that day, wherever the reader is.
  const until = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T23:59:59Z`) : Number.NaN;
  return isRole(role) && Number.isFinite(until) ? { role, until } : undefined;
}

function describe(
  ask: Ask,
  before: Operator | undefined,
  texts: Pick<Description, 'title' | 'consequences' | 'submit'>,
) {
  const until =
    before === undefined ? ask.deps.clock.now() + year : Math.max(before.mandate.until, ask.deps.clock.now());
  const day = new Date(until).toISOString().slice(0, 10);
  const props = { asksWho: before === undefined, role: before?.role ?? 'helpdesk', until: day };
  return { ...texts, fields: operatorFields(ask.page.t, props) };
}

const inviteRoute: ActRoute = {
  method: 'ACT',
  path: '/invite-operator',
  act: 'change-operators',
  back: () => '/operators',
  about: () => '',
  describe: async ask => {
    const { t } = ask.page;
    const consequences = [
      t('console.operators.invite.will'),
      t('console.invite.once'),
      t('console.operators.invite.hour'),
    ];
    return describe(ask, undefined, {
      title: t('console.operators.invite'),
      consequences,
      submit: t('console.operators.invite'),
    });
  },
  submit: (ask, form, reason) => invite(ask, form, reason, { email: form.field('email'), name: form.field('name') }),
};

const againRoute: ActRoute = {
  method: 'ACT',
  path: '/operators/:id/invite',
  act: 'change-operators',
  back: () => '/operators',
  about: ask => ask.param('id'),
  describe: async ask => {
    const { t } = ask.page;
    const before = await ask.deps.operators.byId(ask.param('id'));
    if (before === undefined) return undefined;
    const { email: name } = before;
    return describe(ask, before, {
      title: t('console.act-on', { act: t('console.operators.again'), name }),
      consequences: [t('console.operators.again.will', { name }), t('console.operators.invite.hour')],
      submit: t('console.operators.again'),
    });
  },
  submit: async (ask, form, reason) => {
    const before = await ask.deps.operators.byId(ask.param('id'));
    return before === undefined ? { mistake: 'console.refused.operator' } : invite(ask, form, reason, before);
  },
};

async function invite(ask: Ask, form: PostedForm, reason: string, who: { email: string; name: string }) {
  const { deps, view, page, operator, source } = ask;
  const given = givenIn(form);
  if (given === undefined) return { mistake: 'console.refused.mandate' } as const;
  const { email, name } = who;
  const invited = await deps.operators.invite({ ...given, email, name, reason, source }, operator);
  await deps.endSessionsOf(accountOf(invited.operator), 'factor-replaced');
  const { code, until } = invited;
  const address = `${deps.console.origin}${view.at('/invitation')}`;
  const back = view.at('/operators');
  return {
    show: codePage(page, { title: page.t('console.code'), name: invited.operator.email, code, until, address, back }),
  };
}

const renewRoute: ActRoute = {
  method: 'ACT',
  path: '/operators/:id/renew',
  act: 'change-operators',
  back: () => '/operators',
  about: ask => ask.param('id'),
  describe: async ask => {
    const { t } = ask.page;
    const before = await ask.deps.operators.byId(ask.param('id'));
    if (before === undefined || before.ended !== undefined) return undefined;
    const { email: name } = before;
    return describe(ask, before, {
      title: t('console.act-on', { act: t('console.operators.renew'), name }),
      consequences: [t('console.operators.renew.will', { name }), t('console.operators.renew.by')],
      submit: t('console.operators.renew'),
    });
  },
  submit: async (ask, form, reason) => {
    const given = givenIn(form);
    if (given === undefined) return { mistake: 'console.refused.mandate' };
    const { deps, operator, source } = ask;
    await deps.operators.renew(ask.param('id'), { ...given, reason, source }, operator);
    return { go: '/operators', notice: 'console.done.renewed' };
  },
};

const endRoute: ActRoute = {
  method: 'ACT',
  path: '/operators/:id/end',
  act: 'change-operators',
  back: () => '/operators',
  about: ask => ask.param('id'),
  describe: async ask => {
    const { t } = ask.page;
    const before = await ask.deps.operators.byId(ask.param('id'));
    if (before === undefined || before.ended !== undefined) return undefined;
    const { email: name } = before;
    return {
      title: t('console.act-on', { act: t('console.operators.end'), name }),
      consequences: [t('console.operators.end.will', { name }), t('console.operators.end.kept')],
      submit: t('console.operators.end'),
    };
  },
  submit: async (ask, _form, reason) => {
    const { deps, operator, source } = ask;
    const id = ask.param('id');
    const ended = await deps.operators.end(id, { reason, source }, operator);
    await deps.endSessionsOf(accountOf(ended), 'by-operator');
    return { go: '/operators', notice: 'console.done.ended' };
  },
};

export const operatorRoutes: readonly ConsoleRoute[] = [operatorsRoute, inviteRoute, againRoute, renewRoute, endRoute];
