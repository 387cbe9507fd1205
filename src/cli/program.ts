import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Noted } from '../audit/chain.ts';
import { readNoted } from '../audit/noted.ts';
import { SluisError } from '../kernel/errors.ts';
import type { AccountCommands } from './program-accounts.ts';
import { type AdminCommands, addAdmin } from './program-admin.ts';
import { addDevices, type DeviceCommands } from './program-devices.ts';
import { addExplain, type ExplainCommands } from './program-explain.ts';
import { addMail, type MailCommands } from './program-mail.ts';
import { command, config } from './program-parts.ts';
import { addPeople, type PeopleCommands } from './program-people.ts';
import { addReset, type ResetCommands } from './program-reset.ts';
import { addSms, type SmsCommands } from './program-sms.ts';
import { addTokens, type TokenCommands } from './program-tokens.ts';
import { addUsers, type UserCommands } from './program-users.ts';

/*
 * Rules of the command line. What was asked for goes to standard output, everything else to standard error. An error is
 * one line that says what and where, and one that says what to do; never a stack. Exit codes are those of sysexits.h.
 */

/** What the commands do; given by the composition root, which alone opens stores and sockets. Each resolves to an exit code. */
export interface Commands
  extends MailCommands,
    SmsCommands,
    TokenCommands,
    PeopleCommands,
    ExplainCommands,
    AdminCommands,
    DeviceCommands,
    AccountCommands,
    ResetCommands,
    UserCommands {
  serve(options: { config: string }): Promise<number>;
  protect(options: ProtectOptions): Promise<number>;
  check(options: { config: string }): Promise<number>;
  doctor(options: { config: string }): Promise<number>;
  auditTail(options: { config: string; lines: number; json: boolean }): Promise<number>;
  auditVerify(options: { config: string; head: Noted | undefined }): Promise<number>;
}

/** What `protect --preset generic` must be told: the rest is read from the app's own login page. */
export interface ProtectForm {
  readonly loginPage: string | undefined;
  readonly proofCookie: string | undefined;
}

export interface ProtectOptions extends ProtectForm {
  readonly url: string;
  readonly preset: string;
  readonly listen: { readonly address: string; readonly port: number };
  readonly domain: string | undefined;
  readonly data: string;
  readonly invite: readonly string[];
}

export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly version: string;
}

// Cookies of ours are SameSite and pages refuse frames, and no configuration shows where an app is embedded.
const notChecked =
  'Note: an app that is shown in a frame of another site is not supported: people cannot sign in there. Open it in a page of its own.\n';

/** Runs one command line (without program and script name). Resolves to the exit code; never rejects. */
export async function runProgram(args: readonly string[], commands: Commands, terminal: Terminal): Promise<number> {
  let code = 0;
  const program = build(commands, terminal, result => {
    code = result;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 64;
    terminal.err(explain(error));
    return exitCodeOf(error);
  }
}

function build(commands: Commands, terminal: Terminal, done: (code: number) => void): Command {
  const program = new Command('sluis')
    .description('The second gate in front of unchanged web apps.')
    .version(terminal.version)
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err });
  addServing(program, { commands, terminal, done });
  addUsers(program, commands, { command, config, done });
  addTokens(program, commands, { command, config, done });
  addDevices(program, commands, { command, config, done });
  addExplain(program, commands, { command, config, done });
  addMail(program, commands, { command, config, done });
  addSms(program, commands, { command, config, done });
  addAdmin(program, commands, { command, config, done });
  addPeople(program, commands, { command, config, done });
  addReset(program, commands, { command, config, done });
  addAudit(program, commands, done);
  return program;
}

function addServing(
  program: Command,
  { commands, terminal, done }: { commands: Commands; terminal: Terminal; done: (code: number) => void },
): void {
  command(program, 'serve')
    .description('Start with a configuration and go on until stopped.')
    .addOption(config())
    .action(async options => done(await commands.serve(options)));
  command(program, 'check')
    .description('Read a configuration and tell everything that is wrong with it.')
    .addOption(config())
    .action(async options => {
      done(await commands.check(options));
      terminal.out(notChecked);
    });
  command(program, 'doctor')
    .description('Look at the store and the mail server: what is wrong, what would be lost, and what to do about it.')
    .addOption(config())
    .action(async options => done(await commands.doctor(options)));
  command(program, 'protect')
    .description('Put Sluis in front of one app, to try it out on this machine.')
    .argument('<url>', 'where the app answers, for example http://127.0.0.1:9101')
    .addOption(
      new Option('--preset <name>', 'what kind of app it is')
        .choices(['roundcube', 'dokuwiki', 'demo', 'generic'])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--listen <address:port>', 'where to listen')
        .argParser(listenAddress)
        .default({ address: '127.0.0.1', port: 8080 }, '127.0.0.1:8080'),
    )
    .option('--domain <name>', 'mail domain that people may type after their name')
    .option('--login-page <path>', 'for generic: where the login form is')
    .option('--proof-cookie <name>', 'for generic: the cookie that the app sets for who is signed in')
    .option('--data <folder>', 'where to keep the state', './sluis-data')
    .addOption(new Option('--invite <names...>', 'print an activation code for these people').default([], 'nobody'))
    .action(async (url: string, options) =>
      done(
        await commands.protect({ domain: undefined, loginPage: undefined, proofCookie: undefined, ...options, url }),
      ),
    );
}

function addAudit(program: Command, commands: Commands, done: (code: number) => void): void {
  const audit = command(program, 'audit').description('Read the audit trail and prove that it is whole.');
  command(audit, 'tail')
    .description('The newest entries.')
    .option('-n, --lines <count>', 'how many', count, 20)
    .option('--json', 'as JSON lines', false)
    .addOption(config())
    .action(async options => done(await commands.auditTail(options)));
  command(audit, 'verify')
    .description('Read the whole trail and say whether it is as it was written.')
    .option('--head <number:hash>', 'an entry that was noted elsewhere, which must still stand', noted)
    .addOption(config())
    .action(async options => done(await commands.auditVerify({ head: undefined, ...options })));
}

function listenAddress(text: string): { address: string; port: number } {
  const match = /^(?:(?<address>[0-9.]+|\[[0-9a-f:]+\]|localhost):)?(?<port>\d{1,5})$/i.exec(text);
  const port = Number(match?.groups?.['port']);
  if (match === null || port < 1 || port > 65_535)
    throw new InvalidArgumentError('expected address:port, for example 127.0.0.1:8080');
  return {
    address: (match.groups?.['address'] ?? '127.0.0.1').replace(/^\[|\]$/g, '').replace('localhost', '127.0.0.1'),
    port,
  };
}

function noted(text: string): Noted {
  const found = readNoted(text);
  if (found === undefined)
    throw new InvalidArgumentError('expected a number and a hash, as the log and `verify` say them');
  return found;
}

function count(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('expected a number from 1');
  return Number(text);
}

function explain(error: unknown): string {
  if (!(error instanceof SluisError))
    return `sluis: something went wrong that should not (${error instanceof Error ? error.message : String(error)})\n`;
  return `sluis: ${error.message}\n${error.remedy === undefined ? '' : `  what to do: ${error.remedy}\n`}`;
}

/** sysexits.h: 64 usage, 65 data, 69 unavailable, 70 software, 73 cannot create, 75 try again, 77 no permission, 78 configuration. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof SluisError)) return 70;
  if (error.code.startsWith('config.')) return 78;
  if (error.code === 'cli.usage') return 64;
  if (error.code === 'listen.in-use') return 69;
  if (error.code === 'listen.not-permitted') return 77;
  if (error.code === 'data.unwritable') return 73;
  if (error.code === 'worker.failing') return 70;
  if (error.code === 'store.unavailable' || error.code === 'data.shared') return 75;
  return 65;
}
