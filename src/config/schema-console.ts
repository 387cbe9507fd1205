import { z } from 'zod';
import { origin } from './address.ts';
import { durationUpTo } from './quantity.ts';
import { firstFactorSchema } from './schema-first-factor.ts';

export const consoleSchema = z
  .strictObject({
    origin: origin.describe('A host name of its own, or that of a portal: the console is then at /console on it.'),
    level: z
      .int('expected an MFA level: 2, 3 or 4')
      .min(2, 'expected an MFA level: 2, 3 or 4; operators are never let in with less (R52)')
      .max(4, 'expected an MFA level: 2, 3 or 4')
      .transform(level => level as 2 | 3 | 4)
      .optional()
      .describe('What every operator needs. Without it: 3 for who has a factor that reaches it, 2 for the others.'),
    firstFactor: firstFactorSchema,
    idle: durationUpTo('1h').prefault('15m').describe('Without a request for this long, an operator is signed out.'),
    absolute: durationUpTo('12h').prefault('10h').describe('How long an operator stays signed in at most.'),
    freshFor: durationUpTo('30m')
      .prefault('5m')
      .describe('For acts with consequences the second factor must have been used this recently, or is asked again.'),
  })
  .optional()
  .describe('The console: pages for admins, helpdesk and auditors. Without this there is none.');
