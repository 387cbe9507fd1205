import { confirmedBy, type Outcome } from '../reset/case.ts';
import { codeHolder } from '../reset/who-may.ts';
import type { MessageId } from '../ui/messages.ts';
import { HowField, resetCodePage } from '../ui/pages-reset.tsx';
import { caseAt, caseHtml, clerkOf, type DeskAct, deskActs, placeOf } from './reset-cases.ts';
import type { ActRoute, Ask, Description, Done } from './route.ts';
import { noteTaken } from './taken.ts';

/** An act of the desk: the frame asked for role, a fresh factor and the form; who may do it to this case, the domain says. */
function deskAct(act: DeskAct, parts: Pick<ActRoute, 'describe' | 'submit'>): ActRoute {
  return {
    method: 'ACT',
    path: `/cases/:realm/:case/${act}`,
    act: deskActs[act],
    back: placeOf,
    about: ask => `reset ${ask.param('case')}`,
    ...parts,
  };
}

/** Says what will happen; undefined where there is no such case. */
function saying(
  act: DeskAct,
  consequences: readonly MessageId[],
  more: (ask: Ask) => Partial<Description> = () => ({}),
): ActRoute['describe'] {
  return async ask => {
    const record = await caseAt(ask);
    if (record === undefined) return undefined;
    const { t } = ask.page;
    const values = {
      name: record.account.name ?? record.account.address,
      who: codeHolder(record)?.name ?? t('console.reset.nobody'),
    };
    return {
      title: `${t(`console.reset.${act}`)}: ${record.id}`,
      consequences: consequences.map(id => t(id, values)),
      submit: t(`console.reset.${act}`),
      ...more(ask),
    };
  };
}

async function answer(ask: Ask, outcome: Outcome, notice: MessageId): Promise<Done> {
  if (outcome.outcome === 'done') return { go: placeOf(ask), notice };
  const { refusal } = outcome;
  // Her factor is asked again, and she comes back to the page of this act.
  if (refusal.reason === 'stale') return { go: `/again?to=${encodeURIComponent(ask.view.placeOf(ask.c))}` };
  const record = await caseAt(ask);
  if (record === undefined) return { mistake: 'console.reset.no.not-found' };
  return { show: await caseHtml(ask, record, refusal), status: 409 };
}

const checkRoute = deskAct('check', {
  describe: saying('check', ['console.reset.check.1', 'console.reset.check.2']),
  submit: async ask => {
    const { cases } = ask.deps.resetDesk;
    const outcome = await cases.check(ask.param('realm'), ask.param('case'), clerkOf(ask));
    return answer(ask, outcome, 'console.reset.done.checked');
  },
});

const executeRoute = deskAct('execute', {
  describe: saying('execute', [
    'console.reset.execute.1',
    'console.reset.execute.2',
    'console.reset.execute.3',
    'console.reset.execute.4',
  ]),
  submit: async ask => {
    const { cases } = ask.deps.resetDesk;
    const person = (await caseAt(ask))?.account.person;
    // The code of the case is not hers (R34), so no other code of this person is either.
    if (person !== undefined) await noteTaken(ask.deps, person, ask.operator);
    const outcome = await cases.execute(ask.param('realm'), ask.param('case'), clerkOf(ask));
    return answer(ask, outcome, 'console.reset.done.executed');
  },
});

const handOverRoute = deskAct('hand-over', {
  describe: saying('hand-over', ['console.reset.hand-over.1', 'console.reset.hand-over.2']),
  submit: async ask => {
    const { deps, page, view } = ask;
    const realm = ask.param('realm');
    const outcome = await deps.resetDesk.cases.handOver(realm, ask.param('case'), clerkOf(ask));
    if (outcome.outcome !== 'code') return answer(ask, outcome, 'console.reset.done.executed');
    const { code, until, case: record } = outcome;
    const timeZone = deps.settings.realms.get(realm)?.timeZone ?? 'Europe/Amsterdam';
    const name = record.account.name ?? '';
    return { show: resetCodePage(page, { name, code, until, timeZone, back: view.at(placeOf(ask)) }) };
  },
});

const confirmRoute = deskAct('confirm', {
  describe: saying('confirm', ['console.reset.confirm.1', 'console.reset.confirm.2'], ({ page }) => ({
    fields: <HowField page={page} ways={confirmedBy} />,
  })),
  submit: async (ask, form) => {
    const { cases } = ask.deps.resetDesk;
    const how = form.field('how');
    const outcome = await cases.confirm(ask.param('realm'), ask.param('case'), clerkOf(ask), how);
    return answer(ask, outcome, 'console.reset.done.confirmed');
  },
});

const refuseRoute = deskAct('refuse', {
  describe: saying('refuse', ['console.reset.refuse.1']),
  submit: async (ask, _form, reason) => {
    const { cases } = ask.deps.resetDesk;
    const outcome = await cases.refuse(ask.param('realm'), ask.param('case'), clerkOf(ask), reason);
    return answer(ask, outcome, 'console.reset.done.refused');
  },
});

export const deskRoutes: readonly ActRoute[] = [checkRoute, executeRoute, handOverRoute, confirmRoute, refuseRoute];
