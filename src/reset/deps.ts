import type { AuditEvent } from '../audit/event.ts';
import type { ResetEvent } from '../audit/reset-event.ts';
import type { ActivationCodes } from '../enrolment/activation.ts';
import type { FactorDeps } from '../factor/deps.ts';
import type { People } from '../factor/people.ts';
import type { Person } from '../factor/person.ts';
import { isAboveCodes } from '../recovery/recovery-codes.ts';
import type { Clerk, ClerkRef, Refusal, ResetCase } from './case.ts';
import { type Filed, type ResetRules, visitFault } from './filing.ts';

/** What the desk tells by mail; texts and post are the caller's. Each resolves once the mail is kept for sending. */
export interface ResetPost {
  /** To the requester: say yes or no by this one-time link. */
  askRequester(record: ResetCase, token: string): Promise<void>;
  /** To requester and user: it was done (R35). */
  tellExecuted(record: ResetCase, person: Person): Promise<void>;
  /** To the requester. */
  tellRefused(record: ResetCase): Promise<void>;
}

export interface ResetDeps extends FactorDeps {
  readonly people: People;
  readonly activation: ActivationCodes;
  readonly post: ResetPost;
  rules(realm: string): ResetRules;
  /** The accounts with this mail address, in one spelling (`foldedAddress`). */
  accountsOf(realm: string, address: string): Promise<readonly Person[]>;
  hasConsoleRole(person: Person): Promise<boolean>;
  /** Ends sessions and trusted devices; resolves to how many sessions there were. */
  endAllOf(person: string): Promise<number>;
  /** How long an activation code is valid in this realm; milliseconds. */
  validity(realm: string): number;
}

/** An event of a case, before the case is named in it. */
export type CaseNote = ResetEvent extends infer E
  ? E extends ResetEvent
    ? Omit<E, 'case' | 'person' | 'name'>
    : never
  : never;

export async function note(
  { audit }: Pick<ResetDeps, 'audit'>,
  { realm, id, account }: ResetCase,
  event: CaseNote,
): Promise<void> {
  const { person, name } = account;
  const who = person === undefined || name === undefined ? {} : { person, name };
  await audit.record({ realm, case: id, ...who, ...event } as AuditEvent);
}

/** Of two who share a mailbox the desk must not guess which one was meant. */
export async function accountAt(
  deps: Pick<ResetDeps, 'accountsOf'>,
  realm: string,
  address: string,
): Promise<Person | 'shared' | undefined> {
  const [person, another] = await deps.accountsOf(realm, address);
  return another === undefined ? person : 'shared';
}

/** Why the account of a case stands in its way: it is not there, or has a key of level 4 and nobody saw its owner (R36). */
export function accountFault(
  { identity }: Pick<Filed, 'identity'>,
  person: Person | 'shared' | undefined,
  rules: ResetRules,
): Refusal | undefined {
  if (person === 'shared') return { reason: 'shared-address', field: 'account' };
  if (person === undefined) return { reason: 'unknown-account', field: 'account' };
  if (person.closed !== undefined) return { reason: 'closed-account', field: 'account' };
  return isAboveCodes(person) ? visitFault(identity, rules) : undefined;
}

export function refOf({ id, name, address }: Clerk): ClerkRef {
  return { id, name, address };
}
