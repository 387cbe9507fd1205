import { type Accepted, type Loaded, loadSettingsFile } from '../config/load.ts';
import { formatProblems, type Problem } from '../config/problem.ts';
import type { Settings } from '../config/settings.ts';
import { factorKinds } from '../factor/registry.ts';
import { SluisError } from '../kernel/errors.ts';
import { genericPreset } from '../preset/generic.ts';
import { presets } from '../preset/registry.ts';
import type { Machine } from './machine.ts';

/** Every preset that an app may name. */
export const presetSource = { named: presets, generic: genericPreset };

/** What a configuration is held against: what this release knows of apps, and the highest level that a factor of it reaches. */
export const loadOptions = {
  presets: presetSource,
  highestLevel: Math.max(...Object.values(factorKinds).map(({ level }) => level)),
};

/** Every mistake at once; warnings go to standard error and stop nothing. */
export function loaded(machine: Machine, file: string): Accepted {
  return accepted(machine, loadSettingsFile(file, loadOptions), file);
}

/** Of a text that nobody wrote: its lines say nothing. */
export function withoutLines(result: Loaded): Loaded {
  return result.ok
    ? result
    : { ...result, problems: result.problems.map(problem => ({ ...problem, line: undefined })) };
}

export function accepted(machine: Machine, result: Loaded, file: string): Accepted {
  if (result.warnings.length > 0) machine.terminal.err(`Warnings:\n${formatProblems(result.warnings, file)}\n`);
  if (result.ok) return result;
  throw refusal(result.problems, file);
}

/** Of a text that was told of before. */
export function settingsOf(result: Loaded, file: string): Settings {
  if (result.ok) return result.settings;
  throw refusal(result.problems, file);
}

function refusal(problems: readonly Problem[], file: string): SluisError {
  const count = problems.length;
  return new SluisError(
    'config.invalid',
    `${file} cannot be used: ${count === 1 ? 'one mistake' : `${count} mistakes`}\n${formatProblems(problems, file)}`,
    {
      remedy: 'mend what is named above; "sluis check" reads it again',
    },
  );
}
