/** A gateway for text messages. In its texts {to}, {digits}, {zeros}, {text}, {sender} and {secret} are filled in. */
export interface SmsSettings {
  readonly url: string;
  readonly method: 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: SLUIS_SMS_SECRET. */
  readonly secretFile: string | undefined;
  readonly body: SmsBody;
  readonly sender: string | undefined;
  /** `json`: paths such as `messages.0.status`, and what must stand there. */
  readonly accepted: {
    readonly status: readonly number[];
    readonly json: Readonly<Record<string, string | number | boolean>>;
  };
  readonly timeout: number;
  readonly prefixes: readonly string[];
  readonly perHour: number;
}

export type SmsBody =
  | { readonly kind: 'json'; readonly template: unknown }
  | { readonly kind: 'form'; readonly template: Readonly<Record<string, string>> };

/**
 * What the operator states of one app's password and the mailboxes that codes go to (R20), by any protocol there is:
 * `separate`: it opens none of them; `demands-mfa`: it does, but each of them demands MFA, in every way in;
 * `same-password`: it does, so that a code by mail would be a second thing to know and no second factor (R06).
 */
export type MailboxWord = 'separate' | 'demands-mfa' | 'same-password';

export interface EmailSettings {
  readonly mailboxes: ReadonlyMap<string, MailboxRule>;
  readonly functional: readonly string[];
  readonly perHour: number;
}

export interface MailboxRule {
  readonly word: MailboxWord;
  /** Domains of mailboxes that this password opens whatever was stated: a webmail of the same realm shows them. */
  readonly own: readonly string[];
}

/**
 * R38: how somebody gets a factor of a level that no factor of hers speaks for. `activation-code`: a code that may travel, in a
 * letter or a list. `desk`: a code that is handed over, to who showed who she is. `self`: listed, with only her password.
 */
export type EnrolmentRule = 'activation-code' | 'desk' | 'self';

/** Never easier at a higher level than at a lower one: what a code reaches at most says how it may travel. 2 is for level 1 too. */
export type EnrolmentRules = Readonly<Record<2 | 3 | 4, EnrolmentRule>>;

/** Whom an operator lets set up a first factor with nothing but the password, and when (R38). Dates in milliseconds. */
export interface SelfWindow {
  /** Normal forms. */
  readonly people: readonly string[];
  readonly from: number;
  /** The first moment at which it is over. */
  readonly until: number;
}

export interface WebauthnSettings {
  /** File of FIDO metadata; undefined: no key reaches level 4. */
  readonly metadata: string | undefined;
  /** PEM file; undefined: the metadata is not signed. */
  readonly metadataRoot: string | undefined;
  /** Models that may reach level 4, in lower case; empty: all. */
  readonly allow: readonly string[];
  readonly appId: string | undefined;
}

export interface ApprovalSettings {
  /** `mailto:` or `https:`. */
  readonly contact: string;
  /** `host` or `host:port`, beside the known push services. */
  readonly pushHosts: readonly string[];
}
