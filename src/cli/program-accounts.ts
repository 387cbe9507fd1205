import type { Command } from 'commander';
import type { Parts } from './program-parts.ts';

interface AccountOptions {
  readonly config: string;
  readonly realm: string | undefined;
  readonly name: string;
  readonly reason: string;
}

/** What the commands about people who come, go and change their names do; see `Commands`. */
export interface AccountCommands {
  usersRename(options: AccountOptions & { readonly to: string }): Promise<number>;
  usersClose(options: AccountOptions & { readonly freeName: boolean }): Promise<number>;
  usersOpen(options: AccountOptions): Promise<number>;
  usersLiftReport(options: AccountOptions): Promise<number>;
}

/** `sluis users rename`, `close`, `open` and `lift-report`. */
export function addAccounts(users: Command, commands: AccountCommands, parts: Parts): void {
  const { command, config, done } = parts;
  command(users, 'rename')
    .description('Somebody has another name in the apps from now on: her second step stays.')
    .argument('<name>', 'as she was called')
    .argument('<new-name>', 'as the apps call her now')
    .requiredOption('--reason <text>', 'why; kept in the audit')
    .option('--realm <name>', 'the realm')
    .addOption(config())
    .action(async (name: string, to: string, options) =>
      done(await commands.usersRename({ realm: undefined, ...options, name, to })),
    );
  command(users, 'close')
    .description('Somebody leaves: her account opens nothing any more, and she is signed out.')
    .argument('<name>')
    .requiredOption('--reason <text>', 'why; kept in the audit')
    .option('--free-name', 'somebody new gets this name: nothing of hers goes with it', false)
    .option('--realm <name>', 'the realm')
    .addOption(config())
    .action(async (name: string, options) => done(await commands.usersClose({ realm: undefined, ...options, name })));
  command(users, 'open')
    .description('Open an account again that was closed: for the same person, with the second step that she had.')
    .argument('<name>')
    .requiredOption('--reason <text>', 'why; kept in the audit')
    .option('--realm <name>', 'the realm')
    .addOption(config())
    .action(async (name: string, options) => done(await commands.usersOpen({ realm: undefined, ...options, name })));
  command(users, 'lift-report')
    .description('Somebody pressed "this is not me" on her phone by mistake: it can be asked again at once.')
    .argument('<name>')
    .requiredOption('--reason <text>', 'why; kept in the audit')
    .option('--realm <name>', 'the realm')
    .addOption(config())
    .action(async (name: string, options) =>
      done(await commands.usersLiftReport({ realm: undefined, ...options, name })),
    );
}
