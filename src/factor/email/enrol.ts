import type { MailboxRule } from '../../config/settings.ts';
import { parseMailAddress } from '../../kernel/mail-address.ts';
import type { FactorDeps } from '../deps.ts';
import type { Verdict } from '../kind.ts';
import type { People } from '../people.ts';
import type { Factor, Person } from '../person.ts';
import { claimAddress } from '../sent-code/claim.ts';
import { mailboxOf } from './credential.ts';
import { mayCarry } from './mailbox.ts';

export interface AddressRules {
  /** Names before the @ of mailboxes that several people read; one that ends in `*` stands for all that begin so. */
  readonly functional: readonly string[];
  /** What was stated of the app that she is on the way to. */
  readonly mailbox: MailboxRule | undefined;
}

export type ReadAddress =
  | { readonly address: string }
  /** `functional`: not hers alone (R07). `own`: opened by the password itself (R20). */
  | { readonly mistake: 'malformed' | 'functional' | 'own' };

/** An address as people write it; one that may get codes for this app comes out with its domain in lower case. */
export function readAddress(typed: string, { functional, mailbox }: AddressRules): ReadAddress {
  const address = parseMailAddress(typed.normalize('NFKC'));
  if (address === undefined) return { mistake: 'malformed' };
  if (isFunctional(address, functional)) return { mistake: 'functional' };
  return mayCarry(mailbox, address) ? { address } : { mistake: 'own' };
}

/** `Info+anna@` is the mailbox `info@`. */
function isFunctional(address: string, names: readonly string[]): boolean {
  const mailbox = mailboxOf(address);
  const name = mailbox.slice(0, mailbox.lastIndexOf('@'));
  return names.some(other => (other.endsWith('*') ? name.startsWith(other.slice(0, -1)) : name === other));
}

/**
 * Notes a mailbox as this person's, who has just shown that she reads it (R07). Not one by which the organisation reaches
 * somebody else: that it is read by two shows that it is nobody's own.
 */
export async function claimMailbox(
  deps: Pick<FactorDeps, 'store' | 'clock' | 'ring'> & { readonly people: People },
  { address, person }: { readonly address: string; readonly person: Pick<Person, 'id' | 'realm'> },
): Promise<Verdict> {
  const reached = await deps.people.byEmail(person.realm, address);
  if (reached.some(({ id }) => id !== person.id)) return 'wrong';
  const knownAs = (factor: Factor) => (factor.kind === 'email' ? mailboxOf(factor.credential.address) : undefined);
  return claimAddress(deps, { kind: 'email', known: mailboxOf(address), person, knownAs });
}
