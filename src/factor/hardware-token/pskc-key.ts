/** The key of an encrypted container as suppliers give it: 16, 24 or 32 bytes in hex or base64. Undefined for anything else. */
export function readPskcKey(text: string): Buffer | undefined {
  const plain = text.replace(/\s/g, '');
  // Hex first: 24 random bytes whose base64 has only hex digits do not happen.
  if (/^(?:[0-9a-f]{32}|[0-9a-f]{48}|[0-9a-f]{64})$/i.test(plain)) return Buffer.from(plain, 'hex');
  const bytes = Buffer.from(plain, 'base64');
  return [16, 24, 32].includes(bytes.length) && bytes.toString('base64') === plain ? bytes : undefined;
}
