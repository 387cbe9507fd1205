import type { Level } from '../config/settings.ts';
import { forgetApproval, verifyApproval } from './approval/verify.ts';
import type { FactorDeps } from './deps.ts';
import { verifyDeskCode } from './desk-code/verify.ts';
import { mailboxOf } from './email/credential.ts';
import { verifyEmail } from './email/verify.ts';
import { verifyHardwareToken } from './hardware-token/verify.ts';
import type { FactorKind, Given, Verdict } from './kind.ts';
import type { Factor, KindName, Person } from './person.ts';
import { verifySms } from './sms/verify.ts';
import { forgetTotp, verifyTotp } from './totp/verify.ts';
import { forgetWebauthn, verifyWebauthn } from './webauthn/verify.ts';

/** A kind of factor is one folder and one line here. */
export const factorKinds: { readonly [K in KindName]: FactorKind<K> } = {
  approval: {
    kind: 'approval',
    level: 2,
    verify: verifyApproval,
    carrier: ({ credential }) => credential.publicKey,
    forget: forgetApproval,
  },
  'desk-code': {
    kind: 'desk-code',
    level: 2,
    verify: verifyDeskCode,
    carrier: ({ credential }) => credential.hash,
  },
  email: {
    kind: 'email',
    level: 1,
    verify: verifyEmail,
    carrier: ({ credential }) => mailboxOf(credential.address),
  },
  'hardware-token': {
    kind: 'hardware-token',
    level: 3,
    verify: verifyHardwareToken,
    carrier: ({ credential }) => credential.serial,
  },
  sms: {
    kind: 'sms',
    level: 1,
    verify: verifySms,
    carrier: ({ credential }) => credential.number,
  },
  totp: {
    kind: 'totp',
    level: 2,
    verify: verifyTotp,
    carrier: ({ credential }) => credential.secret,
    forget: forgetTotp,
  },
  webauthn: {
    kind: 'webauthn',
    level: 4,
    verify: verifyWebauthn,
    carrier: ({ credential }) => credential.id,
    forget: forgetWebauthn,
  },
};

/** False for one that this release does not know, which then verifies nothing and gives no level (rule 2). */
export function isKind(kind: string): kind is KindName {
  return Object.hasOwn(factorKinds, kind);
}

/** What a challenge passed with this factor gives: what its set-up proved, never above its kind; 0 for an unknown one. */
export function levelOf(factor: { readonly kind: string; readonly level: number }): Level | 0 {
  if (!isKind(factor.kind)) return 0;
  return Math.min(factor.level, factorKinds[factor.kind].level) as Level | 0;
}

/** One answer tried on one factor. */
export async function verifyWith<K extends KindName>(
  deps: Pick<FactorDeps, 'store' | 'ring' | 'clock' | 'audit'>,
  factor: Factor<K>,
  given: Pick<Given, 'answer' | 'challenge'> & { readonly person: Given['person'] },
): Promise<Verdict> {
  if (!isKind(factor.kind)) return 'wrong';
  const kind: FactorKind<K> = factorKinds[factor.kind];
  return kind.verify(deps, { ...given, factor });
}

/** What tells this factor's carrier from every other, of whatever kind. */
export function carrierOf<K extends KindName>(factor: Factor<K>): string {
  if (!isKind(factor.kind)) return `unknown ${factor.id}`;
  const kind: FactorKind<K> = factorKinds[factor.kind];
  return `${kind.kind} ${kind.carrier(factor)}`;
}

/** Called for every factor that is removed, after it opens nothing any more. */
export async function forgetFactor<K extends KindName>(
  deps: Pick<FactorDeps, 'store'>,
  owner: Pick<Person, 'id'>,
  factor: Factor<K>,
): Promise<void> {
  if (!isKind(factor.kind)) return;
  const kind: FactorKind<K> = factorKinds[factor.kind];
  await kind.forget?.(deps, factor, owner);
}
