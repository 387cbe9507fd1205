import type { Person } from '../factor/person.ts';
import type { Clerk, ClerkRef, Refusal, ResetCase } from './case.ts';
import { maySharePerson } from './official-address.ts';

/** A second step is fresh for so long: who executes, and who takes a code, passed it just now (R34). */
export const freshFor = 5 * 60_000;

export interface Parties {
  readonly record: ResetCase;
  readonly clerk: Clerk;
  /** Undefined before the case was checked, for an account that is not there. */
  readonly person: Pick<Person, 'name'> | undefined;
  /** Whether the account has a role at the console. */
  readonly staffAccount: boolean;
  readonly domains: readonly string[];
  readonly now: number;
}

/** Who saw the person at the desk and takes the activation code there: who filed the case at the console, else who checked it. */
export function codeHolder({ request, checked }: ResetCase): ClerkRef | undefined {
  return request.by === 'credential' ? request.clerk : checked?.by;
}

export function mayWork({ clerk }: Pick<Parties, 'clerk'>): Refusal | undefined {
  return clerk.role === 'admin' || clerk.role === 'helpdesk' ? undefined : { reason: 'role' };
}

export function isFresh({ clerk, now }: Pick<Parties, 'clerk' | 'now'>): Refusal | undefined {
  // A time that is still to come proves nothing: clocks jump.
  return now - clerk.provedAt <= freshFor && clerk.provedAt <= now ? undefined : { reason: 'stale' };
}

/** What is asked of whoever checks: somebody else than the requester and the account. */
export function mayCheck(parties: Parties): Refusal | undefined {
  return mayWork(parties) ?? notInvolved(parties) ?? adminsOnly(parties);
}

/** And of whoever executes: besides, never who takes the code; the second of two admins for an account of staff at the console. */
export function mayExecute(parties: Parties): Refusal | undefined {
  const { record, clerk, staffAccount } = parties;
  const fault = mayWork(parties) ?? notInvolved(parties);
  if (fault !== undefined) return fault;
  if (isSame(clerk, codeHolder(record))) return { reason: 'same-person', as: 'code-holder' };
  if (staffAccount && isSame(clerk, record.checked?.by)) return { reason: 'same-person', as: 'checker' };
  return adminsOnly(parties) ?? isFresh(parties);
}

function adminsOnly({ staffAccount, clerk }: Parties): Refusal | undefined {
  return staffAccount && clerk.role !== 'admin' ? { reason: 'two-admins' } : undefined;
}

function notInvolved({ record, clerk, person, domains }: Parties): Refusal | undefined {
  const { request, requester, account } = record;
  const asked = { id: request.by === 'credential' ? request.clerk.id : requester.address, address: requester.address };
  if (isSame(clerk, asked)) return { reason: 'same-person', as: 'requester' };
  // Neither the clerk, nor whoever asks: known by the account only now, for a request from outside looks nothing up.
  const asker = { id: requester.address, address: requester.address };
  const own = [clerk, asker].some(one => isAccount(one, account.address, person, domains));
  return own ? { reason: 'same-person', as: 'account' } : undefined;
}

/** Whether a clerk's own account is at stake: by address, or by the name under which both sign in. */
export function isAccount(
  clerk: Pick<Clerk, 'id' | 'address'>,
  address: string,
  person: Pick<Person, 'name'> | undefined,
  domains: readonly string[],
): boolean {
  if (clerk.address !== undefined && maySharePerson(clerk.address, address, domains)) return true;
  const official = domains.includes(address.slice(address.lastIndexOf('@') + 1));
  const names = [person?.name, official ? address : undefined].filter(name => name !== undefined);
  return names.some(name => localNames(clerk).includes(localName(name)));
}

/**
 * Whether two of the staff may be one: by id, or by what stands before the @ whatever the domain. An operator may have an
 * address elsewhere, and would otherwise execute what he asked for as a contact.
 */
export function isSame(
  clerk: Pick<Clerk, 'id' | 'address'>,
  other: { readonly id: string; readonly address: string | undefined } | undefined,
): boolean {
  if (other === undefined) return false;
  return localNames(clerk).some(name => localNames(other).includes(name));
}

function localNames({ id, address }: { readonly id: string; readonly address: string | undefined }): string[] {
  return [id, address].filter(name => name !== undefined).map(localName);
}

/** `Anna@gemeente.nl` and `anna` sign in as one person. */
function localName(name: string): string {
  return name
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(/[+@].*$/, '');
}
