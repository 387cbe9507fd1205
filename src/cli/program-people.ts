import type { Command } from 'commander';
import type { Parts } from './program-parts.ts';

export interface PeopleOptions {
  readonly config: string;
  readonly realm: string | undefined;
  readonly name: string;
}

/** What the commands about personal data do; see `Commands`. */
export interface PeopleCommands {
  peopleExport(options: PeopleOptions): Promise<number>;
  peopleErase(options: PeopleOptions & { reason: string; really: string | undefined }): Promise<number>;
}

/** `sluis people ...`; `command` makes a command as all others are made. */
export function addPeople(program: Command, commands: PeopleCommands, parts: Parts): void {
  const { command, config, done } = parts;
  const people = command(program, 'people').description('What is kept of a person: give it to her, or erase it.');
  command(people, 'export')
    .description('Print all that is kept of a person, without what would open her account, as JSON.')
    .argument('<name>', 'the account name')
    .option('--realm <name>', 'the realm, where the configuration has more than one')
    .addOption(config())
    .action(async (name: string, options) => done(await commands.peopleExport({ realm: undefined, ...options, name })));
  command(people, 'erase')
    .description('Erase all that is kept of a person; the audit tells on, without her name. It cannot be undone.')
    .argument('<name>', 'the account name')
    .requiredOption('--reason <text>', 'why; kept in the audit')
    .option('--really <name>', 'the same name once more')
    .option('--realm <name>', 'the realm, where the configuration has more than one')
    .addOption(config())
    .action(async (name: string, options) =>
      done(await commands.peopleErase({ realm: undefined, really: undefined, ...options, name })),
    );
}
