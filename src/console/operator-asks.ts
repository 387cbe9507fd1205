import { openAsk } from '../operator/four-eyes.ts';
import type { Invited } from '../operator/invitation.ts';
import { type Asked, consoleRealm, type Operator } from '../operator/operator.ts';
import type { MessageId } from '../ui/messages.ts';
import { codePage } from '../ui/pages-console-people.tsx';
import { dateText } from '../ui/pages-console-today.tsx';
import type { ActRoute, Ask, Description, Done } from './route.ts';

/** As the person that she is to factors and sessions. */
export function accountOf({ id, email: name }: Operator) {
  return { id, realm: consoleRealm, name };
}

/** To whose account it is, and to nobody else where mail goes out. */
export async function handOver({ deps, view, page }: Ask, invited: Invited): Promise<Done> {
  await deps.endSessionsOf(accountOf(invited.operator), 'factor-replaced');
  if (deps.operatorPost.configured) {
    await deps.operatorPost.sendCode(invited);
    return { go: '/operators', notice: 'console.done.code-mailed' };
  }
  const { code, until, operator } = invited;
  const address = `${deps.console.origin}${view.at('/invitation')}`;
  const back = view.at('/operators');
  return { show: codePage(page, { title: page.t('console.code'), name: operator.email, code, until, address, back }) };
}

export function codeGoes({ deps }: Ask): MessageId {
  return deps.operatorPost.configured ? 'console.operators.code-mailed' : 'console.operators.invite.hour';
}

/** The request of the address, while it may be confirmed. */
async function askAt({ deps, param }: Ask) {
  const operator = await deps.operators.byId(param('id'));
  const asked = openAsk(operator, deps.clock.now());
  return operator === undefined || asked?.id !== param('ask') ? undefined : { operator, asked };
}

async function describeAsk(
  ask: Ask,
  what: 'confirm' | 'refuse',
  will: (found: { operator: Operator; asked: Asked }) => readonly string[],
): Promise<Description | undefined> {
  const { t, language } = ask.page;
  const found = await askAt(ask);
  if (found === undefined) return undefined;
  const { operator, asked } = found;
  const { email: name } = operator;
  const [act, role] = [t(`console.operators.${what}`), t(`console.role.${asked.role}`)];
  const words = { by: asked.by.email, at: dateText(language, asked.at), reason: asked.reason };
  const until = dateText(language, asked.until);
  // A name is what colleagues go by afterwards: of two admins both read it.
  const who = asked.what === 'invite' ? `${asked.name} (${name})` : name;
  return {
    title: t('console.act-on', { act, name }),
    consequences: [
      t('console.operators.asked-by', words),
      t('console.operators.asked-for', { name: who, role, until }),
      ...will(found),
    ],
    submit: act,
  };
}

/** The second admin: four eyes on who gets into the console. */
export const confirmRoute: ActRoute = {
  method: 'ACT',
  path: '/operators/:id/confirm/:ask',
  act: 'change-operators',
  back: () => '/operators',
  about: ask => ask.param('id'),
  describe: ask =>
    describeAsk(ask, 'confirm', ({ operator: { email: name, neverIn }, asked: { what } }) => {
      const { t } = ask.page;
      if (what === 'renew') return [t('console.operators.confirm.will')];
      const ends = neverIn === true ? [] : [t('console.operators.again.will', { name })];
      return [...ends, t('console.operators.confirm.will'), t(codeGoes(ask))];
    }),
  submit: async (ask, _form, reason) => {
    const { deps, operator, source } = ask;
    const done = await deps.operators.confirm(ask.param('id'), ask.param('ask'), { reason, source }, operator);
    await deps.operatorPost.tellAdmins('confirmed', { ...done.operator, by: done.operator.mandate.by, reason });
    if ('code' in done) return handOver(ask, done);
    return { go: '/operators', notice: 'console.done.renewed' };
  },
};

export const refuseRoute: ActRoute = {
  method: 'ACT',
  path: '/operators/:id/refuse/:ask',
  act: 'change-operators',
  back: () => '/operators',
  about: ask => ask.param('id'),
  describe: ask => describeAsk(ask, 'refuse', () => [ask.page.t('console.operators.refuse.will')]),
  submit: async (ask, _form, reason) => {
    const { deps, operator, source } = ask;
    const id = ask.param('id');
    const { email, role } = await deps.operators.refuseAsk(id, ask.param('ask'), { reason, source }, operator);
    await deps.operatorPost.tellAdmins('refused', { email, role, by: operator.email, reason });
    return { go: '/operators', notice: 'console.done.ask-refused' };
  },
};
