import { z } from 'zod';
import { duration, parseDuration } from './quantity.ts';

/** In whole days: what is kept goes by days. */
function days(atLeast: string, standard: string, what: string) {
  const [least, most] = [parseDuration(atLeast) ?? 0, parseDuration('3650d') ?? 0];
  return duration
    .refine(value => value >= least && value <= most, `expected a duration from ${atLeast} to 3650d`)
    .prefault(standard)
    .describe(what);
}

export const retentionSchema = z
  .strictObject({
    audit: days('30d', '730d', 'How long entries of the audit trail are kept.'),
    auditNames: days(
      '30d',
      '730d',
      'How long they hold names, mail addresses and reasons; operators stay named for as long as the entry.',
    ),
    auditAddresses: days('7d', '180d', 'How long they hold network addresses and browsers.'),
    closedAccounts: days('30d', '365d', 'How long after it was closed an account, and what it had, is kept.'),
    resetCases: days('30d', '730d', 'How long after it ended a case of the reset desk is kept.'),
    operators: days('30d', '365d', 'How long after her mandate ended an operator is kept.'),
  })
  .describe('How long personal data are kept, by what they are for.');
