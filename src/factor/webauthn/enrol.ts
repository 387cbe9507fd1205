import {
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type RegistrationResponseJSON,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { sha256 } from '../../kernel/hash.ts';
import type { FactorDeps } from '../deps.ts';
import type { Verdict } from '../kind.ts';
import type { Person } from '../person.ts';
import { type RegistrationAnswer, readRegistration } from './answer.ts';
import { chainOf, formatOf, type Judged, judge, readable } from './attestation.ts';
import { type Asked, drawChallenge, takeChallenge } from './ceremony.ts';
import {
  algorithms,
  ceremonyTime,
  type RelyingParty,
  type WebauthnCredential,
  type WebauthnRules,
} from './credential.ts';
import type { Metadata } from './metadata.ts';
import { isSound } from './public-key.ts';
import { bytes, transportsOf } from './verify.ts';

export type Rules = WebauthnRules<Metadata>;

/** Begins a set-up: what the browser hands to a new key. */
export async function beginRegistration(
  deps: Pick<FactorDeps, 'store' | 'clock' | 'random'>,
  asked: {
    readonly pending: string;
    readonly person: Person;
    readonly party: RelyingParty;
    readonly title: string;
    /** Asks for the model, where that can raise its worth: else it is nobody's business. */
    readonly attested: boolean;
  },
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { pending, person, party, title, attested } = asked;
  const drawn = { ceremony: 'create', pending, person: person.id, party, appId: undefined, attested } as const;
  const challenge = await drawChallenge(deps, drawn);
  return generateRegistrationOptions({
    rpName: title,
    rpID: party.id,
    userName: person.name,
    userDisplayName: person.name,
    // Random, and not her name: a key shows it to whoever holds it (W3C 14.6.1).
    userID: bytes(person.id),
    challenge: bytes(challenge),
    timeout: ceremonyTime,
    attestationType: attested ? 'direct' : 'none',
    excludeCredentials: keysOf(person).map(({ id, transports }) => ({ id, transports: transportsOf(transports) })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
    supportedAlgorithmIDs: algorithms,
  });
}

export function keysOf(person: Person | undefined): readonly WebauthnCredential[] {
  return (person?.factors ?? []).flatMap(factor => (factor.kind === 'webauthn' ? [factor.credential] : []));
}

/** What a set-up proved: a key, what it is worth, and why no more. */
export interface Registered {
  readonly credential: WebauthnCredential;
  readonly level: 2 | 4;
  readonly judged: Judged;
  readonly format: string;
}

/** Why nothing came of it: for the admin, since the person can only try again. */
export interface Refused {
  /**
   * `unreadable`: no answer of a browser at our page, or no CBOR. `challenge`: answered before, older than ten minutes, or
   * for something else. `origin`: made at another address. `not-verified`: what was signed does not hold. `key`: one that
   * can verify nothing, or of another name than it said.
   */
  readonly refused: 'unreadable' | 'challenge' | 'origin' | 'not-verified' | 'key';
}

/** Checks what a new key signed (W3C 7.1). The challenge is used up first. Nothing is bound by it. */
export async function verifyRegistration(
  deps: Pick<FactorDeps, 'store' | 'clock'>,
  given: {
    readonly pending: string;
    readonly person: Pick<Person, 'id'>;
    readonly answer: string;
    readonly rules: Rules;
  },
): Promise<Registered | Refused> {
  const { pending, person, rules } = given;
  const answer = readRegistration(given.answer);
  if (answer === undefined) return { refused: 'unreadable' };
  const ask = { ceremony: 'create', pending, person: person.id } as const;
  const asked = await takeChallenge(deps, answer.clientData.challenge, ask);
  if (asked === undefined) return { refused: 'challenge' };
  if (answer.clientData.origin !== asked.party.origin) return { refused: 'origin' };
  const said = bytes(answer.response.attestationObject);
  const object = objectIn(said, asked.attested);
  if (object === undefined) return { refused: 'unreadable' };
  try {
    return await verified(asked, answer, rules, { said, object, now: deps.clock.now() });
  } catch {
    // The library throws for whatever it does not take.
    return { refused: 'not-verified' };
  }
}

/** Undefined for bytes that are no attestation object. */
function objectIn(said: Bytes, attested: boolean): Bytes | undefined {
  try {
    return readable(said, attested);
  } catch {
    return undefined;
  }
}

type Bytes = Uint8Array<ArrayBuffer>;

async function verified(
  asked: Asked,
  answer: RegistrationAnswer,
  rules: Rules,
  { said, object, now }: { readonly said: Bytes; readonly object: Bytes; readonly now: number },
): Promise<Registered | Refused> {
  const response = { ...answer.response, attestationObject: Buffer.from(object).toString('base64url') };
  const result = await verifyRegistrationResponse({
    response: { ...answer, response, clientExtensionResults: {} } as RegistrationResponseJSON,
    expectedChallenge: answer.clientData.challenge,
    expectedOrigin: asked.party.origin,
    expectedRPID: asked.party.id,
    // Keys of U2F know no PIN.
    requireUserVerification: false,
    supportedAlgorithmIDs: algorithms,
  });
  // The library takes the id out of what was signed, and does not compare it with the one that was said.
  if (!result.verified) return { refused: 'not-verified' };
  if (result.registrationInfo.credential.id !== answer.id) return { refused: 'key' };
  const { credential, credentialDeviceType, aaguid, fmt } = result.registrationInfo;
  const format = asked.attested ? formatOf(said) : fmt;
  const publicKey = Buffer.from(credential.publicKey).toString('base64url');
  if (!isSound(publicKey)) return { refused: 'key' };
  const backupEligible = credentialDeviceType === 'multiDevice';
  const judged = asked.attested
    ? judge({ format, aaguid, backupEligible, chain: chainOf(object) }, rules, now)
    : backupEligible
      ? 'synced'
      : 'not-asked';
  return {
    credential: {
      id: credential.id,
      publicKey,
      transports: answer.response.transports,
      backupEligible,
      counter: credential.counter,
      aaguid,
    },
    level: judged === 'hardware' ? 4 : 2,
    judged,
    format,
  } as const;
}

/**
 * Notes a key as this person's, for good: an id that any person ever had binds nobody else (R07, W3C 7.1 step 26).
 * A key that goes to somebody else makes a new id there. Claimed again by the same person it is hers still: a set-up that
 * was refused after its claim may be done anew, and binding itself sees that no key is bound twice.
 */
export async function claimKey(
  { store }: Pick<FactorDeps, 'store'>,
  { credential, person }: { readonly credential: WebauthnCredential; readonly person: Pick<Person, 'id'> },
): Promise<Verdict> {
  const key = `webauthn-key:{${sha256(credential.id)}}`;
  if (await store.create(key, person.id)) return 'accepted';
  return (await store.get(key))?.value === person.id ? 'accepted' : 'wrong';
}
