import { randomBytes } from 'node:crypto';

/** The only source of randomness for domain code (rule 6); a CSPRNG in production (ASVS 6.5.3). */
export interface Random {
  bytes(length: number): Buffer;
}

export const systemRandom: Random = { bytes: length => randomBytes(length) };

/** An identifier that cannot be guessed: 128 bits by default, base64url. */
export function randomId(random: Random, bytes = 16): string {
  return random.bytes(bytes).toString('base64url');
}
