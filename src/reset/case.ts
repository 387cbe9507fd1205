import type { Level } from '../config/settings.ts';

/** Where a case stands; `transitions.ts` draws the ways between them. */
export type CaseState = 'requested' | 'checked' | 'executed' | 'confirmed' | 'refused';

export const lostReasons = ['lost', 'stolen', 'broken', 'new-phone', 'app-removed', 'other'] as const;
export type LostReason = (typeof lostReasons)[number];

/** How somebody's identity may be established: the operator's list. */
export interface IdentityMethod {
  readonly id: string;
  readonly title: string;
  /** Asks for the kind of document and its last four characters. */
  readonly document: boolean;
  /** The person stood at the desk: the only kind that counts for level 4 (R36). */
  readonly visit: boolean;
}

/** Documents that a desk looks at. */
export const documentTypes = ['passport', 'identity-card', 'driving-licence', 'residence-permit'] as const;
export type DocumentType = (typeof documentTypes)[number];

/** One who works at the console, as the console knows who is there now. */
export interface Clerk {
  readonly id: string;
  readonly name: string;
  /** Official mail address. */
  readonly address: string | undefined;
  readonly role: 'admin' | 'helpdesk' | 'auditor';
  /** When the second step was last passed; milliseconds since the epoch. */
  readonly provedAt: number;
  readonly source: string;
}

export type ClerkRef = Pick<Clerk, 'id' | 'name'> & { readonly address: string | undefined };

/** How the request came to be one in writing by its requester (R34). */
export type WrittenRequest =
  | { readonly by: 'credential'; readonly clerk: ClerkRef; readonly at: number }
  | {
      readonly by: 'link';
      /** SHA-256 of the token in the link; the token itself is only in the mail. */
      readonly hash: string;
      readonly until: number;
      /** When the requester said yes by the link. */
      readonly at: number | undefined;
    }
  | { readonly by: 'mail'; readonly evidence: MailEvidence; readonly at: number };

/** What shows that a mail came from whom it names. */
export interface MailEvidence {
  readonly from: string;
  readonly messageId: string;
  readonly date: string;
  /** SHA-256 of the mail as it came. */
  readonly hash: string;
  /** The domain that signed. */
  readonly dkim: string;
  readonly dmarc: 'pass';
  /** The header of our own mail server that says so. */
  readonly results: string;
}

export interface Identity {
  readonly method: string;
  readonly documentType: DocumentType | undefined;
  /** Never the whole number: enough to find the entry in the desk's own books. */
  readonly documentLastFour: string | undefined;
  /** Names of the staff who saw the person. */
  readonly staff: readonly string[];
}

interface Act {
  readonly by: ClerkRef;
  readonly at: number;
}

/** A reset by the desk, from request to confirmation (R33 to R36). Kept sealed. */
export interface ResetCase {
  readonly id: string;
  readonly realm: string;
  readonly state: CaseState;
  readonly filedAt: number;
  readonly via: 'console' | 'api' | 'mail';
  /** The person stands there once the case was checked. */
  readonly account: {
    readonly address: string;
    readonly person: string | undefined;
    readonly name: string | undefined;
  };
  readonly requester: { readonly name: string; readonly address: string };
  readonly request: WrittenRequest;
  readonly identity: Identity;
  readonly lostBecause: LostReason;
  readonly fileNumber: string | undefined;
  readonly checked: Act | undefined;
  /** `doneAt`: when all that it does was done; a crash in between leaves it open, and the act may be done again. */
  readonly executed:
    | (Act & {
        readonly upTo: Level;
        readonly doneAt: number | undefined;
        readonly factors: number;
        readonly sessions: number;
      })
    | undefined;
  /** To whom the activation code was shown, each time anew. */
  readonly handedOver: readonly Act[];
  readonly confirmed: (Act & { readonly how: ConfirmedBy }) | undefined;
  readonly refused: (Act & { readonly why: string }) | undefined;
}

/** How requester and user were told. */
export const confirmedBy = ['mail', 'telephone', 'in-person', 'letter'] as const;
export type ConfirmedBy = (typeof confirmedBy)[number];

/** What a case must hold; the names that a refusal gives. */
export type CaseField =
  | 'realm'
  | 'account'
  | 'requester-name'
  | 'requester-address'
  | 'request'
  | 'identity-method'
  | 'document-type'
  | 'document-last-four'
  | 'staff'
  | 'identity-confirmed'
  | 'ordered'
  | 'lost-because'
  | 'file-number'
  | 'reason'
  | 'how';

/** Why nothing happened. A closed set: pages and the API have a text for each. */
export type Refusal =
  | { readonly reason: 'missing' | 'invalid' | 'too-long'; readonly field: CaseField }
  | { readonly reason: 'foreign-domain' | 'group-mailbox'; readonly field: 'requester-address' }
  /** The requester has not said yes, or not in time. */
  | { readonly reason: 'unproved'; readonly field: 'request' }
  /** Nobody has this address; several people share it; or the account was closed. */
  | { readonly reason: 'unknown-account' | 'shared-address' | 'closed-account'; readonly field: 'account' }
  /** Only a visit counts for who has a key of level 4; two different people must have seen the person. */
  | { readonly reason: 'visit'; readonly field: 'identity-method' }
  | { readonly reason: 'two-staff'; readonly field: 'staff' }
  | { readonly reason: 'same-person'; readonly as: 'requester' | 'account' | 'checker' | 'code-holder' }
  | { readonly reason: 'role' | 'two-admins' | 'stale' | 'not-holder' | 'unfinished' | 'enrolled' }
  /** Somebody else was first, or the act does not come next. */
  | { readonly reason: 'state'; readonly state: CaseState; readonly by: string | undefined }
  | { readonly reason: 'not-found' };

export type Outcome<T = ResetCase> =
  | { readonly outcome: 'done'; readonly case: T }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

export function refused(refusal: Refusal): { readonly outcome: 'refused'; readonly refusal: Refusal } {
  return { outcome: 'refused', refusal };
}
