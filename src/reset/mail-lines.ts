import type { CaseField, Refusal } from './case.ts';
import type { Filing } from './filing.ts';

type LineField = Exclude<keyof Filing, 'requesterAddress'>;

/** How each line of a request by mail begins, in small letters; and the field that it fills. */
const labels: Readonly<Record<string, { readonly name: LineField; readonly field: CaseField }>> = {
  account: { name: 'account', field: 'account' },
  'e-mailadres van het account': { name: 'account', field: 'account' },
  'mijn naam': { name: 'requesterName', field: 'requester-name' },
  'my name': { name: 'requesterName', field: 'requester-name' },
  methode: { name: 'identityMethod', field: 'identity-method' },
  method: { name: 'identityMethod', field: 'identity-method' },
  document: { name: 'documentType', field: 'document-type' },
  'laatste vier tekens': { name: 'documentLastFour', field: 'document-last-four' },
  'last four characters': { name: 'documentLastFour', field: 'document-last-four' },
  medewerkers: { name: 'staff', field: 'staff' },
  staff: { name: 'staff', field: 'staff' },
  'identiteit gecontroleerd': { name: 'identityConfirmed', field: 'identity-confirmed' },
  'identity checked': { name: 'identityConfirmed', field: 'identity-confirmed' },
  'opdracht tot herstel': { name: 'ordered', field: 'ordered' },
  'reset ordered': { name: 'ordered', field: 'ordered' },
  reden: { name: 'lostBecause', field: 'lost-because' },
  reason: { name: 'lostBecause', field: 'lost-because' },
  dossiernummer: { name: 'fileNumber', field: 'file-number' },
  'file number': { name: 'fileNumber', field: 'file-number' },
};

/** What people write for what we call otherwise. */
const words: Readonly<Record<string, string>> = {
  paspoort: 'passport',
  identiteitskaart: 'identity-card',
  'id-kaart': 'identity-card',
  rijbewijs: 'driving-licence',
  verblijfsdocument: 'residence-permit',
  verloren: 'lost',
  kwijt: 'lost',
  gestolen: 'stolen',
  kapot: 'broken',
  'nieuwe telefoon': 'new-phone',
  'app verwijderd': 'app-removed',
  anders: 'other',
};

const mostLines = 2_000;
const longestLine = 1_000;

/**
 * Reads `Label: value` lines of a mail's text. What was quoted from an earlier mail counts for nothing, and a label that
 * says two things is a mistake: nobody should have to guess which one was meant.
 */
export function readMailLines(text: string): Omit<Filing, 'requesterAddress'> | Refusal {
  const found = new Map<LineField, string>();
  for (const line of text.split(/\r\n|\r|\n/, mostLines)) {
    // No field is as long, and of a line of blanks without end the expression below would try every part (CWE-1333).
    if (line.length > longestLine) continue;
    const [, label = '', value = ''] = /^[ \t]*([^:>]{1,60}?)[ \t]*:[ \t]*(.*)$/.exec(line) ?? [];
    const known = Object.hasOwn(labels, label.toLowerCase()) ? labels[label.toLowerCase()] : undefined;
    if (known === undefined) continue;
    const before = found.get(known.name);
    if (before !== undefined && before !== value.trim()) return { reason: 'invalid', field: known.field };
    found.set(known.name, value.trim());
  }
  const read = (name: LineField) => found.get(name) ?? '';
  return {
    account: read('account'),
    requesterName: read('requesterName'),
    identityMethod: read('identityMethod'),
    documentType: asWeSay(read('documentType')),
    documentLastFour: read('documentLastFour'),
    staff: read('staff').split(/[,;]/),
    identityConfirmed: isYes(read('identityConfirmed')),
    ordered: isYes(read('ordered')),
    lostBecause: asWeSay(read('lostBecause')),
    fileNumber: read('fileNumber'),
  };
}

function asWeSay(word: string): string {
  const folded = word.toLowerCase();
  return Object.hasOwn(words, folded) ? (words[folded] ?? folded) : folded;
}

function isYes(word: string): boolean {
  return /^(ja|yes)[.!]?$/i.test(word);
}
