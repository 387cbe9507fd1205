import type { AboutPerson } from './about-person.ts';

/** What becomes of a sign-in at an app, up to its second step. */
export type SignInEvent =
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
  | (AboutPerson & {
      readonly type: 'challenge.passed';
      readonly app: string;
      readonly factor: string;
      readonly level: number;
      readonly source: string;
    })
  | (AboutPerson & {
      readonly type: 'challenge.failed';
      readonly app: string;
      readonly factor: string;
      readonly reason: 'wrong' | 'used' | 'delayed';
      readonly source: string;
    })
  /** A code went out by SMS or mail. Where to stands nowhere but in the person's record. */
  | (AboutPerson & {
      readonly type: 'code.sent';
      readonly app: string;
      readonly kind: 'email' | 'sms';
      /** Or `set-up`. */
      readonly factor: string;
      readonly source: string;
    })
  /** `refused`: it went nowhere; `unknown`: it may have; `delayed`: a cap is full (once for each stretch). */
  | (AboutPerson & {
      readonly type: 'code.not-sent';
      readonly app: string;
      readonly kind: 'email' | 'sms';
      readonly factor: string;
      readonly source: string;
      readonly reason: 'refused' | 'unknown' | 'delayed';
    })
  /** A phone was asked to approve a sign-in; `known`: by a browser with a full sign-in behind it. */
  | (AboutPerson & {
      readonly type: 'approval.asked';
      readonly app: string;
      readonly known: boolean;
      readonly source: string;
    })
  /** Too many askings; the first of each stretch. */
  | (AboutPerson & {
      readonly type: 'approval.limited';
      readonly app: string;
      readonly known: boolean;
      readonly until: number;
      readonly source: string;
    })
  /** "This is not me": somebody else has her password. */
  | (AboutPerson & {
      readonly type: 'approval.reported';
      readonly app: string;
      readonly factor: string;
      readonly known: boolean;
      readonly source: string;
    })
  /** She pressed that by mistake: phones may be asked again at once. */
  | (AboutPerson & { readonly type: 'approval.report-lifted'; readonly by: string; readonly reason: string });

export type SignInRefusal =
  | 'grammar'
  | 'origin'
  | 'name-refused'
  | 'account-differs'
  | 'account-unknown'
  | 'visit-spent'
  | 'limited'
  | 'unjudged'
  | 'upstream'
  | 'pendings';
