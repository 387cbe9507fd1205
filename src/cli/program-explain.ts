import { type Command, InvalidArgumentError } from 'commander';
import { parseDuration } from '../config/quantity.ts';
import type { Level } from '../config/settings.ts';
import type { Parts } from './program-parts.ts';

export interface ExplainOptions {
  readonly config: string;
  readonly url: string;
  readonly user: string | undefined;
  readonly method: string;
  readonly level: Level | undefined;
  /** Milliseconds. */
  readonly factorAge: number;
}

/** What the command does; see `Commands`. */
export interface ExplainCommands {
  explain(options: ExplainOptions): Promise<number>;
}

/** `sluis explain ...`; `command` makes a command as all others are made. */
export function addExplain(program: Command, commands: ExplainCommands, parts: Parts): void {
  const { command, config, done } = parts;
  command(program, 'explain')
    .description('What becomes of a request, check by check, and what would get somebody through. Changes nothing.')
    .argument('<url>', 'as it stands in the address bar')
    .option('--user <name>', 'whose request it is; without it, what is demanded of everybody')
    .option('--method <method>', 'of the request', method, 'GET')
    .option('--level <level>', 'as if her session held this level: 1, 2, 3 or 4; else what her factors give', level)
    .option('--factor-age <duration>', 'as if its factor was passed so long ago, for example 5m', age, 0)
    .addOption(config())
    .action(async (url: string, options) =>
      done(await commands.explain({ user: undefined, level: undefined, ...options, url })),
    );
}

function method(text: string): string {
  if (!/^[A-Za-z]{1,20}$/.test(text)) throw new InvalidArgumentError('expected a method, for example POST');
  return text.toUpperCase();
}

function level(text: string): Level {
  if (!/^[1-4]$/.test(text)) throw new InvalidArgumentError('expected an MFA level: 1, 2, 3 or 4');
  return Number(text) as Level;
}

function age(text: string): number {
  const found = parseDuration(text);
  if (found === undefined) throw new InvalidArgumentError('expected a duration, for example 5m or 12h');
  return found;
}
