import { z } from 'zod';

export const enrolmentRules = ['activation-code', 'desk', 'self'] as const;
export type EnrolmentRule = (typeof enrolmentRules)[number];

const rule = z.enum(enrolmentRules);

/** R38: a word for level 2, or one for each level. There is no default for level 2; what is above is for the desk. */
export const enrolmentSchema = z
  .union([
    rule,
    z.strictObject({
      2: rule.describe('And level 1.'),
      3: rule.optional().describe('desk where nothing is said.'),
      4: rule.optional().describe('desk where nothing is said.'),
    }),
  ])
  .describe(
    'How people get a first factor: a word for level 2, with desk for levels 3 and 4; or { 2: ..., 3: ..., 4: ... }. There is no default: nobody may bind one with only a password.',
  );

export type EnrolmentConfiguration = z.output<typeof enrolmentSchema>;
