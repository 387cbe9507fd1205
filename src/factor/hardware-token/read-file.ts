import { readTokenCsv } from './csv.ts';
import { type PskcSecret, readPskc } from './pskc.ts';
import type { FileToken } from './tokens.ts';

/** The tokens of a PSKC (RFC 6030) or CSV text, by how it begins. Throws 'tokens.refused' with every bad line. */
export function readTokenFile(text: string, secret: PskcSecret): FileToken[] {
  const isXml = text
    .replace(/^\uFEFF/, '')
    .trimStart()
    .startsWith('<');
  return isXml ? readPskc(text, secret) : readTokenCsv(text);
}
