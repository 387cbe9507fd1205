import { SluisError } from '../kernel/errors.ts';

/** What is wrong with one line, for the operator. */
export interface LineFault {
  readonly line: number;
  readonly fault: string;
}

/** A name in the realm's normal form; undefined where the realm's apps would refuse it. */
export type Normalise = (typed: string) => string | undefined;

const headings = new Set(['name', 'naam', 'user', 'username', 'account', 'accountnaam', 'gebruikersnaam']);

/**
 * The names of a CSV text (`name[,anything]` a line; `;` and quotes as spreadsheets write them; a heading is skipped),
 * each with its line number. Throws 'cli.usage' with every bad line at once.
 */
export function readNames(csv: string, normalise: Normalise): { name: string; line: number }[] {
  const faults: LineFault[] = [];
  const lines = new Map<string, number>();
  for (const [index, text] of csv
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const line = index + 1;
    const field = firstField(text);
    if (text.trim() === '' || (lines.size === 0 && faults.length === 0 && isHeading(field))) continue;
    const name = field === undefined ? undefined : normalise(field);
    const earlier = name === undefined ? undefined : lines.get(name);
    if (name === undefined) faults.push({ line, fault: describe(field) });
    else if (earlier !== undefined) faults.push({ line, fault: `${name} is on line ${earlier} already` });
    else lines.set(name, line);
  }
  refuseFaults(faults);
  if (lines.size === 0) throw new SluisError('cli.usage', 'the list holds no names');
  return [...lines].map(([name, line]) => ({ name, line }));
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
function firstField(text: string): string | undefined {
  const quoted = /^\s*"((?:[^"]|"")*)"\s*(?:[,;\t]|$)/.exec(text);
  if (quoted?.[1] !== undefined) return quoted[1].replaceAll('""', '"').trim();
  const plain = /^[^,;\t]*/.exec(text)?.[0].trim() ?? '';
  return plain.startsWith('"') ? undefined : plain;
}

function describe(field: string | undefined): string {
  if (field === undefined) return 'a quote is opened and not closed';
  if (field === '') return 'there is no name before the first comma';
  return `${JSON.stringify(field.slice(0, 80))} is not a name that the apps of this realm accept`;
}
