import type { Normalise } from '../enrolment/invitation-list.ts';
import type { Person } from '../factor/person.ts';
import { SluisError } from '../kernel/errors.ts';
import type { Out } from './users.ts';

export interface PeopleDeps {
  find(name: string): Promise<Person | undefined>;
  readonly normalise: Normalise;
  exported(person: Person): Promise<object>;
  erase(person: Person, reason: string): Promise<boolean>;
}

/** Prints what is kept of a person, as JSON (R61). Throws 'account.unknown'. */
export async function peopleExport(deps: PeopleDeps, request: { readonly name: string }, out: Out): Promise<void> {
  out(`${JSON.stringify(await deps.exported(await known(deps, request.name)), undefined, 2)}\n`);
}

/** Erases what is kept of a person (R61). Throws 'account.unknown', 'cli.usage' without the name said twice. */
export async function peopleErase(
  deps: PeopleDeps,
  request: { readonly name: string; readonly reason: string; readonly really: string | undefined },
  out: Out,
): Promise<void> {
  const person = await known(deps, request.name);
  if (request.really !== person.name)
    throw new SluisError('cli.usage', `this takes away all that is kept of ${person.name}, and cannot be undone`, {
      remedy: `Say it twice: --really ${person.name}`,
    });
  await deps.erase(person, request.reason);
  out(
    `All that was kept of ${person.name} is gone. What the audit trail tells stays, without name and address. ` +
      'Who gets this name from now on is somebody else, and needs an invitation.\n',
  );
}

async function known({ find, normalise }: PeopleDeps, typed: string): Promise<Person> {
  const name = normalise(typed);
  const person = name === undefined ? undefined : await find(name);
  if (person !== undefined) return person;
  throw new SluisError('account.unknown', `${JSON.stringify(typed.slice(0, 80))} is not known in this realm`, {
    remedy: 'See who is: sluis users list',
  });
}
