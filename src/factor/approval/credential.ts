import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { sha256 } from '../../kernel/hash.ts';

/** The browser of a phone that approves sign-ins of one person. */
export interface ApprovalCredential {
  /** P-256, the uncompressed point of 65 bytes, base64url. The private half cannot leave that browser (WebCrypto). */
  readonly publicKey: string;
}

/** By which a phone is known: its key tells it, nothing else does. */
export function deviceOf(publicKey: string): string {
  return sha256(publicKey);
}

/** What a phone signs: what was signed for one of these is worth nothing for another. */
export type Purpose = 'enrol' | 'poll' | 'subscribe' | 'answer';

/** The text that is signed. The browser writes the same one; JSON leaves no border between parts to argue about. */
export function signedText(purpose: Purpose, origin: string, parts: readonly string[]): string {
  return JSON.stringify(['sluis-approval-1', purpose, origin, ...parts]);
}

/** Whether this key signed this text: ECDSA with SHA-256, r and s of 32 bytes each (W3C WebCrypto 23.7). */
export function isSigned(publicKey: string, text: string, signature: string): boolean {
  const key = readKey(publicKey);
  const bytes = Buffer.from(signature, 'base64url');
  if (key === undefined || bytes.length !== 64) return false;
  return verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, bytes);
}

/** Whether this is a key that a phone of ours would give: a point of the curve, in its one spelling. */
export function isPublicKey(publicKey: string): boolean {
  return readKey(publicKey) !== undefined;
}

function readKey(publicKey: string): KeyObject | undefined {
  if (publicKey.length !== 87) return undefined;
  const bytes = Buffer.from(publicKey, 'base64url');
  if (bytes.length !== 65 || bytes[0] !== 4 || bytes.toString('base64url') !== publicKey) return undefined;
  const [x, y] = [bytes.subarray(1, 33).toString('base64url'), bytes.subarray(33).toString('base64url')];
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  } catch {
    return undefined;
  }
}
