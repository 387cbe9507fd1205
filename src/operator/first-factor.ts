import type { Operator } from './operator.ts';
import { isPassword } from './password.ts';

/** `unavailable`: who is asked does not answer, or not as it should; nothing was found out. */
export type FirstFactorAnswer = 'right' | 'wrong' | 'unavailable';

/**
 * Checks the first factor of an operator where it is typed here. Never the form of an app (D11). `operator` is undefined
 * for a name that nobody has: it must take as long as for one who is.
 */
export type VerifyFirstFactor = (given: {
  readonly operator: Operator | undefined;
  readonly password: string;
}) => Promise<FirstFactorAnswer>;

/** A directory that knows people and their passwords (LDAP): port of what asks it. */
export interface Directory {
  /** Undefined for an address that no operator has: it is asked something that is as much work. Never rejects. */
  check(email: string | undefined, password: string): Promise<FirstFactorAnswer>;
}

/** Who came back from a provider (OIDC). */
export interface Identity {
  readonly issuer: string;
  /** Stable, and of nobody else there (OpenID Connect Core 1.0, 2). */
  readonly subject: string;
  /** Where somebody vouches for it; as it came. */
  readonly email: string | undefined;
}

/** A provider that people sign in at (OIDC): port of what speaks with it. */
export interface Provider {
  /** Where her browser goes, and what is kept for when it comes back. */
  begin(redirectUri: string): Promise<{ readonly address: string; readonly kept: string } | 'unavailable'>;
  /** `came`: the whole address at which she came back. Each `kept` is good for one. Never rejects. */
  finish(came: URL, kept: string): Promise<Identity | 'wrong' | 'unavailable'>;
}

/** Where operators' first factors are kept, as the configuration says: with Sluis, where nothing else is said. */
export type FirstFactor =
  | { readonly kind: 'local' }
  | { readonly kind: 'ldap'; readonly directory: Directory }
  | { readonly kind: 'oidc'; readonly provider: Provider; readonly title: string };

/**
 * A password that is typed at the console. Where first factors are kept elsewhere, one of Sluis itself opens nothing
 * but what the machine gave for a while, for when the other side does not answer.
 */
export function verifyTyped(factor: FirstFactor, clock: { now(): number }): VerifyFirstFactor {
  return async ({ operator: found, password }) => {
    const operator = found?.ended === undefined ? found : undefined;
    const hash = factor.kind === 'local' ? operator?.password : spareOf(operator, clock.now());
    if (await isPassword(hash, password)) return 'right';
    return factor.kind === 'ldap' ? factor.directory.check(operator?.email, password) : 'wrong';
  };
}

function spareOf(operator: Operator | undefined, now: number): string | undefined {
  const spare = operator?.spare;
  return spare !== undefined && spare.until > now ? spare.hash : undefined;
}
