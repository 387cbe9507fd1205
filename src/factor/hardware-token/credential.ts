import { NodeCryptoPlugin } from '@otplib/plugin-crypto-node';
import { generateSync, ScureBase32Plugin } from 'otplib';
import { sameText } from '../../kernel/key-ring.ts';

/** What an OATH token holds: a seed, and how its moving factor moves (RFC 4226, RFC 6238). */
export interface HardwareTokenCredential {
  /** As printed on its back. */
  readonly serial: string;
  /** Base32; 16 bytes at least (RFC 4226 R6). */
  readonly secret: string;
  readonly algorithm: 'sha1' | 'sha256' | 'sha512';
  readonly digits: 6 | 8;
  /** Seconds of a step; undefined for one that counts presses (HOTP). */
  readonly period: number | undefined;
  /** Where the counter of a HOTP token stood at its import; 0 for one with a clock. */
  readonly counter: number;
}

const base32 = new ScureBase32Plugin();
const crypto = new NodeCryptoPlugin();

/** The code that this token shows at one value of its moving factor: a step of its clock, or a press. */
export function tokenCode({ secret, algorithm, digits }: HardwareTokenCredential, moving: number): string {
  return generateSync({ strategy: 'hotp', secret, algorithm, digits, counter: moving, crypto, base32 });
}

/** The first value from `from` to `to` at which the token shows this code; undefined where there is none. */
export function matchMoving(
  credential: HardwareTokenCredential,
  code: string,
  { from, to }: { readonly from: number; readonly to: number },
): number | undefined {
  if (code.length !== credential.digits) return undefined;
  try {
    for (let moving = Math.max(0, from); moving <= to; moving += 1) {
      if (sameText(tokenCode(credential, moving), code)) return moving;
    }
  } catch {
    // A seed that otplib refuses verifies nothing (rule 2).
  }
  return undefined;
}
