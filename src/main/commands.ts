import { createLogger } from '../audit/pino-sink.ts';
import { adminInvite, adminLocalPassword } from '../cli/admin.ts';
import { auditTail, auditVerify } from '../cli/audit.ts';
import { doctor, levelFindings } from '../cli/doctor.ts';
import { explainRequest } from '../cli/explain.ts';
import { type MailDeps, mailFindings, mailTest } from '../cli/mail.ts';
import type { Commands } from '../cli/program.ts';
import type { InviteOptions } from '../cli/program-users.ts';
import { smsFindings, smsTest } from '../cli/sms.ts';
import { usersInvite, usersList, usersMail, usersShow, usersSignOut } from '../cli/users.ts';
import { loadSettings } from '../config/load.ts';
import { systemClock } from '../kernel/clock.ts';
import { SluisError } from '../kernel/errors.ts';
import { givenKeys } from '../store/keys.ts';
import { smsDeps } from './code-carriers.ts';
import { accepted, loaded, loadOptions, withoutLines } from './configuration.ts';
import type { Core } from './core.ts';
import { deviceCommands } from './device-commands.ts';
import { firstFactorFindings } from './first-factors.ts';
import { type Machine, openOn } from './machine.ts';
import { peopleCommands } from './people-commands.ts';
import { protectConfig, writeProtectConfig } from './protect.ts';
import { readText } from './read-text.ts';
import { resetCommands } from './reset-commands.ts';
import { serve } from './serve.ts';
import { tokenCommands } from './token-commands.ts';
import { usersDeps } from './user-commands.ts';
import { metadataFindings, webauthnRules } from './webauthn-rules.ts';

/** The commands on this machine: the one place that opens stores and sockets. */
export function commandsOf(machine: Machine): Commands {
  const { out } = machine.terminal;
  return {
    serve: async ({ config }) => serve(machine, { accepted: loaded(machine, config), file: config }),
    protect: async options => {
      const config = await protectConfig(options);
      // Before anything is written: a mistake on the command line spoils no configuration that works.
      const { folder, text } = config;
      const found = loadSettings(text, { ...loadOptions, folder });
      const read = accepted(machine, withoutLines(found), 'sluis protect');
      writeProtectConfig(config);
      const started = (core: Core) => inviteAtStart(core, options.invite, machine.terminal.err);
      try {
        return await serve(machine, { accepted: read, file: config.file, started });
      } catch (error) {
        throw asTyped(error);
      }
    },
    check: async ({ config }) => check(machine, config),
    doctor: ({ config }) => withCore(machine, config, core => examine(core, out)),
    smsTest: ({ config, number }) =>
      withCore(machine, config, core => smsTest(smsDeps(core.settings.factors.sms, core.smsSecret), { number }, out)),
    mailTest: ({ config, address }) => withCore(machine, config, core => mailTest(mailDeps(core), { address }, out)),
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
    usersMail: options =>
      withCore(machine, options.config, core => {
        const { deps, realm } = usersDeps(core, options.realm);
        return done(usersMail(deps, { realm: realm.name, name: options.name, address: options.address }, out));
      }),
    ...deviceCommands((config, work) => withCore(machine, config, core => done(work(core))), out),
    ...peopleCommands((config, work) => withCore(machine, config, core => done(work(core))), out),
    ...tokenCommands((config, work) => withCore(machine, config, core => done(work(core))), out),
    ...resetCommands((config, work) => withCore(machine, config, core => done(work(core))), out),
    adminInvite: options =>
      withCore(machine, options.config, core => {
        const { console } = core.settings;
        const endSessionsOf = (person: string) => core.ends.ofPerson(person, 'factor-replaced');
        return done(adminInvite({ ...core, console, by: core.operator, endSessionsOf }, options, out));
      }),
    adminLocalPassword: options =>
      withCore(machine, options.config, core => {
        const kept = core.settings.console?.firstFactor?.kind ?? 'local';
        return done(adminLocalPassword({ ...core, by: core.operator, kept }, options, out));
      }),
    explain: options => withCore(machine, options.config, core => done(explainRequest(core, options, out))),
    auditTail: ({ config, lines, json }) =>
      withCore(machine, config, core => auditTail({ trail: core.audit, count: lines, json }, line => out(`${line}\n`))),
    auditVerify: ({ config, head: noted }) =>
      withCore(machine, config, core => auditVerify({ trail: core.audit, noted }, line => out(`${line}\n`))),
  };
}

/** The files that it names are read too, as a start would read them: refused is what would not start. */
/** Whoever types `protect` chooses the port there: its configuration is written anew each time. */
function asTyped(error: unknown): unknown {
  if (!(error instanceof SluisError) || error.code !== 'listen.in-use') return error;
  const remedy = 'stop that program, or choose another port: --listen 127.0.0.1:8090';
  return new SluisError(error.code, error.message, { cause: error, remedy });
}

function check(machine: Machine, config: string): number {
  const { settings } = loaded(machine, config);
  const { out, err } = machine.terminal;
  const now = systemClock.now();
  webauthnRules(settings.webauthn, now, { error: () => undefined, warn: () => undefined, info: () => undefined });
  givenKeys({ fromEnv: machine.keys, fromFile: settings.keyFile });
  const found = metadataFindings(settings.webauthn, now).filter(({ weight }) => weight !== 'good');
  for (const { what, remedy = '' } of found) err(`Warning: ${what}. ${remedy}\n`);
  out(`${config} is in order.\n`);
  return 0;
}

async function examine(core: Core, out: (text: string) => void): Promise<number> {
  const { settings, clock, smsSecret } = core;
  const findings = [
    ...(await core.examine()),
    ...metadataFindings(settings.webauthn, clock.now()),
    ...(await mailFindings(mailDeps(core))),
    ...smsFindings(smsDeps(settings.factors.sms, smsSecret)),
    ...(await firstFactorFindings(core)),
    ...levelFindings(settings),
  ];
  return doctor(findings, line => out(`${line}\n`));
}

function mailDeps({ mailer, outbox, settings: { mail } }: Core): MailDeps {
  return { mailer, outbox, server: mail && `${mail.host}:${mail.port}` };
}

async function withCore(machine: Machine, config: string, work: (core: Core) => Promise<number>): Promise<number> {
  const { settings } = loaded(machine, config);
  // Commands speak to a person: their audit goes to the trail, log lines stay out of the output.
  const logger = createLogger({ level: 'silent' });
  const core = await openOn(machine, settings, logger);
  try {
    await Promise.all([core.teller.begin(), core.signals.begin()]);
    return await work(core);
  } finally {
    await core.store.close();
  }
}

/** Exit code 0 for work that came to its end. */
async function done(work: Promise<void>): Promise<number> {
  await work;
  return 0;
}

/** Somebody who has a second step already needs no code; the rest is told like any refusal. */
async function inviteAtStart(core: Core, names: readonly string[], say: (text: string) => void): Promise<void> {
  for (const name of names) {
    try {
      await invite(core, { ...noInvitation, name }, say);
    } catch (error) {
      if (!(error instanceof SluisError)) throw error;
      say(`${name}: ${error.message}\n`);
    }
  }
}

const noInvitation: InviteOptions = {
  config: '',
  realm: undefined,
  name: undefined,
  csv: undefined,
  email: undefined,
  letter: false,
  replace: false,
  reason: undefined,
  level: 2,
  validity: undefined,
};

async function invite(core: Core, options: InviteOptions, out: (text: string) => void): Promise<void> {
  const { deps, realm } = usersDeps(core, options.realm);
  const { csv, name = '', email } = options;
  const who = csv === undefined ? { name, email } : { csv: readText(csv) };
  const { letter, replace, reason, level } = options;
  await usersInvite(
    deps,
    { realm: realm.name, who, letter, replace, reason, level, validity: options.validity ?? realm.activationValidity },
    out,
  );
}
