import { createHash } from 'node:crypto';
import { decodeAttestationObject } from '@simplewebauthn/server/helpers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAssertion, readRegistration } from '../../src/factor/webauthn/answer.ts';
import type { Registered } from '../../src/factor/webauthn/enrol.ts';
import { readMetadata } from '../../src/factor/webauthn/metadata.ts';
import { flag } from '../support/authenticator.ts';
import { noRules } from '../support/keys-bench.ts';
import { type Bench, openBench, realm } from './factor-bench.ts';
import {
  assertVector,
  attestationWith,
  base64,
  bytesOf,
  clientDataWith,
  fieldsOf,
  type Parts,
  registerVector,
  root,
  type Signed,
  signedAnew,
  type Vector,
  vectorOf,
  vectors,
} from './w3c-webauthn.ts';

/** What our rules make of each example, its model asked for; and why, where it is nothing. */
const expected: Readonly<Record<string, string>> = {
  'none.ES256': '2 synced none',
  'packed-self.ES256': '2 synced packed',
  'none.ES256.crossOrigin': 'refused: our pages stand in no frame',
  'none.ES256.topOrigin': 'refused: our pages stand in no frame',
  'none.ES256.long-credential-id': '2 synced none',
  'packed.ES256': '2 synced packed',
  'packed.ES384': 'refused: an algorithm that was not offered',
  'packed.ES512': 'refused: an algorithm that was not offered',
  'packed.RS256': '2 synced packed',
  // Its certificate does not name the model, as real ones do (W3C 8.2.1).
  'packed.EdDSA': '2 model-unproved packed',
  'packed.Ed448': 'refused: an algorithm that was not offered',
  'tpm.ES256': '2 synced tpm',
  'android-key.ES256': '2 synced android-key',
  'apple.ES256': '2 synced apple',
  'fido-u2f.ES256': 'refused: an AAGUID, which no key of U2F has',
};

const accepted = vectors.filter(({ name }) => expected[name]?.startsWith('2'));
/** Those of which every byte of the registration is signed, and read. */
const attested = accepted.filter(({ name }) => name.startsWith('packed'));
/** Those whose private key can be derived as one of P-256. */
const resignable = accepted.filter(({ name }) => name.endsWith('ES256') || name.endsWith('-id'));

/** Metadata that vouch for the root of the examples, under the models that they say they are. */
const metadata = readMetadata(
  JSON.stringify(
    vectors.map(vector => ({
      aaguid: aaguidOf(vector),
      metadataStatement: {
        attestationRootCertificates: [bytesOf(root).toString('base64')],
        attestationTypes: ['basic_full'],
        keyProtection: ['hardware'],
      },
    })),
  ),
  undefined,
  Date.UTC(2026, 2, 2),
);
const rules = { ...noRules, metadata };

function aaguidOf(vector: Vector): string {
  const hex = authDataOf(vector).subarray(37, 53).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function authDataOf({ attestationObject }: Pick<Vector, 'attestationObject'>): Buffer {
  return Buffer.from(decodeAttestationObject(new Uint8Array(bytesOf(attestationObject))).get('authData'));
}

async function opened() {
  const bench = await openBench();
  return { bench, person: await bench.people.create(realm, 'anna') };
}

async function registered(vector: Vector) {
  const { bench, person } = await opened();
  const made = await registerVector(bench, { person, vector, rules, attested: true });
  if (made === undefined) throw new Error(`${vector.name} was refused`);
  return { bench, person, vector, made };
}

/** As the browser would send it: what is refused afterwards was read first. */
const isRead = (vector: Vector, { id, ...response }: Parts) =>
  readRegistration(JSON.stringify({ id, rawId: id, type: 'public-key', response })) !== undefined &&
  authDataOf({ ...vector, ...response }).length > 37;

function flipped(encoded: string, bit: number): string {
  const bytes = bytesOf(encoded);
  const at = bit % (bytes.length * 8);
  bytes.writeUInt8(bytes.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
  return base64(bytes);
}

const cutAt = (encoded: string, place: number) => base64(bytesOf(encoded).subarray(0, place % bytesOf(encoded).length));
const nothing = (made: Registered | undefined) => expect(made).toBeUndefined();

describe('W3C Web Authentication Level 3, section 16, through our own verification', () => {
  test('each example has its line, and so has each line its example', () => {
    expect(vectors.map(({ name }) => name)).toEqual(Object.keys(expected));
  });

  test.each(vectors)('a.58: $name registers as our rules say', async vector => {
    const { bench, person } = await opened();
    const made = await registerVector(bench, { person, vector, rules, attested: true });
    const found = made === undefined ? 'refused' : `${made.level} ${made.judged} ${made.format}`;
    expect(found).toBe(expected[vector.name]?.replace(/:.*/, ''));
    if (made !== undefined) expect(made.credential.id).toBe(vector.id);
  });

  test.each(accepted)(
    'a.57, a.58: $name opens once with its own assertion, and with that of no other',
    async vector => {
      const { bench, ...given } = await registered(vector);
      for (const other of vectors.filter(one => one !== vector))
        expect(await assertVector(bench, given, other.assertion), other.name).toBe('wrong');
      expect(await assertVector(bench, given)).toBe('accepted');
      const { credential } = given.made;
      const factor = { id: 'f', kind: 'webauthn', level: 2, label: '', credential } as const;
      expect(factor.credential.backupEligible).toBe((authDataOf(vector)[32] ?? 0) > 0x41 + 4);
    },
  );

  test('why those are refused that are: with that one thing otherwise they pass', async () => {
    const { bench, person } = await opened();
    for (const name of ['none.ES256.crossOrigin', 'none.ES256.topOrigin']) {
      const vector = vectorOf(name);
      const clientDataJSON = clientDataWith(vector.clientDataJSON, { crossOrigin: false, topOrigin: undefined });
      expect(await registerVector(bench, { person, vector, rules, attested: true }, { clientDataJSON })).toBeDefined();
    }
    // The statement of U2F signs no AAGUID (8.6): zeros in its place change nothing of what was signed.
    const vector = vectorOf('fido-u2f.ES256');
    const attestationObject = attestationWith(vector, authData => authData.fill(0, 37, 53));
    expect(await registerVector(bench, { person, vector, rules, attested: true }, { attestationObject })).toMatchObject(
      { level: 2, judged: 'model-unknown', format: 'fido-u2f' },
    );
  });
});

describe('W3C section 16, changed copies: registrations', () => {
  test.each(accepted)('$name with another challenge, origin, ceremony or frame, in good JSON', async vector => {
    const { bench, person } = await opened();
    const given = { person, vector, rules, attested: true };
    for (const change of [
      { challenge: vectorOf('packed.ES384').challenge },
      { origin: 'https://example.org.evil.test' },
      { origin: 'https://sub.example.org' },
      { origin: 'http://example.org' },
      { type: 'webauthn.get' },
      { crossOrigin: true },
      { topOrigin: 'https://example.org' },
    ]) {
      const clientDataJSON = clientDataWith(vector.clientDataJSON, change);
      nothing(await registerVector(bench, given, { clientDataJSON }));
    }
  });

  test.each(accepted)(
    'a.58, a.59: $name for another RP, with nobody present, backed up and not to be',
    async vector => {
      const { bench, person } = await opened();
      const given = { person, vector, rules, attested: false };
      const flags = (to: number) =>
        attestationWith(vector, authData => {
          authData.writeUInt8(to, 32);
          return authData;
        });
      const hash = createHash('sha256').update('example.com').digest();
      for (const attestationObject of [
        attestationWith(vector, authData => Buffer.concat([hash, authData.subarray(32)])),
        flags(flag.at),
        flags(flag.at | flag.uv),
        flags(flag.at | flag.up | flag.bs),
        flags(flag.up),
        // An extension that is not there.
        flags(flag.at | flag.up | 0x80),
      ])
        nothing(await registerVector(bench, given, { attestationObject }));
      nothing(await registerVector(bench, given, { id: vectorOf('packed.ES384').id }));
      // Their statement is not read where no model was asked for: it was one of these that was refused, not the copy.
      expect(await registerVector(bench, given, { attestationObject: flags(flag.at | flag.up) })).toBeDefined();
    },
  );

  test('with the halves of another example', async () => {
    const { bench, person } = await opened();
    for (const vector of accepted) {
      const given = { person, vector, rules, attested: true };
      for (const other of vectors.filter(one => one !== vector)) {
        nothing(await registerVector(bench, given, { attestationObject: other.attestationObject }));
        nothing(await registerVector(bench, given, { clientDataJSON: other.clientDataJSON }));
      }
    }
  });

  test('a.58: any bit of what a statement signs, in each field, though it is read', async () => {
    const { bench, person } = await opened();
    const fields = ['rpIdHash', 'flags', 'counter', 'aaguid', 'id', 'key'] as const;
    const read = { yes: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...attested),
        fc.constantFrom(...fields),
        fc.nat(),
        async (vector, field, bit) => {
          const changed = { ...vector, ...inField(vector, field, bit) };
          read.yes += readable(vector, changed) ? 1 : 0;
          nothing(await registerVector(bench, { person, vector, rules, attested: true }, changed));
        },
      ),
      { numRuns: 300 },
    );
    // What no longer parses is refused as well; here it must not be the rule.
    expect(read.yes).toBeGreaterThan(200);
  });

  test('any bit anywhere, or a cut: refused, or the same key at level 2', async () => {
    const { bench, person } = await opened();
    const part = fc.constantFrom('clientDataJSON' as const, 'attestationObject' as const);
    const change = fc.constantFrom(flipped, cutAt);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...accepted), part, change, fc.nat(), async (vector, name, how, place) => {
        const changed = { [name]: how(vector[name], place) };
        const made = await registerVector(bench, { person, vector, rules, attested: true }, changed);
        if (made === undefined) return;
        // Certificates are signed by their issuer only, and count for nothing at level 2. Where no statement is read
        // nobody signs the rest, and a key that was changed on its way opens nothing.
        expect([made.level, made.credential.id, how]).toEqual([2, vector.id, flipped]);
        if (attested.includes(vector)) expect(name).toBe('attestationObject');
        const same = made.credential.publicKey === (await registered(vector)).made.credential.publicKey;
        if (!same) expect(await assertVector(bench, { person, vector, made })).toBe('wrong');
      }),
      { numRuns: 300 },
    );
  });
});

describe('W3C section 16, changed copies: assertions', () => {
  test.each(accepted)('$name with any bit changed, or cut, or with parts of another', async vector => {
    const { bench, ...given } = await registered(vector);
    const part = fc.constantFrom('clientDataJSON' as const, 'authenticatorData' as const, 'signature' as const);
    await fc.assert(
      fc.asyncProperty(part, fc.constantFrom(flipped, cutAt), fc.nat(), async (name, how, place) => {
        const changed = { [name]: how(vector.assertion[name], place) };
        expect(await assertVector(bench, given, changed)).toBe('wrong');
      }),
      { numRuns: 60 },
    );
    for (const other of accepted.filter(one => one !== vector)) {
      expect(await assertVector(bench, given, { signature: other.assertion.signature })).toBe('wrong');
      expect(await assertVector(bench, given, { clientDataJSON: other.assertion.clientDataJSON })).toBe('wrong');
    }
    expect(await assertVector(bench, given)).toBe('accepted');
  });

  test.each(resignable)('a.57-a.60: $name, signed anew by its own key: each rule refuses by itself', async vector => {
    const { bench, ...given } = await registered(vector);
    const { clientDataJSON, authenticatorData } = vector.assertion;
    const own = given.made.credential.backupEligible;
    const flags = (to: number) => ({ authenticatorData: withByte(authenticatorData, 32, to) });
    const be = own ? flag.be : 0;
    for (const change of [
      { clientDataJSON: clientDataWith(clientDataJSON, { challenge: vector.challenge }) },
      { clientDataJSON: clientDataWith(clientDataJSON, { origin: 'https://example.org.evil.test' }) },
      { clientDataJSON: clientDataWith(clientDataJSON, { type: 'webauthn.create' }) },
      { clientDataJSON: clientDataWith(clientDataJSON, { crossOrigin: true }) },
      { authenticatorData: withRp(authenticatorData, 'example.com') },
      flags(be),
      flags(flag.up | (own ? 0 : flag.be)),
      flags(flag.up | flag.bs | (own ? 0 : flag.be)),
    ]) {
      const signed = signedAnew(vector, change);
      expect(isAssertion(given.made, { ...vector.assertion, ...signed }), 'it is read').toBe(
        !('crossOrigin' in said(signed)),
      );
      expect(await assertVector(bench, given, signed), JSON.stringify(change)).toBe('wrong');
    }
    expect(await assertVector(bench, given, signedAnew(vector, {}))).toBe('accepted');
    await counts(bench, given);
  });
});

/** a.60: the counter is a signal. Whatever it says, who has the key gets in; the audit tells of one that does not rise. */
async function counts(bench: Bench, given: Parameters<typeof assertVector>[1]): Promise<void> {
  const { vector } = given;
  const at = (counter: number) => {
    const bytes = bytesOf(vector.assertion.authenticatorData);
    bytes.writeUInt32BE(counter, 33);
    return assertVector(bench, given, signedAnew(vector, { authenticatorData: base64(bytes) }));
  };
  for (const counter of [7, 7, 3]) expect(await at(counter)).toBe('accepted');
  expect(bench.events.filter(({ type }) => type === 'webauthn.counter')).toMatchObject([
    { counter: 7, before: 7 },
    { counter: 3, before: 7 },
  ]);
}

function said({ clientDataJSON }: Partial<Signed>): object {
  const text = bytesOf(clientDataJSON ?? base64(Buffer.from('{}'))).toString('utf8');
  return (JSON.parse(text) as { crossOrigin?: boolean }).crossOrigin === true ? { crossOrigin: true } : {};
}

function isAssertion({ credential: { id } }: Registered, { challenge: _, ...response }: Signed): boolean {
  return readAssertion(JSON.stringify({ id, rawId: id, type: 'public-key', response })) !== undefined;
}

function withByte(encoded: string, at: number, to: number): string {
  const bytes = bytesOf(encoded);
  bytes.writeUInt8(to, at);
  return base64(bytes);
}

function withRp(encoded: string, name: string): string {
  return base64(Buffer.concat([createHash('sha256').update(name).digest(), bytesOf(encoded).subarray(32)]));
}

function inField(vector: Vector, field: string, bit: number): Pick<Parts, 'attestationObject'> {
  const [from, to] = fieldsOf(authDataOf(vector)).get(field) ?? [0, 1];
  const place = from * 8 + (bit % ((to - from) * 8));
  return {
    attestationObject: attestationWith(vector, authData => bytesOf(flipped(base64(authData), place))),
  };
}

function readable(vector: Vector, parts: Parts): boolean {
  try {
    return isRead(vector, parts);
  } catch {
    return false;
  }
}
