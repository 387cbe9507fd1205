import { ScureBase32Plugin } from 'otplib';
import { SluisError } from '../../kernel/errors.ts';
import { doubles, type LineFault, type RawToken, readToken, refuseFaults } from './token-file.ts';
import type { FileToken } from './tokens.ts';

const base32 = new ScureBase32Plugin();
const columns = ['serial', 'seed', 'type', 'algorithm', 'digits', 'period', 'counter', 'manufacturer'] as const;
type Column = (typeof columns)[number];

/**
 * Tokens from a CSV text with a heading: `serial,seed` and, where they differ from TOTP, SHA-1, 6 digits and 30 seconds,
 * `type,algorithm,digits,period,counter,manufacturer`; comma, semicolon or tab. A seed is hex, or base32. Throws
 * 'tokens.refused' with every bad line at once.
 */
export function readTokenCsv(text: string): FileToken[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  const heading = fieldsOf(lines[0] ?? '').map(field => field.toLowerCase());
  if (!heading.includes('serial') || !heading.includes('seed') || !heading.every(isColumn)) {
    throw new SluisError('tokens.refused', `line 1: the heading must name the columns: ${columns.join(', ')}`, {
      remedy: 'Begin the file with: serial,seed (and the other columns that it has).',
    });
  }
  const faults: LineFault[] = [];
  const tokens: FileToken[] = [];
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === '') continue;
    const token = readToken(rawOf(heading, fieldsOf(line)), seed => base32.encode(seed));
    if ('fault' in token) faults.push({ line: index + 1, fault: token.fault });
    else tokens.push({ ...token, line: index + 1 });
  }
  refuseFaults([...faults, ...doubles(tokens)].toSorted((a, b) => a.line - b.line));
  return tokens;
}

function isColumn(name: string): name is Column {
  return (columns as readonly string[]).includes(name);
}

function fieldsOf(line: string): string[] {
  return line.split(/[,;\t]/).map(field => field.trim().replace(/^"(.*)"$/, '$1'));
}

function rawOf(heading: readonly string[], fields: readonly string[]): RawToken {
  const field = (name: Column) => {
    const value = fields[heading.indexOf(name)] ?? '';
    return heading.includes(name) && value !== '' ? value : undefined;
  };
  return {
    serial: field('serial'),
    seed: seedOf(field('seed') ?? ''),
    type: field('type'),
    algorithm: field('algorithm'),
    digits: field('digits'),
    period: field('period'),
    counter: field('counter'),
    manufacturer: field('manufacturer'),
  };
}

/** Hex where it can be hex: no base32 seed of 16 bytes has only the digits 2 to 7 and the letters A to F. */
function seedOf(text: string): Buffer | undefined {
  const plain = text.replace(/[\s-]/g, '');
  if (/^(?:[0-9a-f]{2})+$/i.test(plain)) return Buffer.from(plain, 'hex');
  if (!/^[A-Z2-7]+=*$/i.test(plain)) return undefined;
  try {
    return Buffer.from(base32.decode(plain.toUpperCase().replace(/=+$/, '')));
  } catch {
    return undefined;
  }
}
