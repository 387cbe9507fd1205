import { SluisError } from '../kernel/errors.ts';
import { parseMailAddress } from '../kernel/mail-address.ts';

/** What is wrong with one line, for the operator. */
export interface LineFault {
  readonly line: number;
  readonly fault: string;
}

/** A name in the realm's normal form; undefined where the realm's apps would refuse it. */
export type Normalise = (typed: string) => string | undefined;

/** One line of a list: who, and her mail address where one stands there. */
export interface Invitee {
  readonly name: string;
  readonly email: string | undefined;
  readonly line: number;
}

const mailHeadings = new Set(['email', 'e-mail', 'mail', 'mailadres', 'e-mailadres', 'emailadres', 'mail address']);
const headings = new Set(['name', 'naam', 'user', 'username', 'account', 'accountnaam', 'gebruikersnaam']);

/**
 * The people of a CSV text: the name in the first column; `;` and quotes as spreadsheets write them. A mail address is
 * read from the column that a heading calls `e-mail`, or without a heading from the second, where an @ stands in it.
 * Throws 'cli.usage' with every bad line at once.
 */
export function readInvitees(csv: string, normalise: Normalise): Invitee[] {
  const faults: LineFault[] = [];
  const found = new Map<string, Invitee>();
  let mailColumn: number | undefined;
  const lines = csv.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  for (const [index, text] of lines.entries()) {
    if (text.trim() === '') continue;
    const fields = fieldsOf(text);
    if (found.size === 0 && faults.length === 0 && isHeading(fields?.[0])) {
      mailColumn = fields?.findIndex(field => mailHeadings.has(field.toLowerCase()));
      continue;
    }
    const read = inviteeOf(fields, { line: index + 1, mailColumn, normalise });
    const earlier = 'name' in read ? found.get(read.name) : undefined;
    if ('fault' in read) faults.push(read);
    else if (earlier === undefined) found.set(read.name, read);
    else faults.push({ line: read.line, fault: `${read.name} is on line ${earlier.line} already` });
  }
  refuseFaults(faults);
  if (found.size === 0) throw new SluisError('cli.usage', 'the list holds no names');
  return [...found.values()];
}

interface Reading {
  readonly line: number;
  readonly mailColumn: number | undefined;
  readonly normalise: Normalise;
}

function inviteeOf(
  fields: readonly string[] | undefined,
  { line, mailColumn, normalise }: Reading,
): Invitee | LineFault {
  const name = fields === undefined ? undefined : normalise(fields[0] ?? '');
  if (name === undefined) return { line, fault: describe(fields?.[0]) };
  const second = fields?.[1] ?? '';
  const written = mailColumn === undefined ? (second.includes('@') ? second : '') : (fields?.[mailColumn] ?? '');
  const email = parseMailAddress(written);
  if (written === '' || email !== undefined) return { line, name, email };
  return { line, fault: `${JSON.stringify(written.slice(0, 80))} is not a mail address` };
}

export function refuseFaults(faults: readonly LineFault[]): void {
  if (faults.length === 0) return;
  const listed = faults.map(({ line, fault }) => `line ${line}: ${fault}`).join('\n');
  throw new SluisError('cli.usage', `nobody was invited, since not every line is right:\n${listed}`, {
    remedy: 'Correct the lines and run the command again.',
  });
}

function isHeading(field: string | undefined): boolean {
  return field !== undefined && headings.has(field.toLowerCase());
}

/** Undefined where a quote is opened and not closed. */
function fieldsOf(text: string): string[] | undefined {
  const fields: string[] = [];
  for (let rest: string | undefined = text; rest !== undefined; ) {
    const quoted: RegExpExecArray | null = /^\s*"((?:[^"]|"")*)"\s*(?:[,;\t]|$)/.exec(rest);
    const whole: string = quoted?.[0] ?? /^[^,;\t]*(?:[,;\t]|$)/.exec(rest)?.[0] ?? '';
    const field = quoted?.[1]?.replaceAll('""', '"') ?? whole.replace(/[,;\t]$/, '');
    if (quoted === null && field.trimStart().startsWith('"')) return undefined;
    fields.push(field.trim());
    rest = /[,;\t]$/.test(whole) ? rest.slice(whole.length) : undefined;
  }
  return fields;
}

function describe(field: string | undefined): string {
  if (field === undefined) return 'a quote is opened and not closed';
  if (field === '') return 'there is no name before the first comma';
  return `${JSON.stringify(field.slice(0, 80))} is not a name that the apps of this realm accept`;
}
