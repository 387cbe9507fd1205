import type { Audit, AuditEvent } from '../audit/event.ts';
import type { PendingSignIns } from '../visit/pending.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';

export type EndReason = Extract<AuditEvent, { type: 'session.ended' }>['reason'];

/** The ends of sessions, each with its event, and of what would begin one again. */
export class SessionEnds {
  readonly #sessions: Sessions;
  readonly #pendings: PendingSignIns;
  readonly #audit: Audit;

  constructor(parts: { sessions: Sessions; pendings: PendingSignIns; audit: Audit }) {
    this.#sessions = parts.sessions;
    this.#pendings = parts.pendings;
    this.#audit = parts.audit;
  }

  /** True for the caller that ended it; false where it had ended already. */
  async one(session: Session, reason: EndReason): Promise<boolean> {
    if (!(await this.#sessions.end(session.id))) return false;
    const { realm, person, name, id } = session;
    await this.#audit.record({ type: 'session.ended', realm, person, name, session: id, reason });
    return true;
  }

  /**
   * Everything that one browser holds in a realm, by its realm cookie (SHA-256): its sessions, and sign-ins that have
   * passed and wait for their release, or the next person at a shared tablet would find one open.
   */
  async ofBrowser(browser: string, reason: EndReason): Promise<void> {
    await this.#pendings.abandonOf(browser);
    for (const session of await this.#sessions.ofPortal(browser)) await this.one(session, reason);
  }

  /** All sessions of one person; resolves to how many there were. */
  async ofPerson(person: string, reason: EndReason): Promise<number> {
    const sessions = await this.#sessions.ofPerson(person);
    for (const session of sessions) await this.one(session, reason);
    return sessions.length;
  }

  /**
   * Somebody passed anew in a browser and has a new realm cookie: her own sessions there go on under it, those of
   * anybody else end, for a browser is one person's at a time (R08).
   */
  async carryOver(from: string, to: string, person: string, name: string): Promise<void> {
    if (from === to) return;
    await this.#pendings.moveOf(from, to, name);
    for (const session of await this.#sessions.ofPortal(from)) {
      if (session.person === person) await this.#sessions.carry(session, to);
      else await this.one(session, 'other-account');
    }
  }
}
