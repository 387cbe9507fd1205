import { z } from 'zod';
import type { Level } from './settings.ts';

export const platforms = ['windows', 'macos', 'linux', 'chromeos', 'android', 'ios'] as const;

const trustLevel = z
  .int('expected 1, 2 or 3; 2 where not given')
  .min(1, 'expected 1, 2 or 3; 2 where not given')
  .max(3, 'expected at most 3: what demands level 4 asks for a key each time (R12)')
  .transform(level => level as Exclude<Level, 4>);

export const trustSchema = z
  .strictObject({
    days: z
      .int('expected a number of days from 1 to 30')
      .min(1, 'expected at least 1; leave trust out and nobody trusts a device')
      .max(30, 'expected at most 30: the standard allows no more, and no use extends it (R10)')
      .default(30)
      .describe('How long a device stays trusted. No use extends it.'),
    level: trustLevel
      .default(2)
      .describe('The highest level that trust stands in for; never more than the second step gave that it came from.'),
    platforms: z
      .array(z.enum(platforms, `expected one of ${platforms.join(', ')}`))
      .min(1, 'expected at least one platform; without platforms all are fine')
      .optional()
      .describe(
        'Only on these, by what the browser says: it forbids others, and proves nothing of those that it names.',
      ),
    platformAuthenticator: z
      .boolean()
      .default(false)
      .describe('Only right after a passkey that, as the browser says, is built into this very device.'),
  })
  .optional()
  .describe('Trusted devices: people may mark a device of their own, where this stands, be it empty ({}).');
