import type { DeskCodeEvent } from './desk-code-event.ts';
import type { DeviceEvent } from './device-event.ts';
import type { FactorEvent } from './factor-event.ts';
import type { MailEvent, SignalEvent } from './mail-event.ts';
import type { OperatorEvent } from './operator-event.ts';
import type { PasswordEvent } from './password-event.ts';
import type { PersonEvent } from './person-event.ts';
import type { RemovalEvent } from './removal-event.ts';
import type { ResetEvent } from './reset-event.ts';
import type { ServerEvent } from './server-event.ts';
import type { SessionEvent } from './session-event.ts';
import type { SignInEvent } from './sign-in-event.ts';

/**
 * What is worth proving later (R37, ASVS 16.3): a closed union, a file for each group. Never a password, code, cookie
 * or key. `source` is the address that a request came from; `by` is who did it; times are milliseconds since 1970.
 */
export type AuditEvent = { readonly realm: string } & (
  | SignInEvent
  | SessionEvent
  | PersonEvent
  | FactorEvent
  | DeviceEvent
  | PasswordEvent
  | DeskCodeEvent
  | ResetEvent
  | OperatorEvent
  | MailEvent
  | SignalEvent
  | RemovalEvent
  | ServerEvent
);

/** Where domain code leaves what happened. Resolves once the event is kept; rejects with 'store.unavailable'. */
export interface Audit {
  record(event: AuditEvent): Promise<void>;
}
