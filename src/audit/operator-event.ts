import type { AboutPerson } from './about-person.ts';

/** What operators do at the console, and what becomes of their mandates; `name` is an e-mail address. */
export type OperatorEvent =
  | (Mandated & { readonly type: 'operator.invited' | 'operator.changed' })
  /** By one admin: nothing is done before another confirms it, and `by` of what follows names both. */
  | (Mandated & { readonly type: 'operator.asked'; readonly what: 'invite' | 'renew' })
  | (Decided & { readonly type: 'operator.ended' | 'operator.ask-refused' })
  /** The machine gave her a password for a while, for when her first factor elsewhere is away. */
  | (Decided & { readonly type: 'operator.local-password'; readonly until: number })
  /** `name` as typed where it was an address, whether or not there is such an operator. */
  | {
      readonly type: 'operator.refused';
      readonly name: string;
      /** `unavailable`: who keeps first factors did not answer. */
      readonly reason: 'wrong' | 'delayed' | 'unavailable' | 'mandate' | 'role' | 'form';
      readonly act?: string;
      readonly source: string;
    }
  /** Before it is done: what it is about, and why. */
  | (AboutPerson & {
      readonly type: 'operator.acted';
      readonly act: string;
      readonly about: string;
      readonly reason: string;
      readonly source: string;
    });

interface Decided extends AboutPerson {
  readonly by: string;
  readonly reason: string;
  readonly source: string;
}

interface Mandated extends Decided {
  readonly role: string;
  readonly until: number;
}
