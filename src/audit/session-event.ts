import type { AboutPerson } from './about-person.ts';

/** What becomes of a session, and of the forms that wait for it. */
export type SessionEvent =
  | (AboutPerson & {
      readonly type: 'session.began';
      readonly app: string;
      readonly session: string;
      readonly level: number;
      /** The trusted device by which no factor was asked. */
      readonly device?: string;
      readonly source: string;
    })
  | (AboutPerson & {
      readonly type: 'session.ended';
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
        | 'password-changed'
        | 'device-copied';
    })
  | (AboutPerson & {
      readonly type: 'submission.parked';
      readonly app: string;
      readonly session: string;
      readonly why: 'step-up' | 'expired';
      /** Of the form, never what stands in it. */
      readonly bytes: number;
    })
  | (AboutPerson & {
      readonly type: 'submission.sent';
      readonly app: string;
      readonly session: string;
      readonly bytes: number;
    })
  | (AboutPerson & {
      readonly type: 'submission.dropped';
      readonly app: string;
      readonly session: string;
      readonly reason: DropReason;
    })
  /** Of who is in, or of the page that asked: refusals that a search for odd things begins with. */
  | {
      readonly type: 'access.refused';
      readonly app: string;
      readonly reason: 'not-in-group' | 'foreign-web-socket';
      /** Without its query. */
      readonly path: string;
      readonly source: string;
      readonly person?: string;
      readonly name?: string;
      readonly session?: string;
      /** The site that asked, as the browser says. */
      readonly from?: string;
    };

/** Why a form that waited was not sent. Time running out is not among them: nobody is there to see it. */
export type DropReason = 'thrown-away' | 'replaced' | 'other-person' | 'session-ended' | 'not-allowed';
