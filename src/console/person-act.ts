import type { Child } from 'hono/jsx';
import type { Person } from '../factor/person.ts';
import type { Act } from '../operator/role.ts';
import type { MessageId } from '../ui/messages.ts';
import type { PostedForm } from './form.ts';
import { placeOfPerson } from './people.ts';
import type { ActRoute, Ask, Done } from './route.ts';

/** Where a person stands at the console. */
export const personPath = '/people/:realm/:name';

/** The person that the address names; operators are no people of a realm. */
export async function personOf(ask: Ask): Promise<Person | undefined> {
  const realm = ask.param('realm');
  return ask.deps.settings.realms.has(realm) ? ask.deps.people.byName(realm, ask.param('name')) : undefined;
}

export interface PersonAct {
  readonly act: Act;
  /** Last part of its address. */
  readonly place: string;
  readonly title: MessageId;
  /** What will happen; `{name}` is filled with hers. */
  readonly consequences: readonly MessageId[];
  fields?(ask: Ask): Child;
  submit(ask: Ask, person: Person, form: PostedForm, reason: string): Promise<Done>;
}

/** One act on one person; the frame says what will happen, asks why, and records it. */
export function personAct({ act, place, title, consequences, fields, submit }: PersonAct): ActRoute {
  return {
    method: 'ACT',
    path: `${personPath}/${place}`,
    act,
    back: ask => placeOfPerson({ realm: ask.param('realm'), name: ask.param('name') }),
    about: ask => `${ask.param('realm')}/${ask.param('name')}`,
    describe: async ask => {
      const person = await personOf(ask);
      if (person === undefined) return undefined;
      const { t } = ask.page;
      const { name } = person;
      return {
        title: t('console.act-on', { act: t(title), name }),
        consequences: consequences.map(id => t(id, { name })),
        submit: t(title),
        ...(fields === undefined ? {} : { fields: fields(ask) }),
      };
    },
    submit: async (ask, form, reason) => {
      const person = await personOf(ask);
      return person === undefined ? { mistake: 'console.refused.unknown' } : submit(ask, person, form, reason);
    },
  };
}
