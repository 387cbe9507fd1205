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
  'console.audit.noted':
    'Another entry stands here than the one that was noted. It, or entries before it, were written anew.',
  'console.audit.newest': 'The newest entry, with its number and hash:',
  'console.audit.newest-about': 'Keep it somewhere else. With it you see later whether entries at the end are gone.',
  'console.audit.given': 'An entry that you kept before',
  'console.audit.given-about': 'Number and hash, from a printed page or from the log that is kept on another machine.',
  'console.audit.given-odd': 'Give a number, a colon and a hash. A hash has 43 signs.',
  'console.audit.given-stands': 'The entry that you kept is still there: {number}. All before it is as it was, too.',
  'console.audit.given-gone':
    'Entry {number} cannot be compared: it was taken away when its time was over. Give a newer one.',
  'console.export-person': 'Get the data of this person',
  'console.export-person.will': 'You get a file with all that is kept of {name}. Nobody can sign in with it.',
  'console.export-person.give': 'Give it to {name} only, and do not keep it.',
  'console.erase-person': 'Erase this person',
  'console.erase-person.will': 'All that is kept of {name} goes. This cannot be undone.',
  'console.erase-person.audit': 'The audit stays, without name and address. They are gone from it within half an hour.',
  'console.erase-person.reason': 'Write no name into the reason: it stays in the audit.',
  'console.erase-person.then': 'Who gets this name from then on is somebody else, and needs an invitation.',
  'console.erase-person.name': 'Type the name of the person',
  'console.erase-person.again': 'Type the name once more',
  'console.refused.name-again': 'The name is not right. Type it twice, exactly as it stands above.',
  'console.refused.open-case': 'There is still a reset request for this person. Close it first, or refuse it.',
  'console.done.erased': 'The person was erased.',
};
