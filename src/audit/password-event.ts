import type { AboutPerson } from './about-person.ts';

/** Somebody gave an app a new password for the account that she is signed in with: trust and other browsers' sessions end (R15). */
export interface PasswordEvent extends AboutPerson {
  readonly type: 'password.changed';
  readonly app: string;
  /** The app said so; else it said neither yes nor no. */
  readonly certain: boolean;
  /** How many trusted devices ended by it. */
  readonly devices: number;
  /** How many sessions in other browsers, besides those that the devices began. */
  readonly sessions: number;
  readonly source: string;
}
