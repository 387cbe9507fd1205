import type { Command } from 'commander';
import type { Parts } from './program-parts.ts';

/** What the command does; see `Commands`. */
export interface MailCommands {
  mailTest(options: { config: string; address: string }): Promise<number>;
}

/** `sluis mail ...`; `command` makes a command as all others are made. */
export function addMail(program: Command, commands: MailCommands, parts: Parts): void {
  const { command, config, done } = parts;
  const mail = command(program, 'mail').description('See whether mail leaves.');
  command(mail, 'test')
    .description('Send one mail now, by the server of the configuration.')
    .argument('<address>', 'as in beheer@gemeente.nl')
    .addOption(config())
    .action(async (address: string, options) => done(await commands.mailTest({ ...options, address })));
}
