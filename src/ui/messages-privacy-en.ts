import type { dutchPrivacy } from './messages-privacy-nl.ts';

/** What was taken out of the audit log, and why (R61). */
export const englishPrivacy: Record<keyof typeof dutchPrivacy, string> = {
  'console.audit.part': 'A name or address of the entry was changed.',
  'console.audit.part-gone': 'A name or address of the entry is gone, and nothing says that this was allowed.',
  'console.audit.damaged': 'The entry had been changed or was gone already when its time was over.',
  'console.audit.removed-entries': 'The oldest entries, up to {number}, were taken away when their time was over.',
  'console.audit.removed-parts':
    'Of the entries that are left, names were taken away {who} times and addresses {where} times.',
  'console.audit.who-retention': 'names taken away: their time was over (entry {number})',
  'console.audit.who-erasure': 'names taken away: this person was erased (entry {number})',
  'console.audit.where-retention': 'address taken away: its time was over (entry {number})',
  'console.audit.where-erasure': 'address taken away: this person was erased (entry {number})',
  'console.audit.gone': 'names or address gone: check that the log is whole',
};
