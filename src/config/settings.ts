import type { Preset } from '../preset/preset.ts';
import type {
  ApprovalSettings,
  EmailSettings,
  EnrolmentRules,
  SelfWindow,
  SmsSettings,
  WebauthnSettings,
} from './factor-settings.ts';
import type { FirstFactorSettings } from './first-factor-settings.ts';

// The rest of Sluis knows this file only.
export type { MailboxRule, MailboxWord, SmsBody } from './factor-settings.ts';
export type { ApprovalSettings, EmailSettings, EnrolmentRules, SelfWindow, SmsSettings, WebauthnSettings };

/**
 * The configuration after it was read, checked and completed: what the rest of Sluis works with. `schema.ts` says
 * what an operator may write; durations here are milliseconds, paths absolute, origins normalised without a slash.
 */
export interface Settings {
  readonly dataFolder: string;
  /** What all instances share; undefined: the embedded store in the data folder. */
  readonly redis: RedisSettings | undefined;
  readonly listen: ListenSettings;
  /** The listener for balancers and supervisors; undefined: none. */
  readonly management: { readonly address: string; readonly port: number } | undefined;
  /** How long a stop is announced before it begins, and what is under way may then go on. */
  readonly stop: { readonly notice: number; readonly drain: number };
  readonly realms: ReadonlyMap<string, RealmSettings>;
  readonly apps: readonly AppSettings[];
  /** Data classifications, and the level that each demands. */
  readonly classes: ReadonlyMap<string, Level>;
  readonly session: SessionSettings;
  readonly limits: LimitSettings;
  readonly levels: { readonly acceptLevel1: { readonly reason: string } | undefined };
  /** Passkeys and security keys; undefined: nobody sets one up. */
  readonly webauthn: WebauthnSettings | undefined;
  /** How mail leaves; undefined: none does. */
  readonly mail: MailSettings | undefined;
  /** Pages for operators; undefined: none. */
  readonly console: ConsoleSettings | undefined;
  /** Undefined: there is no reset desk. */
  readonly reset: ResetSettings | undefined;
  readonly retention: RetentionSettings;
  /** Trusted devices; undefined: there are none. */
  readonly trust: TrustSettings | undefined;
  /** Approval on a phone; undefined: nobody sets one up. */
  readonly approval: ApprovalSettings | undefined;
  /** Codes that are sent, at level 1; undefined: not by this way. */
  readonly factors: { readonly sms: SmsSettings | undefined; readonly email: EmailSettings | undefined };
  /** Where the operator's keys are; undefined: SLUIS_KEYS, else made once in the data folder. */
  readonly keyFile: string | undefined;
  readonly log: { readonly level: 'error' | 'warn' | 'info' | 'debug' };
  /** Processes that serve side by side; `auto`: one for each processor that may be used. */
  readonly workers: number | 'auto';
}

export interface ConsoleSettings {
  /** Of a host of its own, or of a portal. */
  readonly origin: string;
  /** '' on a host of its own, '/console' on a portal's. */
  readonly path: string;
  /** The realm whose portal host it shares. */
  readonly realm: string | undefined;
  /** Undefined: 3 for who has such a factor, else 2 (R52). */
  readonly level: Level | undefined;
  readonly idle: number;
  readonly absolute: number;
  /** How recently the factor must have been used for acts with consequences. */
  readonly freshFor: number;
  /** Where the first factor is kept; undefined: here, as a password of Sluis itself. */
  readonly firstFactor?: FirstFactorSettings | undefined;
}

/** How long personal data are kept, by what they are for (R61). */
export interface RetentionSettings {
  readonly audit: number;
  readonly auditNames: number;
  readonly auditAddresses: number;
  /** Since they were closed. */
  readonly closedAccounts: number;
  /** Since they came to their end. */
  readonly resetCases: number;
  /** Since their mandate ended. */
  readonly operators: number;
}

/** The reset desk (R33 to R36). */
export interface ResetSettings {
  readonly domains: readonly string[];
  readonly groupMailboxes: readonly string[];
  readonly methods: readonly {
    readonly id: string;
    readonly title: string;
    readonly document: boolean;
    readonly visit: boolean;
  }[];
  /** Working days. */
  readonly target: number;
  /** Undefined: no requests by mail. */
  readonly authservId: string | undefined;
  /** SHA-256 in hex of the bearer token of each. */
  readonly clients: ReadonlyMap<string, string>;
}

export interface MailSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly serverName: string | undefined;
  /** PEM file; undefined: the CAs of the system. */
  readonly ca: string | undefined;
  /** Undefined: nobody signs in. */
  readonly user: string | undefined;
  /** Undefined: SLUIS_MAIL_PASSWORD. */
  readonly passwordFile: string | undefined;
  readonly from: string;
  readonly replyTo: string | undefined;
  /** Who is told of signals; empty: nobody. */
  readonly signalsTo: readonly string[];
}

export interface TrustSettings {
  /** From 1 to 30. */
  readonly days: number;
  /** The highest level that trust stands in for (R12). */
  readonly level: Exclude<Level, 4>;
  /** By what the browser says; undefined: all. */
  readonly platforms: readonly string[] | undefined;
  /** Only right after a passkey that is built into the device, as the browser says. */
  readonly platformAuthenticator: boolean;
}

export interface RedisSettings {
  readonly topology:
    | { readonly kind: 'single'; readonly address: AddressSettings; readonly database: number }
    | { readonly kind: 'sentinel'; readonly sentinels: readonly AddressSettings[]; readonly name: string }
    | { readonly kind: 'cluster'; readonly nodes: readonly AddressSettings[] };
  /** PEM files. Undefined: without TLS; no `ca`: the CAs of the system. */
  readonly tls:
    | {
        readonly ca: string | undefined;
        readonly certificate: string | undefined;
        readonly key: string | undefined;
        readonly serverName: string | undefined;
      }
    | undefined;
  readonly user: string | undefined;
  /** Undefined: SLUIS_REDIS_PASSWORD, else no password. */
  readonly passwordFile: string | undefined;
  readonly sentinelUser: string | undefined;
  readonly sentinelPasswordFile: string | undefined;
  /** A write counts once so many replicas have it. */
  readonly replicas: number;
  readonly prefix: string;
}

export interface AddressSettings {
  readonly host: string;
  readonly port: number;
}

export interface ListenSettings {
  readonly address: string;
  readonly port: number;
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  /** Addresses or CIDR ranges of balancers whose X-Forwarded-For and -Proto are believed; none by default. */
  readonly balancers: readonly string[];
  /** A second plain port that redirects to https and serves ACME http-01 files. */
  readonly redirect:
    | { readonly address: string; readonly port: number; readonly acmeFolder: string | undefined }
    | undefined;
}

export interface RealmSettings {
  readonly name: string;
  /** Title as people know the organisation: "Gemeente Voorbeeld". */
  readonly title: string;
  /** `https://sluis.gemeente.nl`; in single-host mode the app's own origin. */
  readonly portalOrigin: string;
  /** '' on a host of its own, '/_sluis/portal' in single-host mode (D10). */
  readonly portalPath: string;
  readonly singleHost: boolean;
  /** Mail domains that may follow a name and are stripped from it. */
  readonly domains: readonly string[];
  /** R38: what it takes to get a factor of each level without one at hand. */
  readonly firstFactor: EnrolmentRules;
  /** Of `self`: for whom, and when; all others need a code. */
  readonly self?: SelfWindow | undefined;
  /** How long an activation code is valid. */
  readonly activationValidity: number;
  readonly desk: { readonly place: string; readonly hours: string; readonly phone: string } | undefined;
  /** IANA name: in which letters and mails say the time. */
  readonly timeZone: string;
  /** A local CSS file of design tokens, and a logo. */
  readonly theme: { readonly css: string | undefined; readonly logo: string | undefined };
  /** Names that may sign in where an app does not say whose account it is. */
  readonly names: readonly string[] | undefined;
  /** Names (normal form) of the people of each group. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

export interface AppSettings {
  readonly id: string;
  readonly title: string;
  readonly realm: string;
  /** As people reach it: `https://webmail.gemeente.nl`. */
  readonly origin: string;
  readonly upstream: UpstreamSettings;
  readonly preset: Preset;
  /** Allowed characters of account names; the default is `[a-z0-9._-]`. */
  readonly nameCharacters: string;
  /** What a route without a rule demands. */
  readonly level: Level;
  /** Of what it shows, where a route does not say otherwise. */
  readonly class?: string | undefined;
  readonly routes: readonly RouteSettings[];
  readonly helpLine: boolean;
}

export interface UpstreamSettings {
  readonly origin: string;
  /** PEM file of an internal CA. */
  readonly ca: string | undefined;
  /** SHA-256 of the leaf certificate, lower-case hex. */
  readonly fingerprint: string | undefined;
  readonly serverName: string | undefined;
  readonly timeouts: { readonly connect: number; readonly wait: number; readonly head: number; readonly body: number };
  readonly connections: number;
  /** Requests that may wait for one of those connections, for `timeouts.wait` each. */
  readonly waiting: number;
}

export type Level = 1 | 2 | 3 | 4;

export interface RouteSettings {
  /** A path: exact, or a prefix ending in `/*`; matched without regard to case where the app's file system may be so. */
  readonly path: string;
  readonly methods: readonly string[] | undefined;
  /** Folded parameter name to its value. */
  readonly parameters: Readonly<Record<string, string>> | undefined;
  /** Never below that of its class. */
  readonly level: Level;
  /** Of what it shows: its own, or that of its app. */
  readonly class?: string | undefined;
  /** The factor must be at most this old. */
  readonly maxAge: number | undefined;
  /** Only people of one of these groups may pass at all; undefined: everybody. */
  readonly groups?: readonly string[] | undefined;
  /** What people of a group need there: more than `level`. */
  readonly levelFor?: Readonly<Record<string, Level>> | undefined;
}

export interface SessionSettings {
  readonly idle: number;
  readonly absolute: number;
  /** How long known sessions go on while the store is lost, since it was last heard of. */
  readonly grace: number;
}

export interface LimitSettings {
  /** Bytes of a request head. */
  readonly head: number;
  readonly headers: number;
  readonly target: number;
  readonly signInBody: number;
  readonly body: number;
  /** The largest form that waits for its person; 0: none does. */
  readonly parked: number;
  readonly connections: number;
  /** To receive a whole head, a whole request, and the longest one of somebody in a session. */
  readonly headTime: number;
  readonly requestTime: number;
  readonly uploadTime: number;
  readonly keepAlive: number;
  /** How long a browser may take nothing of an answer that waits for it, or send nothing of a long body. */
  readonly stallTime: number;
  /** Open connections of one source address, an IPv6 network being one; balancers and this machine have no such limit. */
  readonly connectionsPerSource: number;
  /** Open WebSockets of one app, and of one session. */
  readonly webSockets: number;
  readonly webSocketsPerSession: number;
  /** How long a worker process may stand still before it is replaced. */
  readonly workerSilence: number;
  /** Pending sign-ins that one account, and one source, may have at once. */
  readonly pendings: number;
}
