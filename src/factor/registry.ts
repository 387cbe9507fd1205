import type { Level } from '../config/settings.ts';
import type { FactorDeps } from './deps.ts';
import { verifyHardwareToken } from './hardware-token/verify.ts';
import type { FactorKind, Given, Verdict } from './kind.ts';
import type { Factor, KindName } from './person.ts';
import { verifyTotp } from './totp/verify.ts';
import { verifyWebauthn } from './webauthn/verify.ts';

/** A kind of factor is one folder and one line here. */
export const factorKinds: { readonly [K in KindName]: FactorKind<K> } = {
  'hardware-token': { kind: 'hardware-token', level: 3, verify: verifyHardwareToken },
  totp: { kind: 'totp', level: 2, verify: verifyTotp },
  webauthn: { kind: 'webauthn', level: 4, verify: verifyWebauthn },
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
  deps: Pick<FactorDeps, 'store' | 'clock' | 'audit'>,
  factor: Factor<K>,
  given: Pick<Given, 'answer' | 'challenge'> & { readonly person: Given['person'] },
): Promise<Verdict> {
  if (!isKind(factor.kind)) return 'wrong';
  const kind: FactorKind<K> = factorKinds[factor.kind];
  return kind.verify(deps, { ...given, factor });
}
