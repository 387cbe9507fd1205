import type { AboutPerson } from './about-person.ts';

/** What operators do at the console, and what becomes of their mandates; `name` is an e-mail address. */
export type OperatorEvent =
  | (AboutPerson & {
      readonly type: 'operator.invited' | 'operator.changed';
      readonly role: string;
      readonly until: number;
      readonly by: string;
      readonly reason: string;
      readonly source: string;
    })
  | (AboutPerson & {
      readonly type: 'operator.ended';
      readonly by: string;
      readonly reason: string;
      readonly source: string;
    })
  /** `name` as typed where it was an address, whether or not there is such an operator. */
  | {
      readonly type: 'operator.refused';
      readonly name: string;
      readonly reason: 'wrong' | 'delayed' | 'mandate' | 'role' | 'form';
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
