import type { Factor } from '../person.ts';

/** Which factors may serve at one app as this configuration has it. */
export type Usable = (factor: Factor) => boolean;

/** Where nobody says otherwise: no code is sent, so a factor that needs one is none (rule 2). */
export const withoutSending: Usable = ({ kind }) => kind !== 'sms' && kind !== 'email';
