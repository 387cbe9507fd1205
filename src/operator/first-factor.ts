import type { Operator } from './operator.ts';
import { isPassword } from './password.ts';

/**
 * Checks the first factor of an operator: the port behind which a directory (LDAP) or a provider (OIDC) can stand. Never
 * the form of an app (D11). `operator` is undefined for a name that nobody has: it must take as long as for one who is.
 */
export type VerifyFirstFactor = (given: {
  readonly operator: Operator | undefined;
  readonly password: string;
}) => Promise<boolean>;

/** The one that exists now: a password that only Sluis knows. */
export const localPassword: VerifyFirstFactor = async ({ operator, password }) => {
  const right = await isPassword(operator?.password, password);
  return right && operator?.ended === undefined;
};
