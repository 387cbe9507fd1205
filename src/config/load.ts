import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Preset } from '../preset/preset.ts';
import { checkNames, checkPresetName, type PresetSource, presetOf } from './app-preset.ts';
import { checkTogether } from './checks.ts';
import { complete } from './complete.ts';
import { checkFiles, reason } from './files.ts';
import type { Findings } from './findings.ts';
import { readParts } from './parts.ts';
import type { Problem } from './problem.ts';
import { refusedKeys } from './refused.ts';
import type { Settings } from './settings.ts';
import { readSource, type Source } from './source.ts';

/** Settings that can be worked with, and the text that they were read from. */
export interface Accepted {
  readonly ok: true;
  readonly settings: Settings;
  readonly warnings: readonly Problem[];
  readonly text: string;
  readonly source: Source;
}

export type Loaded =
  | Accepted
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

export interface LoadOptions {
  /** Where relative paths start: the folder of the configuration file. */
  readonly folder: string;
  readonly presets: PresetSource;
  /** The highest level that an enabled factor reaches; TOTP alone: 2. */
  readonly highestLevel?: number;
}

/** Reads a configuration: all that is wrong with it at once, or settings that can be worked with. Never throws. */
export function loadSettings(text: string, { folder, presets, highestLevel = 2 }: LoadOptions): Loaded {
  const source = readSource(text);
  if (source.problems.length > 0) return { ok: false, problems: source.problems, warnings: [] };
  const problems: Problem[] = refusedKeys(source);
  const warnings: Problem[] = [];
  const findings = findingsInto(source, problems, warnings);
  const parts = readParts(source, problems);
  const absolute = (path: string) => resolve(folder, path);
  checkTogether(parts, highestLevel, findings);
  checkFiles(parts, absolute, findings);
  for (const mention of parts.mentions) checkPresetName(mention, presets, findings);
  const chosen = new Map<string, Preset>();
  for (const [id, app] of parts.apps) {
    const preset = presetOf(id, app, presets, findings);
    if (preset === undefined) continue;
    chosen.set(id, preset);
    checkNames(id, app, preset, parts.realms, findings);
  }
  const settings = problems.length === 0 ? complete(parts, chosen, absolute) : undefined;
  if (settings !== undefined) return { ok: true, settings, warnings: byLine(warnings), text, source };
  return { ok: false, problems: byLine(problems), warnings: byLine(warnings) };
}

/** The same from a file; a file that cannot be read is a problem like any other. */
export function loadSettingsFile(file: string, options: Omit<LoadOptions, 'folder'>): Loaded {
  try {
    return loadSettings(readFileSync(file, 'utf8'), { ...options, folder: dirname(resolve(file)) });
  } catch (error) {
    const expected = 'a configuration file that Sluis may read';
    const hint = 'name it with --config; config/sluis.yaml in the project is one to start from';
    return { ok: false, problems: [{ path: '', line: undefined, found: reason(error), expected, hint }], warnings: [] };
  }
}

function findingsInto(source: Source, problems: Problem[], warnings: Problem[]): Findings {
  return {
    error: (path, finding) => problems.push({ path: path.join('.'), line: source.line(path), ...finding }),
    warn: (path, finding) => warnings.push({ path: path.join('.'), line: source.line(path), ...finding }),
  };
}

function byLine(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}
