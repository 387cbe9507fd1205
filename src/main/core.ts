import { type AuditEntry, AuditTrail } from '../audit/chain.ts';
import { Forgetting } from '../audit/forgetting.ts';
import { pinoSink } from '../audit/pino-sink.ts';
import { AuditRetention } from '../audit/retention.ts';
import { Tally } from '../audit/tally.ts';
import { smtpMailer } from '../carrier/smtp-mailer.ts';
import type { SessionSettings, Settings } from '../config/settings.ts';
import { TrustedDevices } from '../device/trusted-devices.ts';
import { ActivationCodes } from '../enrolment/activation.ts';
import { Attempts } from '../factor/attempts.ts';
import { Challenge } from '../factor/challenge.ts';
import type { FactorDeps } from '../factor/deps.ts';
import { HardwareTokens } from '../factor/hardware-token/tokens.ts';
import { KnownBrowsers } from '../factor/known-browser.ts';
import { People } from '../factor/people.ts';
import { KeyRing } from '../kernel/key-ring.ts';
import type { Store } from '../kernel/store.ts';
import { Addresses } from '../notice/addresses.ts';
import type { Mailer } from '../notice/mailer.ts';
import { Outbox } from '../notice/outbox.ts';
import { Teller } from '../notice/teller.ts';
import { Operators } from '../operator/operators.ts';
import type { OperatorPost } from '../operator/post.ts';
import { RecoveryCodes } from '../recovery/recovery-codes.ts';
import { SessionEnds } from '../session/session-ends.ts';
import { Sessions } from '../session/sessions.ts';
import { Signals } from '../signal/signals.ts';
import { openDataFolder } from '../store/data-folder.ts';
import { loadKeys } from '../store/keys.ts';
import { ParkedSubmissions } from '../visit/parked.ts';
import { PendingSignIns } from '../visit/pending.ts';
import { SealedCookies } from '../visit/sealed-cookies.ts';
import { Visits } from '../visit/visits.ts';
import type { FirstFactorSecrets } from './first-factors.ts';
import type { Logger } from './logger.ts';
import { smtpServer } from './mail-server.ts';
import { noticeRealm, say } from './notice-words.ts';
import { type OpenedStore, openConfiguredStore } from './open-store.ts';
import { operatorPostOf } from './operator-post.ts';
import { type ResetDesk, resetDeskOf } from './reset-desk.ts';
import type { Surroundings } from './surroundings.ts';

/** The domain over one store: what `serve` and every command work with. */
export interface Core extends FactorDeps, Omit<OpenedStore, 'store'> {
  /** Those that it was opened with, or that it follows since. */
  readonly settings: Settings;
  readonly logger: Logger;
  readonly operator: string;
  /** Of the SMS gateway, as the environment has it. */
  readonly smsSecret: string | undefined;
  readonly firstFactorSecrets: FirstFactorSecrets;
  readonly store: Store;
  readonly audit: AuditTrail;
  readonly forgetting: Forgetting;
  readonly auditRetention: AuditRetention;
  /** Of what this process recorded. */
  readonly tally: Tally;
  readonly people: People;
  readonly attempts: Attempts;
  readonly challenge: Challenge;
  readonly activation: ActivationCodes;
  readonly recovery: RecoveryCodes;
  readonly knownBrowsers: KnownBrowsers;
  readonly pendings: PendingSignIns;
  readonly parked: ParkedSubmissions;
  readonly sessions: Sessions;
  readonly ends: SessionEnds;
  readonly tokens: HardwareTokens;
  readonly mailer: Mailer;
  readonly outbox: Outbox;
  readonly teller: Teller;
  readonly signals: Signals;
  readonly addresses: Addresses;
  readonly operators: Operators;
  readonly operatorPost: OperatorPost;
  readonly devices: TrustedDevices;
  readonly resetDesk: ResetDesk;
  readonly visits: Visits;
  readonly sealed: SealedCookies;
  /** From now on these settings hold, in what was made from the ones before too. */
  follow(settings: Settings): void;
}

/** Opens the data folder and the store and puts the domain on it. Rejects with 'data.*' or 'store.unavailable'; nothing stays open then. */
export async function openCore(settings: Settings, surroundings: Surroundings): Promise<Core> {
  const { clock, random, logger, keys, mailPassword, smsSecret, operator = 'unknown' } = surroundings;
  const { firstFactorSecrets = {} } = surroundings;
  const folder = openDataFolder(settings.dataFolder);
  const from = {
    ...(keys === undefined ? {} : { fromEnv: keys }),
    ...(settings.keyFile === undefined ? {} : { fromFile: settings.keyFile }),
  };
  const ring = new KeyRing(loadKeys(folder, random, from), random);
  const { store, prune, examine } = await openConfiguredStore(settings, folder, ring, surroundings);
  const tally = new Tally();
  const sink = pinoSink(logger);
  const log = (entry: AuditEntry) => {
    tally.count(entry.event);
    sink(entry);
  };
  const audit = new AuditTrail({ store, ring, clock, random, log });
  let current = settings;
  const deps = { store, ring, clock, random, audit };
  const mailer = smtpMailer(() => smtpServer(current.mail, mailPassword));
  const ofTrail = { store, ring, clock, trail: audit };
  const outbox = new Outbox({ ...deps, mailer });
  const people = new People(deps);
  const attempts = new Attempts(deps);
  const pendings = new PendingSignIns(deps);
  const parked = new ParkedSubmissions(deps);
  const activation = new ActivationCodes(deps, { people, attempts });
  const sessions = new Sessions({ ...deps, settings: sessionSettings(() => current) });

  const ends = new SessionEnds({ sessions, pendings, parked, audit });
  const devices = new TrustedDevices({
    ...deps,
    people,
    settings: () => current.trust,
    endSessions: (person, device, { because, spares }) =>
      ends.ofTrust(person, device, because === 'copied' ? 'device-copied' : 'trust-ended', spares),
  });
  const operators = new Operators(deps, { people, activation, domains: () => current.reset?.domains ?? [] });

  return {
    ...deps,
    prune,
    examine,
    get settings() {
      return current;
    },
    logger,
    operator,
    forgetting: new Forgetting(ofTrail),
    auditRetention: new AuditRetention(ofTrail),
    smsSecret,
    firstFactorSecrets,
    tally,
    people,
    attempts,
    challenge: new Challenge(deps, { people, attempts }),
    activation,
    operators,
    operatorPost: operatorPostOf({ clock, mailer, outbox, operators, settings: () => current }),
    resetDesk: resetDeskOf({
      ...{ ...deps, people, activation, operators, outbox },
      settings: () => current,
      endAllOf: async person => {
        await devices.removeAll({ id: person }, 'reset', 'reset desk');
        return ends.ofPerson(person, 'by-operator');
      },
    }),
    recovery: new RecoveryCodes(deps, { people, attempts }),
    knownBrowsers: new KnownBrowsers(deps),
    pendings,
    parked,
    sessions,
    ends,
    tokens: new HardwareTokens(deps),
    mailer,
    outbox,
    teller: new Teller({
      ...deps,
      trail: audit,
      people,
      outbox,
      mailer,
      realm: name => noticeRealm(current, name),
      say,
    }),
    signals: new Signals({
      ...deps,
      trail: audit,
      outbox,
      mailer,
      to: () => current.mail?.signalsTo ?? [],
      realm: name => noticeRealm(current, name),
      say,
    }),
    addresses: new Addresses({ people, audit }),
    devices,
    visits: new Visits(deps),
    sealed: new SealedCookies(random),
    follow: changed => {
      current = changed;
      logger.level = changed.log.level;
    },
  };
}

/** As they are when they are asked for. */
function sessionSettings(current: () => Settings): SessionSettings {
  return {
    get idle() {
      return current().session.idle;
    },
    get absolute() {
      return current().session.absolute;
    },
    get grace() {
      return current().session.grace;
    },
  };
}
