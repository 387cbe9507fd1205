import {
  type CaseField,
  type DocumentType,
  documentTypes,
  type Identity,
  type IdentityMethod,
  type LostReason,
  lostReasons,
  type Refusal,
  type ResetCase,
} from './case.ts';
import { type AddressRules, maySharePerson, officialAddress, sameName } from './official-address.ts';

/** What somebody filled in, as it came: from a form, from a ticket system, from a mail. */
export interface Filing {
  readonly account: string;
  readonly requesterName: string;
  readonly requesterAddress: string;
  readonly identityMethod: string;
  readonly documentType: string;
  readonly documentLastFour: string;
  readonly staff: readonly string[];
  readonly identityConfirmed: boolean;
  readonly ordered: boolean;
  readonly lostBecause: string;
  readonly fileNumber: string;
}

/** The operator's rules for the desk. */
export interface ResetRules extends AddressRules {
  readonly methods: readonly IdentityMethod[];
}

export type Filed = Pick<ResetCase, 'requester' | 'identity' | 'lostBecause' | 'fileNumber'> & {
  readonly account: { readonly address: string };
};

/** The most characters of each field that people write themselves. */
export const longest = { account: 254, 'requester-name': 120, staff: 120, 'file-number': 64, reason: 500 } as const;

/**
 * A request that is complete, or the first field that is not (R33). It looks at nothing but what was filled in: whether
 * there is such an account is not told here, for a ticket system must not learn it.
 */
export function readFiling(filing: Filing, rules: ResetRules): Filed | Refusal {
  const found = firstFault(filing, rules);
  if (found !== undefined) return found;
  const requester = officialAddress(filing.requesterAddress, rules);
  if (typeof requester === 'string') return addressRefusal(requester);
  const method = rules.methods.find(({ id }) => id === filing.identityMethod);
  const fileNumber = filing.fileNumber.trim();
  return {
    account: { address: foldedAddress(filing.account) },
    requester: { name: filing.requesterName.trim(), address: requester.address },
    identity: identityOf(filing, method),
    lostBecause: filing.lostBecause as LostReason,
    fileNumber: fileNumber === '' ? undefined : fileNumber,
  };
}

function identityOf(filing: Filing, method: IdentityMethod | undefined): Identity {
  const document = method?.document === true;
  return {
    method: filing.identityMethod,
    documentType: document ? (filing.documentType as DocumentType) : undefined,
    documentLastFour: document ? filing.documentLastFour.trim().toUpperCase() : undefined,
    staff: filing.staff.map(name => name.trim()).filter(name => name !== ''),
  };
}

function firstFault(filing: Filing, rules: ResetRules): Refusal | undefined {
  return (
    text('account', filing.account, longest.account) ??
    (isAddress(filing.account) ? undefined : { reason: 'invalid', field: 'account' }) ??
    text('requester-name', filing.requesterName, longest['requester-name']) ??
    requesterFault(filing, rules) ??
    identityFault(filing, rules) ??
    (filing.identityConfirmed ? undefined : missing('identity-confirmed')) ??
    (filing.ordered ? undefined : missing('ordered')) ??
    oneOf('lost-because', filing.lostBecause, lostReasons) ??
    optionalText('file-number', filing.fileNumber, longest['file-number'])
  );
}

function requesterFault({ requesterAddress, account }: Filing, rules: ResetRules): Refusal | undefined {
  if (requesterAddress.trim() === '') return missing('requester-address');
  const read = officialAddress(requesterAddress, rules);
  if (typeof read === 'string') return addressRefusal(read);
  // Nobody asks for himself: whoever holds the mailbox would need nothing else.
  const own = maySharePerson(read.address, account, rules.domains);
  return own ? { reason: 'same-person', as: 'account' } : undefined;
}

function addressRefusal(fault: 'malformed' | 'foreign-domain' | 'group-mailbox'): Refusal {
  return fault === 'malformed'
    ? { reason: 'invalid', field: 'requester-address' }
    : { reason: fault, field: 'requester-address' };
}

function identityFault(filing: Filing, { methods }: ResetRules): Refusal | undefined {
  const fault = oneOf(
    'identity-method',
    filing.identityMethod,
    methods.map(({ id }) => id),
  );
  if (fault !== undefined) return fault;
  const method = methods.find(({ id }) => id === filing.identityMethod);
  const names = filing.staff.filter(name => name.trim() !== '');
  if (method?.visit === true && names.length === 0) return missing('staff');
  if (names.length > 4) return { reason: 'invalid', field: 'staff' };
  for (const name of names) {
    const wrong = text('staff', name, longest.staff);
    if (wrong !== undefined) return wrong;
  }
  return method?.document === true ? documentFault(filing) : undefined;
}

function documentFault({ documentType, documentLastFour }: Filing): Refusal | undefined {
  const fault = oneOf('document-type', documentType, documentTypes);
  if (fault !== undefined) return fault;
  if (documentLastFour.trim() === '') return missing('document-last-four');
  return /^[a-z0-9]{4}$/i.test(documentLastFour.trim())
    ? undefined
    : { reason: 'invalid', field: 'document-last-four' };
}

/** R36: only who stood at the desk, seen by two people who are not one under two spellings. */
export function visitFault(identity: Identity, { methods }: ResetRules): Refusal | undefined {
  if (methods.find(({ id }) => id === identity.method)?.visit !== true)
    return { reason: 'visit', field: 'identity-method' };
  const [first = '', ...others] = identity.staff;
  return others.some(other => !sameName(first, other)) ? undefined : { reason: 'two-staff', field: 'staff' };
}

/** A text that must stand there, fit, and break no line: controls, line separators and signs that turn the direction do. */
export function text(field: CaseField, value: string, most: number): Refusal | undefined {
  return value.trim() === '' ? missing(field) : optionalText(field, value, most);
}

function optionalText(field: CaseField, value: string, most: number): Refusal | undefined {
  if (value.length > most) return { reason: 'too-long', field };
  return /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(value)
    ? { reason: 'invalid', field }
    : undefined;
}

function oneOf(field: CaseField, value: string, allowed: readonly string[]): Refusal | undefined {
  if (value === '') return missing(field);
  return allowed.includes(value) ? undefined : { reason: 'invalid', field };
}

function missing(field: CaseField): Refusal {
  return { reason: 'missing', field };
}

function isAddress(typed: string): boolean {
  return /^[^\s@<>"]+@[^\s@<>"]+$/.test(typed.trim());
}

/** Residents have addresses anywhere: only the case of ASCII letters is folded. */
export function foldedAddress(typed: string): string {
  return typed.trim().replace(/[A-Z]/g, letter => letter.toLowerCase());
}

export function isRefusal(value: Filed | Refusal): value is Refusal {
  return 'reason' in value;
}
