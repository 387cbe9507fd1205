/** Texts of lists at the console: what an empty one says, short names of places. Same rules as messages-nl.ts. */
export const dutchLists = {
  'console.nav.access': 'Toegang',
  'console.nav.operators': 'Beheerders',
  'console.today.cases': 'Verzoeken om herstel die te laat zijn: {count}',
  'console.list.everything': 'Toon alles',
  'console.list.further': 'Hier is nog niets gevonden. De volgende pagina zoekt verder terug.',
  'console.people.search-about': 'Of een deel ervan: vries vindt j.de.vries.',
  'console.people.nobody': 'Er is hier nog niemand. Nodig iemand uit, of een lijst van mensen.',
  'console.people.none-so': 'Er is niemand gevonden. Kijk of de naam goed is geschreven, of kies een andere stand.',
  'console.tokens.search': 'Serienummer, of het begin ervan',
  'console.tokens.empty': 'Er zijn nog geen codekastjes. Lees het bestand van de leverancier in.',
  'console.tokens.none-so': 'Er is geen codekastje met dit nummer. Het nummer staat op de achterkant.',
  'console.audit.none-so': 'Er is niets gevonden. Kies een ruimere periode, een ander woord of laat velden leeg.',
  'console.signals.none': 'Er zijn geen signalen. U hoeft niets te doen.',
} as const;
