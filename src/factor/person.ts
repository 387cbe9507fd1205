import type { Level } from '../config/settings.ts';
import type { Language } from '../kernel/language.ts';
import type { ApprovalCredential } from './approval/credential.ts';
import type { DeskCodeCredential } from './desk-code/credential.ts';
import type { EmailCredential } from './email/credential.ts';
import type { HardwareTokenCredential } from './hardware-token/credential.ts';
import type { SmsCredential } from './sms/credential.ts';
import type { TotpCredential } from './totp/credential.ts';
import type { WebauthnCredential } from './webauthn/credential.ts';

/**
 * A person: one account of a realm, known by a random id. The name may change hands or spelling; what is bound to a
 * person is bound to the id (CWE-694; R39), so that a name given to somebody new never inherits a factor.
 */
export interface Person {
  readonly id: string;
  readonly realm: string;
  /** Normal form: what the app said, case folded, trimmed, a listed domain stripped. */
  readonly name: string;
  /** What she was called before, each until then; milliseconds since 1970. It may be somebody else's since. */
  readonly former?: readonly { readonly name: string; readonly until: number }[] | undefined;
  readonly createdAt: number;
  readonly factors: readonly Factor[];
  readonly activation: Activation | undefined;
  readonly recovery: RecoverySet | undefined;
  /** For a day on which she has none of her factors with her (R39); `deskCodeOf` says what it is worth. */
  readonly deskCode?: Factor<'desk-code'> | undefined;
  /** Set-ups that were allowed and not yet finished; the next binding or removal ends them all. */
  readonly setUps: readonly SetUpPermission[];
  /** Left, or shut out by an admin (R39). */
  readonly closed?: Closed | undefined;
  /** She had a factor once: nobody binds a first one for her by herself any more (R35, R38). */
  readonly everBound?: true;
  /** As `parseMailAddress` gives it. Undefined: she is told nothing by mail. */
  readonly email?: string | undefined;
  /** The one before, until both were told of the change. */
  readonly formerEmail?: string | undefined;
  /** In which she last read a page. */
  readonly language?: Language | undefined;
}

/**
 * A closed account. What it had is kept aside: nowhere else is there a factor to open anything with, so no page, release
 * or device needs to know of closing.
 */
export interface Closed extends Pick<Person, 'factors' | 'recovery'> {
  readonly at: number;
  readonly by: string;
  readonly reason: string;
}

/** What each kind of factor needs to verify with; the whole record of the person is sealed in the store. */
export interface Credentials {
  readonly approval: ApprovalCredential;
  readonly 'desk-code': DeskCodeCredential;
  readonly totp: TotpCredential;
  readonly 'hardware-token': HardwareTokenCredential;
  readonly webauthn: WebauthnCredential;
  readonly email: EmailCredential;
  readonly sms: SmsCredential;
}

export type KindName = keyof Credentials;

/** A registered second factor of one person, of one of these kinds. */
export type Factor<K extends KindName = KindName> = {
  [Kind in K]: {
    readonly id: string;
    readonly kind: Kind;
    /** What its set-up proved it to be worth; never above what its kind can be. */
    readonly level: Level;
    /** Given by its owner: "Telefoon". */
    readonly label: string;
    readonly boundAt: number;
    readonly boundBy: SetUpPermission['by'] | 'desk';
    /** Its owner said that what carries it is hers alone (R07). */
    readonly personal?: true;
    readonly lastUsedAt: number | undefined;
    readonly credential: Credentials[Kind];
  };
}[K];

/** An activation code that was given out and not yet used (R38). Only its hash is kept. */
export interface Activation {
  readonly hash: string;
  readonly until: number;
  readonly by: string;
  /** The highest level of a factor that it binds. */
  readonly upTo: Level;
  /** For who lost everything: at set-up the old factors and recovery codes go. */
  readonly replaces: boolean;
  readonly issuedAt: number;
}

/** Recovery codes that are left (R32). Only hashes are kept, all under the salt of this set. */
export interface RecoverySet {
  /** 16 random bytes, base64url. */
  readonly salt: string;
  readonly hashes: readonly string[];
  readonly madeAt: number;
}

/**
 * Proof that set-up was allowed (R38, rule 12). It is worth something only where the person's record holds the same
 * entry, which only an accepted activation or recovery code, a fresh factor of her own, or the operator's list writes; a
 * caller cannot make one up.
 */
export interface SetUpPermission {
  readonly by: 'activation-code' | 'recovery-code' | 'own-factor' | 'self';
  /** When it was allowed; milliseconds since the epoch. */
  readonly at: number;
  /** The highest level of a factor that may be bound with it. */
  readonly upTo: Level;
  /** Of `own-factor`, always; of no other. */
  readonly own?: OwnProof;
}

/** What a person changes about her own factors. */
export type OwnAct = 'add' | 'remove' | 'rename' | 'codes';

/** A factor that was passed for one act, and is worth nothing for another. */
export interface OwnProof {
  readonly act: OwnAct;
  /** The factor that it is done to; undefined for `add` and `codes`. */
  readonly on?: string;
  /** Id of the challenge that was passed; it allows once. */
  readonly challenge: string;
  /** The factor that was passed. */
  readonly factor: string;
}

const minute = 60_000;

/** How long an allowed set-up may take: as long as a pending sign-in may live at most. */
export const setUpTime = 60 * minute;

/** How long a factor that was passed for a change of her own is fresh: to bind another with it, and for any other act. */
export const fresh = { setUp: 20 * minute, act: 5 * minute } as const;
