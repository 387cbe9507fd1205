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
} as const;
