import type { SessionSettings } from '../config/settings.ts';
import type { Clock } from '../kernel/clock.ts';
import { SluisError } from '../kernel/errors.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import { type Random, randomId } from '../kernel/random.ts';
import type { Store } from '../kernel/store.ts';
import { EndListeners, type OverReason } from './end-listeners.ts';
import { type Known, SessionMemory } from './memory.ts';
import { SessionRecords } from './records.ts';
import { Revocations, revocationLog, type Said, type Standing } from './revocations.ts';
import { type FreshSession, levelBy, newSession, type Proved, renewedSession, type Session } from './session.ts';
import { SessionTokens } from './token.ts';
import type { TokenClaims } from './verified-cookies.ts';

export interface SessionsDeps {
  readonly store: Store;
  readonly ring: KeyRing;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: SessionSettings;
}

/** A session as one cookie opens it: a cookie of before a step up still opens the old level for 10 s. */
export interface OpenSession {
  readonly session: Session;
  readonly level: number;
}

/**
 * How long a session that ran out by itself is still known by its cookie, so that what is posted in it is kept for its
 * person; and as long again for her to sign in. It opens nothing. One that was ended leaves no record.
 */
export const afterlife = 60 * 60_000;
const activityInterval = 30_000;

/**
 * Sessions: records in the store, read once an instance and kept in memory; cookies verified once and remembered. A
 * request with a known session makes no store call and no second signature check.
 */
export class Sessions {
  readonly #deps: SessionsDeps;
  readonly #tokens: SessionTokens;
  readonly #records: SessionRecords;
  readonly #memory = new SessionMemory();
  readonly #endListeners = new EndListeners();
  readonly #revocations: Revocations;

  constructor(deps: SessionsDeps) {
    this.#deps = deps;
    this.#tokens = new SessionTokens(deps.ring, deps.clock);
    this.#records = new SessionRecords(deps.store, deps.ring);
    this.#revocations = new Revocations({
      ...deps,
      grace: () => deps.settings.grace,
      heard: (id, what) => this.#heard(id, what),
      startAnew: () => this.#startAnew(),
    });
  }

  /** How far what is known here can be believed: decide() asks for it. */
  get storeStanding(): Standing {
    return this.#revocations.standing;
  }

  /** The session that this cookie opens at this app, without waiting where it is known: the hot path. */
  known(cookie: string, app: string): OpenSession | undefined {
    if (!this.#revocations.settled) return undefined;
    const token = this.#tokens.known(cookie, app);
    return token === undefined ? undefined : this.#remembered(token);
  }

  /**
   * The same, reading cookie and record where they are not known yet. Rejects with 'store.unavailable' where that needs
   * the store and it is lost.
   */
  async find(cookie: string, app: string): Promise<OpenSession | undefined> {
    if (cookie.length > 2048) return undefined;
    await this.#settled();
    const token = await this.#tokens.read(cookie, app);
    if (token === undefined) return undefined;
    const remembered = this.#remembered(token);
    if (remembered !== undefined) return remembered;
    // Known to be lost: nobody waits for what does not come.
    if (this.storeStanding !== 'confirmed') throw lost();
    const known = await this.#load(token.session);
    return known === undefined ? undefined : this.#open(known.session, token);
  }

  /**
   * The session as far as this instance knows it, for what was opened in it and still runs; undefined where it has ended.
   * `read` knows what others have seen of it. Rejects where the store was lost for longer than known sessions go on.
   */
  async standing(id: string): Promise<Session | undefined> {
    if ((await this.#settled()) === 'lost') throw lost();
    return (this.#memory.get(id) ?? (await this.#load(id)))?.session;
  }

  /**
   * The session of this cookie that ran out by itself, at most `within` ago: whose it was. Read anew and not from memory:
   * what was ended anywhere has no record any more.
   */
  async expired(cookie: string, app: string, within = afterlife): Promise<Session | undefined> {
    const token = cookie.length > 2048 ? undefined : await this.#tokens.verify(cookie, app, within);
    if (token === undefined || this.#memory.hasEnded(token.session)) return undefined;
    const session = await this.#records.read(token.session);
    if (session?.app !== app || session.identifier !== token.identifier) return undefined;
    const over = this.#deps.clock.now() - Math.min(session.absoluteEnd, this.idleEnd(session));
    return over >= 0 && over < within ? session : undefined;
  }

  /**
   * When inactivity ends this session, by what this instance has seen; or its age, where the operator allows less than
   * when it began.
   */
  idleEnd(session: Session): number {
    const { idle, absolute } = this.#deps.settings;
    return Math.min(this.lastSeen(session) + idle, session.beganAt + absolute);
  }

  /** The last request in it, as far as this instance knows. */
  lastSeen(session: Session): number {
    return this.#memory.peek(session.id)?.lastSeen ?? session.lastSeen;
  }

  /** Notes activity; written to the store at most every 30 s. */
  touch(session: Session): void {
    const known = this.#memory.peek(session.id);
    if (known === undefined) return;
    const now = this.#deps.clock.now();
    known.lastSeen = now;
    if (now - known.writtenAt < activityInterval) return;
    known.writtenAt = now;
    // Behind the request: a failed write costs at most 30 s of a session's idle time, never its end.
    this.#write(session.id, current => ({ ...current, lastSeen: Math.max(current.lastSeen, now) })).catch(
      () => undefined,
    );
  }

  /** A value derived from the session's record, kept while the session is busy and its identifier the same. */
  derived<T>(session: Session, name: string, make: () => T): T {
    return this.#memory.derived(session, name, make);
  }

  async begin(
    fresh: FreshSession,
    { id, notAfter = Number.POSITIVE_INFINITY }: { id?: string; notAfter?: number | undefined } = {},
  ): Promise<{ session: Session; cookie: string }> {
    const { clock, random, settings } = this.#deps;
    const now = clock.now();
    // What another session proved lasts no longer than that one: no hopping between apps puts the end off.
    const absoluteEnd = Math.min(now + settings.absolute, notAfter);
    const session = newSession(fresh, { id: id ?? randomId(random), now, absoluteEnd, random });
    await this.#records.create(session, { lifetime: settings.absolute + 2 * afterlife, listed: settings.absolute });
    this.#memory.remember(session, this.#memory.changes);
    return { session, cookie: await this.#sign(session) };
  }

  /** A new identifier, and what was proved anew: at every step up and every sign-in that goes on in this session. */
  async renew(
    session: Session,
    proved: Proved,
    notAfter = Number.POSITIVE_INFINITY,
  ): Promise<{ session: Session; cookie: string } | undefined> {
    const { clock, random, settings } = this.#deps;
    const now = clock.now();
    const renewed = await this.#write(session, current => renewedSession(current, proved, { now, random, notAfter }));
    if (renewed === undefined) return undefined;
    // Before anybody holds the new cookie: the identifier of before ends in time at every instance.
    const { portal } = proved;
    const moves = portal !== undefined && portal !== session.portal;
    await Promise.all([
      this.#revocations.say(session.id, 'changed'),
      moves ? this.#records.listUnder(portal, session.id, settings.absolute) : undefined,
    ]);
    return { session: renewed, cookie: await this.#sign(renewed) };
  }

  /** The same session under a new realm cookie of its browser (SHA-256). */
  async carry(session: Session, portal: string): Promise<void> {
    await this.#records.listUnder(portal, session.id, this.#deps.settings.absolute);
    const carried = await this.#write(session, current => ({ ...current, portal }));
    if (carried !== undefined) await this.#revocations.say(session.id, 'changed');
  }

  /** Ends it everywhere: the record, every cached copy, every answer under way. True for the first to end it. */
  async end(id: string): Promise<boolean> {
    const session = await this.read(id);
    // First, and again on a retry: an end whose answer was lost must not live on at another instance.
    if (session !== undefined) await this.#revocations.say(id, 'ended');
    const removed = await this.#records.remove(id);
    this.#forget(id);
    if (session !== undefined) await this.#records.unlist(session);
    return removed;
  }

  /** As it stands in the store now: what ends a session or stands on one must not go by what this instance remembers. */
  async read(id: string): Promise<Session | undefined> {
    return (await this.#load(id))?.session;
  }

  /** Living sessions that this portal browser began. */
  async ofPortal(portal: string): Promise<Session[]> {
    return this.#readAll(await this.#records.ofPortal(portal));
  }

  async ofPerson(person: string): Promise<Session[]> {
    return this.#readAll(await this.#records.ofPerson(person));
  }

  /** Calls back once when the session ends, to cut answers under way; while it is idle again and again. */
  onEnd(id: string, listener: (why: OverReason) => unknown): () => void {
    return this.#endListeners.on(id, listener);
  }

  /**
   * Calls back what is under way in sessions that are over by time, or of which nobody can say any more whether they
   * ended. Called every 500 ms by the composition root: a session that ends by time ends without an event.
   */
  async cutOver(): Promise<void> {
    const blind = (await this.#settled()) === 'lost';
    for (const id of this.#endListeners.ids) {
      const why = blind ? 'ended' : await this.#whyOver(id).catch(() => undefined);
      if (why !== undefined) this.#endListeners.tell(id, why);
    }
  }

  async #whyOver(id: string): Promise<OverReason | undefined> {
    const now = () => this.#deps.clock.now();
    const known = this.#memory.peek(id);
    if (known !== undefined && now() >= known.session.absoluteEnd) return 'ended';
    if (known !== undefined && now() < known.lastSeen + this.#deps.settings.idle) return undefined;
    // Another instance may have seen her since.
    const read = await this.#load(id);
    if (read === undefined) return 'ended';
    return now() < read.lastSeen + this.#deps.settings.idle ? undefined : 'idle';
  }

  /** How many this process has in memory. */
  get inMemory(): number {
    return this.#memory.size;
  }

  /** Learns what other instances ended or changed. Called every 500 ms by the composition root. */
  confirm(): Promise<void> {
    return this.#revocations.confirm();
  }

  /** Sooner, by publications of the store; the returned function stops that. */
  listen(): () => void {
    return this.#deps.store.subscribe(revocationLog, () => this.#revocations.hasten());
  }

  async #settled(): Promise<Standing> {
    // Asked once; what it means that there was no answer is for decide() to say.
    if (!this.#revocations.settled) await this.confirm().catch(() => undefined);
    return this.storeStanding;
  }

  #heard(id: string, what: Said): void {
    if (what === 'ended') return this.#forget(id);
    this.#memory.outdate(id);
  }

  /** What ended in what was missed has no record any more: what is under way to it is cut. */
  async #startAnew(): Promise<void> {
    this.#memory.outdateAll();
    await Promise.all(this.#endListeners.ids.map(async id => (await this.#load(id)) ?? this.#forget(id)));
  }

  /** By what is known here; undefined where only the store can say, as another instance may have seen or renewed it since. */
  #remembered(token: TokenClaims): OpenSession | undefined {
    const known = this.#memory.get(token.session);
    if (known === undefined || known.outdated) return undefined;
    if (this.#deps.clock.now() >= known.lastSeen + this.#deps.settings.idle) return undefined;
    return this.#open(known.session, token);
  }

  #open(session: Session, { identifier, app }: TokenClaims): OpenSession | undefined {
    const level = session.app === app ? levelBy(session, identifier, this.#deps.clock.now()) : undefined;
    return level === undefined ? undefined : { session, level };
  }

  #sign(session: Session): Promise<string> {
    return this.#tokens.sign(
      { session: session.id, identifier: session.identifier, app: session.app },
      session.absoluteEnd,
    );
  }

  async #load(id: string): Promise<Known | undefined> {
    const { changes } = this.#memory;
    const session = await this.#records.read(id);
    if (changes !== this.#memory.changes) return this.#load(id);
    if (session === undefined || session.absoluteEnd <= this.#deps.clock.now()) return undefined;
    return this.#memory.remember(session, changes);
  }

  #forget(id: string): void {
    this.#memory.forget(id);
    this.#endListeners.end(id);
  }

  async #write(of: Session | string, change: (current: Session) => Session): Promise<Session | undefined> {
    const { changes } = this.#memory;
    const written = await this.#records.change(of, change);
    // Ended while it was being written: remembered now, it would come back.
    return written === undefined ? undefined : this.#memory.remember(written, changes)?.session;
  }

  async #readAll(ids: readonly string[]): Promise<Session[]> {
    const found = await Promise.all(ids.map(id => this.#readOrFinish(id)));
    return found.filter(session => session !== undefined);
  }

  /** An end that broke half-way, said in the log with its record still there, would open at an instance that starts later. */
  async #readOrFinish(id: string): Promise<Session | undefined> {
    const session = await this.read(id);
    if (session === undefined && this.#memory.hasEnded(id)) await this.#records.remove(id);
    return session;
  }
}

function lost(): SluisError {
  return new SluisError('store.unavailable', 'The store is lost.');
}
