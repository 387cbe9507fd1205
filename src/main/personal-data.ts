import { erasePerson, exportPerson } from '../enrolment/erasure.ts';
import type { Person } from '../factor/person.ts';
import { SluisError } from '../kernel/errors.ts';
import { isClosed } from '../reset/records.ts';
import type { Core } from './core.ts';

export interface Erasing {
  readonly person: Person;
  readonly by: string;
  readonly reason: string;
  /** Until her name is out of the audit, which is as long as the trail; without it that is done within half an hour. */
  readonly waits: boolean;
}

/** What is kept of a person, of all parts (R61): for the command line and the console alike. */
export interface PersonalData {
  exported(person: Person): Promise<object>;
  /** The case about her that is still open: it would go on about nobody. */
  openCaseOf(person: Person): Promise<string | undefined>;
  /** Throws 'cli.usage' where such a case is open. */
  erase(erasing: Erasing): Promise<boolean>;
}

export function personalDataOf(core: Core): PersonalData {
  const parts = {
    ...core,
    trail: core.audit,
    sessionsOf: (person: string) => core.sessions.ofPerson(person),
    endSessionsOf: (person: string) => core.ends.ofPerson(person, 'by-operator'),
  };
  const openCaseOf = async (person: Person) => {
    const cases = await core.resetDesk.records.ofPerson(person);
    return cases.find(one => !isClosed(one))?.id;
  };
  return {
    exported: async person => {
      const cases = await core.resetDesk.records.ofPerson(person);
      return {
        ...(await exportPerson(parts, person)),
        mailThatWaits: await core.outbox.waitingFor(person.id),
        // Without the clerks, and without what the link in a mail is known by.
        resetCases: cases.map(({ id, state, filedAt, account, requester, identity, lostBecause, fileNumber }) => {
          return { id, state, filedAt, account, requester, identity, lostBecause, fileNumber };
        }),
      };
    },
    openCaseOf,
    erase: async ({ person, by, reason, waits }) => {
      const open = await openCaseOf(person);
      if (open !== undefined) throw openCase(open);
      await core.resetDesk.records.anonymise(person);
      const later = { begin: core.forgetting.begin.bind(core.forgetting), finish: async () => undefined };
      await core.outbox.forget(person.id);
      const told = { person, by, reason };
      const erased = await erasePerson({ ...parts, forgetting: waits ? core.forgetting : later }, told);
      // What was put in that moment.
      await core.outbox.forget(person.id);
      return erased;
    },
  };
}

function openCase(id: string): SluisError {
  return new SluisError('cli.usage', `the reset case ${id} about this person is still open`, {
    remedy: 'Finish or refuse it in the console first.',
  });
}
