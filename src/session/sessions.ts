import { LRUCache } from 'lru-cache';
import type { SessionSettings } from '../config/settings.ts';
import type { Clock } from '../kernel/clock.ts';
import { sealedCodec } from '../kernel/codec.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import { type Random, randomId } from '../kernel/random.ts';
import { type Codec, type Store, update } from '../kernel/store.ts';
import type { Session } from './session.ts';
import { SessionTokens, type TokenClaims } from './token.ts';

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

/** How long the identifier of before a step up goes on working. */
export const previousLifetime = 10_000;
/**
 * How long a session that ran out by itself is still known by its cookie, so that what is posted in it is kept for its
 * person; and as long again for her to sign in. It opens nothing. One that was ended leaves no record.
 */
export const afterlife = 60 * 60_000;
const activityInterval = 30_000;
/** A head older than this is asked for again before a session is believed. */
const confirmWithin = 1_000;
/** How long known sessions go on while the store is lost. */
const grace = 60_000;
const log = 'revocations';

/** `idle`: nobody was active for too long. `ended`: by somebody, or at its last hour. */
export type OverReason = 'ended' | 'idle';

/** Before the id of a session whose record was changed, in the log of ended ones: whoever knows it reads it again. */
const changed = '~';

interface Cached {
  session: Session;
  /** Changed elsewhere since it was read. */
  outdated: boolean;
  lastSeen: number;
  writtenAt: number;
  /** What was derived from the record for the hot path; gone with it. */
  readonly derived: Map<string, unknown>;
}

/**
 * Sessions: records in the store, read once an instance and kept in memory; cookies verified once and remembered. A
 * request with a known session makes no store call and no second signature check.
 */
export class Sessions {
  readonly #deps: SessionsDeps;
  readonly #tokens: SessionTokens;
  readonly #codec: Codec<Session>;
  readonly #verified = new LRUCache<string, TokenClaims>({ max: 50_000 });
  readonly #cache = new LRUCache<string, Cached>({ max: 50_000 });
  /** Ended here or elsewhere: a read that was under way must not bring them back. */
  readonly #ended = new LRUCache<string, true>({ max: 100_000 });
  readonly #endListeners = new Map<string, Set<(why: OverReason) => unknown>>();
  #confirmed = 0;
  #confirmedAt = Number.NEGATIVE_INFINITY;
  #confirming: Promise<void> | undefined;
  /** Grows with every change that the log tells: a read that was under way then may have come too early. */
  #changes = 0;

  constructor(deps: SessionsDeps) {
    this.#deps = deps;
    this.#tokens = new SessionTokens(deps.ring, deps.clock);
    this.#codec = sealedCodec<Session>(deps.ring, 'session');
  }

  /** The session that this cookie opens at this app, without waiting where it is known: the hot path. */
  known(cookie: string, app: string): OpenSession | undefined {
    if (this.#unconfirmedFor() > confirmWithin) return undefined;
    const token = this.#verified.get(cookie);
    // Verified for one app is verified for that app alone.
    if (token?.app !== app) return undefined;
    return this.#openKnown(token, app);
  }

  /** The same, reading cookie and record where they are not known yet. */
  async find(cookie: string, app: string): Promise<OpenSession | undefined> {
    if (cookie.length > 2048) return undefined;
    if (this.#unconfirmedFor() > confirmWithin) await this.#confirmOrGrace();
    let token = this.#verified.get(cookie);
    if (token?.app !== app) {
      token = await this.#tokens.verify(cookie, app);
      if (token === undefined) return undefined;
      this.#verified.set(cookie, token);
    }
    const known = this.#openKnown(token, app);
    if (known !== undefined) return known;
    // Also what seems idle, or an identifier that is not known here: another instance may have seen her since, or stepped her up.
    const cached = await this.#load(token.session);
    return cached === undefined ? undefined : this.#open(cached.session, token.identifier, app);
  }

  /**
   * The session as far as this instance knows it, for what was opened in it and still runs; undefined where it has ended.
   * `read` knows what others have seen of it. Rejects where the store was lost for longer than known sessions go on.
   */
  async standing(id: string): Promise<Session | undefined> {
    if (this.#unconfirmedFor() > confirmWithin) await this.#confirmOrGrace();
    return (this.#cache.get(id) ?? (await this.#load(id)))?.session;
  }

  /**
   * The session of this cookie that ran out by itself, at most `within` ago: whose it was. Read anew and not from memory:
   * what was ended anywhere has no record any more.
   */
  async expired(cookie: string, app: string, within = afterlife): Promise<Session | undefined> {
    const token = cookie.length > 2048 ? undefined : await this.#tokens.verify(cookie, app, within);
    if (token === undefined || this.#ended.has(token.session)) return undefined;
    const record = await this.#deps.store.get(key(token.session));
    const session = record === undefined ? undefined : this.#codec.decode(key(token.session), record.value);
    if (session?.app !== app || session.identifier !== token.identifier) return undefined;
    const over = this.#deps.clock.now() - Math.min(session.absoluteEnd, this.idleEnd(session));
    return over >= 0 && over < within ? session : undefined;
  }

  /**
   * When inactivity ends this session, by what this instance has seen; or its age, where the operator allows less than
   * when it began.
   */
  idleEnd(session: Session): number {
    const lastSeen = this.#cache.get(session.id)?.lastSeen ?? session.lastSeen;
    const { idle, absolute } = this.#deps.settings;
    return Math.min(lastSeen + idle, session.beganAt + absolute);
  }

  /** Notes activity; written to the store at most every 30 s. */
  touch(session: Session): void {
    const cached = this.#cache.get(session.id);
    if (cached === undefined) return;
    const now = this.#deps.clock.now();
    cached.lastSeen = now;
    if (now - cached.writtenAt < activityInterval) return;
    cached.writtenAt = now;
    // Behind the request: a failed write costs at most 30 s of a session's idle time, never its end.
    this.#write(session.id, current => ({ ...current, lastSeen: Math.max(current.lastSeen, now) })).catch(
      () => undefined,
    );
  }

  /** A value derived from the session's record, kept as long as the record is cached. */
  derived<T>(session: Session, name: string, make: () => T): T {
    const cached = this.#cache.get(session.id);
    if (cached === undefined) return make();
    let value = cached.derived.get(name) as T | undefined;
    if (value === undefined) {
      value = make();
      cached.derived.set(name, value);
    }
    return value;
  }

  async begin(
    fresh: Pick<Session, 'realm' | 'app' | 'person' | 'name' | 'level' | 'factor' | 'factorAt' | 'portal'>,
    notAfter = Number.POSITIVE_INFINITY,
  ): Promise<{ session: Session; cookie: string }> {
    const { clock, random, settings, store } = this.#deps;
    const now = clock.now();
    const session: Session = {
      ...fresh,
      id: randomId(random),
      beganAt: now,
      // What another session proved lasts no longer than that one: no hopping between apps puts the end off.
      absoluteEnd: Math.min(now + settings.absolute, notAfter),
      lastSeen: now,
      identifier: randomId(random, 32),
      previous: undefined,
      sealKey: randomId(random, 32),
    };
    await store.create(
      key(session.id),
      this.#codec.encode(key(session.id), session),
      settings.absolute + 2 * afterlife,
    );
    for (const set of sets(session)) await store.add(set, session.id, { ttl: settings.absolute });
    this.#remember(session, this.#changes);
    return { session, cookie: await this.#sign(session) };
  }

  /** A new identifier, and what was proved anew: at every step up and every sign-in that goes on in this session. */
  async renew(
    session: Session,
    proved: Pick<Session, 'level' | 'factor' | 'factorAt' | 'portal'>,
  ): Promise<{ session: Session; cookie: string } | undefined> {
    const { clock, random } = this.#deps;
    const now = clock.now();
    const renewed = await this.#write(session.id, current => ({
      ...current,
      ...proved,
      lastSeen: now,
      identifier: randomId(random, 32),
      previous: { identifier: current.identifier, until: now + previousLifetime, level: current.level },
    }));
    if (renewed === undefined) return undefined;
    // Before anybody holds the new cookie: the identifier of before ends in time at every instance.
    await this.#announce(`${changed}${session.id}`);
    if (proved.portal !== undefined && proved.portal !== session.portal) {
      await this.#deps.store.add(portalSet(proved.portal), session.id, { ttl: this.#deps.settings.absolute });
    }
    return { session: renewed, cookie: await this.#sign(renewed) };
  }

  /** The same session under a new realm cookie of its browser (SHA-256). */
  async carry(session: Session, portal: string): Promise<void> {
    await this.#deps.store.add(portalSet(portal), session.id, { ttl: this.#deps.settings.absolute });
    const carried = await this.#write(session.id, current => ({ ...current, portal }));
    if (carried !== undefined) await this.#announce(`${changed}${session.id}`);
  }

  /** Ends it everywhere: the record, every cached copy, every answer under way. True for the first to end it. */
  async end(id: string): Promise<boolean> {
    const session = await this.read(id);
    // First, and again on a retry: an end whose answer was lost must not live on at another instance.
    if (session !== undefined) await this.#announce(id);
    const removed = await this.#deps.store.remove(key(id));
    this.#forget(id);
    if (session !== undefined) for (const set of sets(session)) await this.#deps.store.drop(set, id);
    return removed;
  }

  /** As it stands in the store now: what ends a session or stands on one must not go by what this instance remembers. */
  async read(id: string): Promise<Session | undefined> {
    return (await this.#load(id))?.session;
  }

  /** Living sessions that this portal browser began. */
  async ofPortal(portal: string): Promise<Session[]> {
    return this.#readAll(await this.#deps.store.members(portalSet(portal)));
  }

  async ofPerson(person: string): Promise<Session[]> {
    return this.#readAll(await this.#deps.store.members(personSet(person)));
  }

  /** Calls back once when the session ends, to cut answers under way; while it is idle again and again. */
  onEnd(id: string, listener: (why: OverReason) => unknown): () => void {
    const listeners = this.#endListeners.get(id) ?? new Set();
    this.#endListeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#endListeners.delete(id);
    };
  }

  /**
   * Calls back what is under way in sessions that are over by time, or of which nobody can say any more whether they
   * ended. Called every 500 ms by the composition root: a session that ends by time ends without an event.
   */
  async cutOver(): Promise<void> {
    const blind = await this.#isBlind();
    for (const id of [...this.#endListeners.keys()]) {
      const why = blind ? 'ended' : await this.#whyOver(id).catch(() => undefined);
      if (why !== undefined) for (const listener of [...(this.#endListeners.get(id) ?? [])]) listener(why);
    }
  }

  /** The store was lost for longer than known sessions go on. */
  async #isBlind(): Promise<boolean> {
    if (this.#unconfirmedFor() <= confirmWithin) return false;
    return this.#confirmOrGrace().then(
      () => false,
      () => true,
    );
  }

  async #whyOver(id: string): Promise<OverReason | undefined> {
    const now = () => this.#deps.clock.now();
    const known = this.#cache.peek(id);
    if (known !== undefined && now() >= known.session.absoluteEnd) return 'ended';
    if (known !== undefined && now() < known.lastSeen + this.#deps.settings.idle) return undefined;
    // Another instance may have seen her since.
    const read = await this.#load(id);
    if (read === undefined) return 'ended';
    return now() < read.lastSeen + this.#deps.settings.idle ? undefined : 'idle';
  }

  /**
   * Follows the numbered log of ended sessions, so that what another process ended is dropped here too. Called every
   * 500 ms by the composition root and on each publication.
   */
  confirm(): Promise<void> {
    this.#confirming ??= this.#follow().finally(() => {
      this.#confirming = undefined;
    });
    return this.#confirming;
  }

  async #follow(): Promise<void> {
    const askedAt = this.#deps.clock.now();
    const head = (await this.#deps.store.head(log))?.number ?? 0;
    // The log went back: a failover lost its tail, and what ended since may stand below our mark.
    if (head < this.#confirmed) {
      this.#cache.clear();
      this.#confirmed = 0;
    }
    while (this.#confirmed < head) {
      const entries = await this.#deps.store.read(log, this.#confirmed, 500);
      if (entries.length === 0) break;
      for (const { entry, number } of entries) {
        if (entry.startsWith(changed)) this.#outdate(entry.slice(changed.length));
        else this.#forget(entry);
        this.#confirmed = number;
      }
    }
    this.#confirmed = Math.max(this.#confirmed, head);
    this.#confirmedAt = askedAt;
  }

  #unconfirmedFor(): number {
    return this.#deps.clock.now() - this.#confirmedAt;
  }

  /** Without the store, known sessions go on for the grace, counted from the last confirmed head; then nobody does (rule 2). */
  async #confirmOrGrace(): Promise<void> {
    try {
      await this.confirm();
    } catch (error) {
      if (this.#unconfirmedFor() > grace) throw error;
    }
  }

  async #announce(entry: string): Promise<void> {
    for (;;) {
      const head = (await this.#deps.store.head(log))?.number ?? 0;
      if (await this.#deps.store.append(log, head, entry)) break;
    }
    await this.#deps.store.publish(log, entry);
  }

  #openKnown({ session: id, identifier }: TokenClaims, app: string): OpenSession | undefined {
    const cached = this.#cache.get(id);
    if (cached === undefined || cached.outdated) return undefined;
    if (this.#deps.clock.now() >= cached.lastSeen + this.#deps.settings.idle) return undefined;
    return this.#open(cached.session, identifier, app);
  }

  #open(session: Session, identifier: string, app: string): OpenSession | undefined {
    if (session.app !== app) return undefined;
    if (identifier === session.identifier) return { session, level: session.level };
    const { previous } = session;
    if (previous?.identifier !== identifier || this.#deps.clock.now() >= previous.until) return undefined;
    return { session, level: previous.level };
  }

  #sign(session: Session): Promise<string> {
    return this.#tokens.sign(
      { session: session.id, identifier: session.identifier, app: session.app },
      session.absoluteEnd,
    );
  }

  async #load(id: string): Promise<Cached | undefined> {
    if (!/^[A-Za-z0-9_-]{22}$/.test(id)) return undefined;
    const changes = this.#changes;
    const record = await this.#deps.store.get(key(id));
    const session = record === undefined ? undefined : this.#codec.decode(key(id), record.value);
    if (session === undefined || session.absoluteEnd <= this.#deps.clock.now()) return undefined;
    return this.#ended.has(id) ? undefined : this.#remember(session, changes);
  }

  #remember(session: Session, changes: number): Cached {
    const old = this.#cache.get(session.id);
    const cached: Cached = {
      session,
      outdated: changes !== this.#changes,
      lastSeen: Math.max(session.lastSeen, old?.lastSeen ?? 0),
      writtenAt: session.lastSeen,
      derived: new Map(),
    };
    this.#cache.set(session.id, cached);
    return cached;
  }

  #outdate(id: string): void {
    this.#changes += 1;
    const cached = this.#cache.get(id);
    if (cached !== undefined) cached.outdated = true;
  }

  #forget(id: string): void {
    this.#ended.set(id, true);
    this.#cache.delete(id);
    const listeners = this.#endListeners.get(id);
    this.#endListeners.delete(id);
    for (const listener of listeners ?? []) listener('ended');
  }

  async #write(id: string, change: (current: Session) => Session): Promise<Session | undefined> {
    const changes = this.#changes;
    const written = await update(this.#deps.store, key(id), this.#codec, change);
    // Ended while it was being written: remembered now, it would come back.
    if (written === undefined || this.#ended.has(id)) return undefined;
    this.#remember(written, changes);
    return written;
  }

  async #readAll(ids: readonly string[]): Promise<Session[]> {
    const found = await Promise.all(ids.map(id => this.read(id)));
    return found.filter(session => session !== undefined);
  }
}

function key(id: string): string {
  return `session:{${id}}`;
}

function portalSet(portal: string): string {
  return `sessions-of-portal:{${portal}}`;
}

function personSet(person: string): string {
  return `sessions-of-person:{${person}}`;
}

function sets(session: Session): string[] {
  return session.portal === undefined
    ? [personSet(session.person)]
    : [personSet(session.person), portalSet(session.portal)];
}
