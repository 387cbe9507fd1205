import { type Argon2Algorithm, argon2, timingSafeEqual } from 'node:crypto';
import type { Random } from '../kernel/random.ts';

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const saltBytes = 16;
const hashBytes = 32;
const algorithm: Argon2Algorithm = 'argon2id';

/** Shorter ones are guessed; longer ones are refused before anything is computed over them (CWE-400). */
const passwordLength = { least: 12, most: 256 } as const;

/** Why a password is not taken; undefined where it is. No rules on signs: NIST SP 800-63B-4 3.1.1.2 advises against them. */
export function passwordFault(password: string, email: string): 'short' | 'long' | 'name' | undefined {
  const signs = [...password.normalize('NFKC')].length;
  if (signs < passwordLength.least) return 'short';
  if (signs > passwordLength.most) return 'long';
  const [local = ''] = email.split('@');
  const folded = password.toLowerCase();
  if (local.length >= 3 && folded.includes(local) && signs < local.length + passwordLength.least) return 'name';
  return new Set(folded).size < 5 ? 'short' : undefined;
}

/** As the PHC string format writes it, so that another cost can be chosen later. */
export async function hashPassword(random: Random, password: string): Promise<string> {
  const salt = random.bytes(saltBytes);
  const hash = await derive(password, salt, cost);
  const { memory, passes, parallelism } = cost;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(hash)}`;
}

/**
 * True for the password behind this hash. Without one the same work is done for nothing: how long it takes must not
 * tell whether there is such an operator (CWE-208).
 */
export async function isPassword(hash: string | undefined, password: string): Promise<boolean> {
  const parsed = hash === undefined ? undefined : parse(hash);
  const { salt, ...rest } = parsed ?? nobody;
  const typed = [...password].length > passwordLength.most ? '' : password;
  const derived = await derive(typed, salt, rest.cost);
  return timingSafeEqual(derived, rest.hash) && parsed !== undefined;
}

interface Parsed {
  readonly salt: Buffer;
  readonly hash: Buffer;
  readonly cost: { readonly memory: number; readonly passes: number; readonly parallelism: number };
}

const nobody: Parsed = { salt: Buffer.alloc(saltBytes), hash: Buffer.alloc(hashBytes), cost };

function parse(text: string): Parsed | undefined {
  const match = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([\w+/]+)\$([\w+/]+)$/.exec(text);
  if (match === null) return undefined;
  const [, memory, passes, parallelism, salt = '', hash = ''] = match;
  const bytes = Buffer.from(hash, 'base64');
  if (bytes.length !== hashBytes) return undefined;
  const used = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  return { salt: Buffer.from(salt, 'base64'), hash: bytes, cost: used };
}

/** One spelling of what was typed: keyboards differ in how they compose letters (NIST SP 800-63B-4 3.1.1.2). */
function derive(password: string, nonce: Buffer, { memory, passes, parallelism }: Parsed['cost']): Promise<Buffer> {
  const message = Buffer.from(password.normalize('NFKC'));
  return new Promise((resolve, reject) => {
    argon2(algorithm, { message, nonce, parallelism, tagLength: hashBytes, memory, passes }, (error, derived) =>
      error === null ? resolve(derived) : reject(error),
    );
  });
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
