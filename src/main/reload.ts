import type { Audit } from '../audit/event.ts';
import { changedFiles, changedKeys, filesOf } from '../config/changed.ts';
import { type Accepted, loadSettingsFile } from '../config/load.ts';
import type { Problem } from '../config/problem.ts';
import { restartKeys } from '../config/restart.ts';
import type { Settings } from '../config/settings.ts';
import { SluisError } from '../kernel/errors.ts';
import { loadOptions } from './configuration.ts';
import type { Logger } from './logger.ts';

export type ReloadResult =
  /** Neither the text nor a file that it names. */
  | { readonly outcome: 'unchanged' }
  /** By path, without values. */
  | { readonly outcome: 'changed'; readonly changed: readonly string[] }
  /** All goes on by the configuration of before. */
  | { readonly outcome: 'refused'; readonly problems: readonly Problem[] };

export interface ReloadDeps {
  /** The configuration file. */
  readonly file: string;
  /** What Sluis serves by at the start. */
  readonly now: Accepted;
  /** Makes everything serve by it. Throws or rejects where it cannot; nothing has changed then. */
  readonly apply: (accepted: Accepted) => void | Promise<void>;
  readonly audit: Audit;
  readonly logger: Logger;
}

/** Reads the configuration again while Sluis serves: all of it or nothing. */
export class Reloader {
  readonly #deps: ReloadDeps;
  #now: Accepted;
  #files: ReadonlyMap<string, string>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(deps: ReloadDeps) {
    this.#deps = deps;
    this.#now = deps.now;
    this.#files = filesOf(deps.now.settings);
  }

  /** One after the other. Never rejects: what is wrong is logged, recorded, and in the result. */
  reload(): Promise<ReloadResult> {
    const turn = this.#last.then(() => this.#reload());
    this.#last = turn;
    return turn;
  }

  async #reload(): Promise<ReloadResult> {
    const { file } = this.#deps;
    const loaded = loadSettingsFile(file, loadOptions);
    for (const warning of loaded.warnings) this.#tell('warn', warning, 'a second look at the configuration');
    if (!loaded.ok) return this.#refused(loaded.problems);
    const fixed = restartKeys(this.#now.settings, loaded.settings);
    if (fixed.length > 0) return this.#refused(fixed.map(key => needsRestart(key, loaded)));
    const files = filesOf(loaded.settings);
    const changed = [...changedKeys(this.#now.source.value, loaded.source.value), ...changedFiles(this.#files, files)];
    if (changed.length === 0) return { outcome: 'unchanged' };
    try {
      await this.#deps.apply(loaded);
    } catch (error) {
      return this.#refused([problemOf(error)]);
    }
    const before = this.#now.settings;
    this.#now = loaded;
    this.#files = files;
    const result = await this.#changed(changed);
    await this.#level1(before, loaded.settings);
    return result;
  }

  async #changed(changed: readonly string[]): Promise<ReloadResult> {
    this.#deps.logger.info({ changed: changed.join(', ') }, 'Sluis serves by the changed configuration');
    await this.#record({ type: 'configuration.changed', realm: '', changed: shortened(changed) });
    return { outcome: 'changed', changed };
  }

  async #level1(before: Settings, { levels }: Settings): Promise<void> {
    const reason = levels.acceptLevel1?.reason;
    if (reason === undefined || reason === before.levels.acceptLevel1?.reason) return;
    await this.#record({ type: 'level-1.accepted', realm: '', reason });
  }

  async #refused(problems: readonly Problem[]): Promise<ReloadResult> {
    for (const problem of problems)
      this.#tell('error', problem, 'the configuration is refused, the one of before stays');
    const places = problems.map(({ path, line }) => [line, path].filter(part => part !== undefined && part !== ''));
    await this.#record({
      type: 'configuration.refused',
      realm: '',
      mistakes: problems.length,
      places: shortened(places.map(parts => parts.join(' '))),
    });
    return { outcome: 'refused', problems };
  }

  /** Each mistake on a line of its own. */
  #tell(level: 'error' | 'warn', { path, line, found, expected, hint }: Problem, what: string): void {
    const place = line === undefined ? this.#deps.file : `${this.#deps.file}:${line}`;
    this.#deps.logger[level]({ place, setting: path, found, expected, hint }, what);
  }

  /** A store that is lost keeps no change back: it is in the log. */
  async #record(event: Parameters<Audit['record']>[0]): Promise<void> {
    try {
      await this.#deps.audit.record(event);
    } catch (error) {
      this.#deps.logger.error({ err: error, event: event.type }, 'an event of the configuration is not in the audit');
    }
  }
}

function needsRestart(key: string, { source }: Accepted): Problem {
  return {
    path: key,
    line: source.line(key.split('.')),
    found: 'another value than Sluis was started with',
    expected: 'the same: a running Sluis stands on it',
    hint: 'restart Sluis to change this setting; until then undo it, or nothing else in this file is taken up either',
  };
}

/** What shows only when it is put to use: a file that went away meanwhile. */
function problemOf(error: unknown): Problem {
  const remedy = error instanceof SluisError ? error.remedy : undefined;
  const found = error instanceof Error ? error.message : 'an error';
  return {
    path: '',
    line: undefined,
    found,
    expected: 'a configuration that can be put to use',
    ...(remedy === undefined ? {} : { hint: remedy }),
  };
}

const most = 20;

/** One text, for lists of names are looked through for secrets, and this one is names only. */
function shortened(names: readonly string[]): string {
  const more = names.length - most;
  return more <= 0 ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${more} more`;
}
