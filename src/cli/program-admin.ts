import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../config/quantity.ts';
import { longestMandate } from '../operator/operator.ts';
import { type Role, roles } from '../operator/role.ts';
import { longestLocalPassword } from './admin.ts';

export interface AdminInviteOptions {
  readonly config: string;
  readonly email: string;
  readonly name: string | undefined;
  /** Milliseconds. */
  readonly mandate: number;
  readonly reason: string | undefined;
  readonly role: Role | undefined;
}

export interface AdminLocalPasswordOptions {
  readonly config: string;
  readonly email: string;
  /** Milliseconds. */
  readonly duration: number;
  readonly reason: string;
}

/** What the commands about operators do; see `Commands`. */
export interface AdminCommands {
  adminInvite(options: AdminInviteOptions): Promise<number>;
  adminLocalPassword(options: AdminLocalPasswordOptions): Promise<number>;
}

const day = 24 * 60 * 60_000;
const year = 365 * 24 * 60 * 60_000;

/** `sluis admin ...`; `command` makes a command as all others are made. */
export function addAdmin(
  program: Command,
  commands: AdminCommands,
  parts: { command: (parent: Command, name: string) => Command; config: () => Option; done: (code: number) => void },
): void {
  const { command, config, done } = parts;
  const admin = command(program, 'admin').description('Who may use the console.');
  command(admin, 'invite')
    .description('Invite the first admin of the console, or somebody where no two admins can: once, for an hour.')
    .argument('<email>', 'the e-mail address that she signs in with')
    .option('--name <name>', 'as colleagues know her')
    .option('--mandate <duration>', 'how long she may use the console, for example 90d; 365d by default', mandate, year)
    .addOption(new Option('--role <role>', 'the role that she has, else admin').choices(roles))
    .option('--reason <text>', 'why; kept in the audit')
    .addOption(config())
    .action(async (email: string, options) =>
      done(await commands.adminInvite({ name: undefined, reason: undefined, role: undefined, ...options, email })),
    );
  command(admin, 'local-password')
    .description('Break glass: a password for a while, for when the directory or provider of operators is away.')
    .argument('<email>', 'an operator; her second step stays as it is')
    .requiredOption('--reason <text>', 'why; kept in the audit, and mailed to all admins')
    .addOption(new Option('--for <duration>', 'at most 7d').default(day, '1d').argParser(shortWhile))
    .addOption(config())
    .action(async (email: string, { for: duration, ...options }) =>
      done(await commands.adminLocalPassword({ ...options, duration, email })),
    );
}

function shortWhile(text: string): number {
  const found = parseDuration(text);
  if (found !== undefined && found > 0 && found <= longestLocalPassword) return found;
  throw new InvalidArgumentError('expected a duration of at most 7 days, for example 4h');
}

function mandate(text: string): number {
  const found = parseDuration(text);
  if (found !== undefined && found > 0 && found <= longestMandate) return found;
  throw new InvalidArgumentError('expected a duration of at most two years, for example 90d');
}
