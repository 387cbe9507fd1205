import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import type { Level } from '../../src/config/settings.ts';
import { bindFactor } from '../../src/enrolment/bind.ts';
import type { Factor, Person } from '../../src/factor/person.ts';
import { relyingPartyOf } from '../../src/factor/webauthn/credential.ts';
import {
  beginRegistration,
  claimKey,
  keysOf,
  type Registered,
  type Rules,
  verifyRegistration,
} from '../../src/factor/webauthn/enrol.ts';
import { beginAuthentication } from '../../src/factor/webauthn/verify.ts';
import { type Bench, minute, realm, source } from '../vectors/factor-bench.ts';
import { type KeyOptions, SoftKey, type Twist } from './authenticator.ts';

export const origin = 'https://sluis.gemeente.test';
export const party = relyingPartyOf(origin) ?? { id: '', origin: '' };
export const noRules: Rules = { appId: undefined, allow: [], metadata: undefined };

export interface Registering {
  readonly rules?: Rules;
  readonly attested?: boolean;
  readonly pending?: string;
  readonly twist?: Twist;
}

/** One registration, begun and answered by a key of software. */
export async function register(
  bench: Bench,
  person: Person,
  key: SoftKey,
  given: Registering = {},
): Promise<Registered | undefined> {
  const { rules = noRules, attested = false, pending = 'set-up', twist } = given;
  const options = await beginRegistration(bench.deps, { pending, person, party, title: 'Gemeente', attested });
  const made = await verifyRegistration(bench.deps, { pending, person, answer: key.create(options, twist), rules });
  return 'refused' in made ? undefined : made;
}

export interface Owner {
  readonly person: Person;
  readonly factor: Factor<'webauthn'>;
  readonly key: SoftKey;
}

/** Somebody with one key, as bound by an activation code. */
export async function withKey(
  bench: Bench,
  name: string,
  key: KeyOptions | SoftKey = {},
  upTo: Level = 2,
  rules = noRules,
): Promise<Owner> {
  const soft = key instanceof SoftKey ? key : new SoftKey(origin, key);
  const invitation = { by: 'desk', replaces: false, validity: 60 * minute, level: upTo };
  const { code } = await bench.activation.invite(realm, name, invitation);
  const accepted = await bench.activation.accept({ realm, name, code, source });
  if (accepted.outcome !== 'accepted') throw new Error(`the activation code was ${accepted.outcome}`);
  const person = await bench.people.create(realm, name);
  const made = await register(bench, person, soft, { rules, attested: upTo === 4 });
  if (made === undefined) throw new Error('the key was refused');
  const { credential, level } = made;
  const bound = await bindFactor(bench.deps, {
    person,
    factor: { kind: 'webauthn', level: Math.min(level, upTo) as Level, label: 'Blauw', credential },
    confirm: () => claimKey(bench.deps, { credential, person }),
    permission: accepted.permission,
    source,
  });
  if (bound.outcome !== 'bound' || bound.factor.kind !== 'webauthn') throw new Error(`the key was ${bound.outcome}`);
  return { person: bound.person, factor: bound.factor, key: soft };
}

export function ask(
  bench: Bench,
  person: Person,
  pending = 'sign-in',
  appId?: string,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  return beginAuthentication(bench.deps, { pending, person, keys: keysOf(person), party, appId });
}
