import type { Audit, AuditEvent } from '../audit/event.ts';
import type { SparedBrowser } from '../device/trusted-device.ts';
import type { Person } from '../factor/person.ts';
import type { ParkedSubmissions } from '../visit/parked.ts';
import type { PendingSignIns } from '../visit/pending.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';

export type EndReason = Extract<AuditEvent, { type: 'session.ended' }>['reason'];

/** The ends of sessions, each with its event, of what would begin one again, and of what waited to be sent in one. */
export class SessionEnds {
  readonly #sessions: Sessions;
  readonly #pendings: PendingSignIns;
  readonly #parked: ParkedSubmissions;
  readonly #audit: Audit;

  constructor(parts: { sessions: Sessions; pendings: PendingSignIns; parked: ParkedSubmissions; audit: Audit }) {
    this.#sessions = parts.sessions;
    this.#pendings = parts.pendings;
    this.#parked = parts.parked;
    this.#audit = parts.audit;
  }

  /** True for the caller that ended it; false where it had ended already. */
  async one(session: Session, reason: EndReason): Promise<boolean> {
    const first = await this.#sessions.end(session.id);
    await this.#parked.drop(session.id, reason === 'other-account' ? 'other-person' : 'session-ended');
    if (!first) return false;
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
    // Of sessions that had run out before: nothing else names them.
    await this.#parked.dropOfBrowser(browser, 'session-ended');
  }

  /** All sessions of one person; resolves to how many there were. */
  async ofPerson(person: string, reason: EndReason): Promise<number> {
    const sessions = await this.#sessions.ofPerson(person);
    for (const session of sessions) await this.one(session, reason);
    await this.#parked.dropOfPerson(person, 'session-ended');
    return sessions.length;
  }

  /** All that a trusted device of hers began, but for the browser that is spared; resolves to how many there were. */
  async ofTrust(person: string, device: string, reason: EndReason, spares?: SparedBrowser): Promise<number> {
    const sessions = (await this.#sessions.ofPerson(person)).filter(
      session => session.trust === device && !isSpared(session, spares),
    );
    for (const session of sessions) await this.one(session, reason);
    return sessions.length;
  }

  /**
   * Those of one person in all browsers but this one, with what has passed anywhere else and waits for its release, also
   * where no session is; resolves to how many sessions there were.
   */
  async elsewhere(
    person: Pick<Person, 'id' | 'realm' | 'name'>,
    here: SparedBrowser,
    reason: EndReason,
  ): Promise<number> {
    await this.#pendings.abandonPassed(person, here.portal);
    const others = (await this.#sessions.ofPerson(person.id)).filter(session => !isSpared(session, here));
    for (const session of others) await this.one(session, reason);
    return others.length;
  }

  /** The browser of this session, as it is known by now. */
  async browserOf({ id, portal }: Session): Promise<SparedBrowser> {
    const now = await this.#sessions.read(id);
    return { session: id, portal: now?.portal ?? portal };
  }

  /** Those of one person that stand on a factor which is hers no longer. */
  async ofFactor(person: string, factor: string, reason: EndReason): Promise<void> {
    for (const session of await this.#sessions.ofPerson(person)) {
      if (session.factor === factor) await this.one(session, reason);
    }
  }

  /** Everything of one person, in every browser: what has passed and waits for its release too. How many sessions there were. */
  async everywhere(person: Pick<Person, 'id' | 'realm' | 'name'>, reason: EndReason): Promise<number> {
    // First: what is released before this has begun its session, and what comes later finds nothing to release.
    await this.#pendings.abandonPassed(person);
    return this.ofPerson(person.id, reason);
  }

  /**
   * Somebody passed anew in a browser and has a new realm cookie: her own sessions there go on under it, those of
   * anybody else end, for a browser is one person's at a time (R08).
   */
  async carryOver(from: string, to: string, person: string, name: string): Promise<void> {
    if (from === to) return;
    await Promise.all([
      this.#pendings.moveOf(from, to, name),
      this.#carryAll(from, to, person),
      this.#parked.moveOf(from, to, person),
    ]);
  }

  async #carryAll(from: string, to: string, person: string): Promise<void> {
    for (const session of await this.#sessions.ofPortal(from)) {
      if (session.person === person) await this.#sessions.carry(session, to);
      else await this.one(session, 'other-account');
    }
  }
}

function isSpared({ id, portal }: Session, spares: SparedBrowser | undefined): boolean {
  if (spares === undefined) return false;
  return id === spares.session || (portal !== undefined && portal === spares.portal);
}
