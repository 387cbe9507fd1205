import type { Operator } from './operator.ts';
import type { Role } from './role.ts';

export interface OperatorInvitation {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** When the mandate ends. */
  readonly until: number;
  readonly reason: string;
  /** Where it was asked; for the audit. */
  readonly source: string;
}

/** What an invitation comes to: shown now and never again. */
export interface Invited {
  readonly operator: Operator;
  readonly code: string;
  readonly until: number;
}

export interface Why {
  readonly reason: string;
  readonly source: string;
}
