import type { DeskCodeEvent } from './desk-code-event.ts';
import type { MailEvent, SignalEvent } from './mail-event.ts';
import type { ResetEvent } from './reset-event.ts';

/**
 * What is worth proving later (R37, ASVS 16.3): a closed union. Never a password, code, cookie or key; `person` is
 * the random id of the account, `name` its normal form as staff know it.
 */
export type AuditEvent = { readonly realm: string } & (
  | ResetEvent
  | DeskCodeEvent
  | MailEvent
  | SignalEvent
  | { readonly type: 'sign-in.proved'; readonly app: string; readonly name: string; readonly source: string }
  | { readonly type: 'sign-in.failed'; readonly app: string; readonly name: string; readonly source: string }
  | {
      readonly type: 'sign-in.refused';
      readonly app: string;
      readonly source: string;
      readonly name?: string;
      readonly reason: SignInRefusal;
    }
  | { readonly type: 'proof.outside-sign-in'; readonly app: string; readonly source: string; readonly name?: string }
  | {
      readonly type: 'challenge.passed';
      readonly person: string;
      readonly name: string;
      readonly app: string;
      readonly factor: string;
      readonly level: number;
      readonly source: string;
    }
  | {
      readonly type: 'challenge.failed';
      readonly person: string;
      readonly name: string;
      readonly app: string;
      readonly factor: string;
      readonly reason: 'wrong' | 'used' | 'delayed';
      readonly source: string;
    }
  /** A code went out by SMS or mail. Where to stands nowhere but in the person's record. */
  | {
      readonly type: 'code.sent';
      readonly person: string;
      readonly name: string;
      readonly app: string;
      readonly kind: 'email' | 'sms';
      /** Or `set-up`. */
      readonly factor: string;
      readonly source: string;
    }
  /** `refused`: it went nowhere; `unknown`: it may have; `delayed`: a cap is full (once for each stretch). */
  | {
      readonly type: 'code.not-sent';
      readonly person: string;
      readonly name: string;
      readonly app: string;
      readonly kind: 'email' | 'sms';
      readonly factor: string;
      readonly source: string;
      readonly reason: 'refused' | 'unknown' | 'delayed';
    }
  | {
      readonly type: 'session.began';
      readonly person: string;
      readonly name: string;
      readonly app: string;
      readonly session: string;
      readonly level: number;
      /** The trusted device by which no factor was asked. */
      readonly device?: string;
      readonly source: string;
    }
  | {
      readonly type: 'session.ended';
      readonly person: string;
      readonly name: string;
      readonly session: string;
      readonly reason:
        | 'signed-out'
        | 'signed-out-of-app'
        | 'other-account'
        | 'proof-outside-sign-in'
        | 'by-operator'
        | 'factor-replaced'
        | 'factor-removed'
        | 'by-owner'
        | 'release-broken'
        | 'reported'
        | 'trust-ended'
        | 'device-copied';
    }
  | {
      readonly type: 'person.invited';
      readonly person: string;
      readonly name: string;
      readonly by: string;
      readonly replaces: boolean;
      readonly reason?: string;
      readonly until: number;
    }
  /** Never the address itself: the log is read by more people than the record is. */
  | {
      readonly type: 'person.mail-set';
      readonly person: string;
      readonly name: string;
      readonly by: string;
      readonly change: 'added' | 'changed' | 'removed';
      /** What stands behind the @. */
      readonly domain?: string;
    }
  | { readonly type: 'activation.accepted'; readonly person: string; readonly name: string; readonly source: string }
  | {
      readonly type: 'activation.refused';
      readonly name: string;
      readonly reason: 'wrong' | 'expired' | 'delayed' | 'none';
      readonly source: string;
    }
  | {
      readonly type: 'factor.added';
      readonly person: string;
      readonly name: string;
      readonly kind: string;
      readonly factor: string;
      readonly by: 'activation-code' | 'recovery-code' | 'own-factor' | 'self' | 'desk';
      readonly source: string;
    }
  | {
      readonly type: 'factor.removed';
      readonly person: string;
      readonly name: string;
      readonly kind: string;
      readonly factor: string;
      readonly because: 'replaced' | 'reset' | 'by-owner';
      readonly source: string;
    }
  | {
      readonly type: 'factor.renamed';
      readonly person: string;
      readonly name: string;
      readonly kind: string;
      readonly factor: string;
      readonly source: string;
    }
  /** A listed person begins her first set-up with nothing but the password (R38). */
  | { readonly type: 'set-up.by-self'; readonly person: string; readonly name: string; readonly source: string }
  /** A new key was looked at: what it is worth, and why no more. */
  | {
      readonly type: 'webauthn.judged';
      readonly person: string;
      readonly name: string;
      readonly level: number;
      readonly why: string;
      readonly format: string;
      readonly aaguid: string;
      readonly source: string;
    }
  /** What a key of hers signed, or a browser sent for it, does not hold: why. */
  | {
      readonly type: 'webauthn.refused';
      readonly person: string;
      readonly name: string;
      readonly factor: string;
      readonly why: string;
    }
  /** A counter that did not rise: maybe a copy of the key. */
  | {
      readonly type: 'webauthn.counter';
      readonly person: string;
      readonly name: string;
      readonly factor: string;
      readonly counter: number;
      readonly before: number;
    }
  /** A phone was asked to approve a sign-in; `known`: by a browser with a full sign-in behind it. */
  | {
      readonly type: 'approval.asked';
      readonly person: string;
      readonly name: string;
      readonly app: string;
      readonly known: boolean;
      readonly source: string;
    }
  /** Too many askings; the first of each stretch. */
  | {
      readonly type: 'approval.limited';
      readonly person: string;
      readonly name: string;
      readonly app: string;
      readonly known: boolean;
      readonly until: number;
      readonly source: string;
    }
  /** "This is not me": somebody else has her password. */
  | {
      readonly type: 'approval.reported';
      readonly person: string;
      readonly name: string;
      readonly app: string;
      readonly factor: string;
      readonly known: boolean;
      readonly source: string;
    }
  | { readonly type: 'tokens.imported'; readonly count: number; readonly by: string }
  | {
      readonly type: 'token.handed-out';
      readonly person: string;
      readonly name: string;
      readonly serial: string;
      readonly factor: string;
      readonly by: string;
    }
  | {
      readonly type: 'token.returned';
      readonly person: string;
      readonly name: string;
      readonly serial: string;
      readonly factor: string;
      readonly by: string;
      readonly retired: boolean;
    }
  | { readonly type: 'recovery-codes.made'; readonly person: string; readonly name: string; readonly source: string }
  | {
      readonly type: 'recovery-code.used';
      readonly person: string;
      readonly name: string;
      readonly left: number;
      readonly source: string;
    }
  | {
      readonly type: 'recovery-code.refused';
      readonly person: string;
      readonly name: string;
      readonly reason: 'wrong' | 'delayed';
      readonly source: string;
    }
  /** A browser that its owner called personal: for a while her password is enough there (R10). */
  | {
      readonly type: 'device.trusted';
      readonly person: string;
      readonly name: string;
      readonly device: string;
      /** What the browser says of itself: `Chrome, windows`. */
      readonly agent: string;
      readonly factor: string;
      readonly level: number;
      readonly until: number;
      readonly source: string;
    }
  | {
      readonly type: 'device.used';
      readonly person: string;
      readonly name: string;
      readonly device: string;
      readonly app: string;
      readonly source: string;
    }
  /** The last answer to it was never used: lost on the way, or in another browser (R15). A second factor is asked. */
  | {
      readonly type: 'device.doubted';
      readonly person: string;
      readonly name: string;
      readonly device: string;
      readonly label: string;
      readonly agent: string;
      readonly source: string;
    }
  /** Its cookie is in two browsers (R15, R51): it ended, with the sessions that it began. */
  | {
      readonly type: 'device.copied';
      readonly person: string;
      readonly name: string;
      readonly device: string;
      readonly label: string;
      readonly agent: string;
      readonly sessions: number;
      readonly source: string;
    }
  | {
      readonly type: 'device.removed';
      readonly person: string;
      readonly name: string;
      readonly device: string;
      readonly label: string;
      readonly agent: string;
      readonly sessions: number;
      readonly because:
        | 'by-owner'
        | 'by-operator'
        | 'replaced'
        | 'factor-removed'
        | 'reset'
        | 'shared-browser'
        | 'expired'
        | 'signed-out-everywhere';
      readonly source: string;
    }
  /** A browser that several people use, or no longer: it is never trusted. */
  | { readonly type: 'browser.marked-shared'; readonly by: 'person' | 'operator'; readonly source: string }
  | {
      readonly type: 'browser.unmarked-shared';
      readonly person: string;
      readonly name: string;
      readonly source: string;
    }
  | {
      readonly type: 'submission.parked';
      readonly person: string;
      readonly name: string;
      readonly app: string;
      readonly session: string;
      readonly why: 'step-up' | 'expired';
      /** Of the form, never what stands in it. */
      readonly bytes: number;
    }
  | {
      readonly type: 'submission.sent';
      readonly person: string;
      readonly name: string;
      readonly app: string;
      readonly session: string;
      readonly bytes: number;
    }
  | {
      readonly type: 'submission.dropped';
      readonly person: string;
      readonly name: string;
      readonly app: string;
      readonly session: string;
      readonly reason: DropReason;
    }
  | {
      readonly type: 'person.renamed';
      readonly person: string;
      /** As she is called from now on. */
      readonly name: string;
      readonly before: string;
      readonly by: string;
      readonly reason: string;
    }
  /** All that was kept of her is gone, but what this trail tells; so no name here (R61). */
  | { readonly type: 'person.erased'; readonly person: string; readonly by: string; readonly reason: string }
  | {
      readonly type: 'person.closed' | 'person.opened';
      readonly person: string;
      readonly name: string;
      readonly by: string;
      readonly reason: string;
    }
  | {
      readonly type: 'operator.invited' | 'operator.changed';
      readonly person: string;
      /** E-mail address. */
      readonly name: string;
      readonly role: string;
      readonly until: number;
      readonly by: string;
      readonly reason: string;
      readonly source: string;
    }
  | {
      readonly type: 'operator.ended';
      readonly person: string;
      readonly name: string;
      readonly by: string;
      readonly reason: string;
      readonly source: string;
    }
  /** At the console; `name` as typed where it was an address, whether or not there is such an operator. */
  | {
      readonly type: 'operator.refused';
      readonly name: string;
      readonly reason: 'wrong' | 'delayed' | 'mandate' | 'role' | 'form';
      readonly act?: string;
      readonly source: string;
    }
  /** Before it is done: what it is about, and why. */
  | {
      readonly type: 'operator.acted';
      readonly person: string;
      readonly name: string;
      readonly act: string;
      readonly about: string;
      readonly reason: string;
      readonly source: string;
    }
  | { readonly type: 'server.started'; readonly version: string; readonly configuration: string }
  | { readonly type: 'server.stopped' }
  /** R04: level 1 is too little, and accepted all the same; at each start, and when a reload says so or gives another reason. */
  | { readonly type: 'level-1.accepted'; readonly reason: string }
  /** While it served; by path, in one text: `apps.post.level, realms.gemeente.theme.css`. */
  | { readonly type: 'configuration.changed'; readonly changed: string }
  /** Read again and refused; lines and paths in one text. All went on by the one of before. */
  | { readonly type: 'configuration.refused'; readonly mistakes: number; readonly places: string }
  /** One of several processes ended unasked; `how` is its exit code or the signal. */
  | { readonly type: 'worker.ended'; readonly worker: number; readonly how: string }
);

const signInRefusals = [
  'grammar',
  'origin',
  'name-refused',
  'account-differs',
  'account-unknown',
  'visit-spent',
  'limited',
  'unjudged',
  'upstream',
  'pendings',
] as const;
export type SignInRefusal = (typeof signInRefusals)[number];

/** Why a form that waited was not sent. Time running out is not among them: nobody is there to see it. */
export type DropReason = 'thrown-away' | 'replaced' | 'other-person' | 'session-ended' | 'not-allowed';

/** Where domain code leaves what happened. Resolves once the event is kept; rejects with 'store.unavailable'. */
export interface Audit {
  record(event: AuditEvent): Promise<void>;
}
