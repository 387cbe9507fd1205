import type { KeyRing } from './key-ring.ts';
import type { Codec } from './store.ts';

/** Records without secrets: plain JSON. */
export function plainCodec<T>(): Codec<T> {
  return { encode: (_key, value) => JSON.stringify(value), decode: (_key, text) => parse<T>(text) };
}

/** Records with secrets: JSON, AES-256-GCM under the operator's key, bound to the record's own key (CWE-311; no value can be moved to another person's record). */
export function sealedCodec<T>(ring: KeyRing, purpose: string): Codec<T> {
  return {
    encode: (key, value) => ring.seal(purpose, JSON.stringify(value), key),
    decode: (key, text) => {
      const opened = ring.open(purpose, text, key);
      return opened === undefined ? undefined : parse<T>(opened.toString('utf8'));
    },
  };
}

function parse<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
