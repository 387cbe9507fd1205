import type { Command } from 'commander';
import type { Parts } from './program-parts.ts';

interface ResetOptions {
  readonly config: string;
  readonly realm: string | undefined;
}

/** What the commands of the reset desk do; see `Commands`. */
export interface ResetCommands {
  resetList(options: ResetOptions & { readonly all: boolean }): Promise<number>;
  resetShow(options: ResetOptions & { readonly number: string }): Promise<number>;
  resetToken(): Promise<number>;
}

/** `sluis reset ...`: looking only. Who works at the desk does so at the console, under a name of her own. */
export function addReset(program: Command, commands: ResetCommands, parts: Parts): void {
  const { command, config, done } = parts;
  const reset = command(program, 'reset').description('Requests to help somebody who lost the second step.');
  command(reset, 'list')
    .description('The open requests, the oldest first, with their age in working days.')
    .option('--all', 'the closed ones too', false)
    .option('--realm <name>', 'the realm')
    .addOption(config())
    .action(async options => done(await commands.resetList({ realm: undefined, ...options })));
  command(reset, 'show')
    .description('All of one request. No code is shown.')
    .argument('<number>')
    .option('--realm <name>', 'the realm')
    .addOption(config())
    .action(async (number: string, options) =>
      done(await commands.resetShow({ realm: undefined, ...options, number })),
    );
  command(reset, 'token')
    .description('Make a token for a system that files requests, and what of it stands in the configuration.')
    .action(async () => done(await commands.resetToken()));
}
