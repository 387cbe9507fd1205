import { endDeskCode, giveDeskCode } from '../enrolment/desk-code.ts';
import { deskCodeOf } from '../factor/desk-code/standing.ts';
import type { Person } from '../factor/person.ts';
import type { Act } from '../operator/role.ts';
import type { MessageId } from '../ui/messages.ts';
import { deskCodeFields, deskCodeShownPage } from '../ui/pages-desk-code.tsx';
import { refusedAccount } from './account-at-stake.ts';
import { methodsOf } from './methods.ts';
import { placeOfPerson } from './people.ts';
import { personAct } from './person-act.ts';
import type { ActRoute, Ask } from './route.ts';
import { hasTaken } from './taken.ts';

/** What may be done about it with this person as she stands now, for her page. */
export function deskCodeActs(person: Person): readonly (readonly [Act, string, MessageId, boolean])[] {
  const able = person.closed === undefined && person.factors.length > 0;
  return [
    ['give-desk-code', 'desk-code', 'console.desk-code', able],
    ['end-desk-code', 'end-desk-code', 'console.desk-code.end', deskCodeOf(person) !== undefined],
  ];
}

const give = personAct({
  act: 'give-desk-code',
  place: 'desk-code',
  title: 'console.desk-code',
  consequences: [
    'console.desk-code.seen',
    'console.desk-code.day',
    'console.desk-code.before',
    'console.desk-code.told',
  ],
  fields: ask => deskCodeFields(ask.page, methodsOf(ask)),
  submit: async (ask, person, form, reason) => {
    const { deps, operator, page, view } = ask;
    const refused = await whyNot(ask, person);
    if (refused !== undefined) return { mistake: refused };
    const method = methodsOf(ask).find(([id]) => id === form.field('method'))?.[0];
    if (method === undefined) return { mistake: 'console.refused.method' };
    if (person.deskCode !== undefined) await deps.endSessionsBy(person.id, person.deskCode.id);
    const given = await giveDeskCode(deps, { person, by: operator.email, reason, method });
    if (given.replaced !== undefined) await deps.endSessionsBy(person.id, given.replaced.id);
    const { code, until } = given;
    return { show: deskCodeShownPage(page, { name: person.name, code, until, back: view.at(placeOfPerson(person)) }) };
  },
});

const end = personAct({
  act: 'end-desk-code',
  place: 'end-desk-code',
  title: 'console.desk-code.end',
  consequences: ['console.desk-code.end-will', 'console.work-lost'],
  submit: async ({ deps, operator }, person) => {
    // Before too: a store that is lost in between must leave no session on it.
    if (person.deskCode !== undefined) await deps.endSessionsBy(person.id, person.deskCode.id);
    const ended = await endDeskCode(deps, { person, by: operator.email });
    if (ended !== undefined) await deps.endSessionsBy(person.id, ended.id);
    return { go: placeOfPerson(person), notice: 'console.done.desk-code-ended' };
  },
});

async function whyNot(ask: Ask, person: Person): Promise<MessageId | undefined> {
  if (person.closed !== undefined || person.factors.length === 0) return 'console.refused.no-second-step';
  if (await hasTaken(ask.deps, person, ask.operator)) return 'console.refused.same-operator';
  return refusedAccount(ask, person);
}

export const deskCodeRoutes: readonly ActRoute[] = [give, end];
