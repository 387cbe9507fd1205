import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../config/quantity.ts';
import type { Level } from '../config/settings.ts';
import { SluisError } from '../kernel/errors.ts';

/** What every part of the command line is given: all commands are made alike. */
export interface Parts {
  readonly command: (parent: Command, name: string) => Command;
  readonly config: () => Option;
  /** Takes the exit code. */
  readonly done: (code: number) => void;
}

export function command(parent: Command, name: string): Command {
  return parent.command(name).exitOverride();
}

export function config(): Option {
  return new Option('--config <file>', 'the configuration').default('config/sluis.yaml');
}

export function duration(text: string): number {
  const found = parseDuration(text);
  if (found === undefined) throw new InvalidArgumentError('expected a duration, for example 14d or 12h');
  return found;
}

export function level(text: string): Level {
  if (!/^[234]$/.test(text)) throw new InvalidArgumentError('expected an MFA level: 2, 3 or 4');
  return Number(text) as Level;
}

export function usage(text: string): SluisError {
  return new SluisError('cli.usage', text, { remedy: 'sluis help <command> shows how' });
}
