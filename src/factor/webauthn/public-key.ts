import { createPublicKey, type webcrypto } from 'node:crypto';
import { cose, decodeCredentialPublicKey } from '@simplewebauthn/server/helpers';

const { COSEKEYS: names } = cose;
/** NIST SP 800-131A: shorter RSA keys sign nothing any more. */
const shortestRsa = 2048;

/** The COSE algorithm of a key, base64url; undefined where it cannot be read. */
export function algorithmOf(publicKey: string): unknown {
  return fieldsOf(publicKey)?.get(names.alg);
}

/**
 * Whether this is a public key that can verify at all: whole numbers of the right size, a point on its curve. The library
 * binds what was cut off on its way too, and its owner would find at her next sign-in that it opens nothing.
 */
export function isSound(publicKey: string): boolean {
  const fields = fieldsOf(publicKey);
  const key = fields === undefined ? undefined : jwkOf(fields);
  if (key === undefined) return false;
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey({ key, format: 'jwk' });
    return asymmetricKeyType !== 'rsa' || (asymmetricKeyDetails?.modulusLength ?? 0) >= shortestRsa;
  } catch {
    return false;
  }
}

type Fields = ReadonlyMap<number, unknown>;

function fieldsOf(publicKey: string): Fields | undefined {
  try {
    const fields: unknown = decodeCredentialPublicKey(new Uint8Array(Buffer.from(publicKey, 'base64url')));
    return fields instanceof Map ? (fields as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 9053 7 as RFC 7517 writes it, of the algorithms that we offer and with the one curve of each (W3C 5.8.5). */
function jwkOf(fields: Fields): webcrypto.JsonWebKey | undefined {
  const [x, y] = [numberOf(fields, -2), numberOf(fields, -3)];
  switch (`${fields.get(names.kty)} ${fields.get(names.alg)}`) {
    case '2 -7':
      return fields.get(-1) === 1 && x?.length === 43 && y?.length === 43
        ? { kty: 'EC', crv: 'P-256', x, y }
        : undefined;
    case '1 -8':
      return fields.get(-1) === 6 && x?.length === 43 ? { kty: 'OKP', crv: 'Ed25519', x } : undefined;
    case '3 -257': {
      const n = numberOf(fields, -1);
      return n === undefined || x === undefined ? undefined : { kty: 'RSA', n, e: x };
    }
    default:
      return undefined;
  }
}

function numberOf(fields: Fields, name: number): string | undefined {
  const value = fields.get(name);
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64url') : undefined;
}
