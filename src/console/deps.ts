import type { AuditTrail } from '../audit/chain.ts';
import type { ConsoleSettings, Settings } from '../config/settings.ts';
import type { TrustedDevices } from '../device/trusted-devices.ts';
import type { ActivationCodes } from '../enrolment/activation.ts';
import type { InvitationRuns } from '../enrolment/invitation-runs.ts';
import type { Attempts } from '../factor/attempts.ts';
import type { Challenge } from '../factor/challenge.ts';
import type { FactorDeps } from '../factor/deps.ts';
import type { HardwareTokens } from '../factor/hardware-token/tokens.ts';
import type { KnownBrowsers } from '../factor/known-browser.ts';
import type { People } from '../factor/people.ts';
import type { Person } from '../factor/person.ts';
import type { Rules } from '../factor/webauthn/enrol.ts';
import type { Addresses } from '../notice/addresses.ts';
import type { Mailer } from '../notice/mailer.ts';
import type { FirstFactor } from '../operator/first-factor.ts';
import type { Operators } from '../operator/operators.ts';
import type { OperatorPost } from '../operator/post.ts';
import type { ResetCase } from '../reset/case.ts';
import type { SentMail } from '../reset/case-mails.ts';
import type { ResetCases } from '../reset/cases.ts';
import type { ResetIntake } from '../reset/intake.ts';
import type { CaseRecords } from '../reset/records.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Assets } from '../ui/assets.ts';

/** What the console is made of. */
export interface ConsoleDeps extends FactorDeps {
  readonly console: ConsoleSettings;
  /** By which all of Sluis serves now. */
  readonly settings: Settings;
  readonly audit: AuditTrail;
  readonly people: People;
  readonly operators: Operators;
  readonly operatorPost: OperatorPost;
  readonly firstFactor: FirstFactor;
  readonly attempts: Attempts;
  readonly challenge: Challenge;
  readonly activation: ActivationCodes;
  readonly invitationRuns: InvitationRuns;
  readonly mailer: Pick<Mailer, 'configured'>;
  readonly knownBrowsers: KnownBrowsers;
  readonly tokens: HardwareTokens;
  readonly resetDesk: {
    readonly records: CaseRecords;
    readonly cases: ResetCases;
    readonly intake: ResetIntake;
    sentMails(record: ResetCase): Promise<readonly SentMail[]>;
  };
  /** What is kept of a person, of all parts (R61). `waits`: until her name is out of the audit, rather than soon after. */
  readonly personalData: {
    exported(person: Person): Promise<object>;
    openCaseOf(person: Person): Promise<string | undefined>;
    erase(erasing: {
      readonly person: Person;
      readonly by: string;
      readonly reason: string;
      readonly waits: boolean;
    }): Promise<boolean>;
  };
  readonly sessions: Sessions;
  readonly devices: Pick<TrustedDevices, 'list' | 'until' | 'removeAll'>;
  readonly addresses: Pick<Addresses, 'set'>;
  readonly assets: Assets;
  /** Undefined: no operator sets a passkey or security key up. */
  readonly webauthn: Rules | undefined;
  /** Ends all sessions of a person, an operator's at the console too, and what passed and waits; resolves to how many sessions there were. */
  endSessionsOf(
    person: Pick<Person, 'id' | 'realm' | 'name'>,
    reason: 'by-operator' | 'factor-replaced',
  ): Promise<number>;
  /** Ends those that were passed with this code of the desk. */
  endSessionsBy(person: string, factor: string): Promise<void>;
  /** Takes what went wrong to the log; the person sees the reference only (rule 7). */
  report(error: unknown, reference: string): void;
}

/** What the server passes with each request. */
export interface ConsoleEnv {
  readonly Bindings: {
    /** Address of the browser, after trusted balancers were believed. */
    readonly source: string;
  };
}
