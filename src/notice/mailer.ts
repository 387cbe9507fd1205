import type { Language } from '../kernel/language.ts';

/** One mail to one person, in plain text: no HTML, nothing attached, no header of the caller's own. */
export interface Mail {
  /** As `parseMailAddress` gave it; anything else is refused. */
  readonly to: string;
  /** One line; signs that would break it become spaces. */
  readonly subject: string;
  readonly text: string;
  /** Told in the head, so that it is read out in the right language. */
  readonly language: Language;
  /** The name shown as its sender: the title of the realm. */
  readonly sender?: string | undefined;
  /** The same for each try of the same mail, so that a mailbox may know it for what it is; letters, digits, - and _. */
  readonly id?: string | undefined;
}

/** What came of it. `taken`: the server answered for it from here on. */
export type MailResult =
  | { readonly outcome: 'taken' }
  /** `refused`: it will not be otherwise another time. `later`: it may; it may even have been taken, where the answer was lost. */
  | { readonly outcome: 'refused' | 'later'; readonly trouble: MailTrouble };

/** For the operator; holds no address, no name of a mailbox and nothing of the mail. */
export interface MailTrouble {
  readonly at: MailStep;
  /** The reply of the server: 550. */
  readonly status?: number | undefined;
  /** What the server or the network said, one line, addresses hidden. */
  readonly said?: string | undefined;
}

/** How far it came: to the server, to TLS, through the sign-in, and then sender, recipient and message. `unset`: no server is configured. */
export type MailStep = 'unset' | 'connect' | 'tls' | 'sign-in' | 'sender' | 'recipient' | 'message' | 'time';

/** Where mail goes out. */
export interface Mailer {
  /** Whether a server is configured, now: a running Sluis may be told of one. */
  readonly configured: boolean;
  /** Tries once. Never rejects. */
  send(mail: Mail, options?: TryOptions): Promise<MailResult>;
  /** All but sending: connects, TLS, sign-in. */
  probe(options?: TryOptions): Promise<MailResult>;
}

export interface TryOptions {
  /** Milliseconds; 30,000 by default. */
  readonly within?: number;
  /** Ends it at once. */
  readonly cut?: AbortSignal | undefined;
}
