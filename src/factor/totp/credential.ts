import { NodeCryptoPlugin } from '@otplib/plugin-crypto-node';
import { ScureBase32Plugin, verify } from 'otplib';
import type { Random } from '../../kernel/random.ts';

/** RFC 6238 as authenticator apps read it: SHA-1, six digits, steps of 30 s from the epoch. */
export const totpPeriod = 30;
export const totpDigits = 6;

/** What is kept of an authenticator app: its seed, base32. */
export interface TotpCredential {
  readonly secret: string;
}

const seedBytes = 20;
const base32 = new ScureBase32Plugin();
const crypto = new NodeCryptoPlugin();

/** A new seed of 160 bits (RFC 4226 R6), base32 without padding: 32 characters. */
export function newSecret(random: Random): string {
  return base32.encode(random.bytes(seedBytes));
}

/** Digits as people type them: spaces, dashes and full-width digits are no mistakes. */
export function normaliseCode(typed: string): string {
  return typed.normalize('NFKC').replace(/[\s\u00ad\u200b\u2010-\u2015\u2060-]/gu, '');
}

/**
 * The time step at which this code is right: the current one, the one before or the one after (RFC 6238 5.2). Undefined
 * where it is none. Stateless: whether the step was used already is `acceptStep`'s to say.
 */
export async function matchStep(secret: string, typed: string, now: number): Promise<number | undefined> {
  const token = normaliseCode(typed);
  // otplib throws on anything but six digits.
  if (!/^[0-9]{6}$/.test(token)) return undefined;
  try {
    const result = await verify({
      secret,
      token,
      epoch: Math.floor(now / 1000),
      period: totpPeriod,
      digits: totpDigits,
      algorithm: 'sha1',
      epochTolerance: totpPeriod,
      crypto,
      base32,
    });
    return result.valid && 'timeStep' in result ? result.timeStep : undefined;
  } catch {
    // A seed that otplib refuses verifies nothing (rule 2).
    return undefined;
  }
}
