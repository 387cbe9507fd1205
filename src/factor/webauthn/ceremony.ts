import { plainCodec } from '../../kernel/codec.ts';
import { SluisError } from '../../kernel/errors.ts';
import { sameText } from '../../kernel/key-ring.ts';
import { randomId } from '../../kernel/random.ts';
import { update } from '../../kernel/store.ts';
import type { FactorDeps } from '../deps.ts';
import type { RelyingParty } from './credential.ts';

/** What a challenge was drawn for: it is worth nothing for anything else (SECURITY a.57). */
export interface Asked {
  readonly ceremony: 'create' | 'get';
  /** Id of the pending sign-in. */
  readonly pending: string;
  /** Random id of the person. */
  readonly person: string;
  readonly party: RelyingParty;
  readonly appId: string | undefined;
  /** `create`: whether the model was asked for. */
  readonly attested: boolean;
}

interface Open extends Asked {
  readonly challenge: string;
  readonly until: number;
}

const challengeLifetime = 10 * 60_000;
/** Tabs and reloads of one sign-in; more is somebody filling the store. */
const most = 8;
const codec = plainCodec<readonly Open[]>();

/** A fresh challenge of 32 random bytes, base64url, kept in the store until it is answered, once. */
export async function drawChallenge(
  { store, clock, random }: Pick<FactorDeps, 'store' | 'clock' | 'random'>,
  asked: Asked,
): Promise<string> {
  const challenge = randomId(random, 32);
  const fresh: Open = { ...asked, challenge, until: clock.now() + challengeLifetime };
  const key = keyOf(asked.pending);
  for (let tries = 0; tries < 4; tries += 1) {
    if (await store.create(key, codec.encode(key, [fresh]), challengeLifetime)) return challenge;
    const kept = await update(store, key, codec, open => [fresh, ...open].slice(0, most), challengeLifetime);
    if (kept !== undefined) return challenge;
  }
  throw new SluisError('store.conflict', 'a challenge could not be kept');
}

/**
 * Uses a challenge up, before anything that was signed over it is looked at: of many answers at once one gets it.
 * Undefined where it was not drawn for this sign-in, was answered already, has run out, or was for something else.
 */
export async function takeChallenge(
  { store, clock }: Pick<FactorDeps, 'store' | 'clock'>,
  challenge: string,
  { ceremony, pending, person }: Pick<Asked, 'ceremony' | 'pending' | 'person'>,
): Promise<Asked | undefined> {
  const key = keyOf(pending);
  const found: { open?: Open | undefined } = {};
  const left = await update(store, key, codec, open => {
    found.open = open.find(one => sameText(one.challenge, challenge));
    return found.open === undefined ? undefined : open.filter(one => one !== found.open);
  });
  const { open } = found;
  if (left === undefined || open === undefined) return undefined;
  const fits = open.ceremony === ceremony && open.person === person && open.pending === pending;
  return fits && clock.now() < open.until ? open : undefined;
}

function keyOf(pending: string): string {
  return `webauthn-challenges:{${pending}}`;
}
