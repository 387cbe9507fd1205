import { SluisError } from '../../kernel/errors.ts';
import type { FileToken, NewToken } from './tokens.ts';

/** What is wrong with one line of a file of tokens, for the operator. Never quotes a seed. */
export interface LineFault {
  readonly line: number;
  readonly fault: string;
}

/** Bytes of a seed, at least (RFC 4226 R6). */
const shortest = 16;
const longest = 64;

/** A token as a file gives it, each part as text; undefined where it says nothing. */
export interface RawToken {
  readonly serial: string | undefined;
  readonly seed: Buffer | undefined;
  readonly type: string | undefined;
  readonly algorithm: string | undefined;
  readonly digits: string | undefined;
  readonly period: string | undefined;
  readonly counter: string | undefined;
  readonly manufacturer: string | undefined;
}

/** One token with everything checked, or what is wrong with it. `toBase32` encodes the seed as it is kept. */
export function readToken(raw: RawToken, toBase32: (seed: Buffer) => string): NewToken | { readonly fault: string } {
  const { serial = '', seed, manufacturer } = raw;
  if (!/^[\w.:/-]{1,64}$/.test(serial)) return { fault: 'the serial number is missing, or holds what none holds' };
  if (seed === undefined) return { fault: `token ${serial}: the seed is missing or cannot be read` };
  if (seed.length < shortest || seed.length > longest) {
    return { fault: `token ${serial}: a seed of ${seed.length} bytes; at least ${shortest} are needed (RFC 4226)` };
  }
  const algorithm = algorithms.get((raw.algorithm ?? 'sha1').toLowerCase().replace(/^hmac-?|-/g, ''));
  if (algorithm === undefined) return { fault: `token ${serial}: the algorithm is none of SHA-1, SHA-256, SHA-512` };
  const digits = Number(raw.digits ?? 6);
  if (digits !== 6 && digits !== 8) return { fault: `token ${serial}: shows neither 6 nor 8 digits` };
  const moving = readMoving(raw);
  if (typeof moving === 'string') return { fault: `token ${serial}: ${moving}` };
  return { serial, secret: toBase32(seed), algorithm, digits, manufacturer, ...moving };
}

const algorithms = new Map<string, NewToken['algorithm']>([
  ['sha1', 'sha1'],
  ['sha256', 'sha256'],
  ['sha512', 'sha512'],
]);

function readMoving({ type, period = '30', counter = '0' }: RawToken): Pick<NewToken, 'period' | 'counter'> | string {
  const kind = (type ?? 'totp').toLowerCase();
  if (kind === 'hotp')
    return /^\d{1,15}$/.test(counter) ? { period: undefined, counter: Number(counter) } : 'the counter is no number';
  if (kind !== 'totp') return 'is neither a TOTP nor a HOTP token';
  return period === '30' || period === '60'
    ? { period: Number(period), counter: 0 }
    : 'steps neither 30 nor 60 seconds';
}

/** Throws 'tokens.refused' with every bad line at once: a file that is half right imports nothing. */
export function refuseFaults(faults: readonly LineFault[]): void {
  if (faults.length === 0) return;
  const listed = faults.map(({ line, fault }) => `line ${line}: ${fault}`).join('\n');
  throw new SluisError('tokens.refused', `nothing was imported, since not everything is right:\n${listed}`, {
    remedy: 'Correct the file, or ask its maker for another one, and run the command again.',
  });
}

/** What stands twice in one file. */
export function doubles(tokens: readonly FileToken[]): LineFault[] {
  const seen = new Map<string, number>();
  return tokens.flatMap(({ serial, line }) => {
    const earlier = seen.get(serial);
    seen.set(serial, earlier ?? line);
    return earlier === undefined ? [] : [{ line, fault: `token ${serial} stands on line ${earlier} already` }];
  });
}
