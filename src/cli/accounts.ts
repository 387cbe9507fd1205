import { closePerson, openPerson } from '../enrolment/closing.ts';
import { nameOfLeaver, renamePerson } from '../enrolment/renaming.ts';
import { liftReport } from '../factor/approval/lifting.ts';
import type { FactorDeps } from '../factor/deps.ts';
import type { Person } from '../factor/person.ts';
import { SluisError } from '../kernel/errors.ts';
import type { Out, UsersDeps } from './users.ts';

export interface AccountsDeps extends FactorDeps, Pick<UsersDeps, 'people' | 'normalise' | 'endSessions' | 'by'> {}

interface About {
  readonly realm: string;
  readonly name: string;
  readonly reason: string;
}

/** Throws 'account.unknown', 'account.name-refused', or 'enrolment.refused' where somebody has that name. */
export async function usersRename(
  deps: AccountsDeps,
  request: About & { readonly to: string },
  out: Out,
): Promise<void> {
  const person = await known(deps, request);
  const to = normalised(deps, request.to);
  if (to === person.name) return out('Nothing changes.\n');
  // First: a session is known by the name of before.
  const ended = await deps.endSessions(request.realm, person.name);
  const renamed = await renamePerson(deps, { person, by: deps.by, reason: request.reason }, to);
  if (renamed === undefined) {
    throw new SluisError('enrolment.refused', `somebody else is called ${to}`, {
      remedy: `Did ${to} leave? Then first: sluis users close ${to} --free-name --reason "..."`,
    });
  }
  out(`${person.name} is called ${to} from now on. The second step stays; sessions ended: ${ended}.\n`);
}

/** Throws 'account.unknown'. */
export async function usersClose(
  deps: AccountsDeps,
  request: About & { readonly freeName: boolean },
  out: Out,
): Promise<void> {
  const person = await known(deps, request);
  const why = { person, by: deps.by, reason: request.reason };
  const closed = await closePerson(deps, why);
  const ended = await deps.endSessions(request.realm, person.name);
  out(`${person.name} is closed${closed === undefined ? ' already' : ''}; sessions ended: ${ended}.\n`);
  if (!request.freeName) return;
  const name = nameOfLeaver(person);
  await renamePerson(deps, why, name);
  out(`The name ${person.name} is free: who gets it begins with nothing. The account of before is called ${name}.\n`);
}

/** Throws 'account.unknown'. */
export async function usersOpen(deps: AccountsDeps, request: About, out: Out): Promise<void> {
  const person = await known(deps, request);
  const opened = await openPerson(deps, { person, by: deps.by, reason: request.reason });
  if (opened === undefined) return out(`${person.name} is not closed.\n`);
  const lost = (person.closed?.factors.length ?? 0) - opened.factors.length;
  const but = lost > 0 ? ', but for the number or mail address that somebody else has by now' : '';
  out(`${person.name} is open again, as before${but}.\n`);
}

/** Takes back what she reported on her phone by mistake. Throws 'account.unknown'. */
export async function usersLiftReport(deps: AccountsDeps, request: About, out: Out): Promise<void> {
  const person = await known(deps, request);
  const lifted = await liftReport(deps, { person, by: deps.by, reason: request.reason });
  out(
    lifted
      ? `The report of ${person.name} is taken back: her phone can be asked again at once. She is told.\n`
      : `${person.name} reported nothing on her phone that still counts.\n`,
  );
}

async function known(deps: AccountsDeps, { realm, name: typed }: About): Promise<Person> {
  // The name of a leaver is no name of an app.
  const name = /^[^:]+:[\w-]{8}$/.test(typed) ? typed : normalised(deps, typed);
  const person = await deps.people.byName(realm, name);
  if (person !== undefined) return person;
  throw new SluisError('account.unknown', `${name} is not known in realm ${realm}`, {
    remedy: 'See who is: sluis users list',
  });
}

function normalised({ normalise }: AccountsDeps, typed: string): string {
  const name = normalise(typed);
  if (name !== undefined) return name;
  throw new SluisError(
    'account.name-refused',
    `${JSON.stringify(typed.slice(0, 80))} is not a name that the apps accept`,
  );
}
