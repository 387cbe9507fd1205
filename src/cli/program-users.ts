import type { Command } from 'commander';
import type { Level } from '../config/settings.ts';
import { type AccountCommands, addAccounts } from './program-accounts.ts';
import { duration, level, type Parts, usage } from './program-parts.ts';

/** What the commands about people do; see `Commands`. */
export interface UserCommands {
  usersInvite(options: InviteOptions): Promise<number>;
  usersList(options: RealmOptions): Promise<number>;
  usersShow(options: RealmOptions & { name: string }): Promise<number>;
  usersSignOut(options: RealmOptions & { name: string }): Promise<number>;
  usersMail(options: RealmOptions & { name: string; address: string | undefined }): Promise<number>;
}

export interface RealmOptions {
  readonly config: string;
  readonly realm: string | undefined;
}

export interface InviteOptions extends RealmOptions {
  readonly name: string | undefined;
  readonly csv: string | undefined;
  readonly email: string | undefined;
  readonly letter: boolean;
  readonly replace: boolean;
  readonly reason: string | undefined;
  /** The highest level of a factor that the code binds. */
  readonly level: Level;
  /** Milliseconds; undefined: what the configuration says. */
  readonly validity: number | undefined;
}

/** `sluis users ...` */
export function addUsers(program: Command, commands: UserCommands & AccountCommands, parts: Parts): void {
  const { command, config, done } = parts;
  const users = command(program, 'users').description('Invite people and see who has a second step.');
  addInvite(users, commands, parts);
  command(users, 'list')
    .description('Everybody known, with their second step.')
    .option('--realm <name>', 'the realm')
    .addOption(config())
    .action(async options => done(await commands.usersList({ realm: undefined, ...options })));
  command(users, 'show')
    .description('All that is known of one person, without secrets.')
    .argument('<name>')
    .option('--realm <name>', 'the realm')
    .addOption(config())
    .action(async (name: string, options) => done(await commands.usersShow({ realm: undefined, ...options, name })));
  command(users, 'mail')
    .description('Give a person a mail address, or take it away. Both the old and the new one are told.')
    .argument('<name>')
    .argument('[address]', 'as in anna@gemeente.nl')
    .option('--remove', 'take the address away', false)
    .option('--realm <name>', 'the realm')
    .addOption(config())
    .action(async (name: string, address: string | undefined, { remove, ...options }) => {
      if ((address === undefined) !== remove) throw usage('give an address, or --remove');
      done(await commands.usersMail({ realm: undefined, ...options, name, address }));
    });
  addAccounts(users, commands, parts);
  command(users, 'sign-out')
    .description('End all sessions of one person: a stolen device, somebody who leaves.')
    .argument('<name>')
    .option('--realm <name>', 'the realm')
    .addOption(config())
    .action(async (name: string, options) => done(await commands.usersSignOut({ realm: undefined, ...options, name })));
}

function addInvite(users: Command, commands: UserCommands, { command, config, done }: Parts): void {
  command(users, 'invite')
    .description('Print an activation code or a letter for one person, or for everybody on a list.')
    .argument('[name]', 'the account name, as people type it in the app')
    .option('--email <address>', 'where this person is told of changes to her second step')
    .option('--csv <file>', 'a list: the name in the first column of each line; a column e-mail for the address')
    .option('--letter', 'print letters instead of codes, up to the level that the configuration lets travel', false)
    .option('--replace', 'for who lost everything: the old second step goes at once', false)
    .option('--reason <text>', 'why it is replaced; kept in the audit')
    .option('--level <level>', 'the highest level of what is set up with it: 2, 3 or 4', level, 2)
    .option('--validity <duration>', 'how long the code works, for example 14d', duration)
    .option('--realm <name>', 'the realm, where the configuration has more than one')
    .addOption(config())
    .action(async (name: string | undefined, options) => {
      if ((name === undefined) === (options.csv === undefined))
        throw usage('name one person, or give a list with --csv');
      if (options.email !== undefined && options.csv !== undefined)
        throw usage('--email is for one person; a list has a column e-mail');
      done(
        await commands.usersInvite({
          reason: undefined,
          validity: undefined,
          realm: undefined,
          csv: undefined,
          email: undefined,
          ...options,
          name,
        }),
      );
    });
}
