import type { dutchAccess } from './messages-access-nl.ts';

export const englishAccess: Readonly<Record<keyof typeof dutchAccess, string>> = {
  'console.access.with': 'With what',
  'console.access.at-level': 'level {level}',
  'console.access.level-for': '{level} for {group}',
  'console.access.age-seconds': 'second step at most {count} s old',
  'console.access.age-minutes': 'second step at most {count} min old',
  'console.access.age-hours': 'second step at most {count} h old',
  'console.access.short-who': '{count} people do not yet reach {path}',
  'console.access.short-title': 'Who does not yet reach {app} {path}',
  'console.access.show-reach': 'Who does reach it',
  'console.access.show-short': 'Who does not yet reach it',
  'console.access.nobody': 'There is nobody of whom this is so.',
  'console.access.further': 'Nobody was found here yet. The next page looks further.',
  'console.access.see': 'See access',
  'console.access.of': 'What {name} reaches',
  'console.access.not-of-group': 'No: for the group only',
};
