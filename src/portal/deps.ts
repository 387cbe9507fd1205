import type { AuditEntry } from '../audit/chain.ts';
import type { AppSettings, RealmSettings } from '../config/settings.ts';
import type { TrustedDevices } from '../device/trusted-devices.ts';
import type { ActivationCodes } from '../enrolment/activation.ts';
import type { PhoneCalls } from '../factor/approval/push.ts';
import type { Challenge } from '../factor/challenge.ts';
import type { FactorDeps } from '../factor/deps.ts';
import type { KnownBrowsers } from '../factor/known-browser.ts';
import type { People } from '../factor/people.ts';
import type { Person } from '../factor/person.ts';
import type { SentCodes } from '../factor/sent-code/sending.ts';
import type { Rules } from '../factor/webauthn/enrol.ts';
import type { RecoveryCodes } from '../recovery/recovery-codes.ts';
import type { ResetIntake } from '../reset/intake.ts';
import type { Session } from '../session/session.ts';
import type { Assets } from '../ui/assets.ts';
import type { Pending, PendingSignIns } from '../visit/pending.ts';

/** What the portal of one realm is made of. */
export interface PortalDeps extends FactorDeps {
  readonly realm: RealmSettings;
  /** The realm's apps, in the order in which people see them. */
  readonly apps: readonly AppSettings[];
  readonly pendings: PendingSignIns;
  readonly people: People;
  readonly challenge: Challenge;
  readonly activation: ActivationCodes;
  readonly recovery: RecoveryCodes;
  readonly knownBrowsers: KnownBrowsers;
  readonly devices: TrustedDevices;
  readonly assets: Assets;
  /** Absent or undefined: nobody sets a passkey or security key up; who has one goes on using it. */
  readonly webauthn?: Rules | undefined;
  /** Absent or undefined: nobody sets a phone up; who has one goes on using it, with its page open. */
  readonly approval?: PhoneCalls | undefined;
  /** Absent or undefined: no codes are sent, and factors that need one are none. */
  readonly sentCodes?: SentCodes | undefined;
  /** Absent: there is no reset desk. */
  readonly resetDesk?: { readonly intake: ResetIntake };
  /** Ends what the browser with this realm cookie (SHA-256, base64url) holds: its sessions, and what waits for its release. */
  endSessions(browser: string): Promise<void>;
  /** A person passed anew in a browser: her sessions there go on under the new realm cookie, those of others end. */
  carryOver(from: string, to: string, person: string, name: string): Promise<void>;
  /** Ends all sessions of a person whose factor was replaced, or who says that it is not her in one of them. */
  endSessionsOf(person: string, reason?: 'reported'): Promise<void>;
  /**
   * What a living session of this same account in this same portal browser proved already, where that suffices for
   * the page asked for. Absent or undefined: she is asked.
   */
  alreadyProved?(
    pending: Pending,
    browser: string,
  ): Promise<
    | {
        readonly level: number;
        readonly factor: string;
        readonly at: number;
        readonly by: string;
        /** The trusted device by which that session holds what it holds. */
        readonly trust?: string | undefined;
      }
    | undefined
  >;
  /**
   * Whose factor was passed in this browser within the last minutes, and is still hers; undefined for nobody's, and for
   * who is in by a trusted device.
   */
  freshFactor(browser: string): Promise<Pick<Person, 'id' | 'realm' | 'name'> | undefined>;
  /** What "My security" shows and ends; absent: this portal has none of it. */
  readonly own?: OwnSecurity;
  /** Takes what went wrong to the log; the person sees the reference only (rule 7). */
  report(error: unknown, reference: string): void;
}

/** A person in a browser that holds a living session of hers. */
export interface Owner {
  readonly person: Person;
  readonly session: Session;
}

/** What stands around a person's factors: her sessions, and what happened. */
export interface OwnSecurity {
  /**
   * Whose living session the browser with this realm cookie (its SHA-256) holds, at an app of this realm; undefined for
   * nobody, for a session by a factor that she no longer has, and where it holds those of two people.
   */
  who(browser: string): Promise<Owner | undefined>;
  /** All that live. */
  sessions(person: Pick<Person, 'id'>): Promise<readonly Session[]>;
  /** Ends one session of this person's, and no other's. */
  endSession(person: Pick<Person, 'id'>, session: string): Promise<void>;
  /** Signs her out everywhere. */
  endAll(person: Pick<Person, 'id' | 'realm' | 'name'>): Promise<void>;
  /** Ends what stood on a factor that was removed. */
  endBy(person: Pick<Person, 'id'>, factor: string): Promise<void>;
  /** The last things that happened to her, the newest first. */
  events(person: Person): Promise<readonly AuditEntry[]>;
}

/** What the server passes with each request. */
export interface PortalEnv {
  readonly Bindings: {
    /** Address of the browser, after trusted balancers were believed. */
    readonly source: string;
  };
}
