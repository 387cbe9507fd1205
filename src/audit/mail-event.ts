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

interface About {
  readonly mail: string;
  readonly about: string;
  readonly person?: string;
  readonly name?: string;
}
