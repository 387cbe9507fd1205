import type { dutchLists } from './messages-lists-nl.ts';

export const englishLists: Readonly<Record<keyof typeof dutchLists, string>> = {
  'console.nav.access': 'Access',
  'console.nav.operators': 'Operators',
  'console.today.cases': 'Requests for a reset that are overdue: {count}',
  'console.list.everything': 'Show everything',
  'console.list.further': 'Nothing was found here yet. The next page looks further back.',
  'console.people.search-about': 'Or a part of it: vries finds j.de.vries.',
  'console.people.nobody': 'Nobody is here yet. Invite somebody, or a list of people.',
  'console.people.none-so': 'Nobody was found. See whether the name is spelled right, or choose another state.',
  'console.tokens.search': 'Serial number, or its beginning',
  'console.tokens.empty': 'There are no hardware tokens yet. Import the file of the supplier.',
  'console.tokens.none-so': 'There is no hardware token of this number. The number is on its back.',
  'console.audit.none-so': 'Nothing was found. Choose a longer period, another word, or leave fields empty.',
  'console.signals.none': 'There are no signals. You need not do anything.',
};
