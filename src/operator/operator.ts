import type { Role } from './role.ts';

/**
 * The realm of operators: no name of a realm in a configuration can be spelled so. An operator is a person of it, named
 * by her e-mail address; so factors, attempts, activation codes and sessions are the ones that everybody has.
 */
export const consoleRealm = '@console';
/** As the app of her sessions and challenges. */
export const consoleApp = '@console';

/** Somebody who may use the console, by a mandate (R52). */
export interface Operator {
  /** Of the person that she is in `consoleRealm`. */
  readonly id: string;
  /** In lower case; what she signs in with. */
  readonly email: string;
  /** As colleagues know her. */
  readonly name: string;
  readonly role: Role;
  readonly mandate: Mandate;
  /** Hash of a password of Sluis itself; undefined until she accepted an invitation, and for who has her first factor elsewhere. */
  readonly password: string | undefined;
  /** Where her first factor is kept, if not here; since she accepted an invitation, or came in by it. */
  readonly outside?: Outside | undefined;
  /** A password that the machine gave for a while, for when the other side is away. */
  readonly spare?: { readonly hash: string; readonly until: number } | undefined;
  readonly createdAt: number;
  /** Undefined while she is one. What she did stays hers. */
  readonly ended: { readonly at: number; readonly by: string; readonly reason: string } | undefined;
  /** Nobody ever came in under this name. Left out: somebody did. */
  readonly neverIn?: true | undefined;
  /** What one admin asked for her account; done once another confirms it. */
  readonly asked?: Asked | undefined;
}

/** `subject`: hers for ever at that provider, whatever her address becomes. */
export type Outside =
  | { readonly kind: 'ldap' }
  | { readonly kind: 'oidc'; readonly issuer: string; readonly subject: string };

/** A change that takes two admins: see `four-eyes.ts`. */
export interface Asked {
  /** Random: what is confirmed is what was read. */
  readonly id: string;
  readonly what: 'invite' | 'renew';
  readonly name: string;
  readonly role: Role;
  /** Of the mandate. */
  readonly until: number;
  readonly by: { readonly id: string; readonly email: string };
  readonly at: number;
  readonly reason: string;
  /** She stands in the record for this alone: where it comes to nothing, so does she. */
  readonly only?: true | undefined;
}

export interface Mandate {
  /** Who gave it: an operator's address, or who ran the command. */
  readonly by: string;
  readonly from: number;
  readonly until: number;
}

/** Longer is asked for again: a mandate that nobody looks at is none. */
export const longestMandate = 2 * 366 * 24 * 60 * 60_000;

/** Accepted an invitation, and is an operator still. */
export function isSettled({ ended, password, outside }: Operator): boolean {
  return ended === undefined && (password !== undefined || outside !== undefined);
}

/** May come in, and do what her role may. */
export function isAble(operator: Operator, now: number): boolean {
  const { mandate } = operator;
  return isSettled(operator) && mandate.until > now && mandate.from <= now;
}

/** In the one spelling that is compared; undefined for what is no address. */
export function addressOf(typed: string): string | undefined {
  const folded = typed.trim().replace(/[A-Z]/g, letter => letter.toLowerCase());
  // ASCII only: letters that look alike must not make two operators of one, or one of two.
  return folded.length <= 128 && /^[a-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(folded) ? folded : undefined;
}

/** What colleagues read: one line, no signs that hide or turn text. */
export function plainName(typed: string): string {
  return typed
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 80);
}
