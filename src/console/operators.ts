import type { Child } from 'hono/jsx';
import { isOver, openAsk } from '../operator/four-eyes.ts';
import type { OperatorInvitation } from '../operator/invitation.ts';
import { isAble, type Operator } from '../operator/operator.ts';
import { isRole, may, type Role } from '../operator/role.ts';
import type { MessageId } from '../ui/messages.ts';
import { type OperatorRow, operatorsPage } from '../ui/pages-console-operators.tsx';
import { operatorFields } from '../ui/pages-console-parts.tsx';
import type { PostedForm } from './form.ts';
import { accountOf, codeGoes, confirmRoute, handOver, refuseRoute } from './operator-asks.ts';
import type { ActRoute, Ask, ConsoleRoute, Done, PageRoute } from './route.ts';

const year = 365 * 24 * 60 * 60_000;

const operatorsRoute: PageRoute = {
  method: 'GET',
  path: '/operators',
  act: 'see-operators',
  show: async ask => {
    const { c, deps, view, page, operator } = ask;
    const now = deps.clock.now();
    const all = (await deps.operators.list()).filter(one => !isOver(one, now));
    const changes = may(operator.role, 'change-operators');
    const html = operatorsPage(page, {
      rows: await Promise.all(
        all.map(async one => ({
          ...one,
          state: stateOf(one, now),
          factors: ((await deps.people.byId(one.id))?.factors ?? []).map(({ kind }) => kind),
          asked: askedOf(ask, one, changes),
          // Nobody changes her own.
          acts:
            changes && one.id !== operator.id && one.asked?.only !== true
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

/** What waits for a second admin; who asked takes it back, whose account it is can refuse it. */
function askedOf({ deps, view, operator }: Ask, one: Operator, changes: boolean): OperatorRow['asked'] {
  const asked = openAsk(one, deps.clock.now());
  if (asked === undefined) return undefined;
  const { by, at, reason, role, id } = asked;
  const mayConfirm = changes && by.id !== operator.id && one.id !== operator.id;
  const place = (what: string) => view.at(`/operators/${one.id}/${what}/${id}`);
  return {
    ...{ by: by.email, at, reason, role },
    confirm: mayConfirm ? place('confirm') : undefined,
    refuse: changes ? place('refuse') : undefined,
  };
}

function stateOf(operator: Operator, now: number): OperatorRow['state'] {
  if (operator.asked?.only) return 'asked';
  if (operator.ended !== undefined) return 'ended';
  if (operator.mandate.until <= now) return 'over';
  return isAble(operator, now) ? 'able' : 'invited';
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

/** Asks for role and day, beginning with what `before` has; of nobody yet, also who it is. */
function mandateFields({ deps: { clock }, page: { t } }: Ask, before: Operator | undefined): Child {
  const until = before === undefined ? clock.now() + year : Math.max(before.mandate.until, clock.now());
  const day = new Date(until).toISOString().slice(0, 10);
  return operatorFields(t, { asksWho: before === undefined, role: before?.role ?? 'helpdesk', until: day });
}

interface OperatorAct {
  /** Last part of its address. */
  readonly place: string;
  readonly title: MessageId;
  /** What will happen; `{name}` is filled with hers. */
  consequences(ask: Ask): readonly MessageId[];
  /** Also for somebody whose mandate was ended. */
  readonly evenEnded?: true;
  fields?(ask: Ask, before: Operator): Child;
  submit: ActRoute['submit'];
}

/** One act on one operator; the frame says what will happen, asks why, and records it. */
function operatorAct({ place, title, consequences, evenEnded, fields, submit }: OperatorAct): ActRoute {
  return {
    method: 'ACT',
    path: `/operators/:id/${place}`,
    act: 'change-operators',
    back: () => '/operators',
    about: ask => ask.param('id'),
    describe: async ask => {
      const { t } = ask.page;
      const before = await ask.deps.operators.byId(ask.param('id'));
      if (before === undefined || (evenEnded !== true && before.ended !== undefined)) return undefined;
      const { email: name } = before;
      return {
        title: t('console.act-on', { act: t(title), name }),
        consequences: consequences(ask).map(id => t(id, { name })),
        submit: t(title),
        ...(fields === undefined ? {} : { fields: fields(ask, before) }),
      };
    },
    submit,
  };
}

const inviteRoute: ActRoute = {
  method: 'ACT',
  path: '/invite-operator',
  act: 'change-operators',
  back: () => '/operators',
  about: () => '',
  describe: async ask => {
    const { t } = ask.page;
    const ids = [
      'console.operators.invite.will',
      'console.invite.once',
      'console.operators.two',
      codeGoes(ask),
    ] as const;
    return {
      title: t('console.operators.invite'),
      consequences: ids.map(id => t(id)),
      submit: t('console.operators.invite'),
      fields: mandateFields(ask, undefined),
    };
  },
  submit: (ask, form, reason) => invite(ask, form, reason, { email: form.field('email'), name: form.field('name') }),
};

const againRoute = operatorAct({
  place: 'invite',
  title: 'console.operators.again',
  consequences: ask => ['console.operators.again.will', 'console.operators.two', codeGoes(ask)],
  evenEnded: true,
  fields: mandateFields,
  submit: async (ask, form, reason) => {
    const before = await ask.deps.operators.byId(ask.param('id'));
    return before === undefined ? { mistake: 'console.refused.operator' } : invite(ask, form, reason, before);
  },
});

async function invite(ask: Ask, form: PostedForm, reason: string, who: { email: string; name: string }): Promise<Done> {
  const { deps, operator, source } = ask;
  const given = givenIn(form);
  if (given === undefined) return { mistake: 'console.refused.mandate' };
  const { email, name } = who;
  const request = { ...given, email, name, reason, source };
  if (await deps.operators.takesTwo('invite', email, given.role)) return askColleague(ask, 'invite', request);
  const invited = await deps.operators.invite(request, operator);
  await deps.operatorPost.tellAdmins('confirmed', { ...invited.operator, by: operator.email, reason });
  return handOver(ask, invited);
}

async function askColleague(ask: Ask, what: 'invite' | 'renew', request: OperatorInvitation): Promise<Done> {
  const { deps, operator } = ask;
  const { email } = await deps.operators.ask(what, request, operator);
  const { role, reason } = request;
  await deps.operatorPost.tellAdmins('asked', { email, role, by: operator.email, reason });
  return { go: '/operators', notice: 'console.done.asked' };
}

const renewRoute = operatorAct({
  place: 'renew',
  title: 'console.operators.renew',
  consequences: () => ['console.operators.renew.will', 'console.operators.renew.by', 'console.operators.two'],
  fields: mandateFields,
  submit: async (ask, form, reason) => {
    const given = givenIn(form);
    if (given === undefined) return { mistake: 'console.refused.mandate' };
    const { deps, operator, source } = ask;
    const before = await deps.operators.byId(ask.param('id'));
    if (before === undefined) return { mistake: 'console.refused.operator' };
    const { id, email, name } = before;
    if (await deps.operators.takesTwo('renew', email, given.role))
      return askColleague(ask, 'renew', { ...given, email, name, reason, source });
    await deps.operators.renew(id, { ...given, reason, source }, operator);
    return { go: '/operators', notice: 'console.done.renewed' };
  },
});

const endRoute = operatorAct({
  place: 'end',
  title: 'console.operators.end',
  consequences: () => ['console.operators.end.will', 'console.operators.end.kept'],
  submit: async (ask, _form, reason) => {
    const { deps, operator, source } = ask;
    const id = ask.param('id');
    const ended = await deps.operators.end(id, { reason, source }, operator);
    await deps.endSessionsOf(accountOf(ended), 'by-operator');
    return { go: '/operators', notice: 'console.done.ended' };
  },
});

export const operatorRoutes: readonly ConsoleRoute[] = [
  ...[operatorsRoute, inviteRoute, againRoute],
  ...[renewRoute, endRoute, confirmRoute, refuseRoute],
];
