import {
  type AuthenticationResponseJSON,
  type AuthenticatorTransport,
  generateAuthenticationOptions,
  type PublicKeyCredentialRequestOptionsJSON,
  type VerifiedAuthenticationResponse,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server';
import { sha256 } from '../../kernel/hash.ts';
import type { FactorDeps } from '../deps.ts';
import type { Given, Verdict } from '../kind.ts';
import type { Factor, Person } from '../person.ts';
import { type AssertionAnswer, readAssertion } from './answer.ts';
import { type Asked, drawChallenge, takeChallenge } from './ceremony.ts';
import { ceremonyTime, type RelyingParty, type WebauthnCredential } from './credential.ts';
import { algorithmOf } from './public-key.ts';

/** Begins a challenge: what the browser hands to one of her keys. */
export async function beginAuthentication(
  deps: Pick<FactorDeps, 'store' | 'clock' | 'random'>,
  asked: {
    readonly pending: string;
    readonly person: Pick<Person, 'id'>;
    readonly keys: readonly WebauthnCredential[];
    readonly party: RelyingParty;
    readonly appId: string | undefined;
  },
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { pending, person, keys, party, appId } = asked;
  const drawn = { ceremony: 'get', pending, person: person.id, party, appId, attested: false } as const;
  const challenge = await drawChallenge(deps, drawn);
  return generateAuthenticationOptions({
    rpID: party.id,
    challenge: Buffer.from(challenge, 'base64url'),
    allowCredentials: keys.map(({ id, transports }) => ({ id, transports: transportsOf(transports) })),
    timeout: ceremonyTime,
    // Beside the password a key is the second factor by itself; one that asks for a PIN or a finger all the same may.
    userVerification: 'preferred',
    ...(appId === undefined ? {} : { extensions: { appid: appId } }),
  });
}

export function transportsOf(transports: readonly string[]): AuthenticatorTransport[] {
  return [...transports] as AuthenticatorTransport[];
}

/**
 * One signed answer, tried on one key (W3C 7.2). The challenge is used up before the signature is looked at. What the
 * library leaves out is here: that it is this very key, of this person; that BE is as it was; what a counter says.
 */
export async function verifyWebauthn(
  deps: Pick<FactorDeps, 'store' | 'clock' | 'audit'>,
  { person, factor, answer, challenge: pending }: Given<'webauthn'>,
): Promise<Verdict> {
  const signed = readAssertion(answer);
  const refused = (why: RefusedBecause) => noteRefused(deps, { person, factor }, why);
  if (signed === undefined) return refused('unreadable');
  // Another key of hers, or nobody's.
  if (signed.id !== factor.credential.id) return 'wrong';
  const ask = { ceremony: 'get', pending, person: person.id } as const;
  const asked = await takeChallenge(deps, signed.clientData.challenge, ask);
  if (asked === undefined) return refused('challenge');
  if (signed.clientData.origin !== asked.party.origin) return refused('origin');
  if (!isOf(person, signed)) return refused('other-person');
  const verified = await verify(asked, signed, factor.credential);
  if (verified?.verified !== true) return refused('not-verified');
  const { credentialDeviceType, newCounter } = verified.authenticationInfo;
  if ((credentialDeviceType === 'multiDevice') !== factor.credential.backupEligible) return refused('backup-changed');
  await noteCounter(deps, { person, factor }, newCounter);
  return 'accepted';
}

/**
 * For the admin. `unreadable`: no answer of a browser at our page. `challenge`: answered before, older than ten minutes, or for
 * something else. `origin`: made at another address. `not-verified`: what was signed does not hold.
 */
type RefusedBecause = 'unreadable' | 'challenge' | 'origin' | 'other-person' | 'not-verified' | 'backup-changed';

async function noteRefused(
  { audit }: Pick<FactorDeps, 'audit'>,
  { person, factor }: Pick<Given<'webauthn'>, 'person' | 'factor'>,
  why: RefusedBecause,
): Promise<Verdict> {
  const { id, realm, name } = person;
  await audit.record({ type: 'webauthn.refused', realm, person: id, name, factor: factor.id, why });
  return 'wrong';
}

/** A key that keeps her handle says whose it is (W3C 7.2 step 6). */
function isOf(person: Pick<Person, 'id'>, { response: { userHandle } }: AssertionAnswer): boolean {
  return userHandle === undefined || userHandle === null || userHandle === '' || userHandle === person.id;
}

/** Undefined where it does not hold; why is nothing that the person can do something about. */
async function verify(
  asked: Asked,
  signed: AssertionAnswer,
  credential: WebauthnCredential,
): Promise<VerifiedAuthenticationResponse | undefined> {
  if (!isStrict(credential, Buffer.from(signed.response.signature, 'base64url'))) return undefined;
  // The key was made for the old application id, and the browser says that it used it (W3C 10.1.1).
  const byAppId = asked.appId !== undefined && signed.clientExtensionResults.appid === true;
  try {
    return await verifyAuthenticationResponse({
      response: signed as AuthenticationResponseJSON,
      expectedChallenge: signed.clientData.challenge,
      expectedOrigin: asked.party.origin,
      expectedRPID: byAppId ? (asked.appId ?? '') : asked.party.id,
      // Zero, or the library refuses a counter that stands: a signal and no proof (W3C 6.1.1), and ours to give.
      credential: { id: credential.id, publicKey: bytes(credential.publicKey), counter: 0 },
      // Keys of U2F know no PIN: possession is what they prove, beside the password.
      requireUserVerification: false,
    });
  } catch {
    return undefined;
  }
}

export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}

/** ECDSA in DER and no other spelling of the same numbers, which the library reads too (W3C 6.5.5): of one signature there is one. */
function isStrict({ publicKey }: WebauthnCredential, signature: Buffer): boolean {
  if (algorithmOf(publicKey) !== -7) return true;
  const [r = 0, s = 0] = [signature[3], signature[5 + (signature[3] ?? 0)]];
  const tags = [signature[0], signature[2], signature[4 + r]];
  return tags.join() === '48,2,2' && signature[1] === signature.length - 2 && r + s + 6 === signature.length;
}

/** A counter that does not rise may mean a copy of the key, or a restart of one that counts badly: told, not refused. */
async function noteCounter(
  { store, audit }: Pick<FactorDeps, 'store' | 'audit'>,
  { person, factor }: Pick<Given<'webauthn'>, 'person' | 'factor'>,
  counter: number,
): Promise<void> {
  const key = counterKey(factor);
  const before = Math.max(factor.credential.counter, (await store.reached(key)) ?? 0);
  if (counter === 0 && before === 0) return;
  if (counter > before && (await store.advance(key, counter))) return;
  const { id, realm, name } = person;
  const event = { type: 'webauthn.counter', realm, person: id, name, factor: factor.id, counter, before } as const;
  await audit.record(event);
}

const day = 24 * 60 * 60_000;

/** The mark of its counter goes with a key that was removed. */
export async function forgetWebauthn(
  { store }: Pick<FactorDeps, 'store'>,
  factor: Pick<Factor<'webauthn'>, 'credential'>,
): Promise<void> {
  const counter = await store.reached(counterKey(factor));
  if (counter !== undefined) await store.advance(counterKey(factor), counter + 1, day);
}

function counterKey({ credential }: Pick<Factor<'webauthn'>, 'credential'>): string {
  return `webauthn-counter:{${sha256(credential.id)}}`;
}
