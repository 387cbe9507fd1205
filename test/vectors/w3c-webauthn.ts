import { createECDH, createHash, createPrivateKey, hkdfSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { decodeAttestationObject } from '@simplewebauthn/server/helpers';
import { z } from 'zod';
import type { Person } from '../../src/factor/person.ts';
import type { RelyingParty } from '../../src/factor/webauthn/credential.ts';
import { beginRegistration, type Registered, type Rules, verifyRegistration } from '../../src/factor/webauthn/enrol.ts';
import { beginAuthentication, verifyWebauthn } from '../../src/factor/webauthn/verify.ts';
import type { Bench } from './factor-bench.ts';

const text = z.string();
const vectorSchema = z.strictObject({
  name: text,
  challenge: text,
  id: text,
  clientDataJSON: text,
  attestationObject: text,
  assertion: z.strictObject({ challenge: text, clientDataJSON: text, authenticatorData: text, signature: text }),
});

/**
 * W3C Web Authentication Level 3, section 16: pairs of a registration and an assertion, base64url. The chapter derives
 * them from one text by HKDF-SHA-256 and deterministic signatures; `root` is its certificate (16.1).
 */
export const { root, vectors } = z
  .strictObject({ root: text, vectors: z.array(vectorSchema) })
  .parse(JSON.parse(readFileSync(new URL('w3c-webauthn.json', import.meta.url), 'utf8')));

export type Vector = z.output<typeof vectorSchema>;
export type Parts = Pick<Vector, 'id' | 'clientDataJSON' | 'attestationObject'>;
export type Signed = Vector['assertion'];

/** Of all examples. */
export const party: RelyingParty = { id: 'example.org', origin: 'https://example.org' };

export function vectorOf(name: string): Vector {
  const found = vectors.find(vector => vector.name === name);
  if (found === undefined) throw new Error(`no vector is named ${name}`);
  return found;
}

/** As drawn by a server that drew the challenge of the example. */
function drawing(bench: Bench, challenge: string) {
  return { ...bench.deps, random: { bytes: () => Buffer.from(challenge, 'base64url') } };
}

/** The registration of this vector, with parts of it replaced, through our verification. */
export async function registerVector(
  bench: Bench,
  { person, vector, rules, attested }: { person: Person; vector: Vector; rules: Rules; attested: boolean },
  change: Partial<Parts> = {},
): Promise<Registered | undefined> {
  // A sign-in of its own, for the challenges of refused ones are still open.
  const pending = randomUUID();
  const asked = { pending, person, party, title: 'Gemeente', attested };
  await beginRegistration(drawing(bench, vector.challenge), asked);
  const { id, ...response } = { ...vector, ...change };
  const { clientDataJSON, attestationObject } = response;
  const answer = { id, rawId: id, type: 'public-key', response: { clientDataJSON, attestationObject } };
  const made = await verifyRegistration(bench.deps, { pending, person, answer: JSON.stringify(answer), rules });
  return 'refused' in made ? undefined : made;
}

/** The assertion of this vector, with parts of it replaced, against a key that was registered from it. */
export async function assertVector(
  bench: Bench,
  { person, vector, made }: { person: Person; vector: Vector; made: Registered },
  change: Partial<Signed> = {},
) {
  const { challenge, ...response } = { ...vector.assertion, ...change };
  const { credential } = made;
  const pending = randomUUID();
  const asked = { pending, person, keys: [credential], party, appId: undefined };
  await beginAuthentication(drawing(bench, vector.assertion.challenge), asked);
  const answer = JSON.stringify({ id: credential.id, rawId: credential.id, type: 'public-key', response });
  return verifyWebauthn(bench.deps, {
    person,
    factor: { id: 'vector', kind: 'webauthn', level: 2, label: '', credential, boundAt: 0 },
    answer,
    challenge: pending,
  } as Parameters<typeof verifyWebauthn>[1]);
}

/** The private key of a P-256 example (its second derived value), so that what is wrong in one place is signed rightly. */
function privateKeyOf({ name }: Vector): KeyObject {
  const secret = Buffer.from(hkdfSync('sha256', 'WebAuthn test vectors', Buffer.from([1]), name, 32));
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(secret);
  const [x, y] = [ecdh.getPublicKey().subarray(1, 33), ecdh.getPublicKey().subarray(33)];
  const jwk = { kty: 'EC', crv: 'P-256', d: base64(secret), x: base64(x), y: base64(y) };
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

/** The assertion with another client data or authenticator data, signed by its own key. */
export function signedAnew(vector: Vector, change: Partial<Signed>): Partial<Signed> {
  const { clientDataJSON, authenticatorData } = { ...vector.assertion, ...change };
  const hash = createHash('sha256').update(bytesOf(clientDataJSON)).digest();
  const signature = sign('sha256', Buffer.concat([bytesOf(authenticatorData), hash]), privateKeyOf(vector));
  return { ...change, signature: base64(signature) };
}

/** Where each part of the authenticator data stands (6.1, 6.5.1), with the bytes that it holds. */
export function fieldsOf(authData: Buffer): ReadonlyMap<string, readonly [from: number, to: number]> {
  const fixed: [string, readonly [number, number]][] = [
    ['rpIdHash', [0, 32]],
    ['flags', [32, 33]],
    ['counter', [33, 37]],
  ];
  if (authData.length === 37) return new Map(fixed);
  const key = 55 + authData.readUInt16BE(53);
  return new Map([
    ...fixed,
    ['aaguid', [37, 53]],
    ['length', [53, 55]],
    ['id', [55, key]],
    ['key', [key, authData.length]],
  ]);
}

/** Client data as JSON, with members replaced. */
export function clientDataWith(encoded: string, change: object): string {
  const said = JSON.parse(bytesOf(encoded).toString('utf8')) as object;
  return base64(Buffer.from(JSON.stringify({ ...said, ...change })));
}

/** The attestation object with these bytes instead of its authenticator data, which stand last in it. */
export function attestationWith(vector: Vector, change: (authData: Buffer) => Buffer): string {
  const object = bytesOf(vector.attestationObject);
  const authData = Buffer.from(decodeAttestationObject(new Uint8Array(object)).get('authData'));
  const changed = change(Buffer.from(authData));
  if (changed.length !== authData.length) throw new Error('the length in front of it would be wrong');
  return base64(Buffer.concat([object.subarray(0, object.length - authData.length), changed]));
}

export function base64(bytes: Buffer): string {
  return bytes.toString('base64url');
}

export function bytesOf(encoded: string): Buffer {
  return Buffer.from(encoded, 'base64url');
}
