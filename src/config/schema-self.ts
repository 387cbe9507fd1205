import { z } from 'zod';

const date = z.iso.date('expected a date such as 2026-03-31');

/** Who may set up a first factor with nothing but the password, and when (R38). */
export const selfSchema = z
  .strictObject({
    people: z
      .array(z.string().min(1))
      .min(1, 'expected at least one account name: nobody sets up by herself who is not listed'),
    from: date.describe('The first day, by the time zone of the realm.'),
    until: date.describe('The last day.'),
    told: z
      .string()
      .min(10, 'expected in a sentence how they were told, and not by mail: who reads the mailbox has the password'),
  })
  .optional()
  .describe('Only with firstFactor: self. People who may set up with only their password, between two dates; a risk.');

export type SelfConfiguration = NonNullable<z.output<typeof selfSchema>>;
