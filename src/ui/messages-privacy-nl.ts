/** What was taken out of the audit log, and why (R61). The rules are those of `messages-nl.ts`. */
export const dutchPrivacy = {
  'console.audit.part': 'Een naam of adres bij de regel is veranderd.',
  'console.audit.part-gone': 'Een naam of adres bij de regel is weg, en nergens staat dat dit mocht.',
  'console.audit.damaged': 'De regel was al veranderd of weg toen de bewaartijd om was.',
  'console.audit.removed-entries': 'De oudste regels, tot en met {number}, zijn weggehaald omdat de bewaartijd om was.',
  'console.audit.removed-parts':
    'Uit de regels die er nog zijn, zijn {who} keer namen weggehaald en {where} keer adressen.',
  'console.audit.who-retention': 'namen weggehaald: de bewaartijd was om (regel {number})',
  'console.audit.who-erasure': 'namen weggehaald: deze persoon is gewist (regel {number})',
  'console.audit.where-retention': 'adres weggehaald: de bewaartijd was om (regel {number})',
  'console.audit.where-erasure': 'adres weggehaald: deze persoon is gewist (regel {number})',
  'console.audit.gone': 'namen of adres weg: controleer of het logboek heel is',
  'console.audit.noted':
    'Hier staat een andere regel dan is genoteerd. Deze regel, of regels ervoor, zijn opnieuw geschreven.',
  'console.audit.newest': 'De nieuwste regel, met nummer en hash:',
  'console.audit.newest-about':
    'Bewaar deze op een andere plek. Daarmee is later te zien of er regels aan het eind weg zijn.',
  'console.audit.given': 'Regel die u eerder bewaarde',
  'console.audit.given-about': 'Nummer en hash, van een afdruk of uit het log dat op een andere computer staat.',
  'console.audit.given-odd': 'Vul een nummer, een dubbele punt en een hash in. Een hash heeft 43 tekens.',
  'console.audit.given-stands': 'De regel die u bewaarde staat er nog: {number}. Ook alles ervoor is zoals het was.',
  'console.audit.given-gone':
    'Regel {number} is niet te vergelijken: die is weggehaald omdat de bewaartijd om was. Vul een nieuwere in.',
  'console.export-person': 'Gegevens van deze persoon opvragen',
  'console.export-person.will': 'U krijgt een bestand met alles wat van {name} bewaard is. Niemand kan ermee inloggen.',
  'console.export-person.give': 'Geef het alleen aan {name} zelf, en bewaar het niet.',
  'console.erase-person': 'Deze persoon wissen',
  'console.erase-person.will': 'Alles wat van {name} bewaard is, verdwijnt. Dit kan niet worden teruggedraaid.',
  'console.erase-person.audit': 'Het logboek blijft, zonder naam en adres. Die zijn daar binnen een half uur weg.',
  'console.erase-person.reason': 'Zet geen naam in de reden: die blijft in het logboek.',
  'console.erase-person.then':
    'Wie daarna deze naam krijgt, is iemand anders. Die persoon heeft een uitnodiging nodig.',
  'console.erase-person.name': 'Typ de naam van de persoon',
  'console.erase-person.again': 'Typ de naam nog een keer',
  'console.refused.name-again': 'De naam klopt niet. Typ hem twee keer, precies zoals hij hierboven staat.',
  'console.refused.open-case': 'Er is nog een verzoek om herstel voor deze persoon. Rond dat eerst af, of wijs het af.',
  'console.done.erased': 'De persoon is gewist.',
} as const;
