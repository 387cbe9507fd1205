import type { Level } from '../config/settings.ts';
import type { AboutPerson } from './about-person.ts';

/** What operators do with an account, and what its owner does with the activation code that they gave. */
export type PersonEvent =
  | (AboutPerson & {
      readonly type: 'person.invited';
      readonly by: string;
      readonly replaces: boolean;
      readonly reason?: string;
      /** How a clerk at the console established who gets the code. */
      readonly method?: string;
      /** The highest level that the code sets up. */
      readonly upTo?: Level;
      readonly until: number;
      /** She was told by a mail of its own that a letter comes. */
      readonly announced?: true;
    })
  /** Never the address itself: the log is read by more people than the record is. */
  | (AboutPerson & {
      readonly type: 'person.mail-set';
      readonly by: string;
      readonly change: 'added' | 'changed' | 'removed';
      /** What stands behind the @. */
      readonly domain?: string;
    })
  | (AboutPerson & {
      /** `name`: as she is called from now on. */
      readonly type: 'person.renamed';
      readonly before: string;
      readonly by: string;
      readonly reason: string;
    })
  /** All that was kept of her is gone, but what this trail tells; so no name here (R61). */
  | { readonly type: 'person.erased'; readonly person: string; readonly by: string; readonly reason: string }
  | (AboutPerson & {
      readonly type: 'person.closed' | 'person.opened';
      readonly by: string;
      readonly reason: string;
    })
  | (AboutPerson & { readonly type: 'activation.accepted'; readonly source: string })
  | {
      readonly type: 'activation.refused';
      readonly name: string;
      readonly reason: 'wrong' | 'expired' | 'delayed' | 'none';
      readonly source: string;
    };
