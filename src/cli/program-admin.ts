import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../config/quantity.ts';
import { longestMandate } from '../operator/operator.ts';
import { type Role, roles } from '../operator/role.ts';

export interface AdminInviteOptions {
  readonly config: string;
  readonly email: string;
  readonly name: string | undefined;
  /** Milliseconds. */
  readonly mandate: number;
  readonly reason: string | undefined;
  readonly role: Role | undefined;
}

/** What the commands about operators do; see `Commands`. */
export interface AdminCommands {
  adminInvite(options: AdminInviteOptions): Promise<number>;
}

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
}

function mandate(text: string): number {
  const found = parseDuration(text);
  if (found !== undefined && found > 0 && found <= longestMandate) return found;
  throw new InvalidArgumentError('expected a duration of at most two years, for example 90d');
}
