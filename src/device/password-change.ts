import type { Audit } from '../audit/event.ts';
import type { Session } from '../session/session.ts';
import type { SessionEnds } from '../session/session-ends.ts';
import type { TrustedDevices } from './trusted-devices.ts';

export interface PasswordChangeDeps {
  readonly devices: Pick<TrustedDevices, 'removeAll'>;
  readonly ends: Pick<SessionEnds, 'browserOf' | 'elsewhere'>;
  readonly audit: Audit;
}

export interface ChangedPassword {
  /** The session in which it was sent. */
  readonly session: Session;
  /** The app said that it changed; else it said neither yes nor no. */
  readonly certain: boolean;
  readonly source: string;
}

/**
 * A person sent her app a new password: whoever had the one of before must have nothing left of it. All her trusted
 * devices end, for there her password was enough, and her sessions in other browsers; where she is, she goes on. Safe to
 * be asked again.
 */
export async function endByPasswordChange(deps: PasswordChangeDeps, changed: ChangedPassword): Promise<void> {
  const { session, certain, source } = changed;
  const { realm, person, name, app } = session;
  const here = await deps.ends.browserOf(session);
  // Trust first: no session begins by it while the others end.
  const devices = await deps.devices.removeAll({ id: person }, 'password-changed', source, here);
  const sessions = await deps.ends.elsewhere({ id: person, realm, name }, here, 'password-changed');
  // What an app does not confirm can be sent again and again: it fills the trail only where something ended.
  if (!certain && devices === 0 && sessions === 0) return;
  const ended = { certain, devices, sessions };
  await deps.audit.record({ type: 'password.changed', realm, person, name, app, ...ended, source });
}
