import { type PeopleDeps, peopleErase, peopleExport } from '../cli/people.ts';
import type { PeopleCommands } from '../cli/program-people.ts';
import type { Core } from './core.ts';
import { personalDataOf } from './personal-data.ts';
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
  const { exported, erase } = personalDataOf(core);
  return {
    find: name => core.people.byName(realm.name, name),
    normalise: deps.normalise,
    exported,
    erase: (person, reason) => erase({ person, by: core.operator, reason, waits: true }),
  };
}
