import type { Command, Option } from 'commander';

/** What the command does; see `Commands`. */
export interface MailCommands {
  mailTest(options: { config: string; address: string }): Promise<number>;
}

/** `sluis mail ...`; `command` makes a command as all others are made. */
export function addMail(
  program: Command,
  commands: MailCommands,
  parts: { command: (parent: Command, name: string) => Command; config: () => Option; done: (code: number) => void },
): void {
  const { command, config, done } = parts;
  const mail = command(program, 'mail').description('See whether mail leaves.');
  command(mail, 'test')
    .description('Send one mail now, by the server of the configuration.')
    .argument('<address>', 'as in beheer@gemeente.nl')
    .addOption(config())
    .action(async (address: string, options) => done(await commands.mailTest({ ...options, address })));
}
