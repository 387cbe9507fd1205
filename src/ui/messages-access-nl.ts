/** Texts of the access overview at the console. Same rules as messages-nl.ts. */
export const dutchAccess = {
  'console.access.with': 'Waarmee',
  'console.access.at-level': 'niveau {level}',
  'console.access.level-for': '{level} voor {group}',
  'console.access.age-seconds': 'tweede stap hooguit {count} s oud',
  'console.access.age-minutes': 'tweede stap hooguit {count} min. oud',
  'console.access.age-hours': 'tweede stap hooguit {count} uur oud',
  'console.access.short-who': '{count} mensen kunnen nog niet bij {path}',
  'console.access.short-title': 'Wie kan nog niet bij {app} {path}',
  'console.access.show-reach': 'Wie er wel bij kan',
  'console.access.show-short': 'Wie er nog niet bij kan',
  'console.access.nobody': 'Er is niemand van wie dit geldt.',
  'console.access.further': 'Hier is nog niemand gevonden. De volgende pagina zoekt verder.',
  'console.access.see': 'Toegang bekijken',
  'console.access.of': 'Waar {name} bij kan',
  'console.access.not-of-group': 'Nee: alleen voor de groep',
} as const;
