/** What becomes of mail. Never an address nor a text: `mail` is an id, `about` what kind of mail it is. */
export type MailEvent =
  /** The server answered for it. */
  | (About & { readonly type: 'mail.sent'; readonly tries: number })
  | (About & {
      readonly type: 'mail.failed';
      readonly tries: number;
      /** `refused`: by the server, for good. `given-up`: for two days. `full`: too many waited. `unreadable`: written under another key. */
      readonly why: 'refused' | 'given-up' | 'full' | 'unreadable';
      /** How far the last try came. */
      readonly at?: string;
      /** The reply of the server: 550. */
      readonly status?: number;
      readonly said?: string;
    });

/** Something that a human must act on (R51); `count`: how many of them were seen by then. */
export interface SignalEvent {
  readonly type: 'signal.raised';
  readonly signal:
    | 'password-guessing'
    | 'second-step-failed'
    | 'one-source-many-accounts'
    | 'added-after-reset'
    | 'device-copied'
    | 'reported-stolen';
  readonly count: number;
  readonly person?: string;
  readonly name?: string;
  readonly source?: string;
}

interface About {
  readonly mail: string;
  readonly about: string;
  readonly person?: string;
  readonly name?: string;
}
