/** What becomes of reset cases and of the ways around a lost second step (R33 to R39). `by` is an id of the console, or an address. */
export type ResetEvent =
  | (About & { readonly type: 'reset.filed'; readonly via: 'console' | 'api' | 'mail'; readonly requester: string })
  /** The requester said yes by the link that was mailed. */
  | (About & { readonly type: 'reset.proved' })
  | (About & { readonly type: 'reset.checked'; readonly method: string })
  | (About & {
      readonly type: 'reset.executed';
      readonly because: string;
      readonly factors: number;
      readonly sessions: number;
    })
  /** An activation code was shown to who saw the person. */
  | (About & { readonly type: 'reset.handed-over'; readonly until: number })
  | (About & { readonly type: 'reset.confirmed'; readonly how: string })
  | (About & { readonly type: 'reset.refused'; readonly reason: string })
  /** Somebody tried what is not for him, or not now. */
  | (About & { readonly type: 'reset.denied'; readonly act: string; readonly reason: string })
  /** Somebody without a token knocked where systems file cases. */
  | { readonly type: 'reset.api-refused'; readonly source: string }
  /** A second step was reported stolen: whoever has it may have the password. */
  | (About & { readonly type: 'reset.stolen' });

interface About {
  /** Number of the case. */
  readonly case: string;
  readonly by: string;
  /** Absent until the account was found. */
  readonly person?: string;
  readonly name?: string;
}
