import type { Invited } from './invitation.ts';
import type { Operator } from './operator.ts';

export type Told = 'asked' | 'confirmed' | 'refused' | 'local-password';

/** What goes out by mail about mandates: port of what is composed beside the pages. */
export interface OperatorPost {
  /** Whether mail goes out: the code of an invitation goes to whose it is then, and nobody else sees it. */
  readonly configured: boolean;
  sendCode(invited: Invited): Promise<void>;
  /** Every admin is told, who did it too: `role` as it is asked for or given. */
  tellAdmins(what: Told, about: Pick<Operator, 'email' | 'role'> & { by: string; reason: string }): Promise<void>;
}
