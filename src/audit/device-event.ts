import type { AboutPerson } from './about-person.ts';

/** What becomes of trusted devices, and of browsers that several people use (R10 to R15). */
export type DeviceEvent =
  /** A browser that its owner called personal: for a while her password is enough there (R10). */
  | (AboutPerson & {
      readonly type: 'device.trusted';
      readonly device: string;
      /** What the browser says of itself: `Chrome, windows`. */
      readonly agent: string;
      readonly factor: string;
      readonly level: number;
      readonly until: number;
      readonly source: string;
    })
  | (AboutPerson & {
      readonly type: 'device.used';
      readonly device: string;
      readonly app: string;
      readonly source: string;
    })
  /** The last answer to it was never used: lost on the way, or in another browser (R15). A second factor is asked. */
  | (Labelled & { readonly type: 'device.doubted' })
  /** Its cookie is in two browsers (R15, R51): it ended, with the sessions that it began. */
  | (Labelled & { readonly type: 'device.copied'; readonly sessions: number })
  | (Labelled & {
      readonly type: 'device.removed';
      readonly sessions: number;
      readonly because:
        | 'by-owner'
        | 'by-operator'
        | 'replaced'
        | 'factor-removed'
        | 'reset'
        | 'shared-browser'
        | 'expired'
        | 'signed-out-everywhere'
        | 'password-changed';
    })
  /** A browser that several people use, or no longer: it is never trusted. */
  | { readonly type: 'browser.marked-shared'; readonly by: 'person' | 'operator'; readonly source: string }
  | (AboutPerson & { readonly type: 'browser.unmarked-shared'; readonly source: string });

interface Labelled extends AboutPerson {
  readonly device: string;
  /** What its owner calls it. */
  readonly label: string;
  readonly agent: string;
  readonly source: string;
}
