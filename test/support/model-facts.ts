/** What the model test knows of people, sign-ins and sessions, beside what Sluis keeps of them. */
export interface Rules {
  readonly idle: number;
  readonly absolute: number;
  readonly stepBack: number;
  /** Apps whose password opens the mailbox: a code by mail is nothing beside it (know and know). */
  readonly mailApps: readonly string[];
}

export interface Known {
  readonly id: string;
  readonly kind: string;
  readonly level: number;
}

export interface Somebody {
  readonly name: string;
  /** As the record has them. */
  factors: readonly Known[];
  activation:
    | { readonly code: string; readonly upTo: number; readonly until: number; readonly replaces: boolean }
    | undefined;
  recovery: Set<string>;
  /** Set-ups that were allowed and not used: the next binding ends them all. */
  permits: Set<Permit>;
}

export interface Permit {
  readonly by: 'activation' | 'recovery';
  readonly upTo: number;
}

export interface Proof {
  readonly level: number;
  readonly factor: string;
  readonly at: number;
}

/** A browser that somebody called hers, right after a factor of hers (R10 to R12). */
export interface Trust extends Proof {
  readonly id: string;
  readonly person: Somebody;
  readonly browser: string;
  readonly until: number;
}

/** What speaks for a pass without a challenge: a session of this browser, or a device by its id. */
export type Spoke = { readonly trust: string | undefined } | undefined;

/** The first gate was passed, in this window of this browser. */
export interface Gate {
  readonly person: Somebody;
  readonly app: string;
  readonly purpose: 'sign-in' | 'step-up';
  readonly demand: { readonly level: number; readonly maxAge: number | undefined };
  readonly owner: string;
  readonly session: Life | undefined;
  /** Browser that has it on the portal. */
  portal: string | undefined;
  passed: (Proof & { readonly by?: Life | Trust }) | undefined;
  permit: Permit | undefined;
}

/** A session, and the level of each identifier that it ever had. */
export interface Life {
  readonly person: Somebody;
  readonly browser: string;
  readonly end: number;
  seen: number;
  ended: boolean;
  readonly proofs: Proof[];
  renewedAt: number;
}

/** A session cookie, wherever it is now. */
export interface Ticket {
  readonly life: Life;
  readonly proof: number;
}
