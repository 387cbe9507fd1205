import { type PeopleDeps, peopleErase, peopleExport } from '../cli/people.ts';
import type { PeopleCommands } from '../cli/program-people.ts';
import { erasePerson, exportPerson } from '../enrolment/erasure.ts';
import { SluisError } from '../kernel/errors.ts';
import { isClosed } from '../reset/records.ts';
import type { Core } from './core.ts';
import { usersDeps } from './user-commands.ts';

/** The commands about personal data (R61), each on an opened core. */
export function peopleCommands(
  run: (config: string, work: (core: Core) => Promise<void>) => Promise<number>,
  out: (text: string) => void,
): PeopleCommands {
  return {
    peopleExport: options => run(options.config, core => peopleExport(depsOf(core, options.realm), options, out)),
    peopleErase: options => run(options.config, core => peopleErase(depsOf(core, options.realm), options, out)),
  };
}

function depsOf(core: Core, named: string | undefined): PeopleDeps {
  const { deps, realm } = usersDeps(core, named);
  const parts = {
    ...core,
    trail: core.audit,
    sessionsOf: (person: string) => core.sessions.ofPerson(person),
    endSessionsOf: (person: string) => core.ends.ofPerson(person, 'by-operator'),
  };
  return {
    find: name => core.people.byName(realm.name, name),
    normalise: deps.normalise,
    exported: async person => {
      const cases = await core.resetDesk.records.ofPerson(person);
      return {
        ...(await exportPerson(parts, person)),
        mailThatWaits: await core.outbox.waitingFor(person.id),
        // Without the clerks, and without what the link in a mail is known by.
        resetCases: cases.map(({ id, state, filedAt, requester, identity, lostBecause, fileNumber }) => {
          return { id, state, filedAt, requester, identity, lostBecause, fileNumber };
        }),
      };
    },
    erase: async (person, reason) => {
      const { records } = core.resetDesk;
      const open = (await records.ofPerson(person)).find(one => !isClosed(one));
      if (open !== undefined) throw openCase(open.id);
      await records.anonymise(person);
      await core.outbox.forget(person.id);
      const erased = await erasePerson(parts, { person, by: core.operator, reason });
      // What was put in that moment.
      await core.outbox.forget(person.id);
      return erased;
    },
  };
}

/** A case that is being worked on would go on about nobody. */
function openCase(id: string): SluisError {
  return new SluisError('cli.usage', `the reset case ${id} about this person is still open`, {
    remedy: 'Finish or refuse it in the console first.',
  });
}
