import type { Command } from 'commander';
import type { Parts } from './program-parts.ts';

/** What the command does; see `Commands`. */
export interface SmsCommands {
  smsTest(options: { config: string; number: string }): Promise<number>;
}

/** `sluis sms ...`; `command` makes a command as all others are made. */
export function addSms(program: Command, commands: SmsCommands, parts: Parts): void {
  const { command, config, done } = parts;
  const sms = command(program, 'sms').description('See whether text messages leave.');
  command(sms, 'test')
    .description('Send one text message now, by the gateway of the configuration.')
    .argument('<number>', 'as in 0612345678')
    .addOption(config())
    .action(async (number: string, options) => done(await commands.smsTest({ ...options, number })));
}
