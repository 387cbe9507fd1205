import type { FactorDeps } from './deps.ts';
import type { Factor, Person } from './person.ts';
import { verifyTotp } from './totp/verify.ts';

/** All that differs between kinds of factors that are answered with a typed code. */
export interface FactorKind {
  readonly kind: Factor['kind'];
  /** The highest level that a challenge passed with it gives (REQUIREMENTS.md, levels). */
  readonly level: 2 | 3 | 4;
  verify(
    deps: Pick<FactorDeps, 'store' | 'clock'>,
    person: Person,
    factor: Factor,
    code: string,
  ): Promise<'accepted' | 'wrong' | 'repeated'>;
}

export const factorKinds: Readonly<Record<Factor['kind'], FactorKind>> = {
  totp: { kind: 'totp', level: 2, verify: verifyTotp },
};

/** The kind by its name; undefined for one that this release does not know, which then verifies nothing (rule 2). */
export function factorKind(kind: string): FactorKind | undefined {
  return Object.hasOwn(factorKinds, kind) ? factorKinds[kind as Factor['kind']] : undefined;
}
