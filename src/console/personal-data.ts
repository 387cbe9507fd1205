import type { Act } from '../operator/role.ts';
import type { MessageId } from '../ui/messages.ts';
import { nameTwiceFields } from '../ui/pages-console-people.tsx';
import { personAct } from './person-act.ts';
import type { ActRoute } from './route.ts';
import { noteErased } from './taken.ts';

/** What may be done about a person's data (R61), for her page. */
export const personalDataActs: readonly (readonly [Act, string, MessageId, boolean])[] = [
  ['export-person', 'export', 'console.export-person', true],
  ['erase-person', 'erase', 'console.erase-person', true],
];

const give = personAct({
  act: 'export-person',
  place: 'export',
  title: 'console.export-person',
  consequences: ['console.export-person.will', 'console.export-person.give'],
  submit: async ({ deps }, person) => {
    const file = `${JSON.stringify(await deps.personalData.exported(person), undefined, 2)}\n`;
    // By her id: a name may hold what a header cannot.
    return { file, name: `person-${person.id}.json`, type: 'application/json' };
  },
});

const erase = personAct({
  act: 'erase-person',
  place: 'erase',
  title: 'console.erase-person',
  consequences: [
    'console.erase-person.will',
    'console.erase-person.audit',
    'console.erase-person.reason',
    'console.erase-person.then',
    'console.work-lost',
  ],
  fields: ask => nameTwiceFields(ask.page),
  submit: async ({ deps, operator }, person, form, reason) => {
    const names = [form.field('name'), form.field('name-again')].map(typed => typed.trim());
    if (names.some(typed => typed !== person.name)) return { mistake: 'console.refused.name-again' };
    if ((await deps.personalData.openCaseOf(person)) !== undefined) return { mistake: 'console.refused.open-case' };
    await noteErased(deps, person, operator);
    await deps.personalData.erase({ person, by: operator.email, reason, waits: false });
    return { go: '/people', notice: 'console.done.erased' };
  },
});

export const personalDataRoutes: readonly ActRoute[] = [give, erase];
