import { readFileSync } from 'node:fs';
import { createLogger } from '../audit/pino-sink.ts';
import { auditTail, auditVerify } from '../cli/audit.ts';
import { doctor } from '../cli/doctor.ts';
import type { Commands, InviteOptions, Terminal } from '../cli/program.ts';
import { type UsersDeps, usersInvite, usersList, usersShow, usersSignOut } from '../cli/users.ts';
import { type Loaded, loadSettings, loadSettingsFile } from '../config/load.ts';
import { formatProblems } from '../config/problem.ts';
import type { RealmSettings, Settings } from '../config/settings.ts';
import { systemClock } from '../kernel/clock.ts';
import { SluisError } from '../kernel/errors.ts';
import { systemRandom } from '../kernel/random.ts';
import { genericPreset } from '../preset/generic.ts';
import { presets } from '../preset/registry.ts';
import { normalForm } from '../signin/account.ts';
import { type Core, openCore } from './core.ts';
import type { Logger } from './logger.ts';
import { protectConfig, writeProtectConfig } from './protect.ts';
import { startServer } from './server.ts';

export interface Machine {
  readonly terminal: Terminal;
  /** SLUIS_KEYS. */
  readonly keys: string | undefined;
  /** SLUIS_REDIS_PASSWORD. */
  readonly redisPassword?: string | undefined;
  /** Who runs the command, for the audit: the person behind sudo, where there is one. */
  readonly operator: string;
  /** Resolves when the process is asked to stop. */
  stopped(): Promise<void>;
}

/** The commands on this machine: the one place that opens stores and sockets. */
export function commandsOf(machine: Machine): Commands {
  const { out } = machine.terminal;
  return {
    serve: async ({ config }) => serve(machine, loaded(machine, config), config, []),
    protect: async options => {
      const config = await protectConfig(options);
      // Before anything is written: a mistake on the command line spoils no configuration that works.
      const { folder, text } = config;
      const read = loadSettings(text, { folder, presets: { named: presets, generic: genericPreset } });
      const settings = accepted(machine, withoutLines(read), 'sluis protect');
      writeProtectConfig(config);
      return serve(machine, settings, config.file, options.invite);
    },
    check: async ({ config }) => {
      loaded(machine, config);
      out(`${config} is in order.\n`);
      return 0;
    },
    doctor: ({ config }) =>
      withCore(machine, config, async core => doctor(await core.examine(), line => out(`${line}\n`))),
    usersInvite: options => withCore(machine, options.config, core => done(invite(core, options, out))),
    usersList: options =>
      withCore(machine, options.config, core => {
        const { deps, realm } = usersDeps(core, options.realm);
        return done(usersList(deps, { realm: realm.name }, out));
      }),
    usersShow: options =>
      withCore(machine, options.config, core => {
        const { deps, realm } = usersDeps(core, options.realm);
        return done(usersShow(deps, { realm: realm.name, name: options.name }, out));
      }),
    usersSignOut: options =>
      withCore(machine, options.config, core => {
        const { deps, realm } = usersDeps(core, options.realm);
        return done(usersSignOut(deps, { realm: realm.name, name: options.name }, out));
      }),
    auditTail: ({ config, lines, json }) =>
      withCore(machine, config, core => auditTail({ trail: core.audit, count: lines, json }, line => out(`${line}\n`))),
    auditVerify: ({ config }) =>
      withCore(machine, config, core => auditVerify({ trail: core.audit }, line => out(`${line}\n`))),
  };
}

/** Every mistake at once; warnings go to standard error and stop nothing. */
function loaded(machine: Machine, file: string): Settings {
  return accepted(machine, loadSettingsFile(file, { presets: { named: presets, generic: genericPreset } }), file);
}

/** Of a text that nobody wrote: its lines say nothing. */
function withoutLines(result: Loaded): Loaded {
  return result.ok
    ? result
    : { ...result, problems: result.problems.map(problem => ({ ...problem, line: undefined })) };
}

function accepted(machine: Machine, result: Loaded, file: string): Settings {
  if (result.warnings.length > 0) machine.terminal.err(`Warnings:\n${formatProblems(result.warnings, file)}\n`);
  if (result.ok) return result.settings;
  const count = result.problems.length;
  throw new SluisError(
    'config.invalid',
    `${file} cannot be used: ${count === 1 ? 'one mistake' : `${count} mistakes`}\n${formatProblems(result.problems, file)}`,
    {
      remedy: 'mend what is named above; "sluis check" reads it again',
    },
  );
}

async function withCore(machine: Machine, config: string, work: (core: Core) => Promise<number>): Promise<number> {
  const settings = loaded(machine, config);
  // Commands speak to a person: their audit goes to the trail, log lines stay out of the output.
  const logger = createLogger({ level: 'silent' });
  const core = await openOn(machine, settings, logger);
  try {
    return await work(core);
  } finally {
    await core.store.close();
  }
}

function openOn(machine: Machine, settings: Settings, logger: Logger): Promise<Core> {
  const { keys, redisPassword, operator } = machine;
  return openCore(settings, { clock: systemClock, random: systemRandom, logger, keys, redisPassword, operator });
}

/** Exit code 0 for work that came to its end. */
async function done(work: Promise<void>): Promise<number> {
  await work;
  return 0;
}

/** How long requests under way may go on after the process was asked to stop. */
const drainTime = 10_000;

async function serve(machine: Machine, settings: Settings, file: string, invited: readonly string[]): Promise<number> {
  const logger = createLogger({ level: settings.log.level });
  const core = await openOn(machine, settings, logger);
  try {
    const server = await startServer(core, machine.terminal.version);
    machine.terminal.err(greeting(settings, file));
    for (const name of invited) await inviteAtStart(core, name, machine.terminal.err);
    await machine.stopped();
    await server.close(drainTime);
    return 0;
  } finally {
    await core.store.close();
  }
}

function greeting(settings: Settings, file: string): string {
  const apps = settings.apps.map(app => `  ${app.title}: ${app.origin}   (in front of ${app.upstream.origin})\n`);
  const portals = [...settings.realms.values()].map(realm => `  portal: ${realm.portalOrigin}${realm.portalPath}\n`);
  return (
    `Sluis is listening.\n${apps.join('')}${portals.join('')}  data:   ${settings.dataFolder}\n` +
    `A password alone gets nobody in. Set-up needs an activation code: sluis users invite <name> --config ${file}\n`
  );
}

/** Somebody who has a second step already needs no code; the rest is told like any refusal. */
async function inviteAtStart(core: Core, name: string, say: (text: string) => void): Promise<void> {
  try {
    await invite(core, { ...noInvitation, name }, say);
  } catch (error) {
    if (!(error instanceof SluisError)) throw error;
    say(`${name}: ${error.message}\n`);
  }
}

const noInvitation: InviteOptions = {
  config: '',
  realm: undefined,
  name: undefined,
  csv: undefined,
  letter: false,
  replace: false,
  reason: undefined,
  validity: undefined,
};

async function invite(core: Core, options: InviteOptions, out: (text: string) => void): Promise<void> {
  const { deps, realm } = usersDeps(core, options.realm);
  const who = options.csv === undefined ? { name: options.name ?? '' } : { csv: readText(options.csv) };
  const { letter, replace, reason } = options;
  await usersInvite(
    deps,
    { realm: realm.name, who, letter, replace, reason, validity: options.validity ?? realm.activationValidity },
    out,
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SluisError('cli.usage', `cannot read ${file} (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`, {
      cause,
      remedy: 'check the path and its rights',
    });
  }
}

function usersDeps(core: Core, named: string | undefined): { deps: UsersDeps; realm: RealmSettings } {
  const realm = realmOf(core.settings, named);
  const apps = core.settings.apps.filter(app => app.realm === realm.name);
  const characters = apps[0]?.nameCharacters ?? '[a-z0-9._-]';
  return {
    realm,
    deps: {
      people: core.people,
      activation: core.activation,
      clock: core.clock,
      firstFactor: realm.firstFactor,
      normalise: typed => normalForm(typed, { characters, domains: realm.domains }),
      letter: {
        organisation: realm.title,
        apps: apps.map(app => ({ title: app.title, address: app.origin })),
        desk: realm.desk,
      },
      endSessions: (realmName, name) => endSessionsOf(core, realmName, name),
      by: core.operator,
    },
  };
}

/** A running `serve` follows the log of ended sessions, and cuts what is under way, within half a second. */
async function endSessionsOf(core: Core, realm: string, name: string): Promise<number> {
  const person = await core.people.byName(realm, name);
  return person === undefined ? 0 : core.ends.ofPerson(person.id, 'by-operator');
}

function realmOf(settings: Settings, named: string | undefined): RealmSettings {
  const names = [...settings.realms.keys()];
  const name = named ?? (names.length === 1 ? names[0] : undefined);
  const realm = name === undefined ? undefined : settings.realms.get(name);
  if (realm !== undefined) return realm;
  throw new SluisError(
    'cli.usage',
    name === undefined ? 'the configuration has several realms' : `there is no realm ${name}`,
    {
      remedy: `name one with --realm: ${names.join(', ')}`,
    },
  );
}
