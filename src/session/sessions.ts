import { LRUCache } from 'lru-cache';
import type { SessionSettings } from '../config/settings.ts';
import type { Clock } from '../kernel/clock.ts';
import { sealedCodec } from '../kernel/codec.ts';
import { SluisError } from '../kernel/errors.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import { type Random, randomId } from '../kernel/random.ts';
import { type Codec, type Store, update } from '../kernel/store.ts';
import { EndListeners, type OverReason } from './end-listeners.ts';
import { personSet, portalSet, sessionKey, setsOf } from './places.ts';
import { Revocations, revocationLog, type Said, type Standing } from './revocations.ts';
import { kept, levelBy, type Session } from './session.ts';
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

interface Cached {
  session: Session;
  /** Changed elsewhere since it was read. */
  outdated: boolean;
  lastSeen: number;
  writtenAt: number;
}

/**
 * Sessions: records in the store, read once an instance and kept in memory; cookies verified once and remembered. A
 * request with a known session makes no store call and no second signature check.
 */
export class Sessions {
  readonly #deps: SessionsDeps;
  readonly #tokens: SessionTokens;
  readonly #codec: Codec<Session>;
  readonly #cache = new LRUCache<string, Cached>({ max: kept.known });
  /** What was derived from records for the hot path; gone with their identifiers. */
  readonly #derived = new LRUCache<string, Map<string, unknown>>({ max: kept.busy });
  /** Ended here or elsewhere: a read that was under way must not bring them back. */
  readonly #ended = new LRUCache<string, true>({ max: 100_000 });
  readonly #endListeners = new EndListeners();
  /** Grows with every change that the log tells: a read that was under way then may have come too early. */
  #changes = 0;
  readonly #revocations: Revocations;

  constructor(deps: SessionsDeps) {
    this.#deps = deps;
    this.#tokens = new SessionTokens(deps.ring, deps.clock);
    this.#codec = sealedCodec<Session>(deps.ring, 'session');
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
    const cached = await this.#load(token.session);
    return cached === undefined ? undefined : this.#open(cached.session, token);
  }

  /**
   * The session as far as this instance knows it, for what was opened in it and still runs; undefined where it has ended.
   * `read` knows what others have seen of it. Rejects where the store was lost for longer than known sessions go on.
   */
  async standing(id: string): Promise<Session | undefined> {
    if ((await this.#settled()) === 'lost') throw lost();
    return (this.#cache.get(id) ?? (await this.#load(id)))?.session;
  }

  /**
   * The session of this cookie that ran out by itself, at most `within` ago: whose it was. Read anew and not from memory:
   * what was ended anywhere has no record any more.
   */
  async expired(cookie: string, app: string, within = afterlife): Promise<Session | undefined> {
    const token = cookie.length > 2048 ? undefined : await this.#tokens.verify(cookie, app, within);
    if (token === undefined || this.#ended.has(token.session)) return undefined;
    const record = await this.#deps.store.get(sessionKey(token.session));
    const session = record === undefined ? undefined : this.#codec.decode(sessionKey(token.session), record.value);
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

  /** A value derived from the session's record, kept while the session is busy and its identifier the same. */
  derived<T>(session: Session, name: string, make: () => T): T {
    let values = this.#derived.get(session.id);
    if (values === undefined) {
      if (!this.#cache.has(session.id)) return make();
      values = new Map();
      this.#derived.set(session.id, values);
    }
    let value = values.get(name) as T | undefined;
    if (value === undefined) {
      value = make();
      values.set(name, value);
    }
    return value;
  }

  async begin(
    fresh: Pick<Session, 'realm' | 'app' | 'person' | 'name' | 'level' | 'factor' | 'factorAt' | 'portal'>,
    { id, notAfter = Number.POSITIVE_INFINITY }: { id?: string; notAfter?: number | undefined } = {},
  ): Promise<{ session: Session; cookie: string }> {
    const { clock, random, settings, store } = this.#deps;
    const now = clock.now();
    const session: Session = {
      ...fresh,
      id: id ?? randomId(random),
      beganAt: now,
      // What another session proved lasts no longer than that one: no hopping between apps puts the end off.
      absoluteEnd: Math.min(now + settings.absolute, notAfter),
      lastSeen: now,
      identifier: randomId(random, 32),
      previous: undefined,
      sealKey: randomId(random, 32),
    };
    await store.create(
      sessionKey(session.id),
      this.#codec.encode(sessionKey(session.id), session),
      settings.absolute + 2 * afterlife,
    );
    for (const set of setsOf(session)) await store.add(set, session.id, { ttl: settings.absolute });
    this.#remember(session, this.#changes);
    return { session, cookie: await this.#sign(session) };
  }

  /** A new identifier, and what was proved anew: at every step up and every sign-in that goes on in this session. */
  async renew(
    session: Session,
    proved: Pick<Session, 'level' | 'factor' | 'factorAt' | 'portal'>,
  ): Promise<{ session: Session; cookie: string } | undefined> {
    const { clock, random, store, settings } = this.#deps;
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
    await this.#revocations.say(session.id, 'changed');
    if (proved.portal !== undefined && proved.portal !== session.portal)
      await store.add(portalSet(proved.portal), session.id, { ttl: settings.absolute });
    return { session: renewed, cookie: await this.#sign(renewed) };
  }

  /** The same session under a new realm cookie of its browser (SHA-256). */
  async carry(session: Session, portal: string): Promise<void> {
    await this.#deps.store.add(portalSet(portal), session.id, { ttl: this.#deps.settings.absolute });
    const carried = await this.#write(session.id, current => ({ ...current, portal }));
    if (carried !== undefined) await this.#revocations.say(session.id, 'changed');
  }

  /** Ends it everywhere: the record, every cached copy, every answer under way. True for the first to end it. */
  async end(id: string): Promise<boolean> {
    const session = await this.read(id);
    // First, and again on a retry: an end whose answer was lost must not live on at another instance.
    if (session !== undefined) await this.#revocations.say(id, 'ended');
    const removed = await this.#deps.store.remove(sessionKey(id));
    this.#forget(id);
    if (session !== undefined) for (const set of setsOf(session)) await this.#deps.store.drop(set, id);
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
    const known = this.#cache.peek(id);
    if (known !== undefined && now() >= known.session.absoluteEnd) return 'ended';
    if (known !== undefined && now() < known.lastSeen + this.#deps.settings.idle) return undefined;
    // Another instance may have seen her since.
    const read = await this.#load(id);
    if (read === undefined) return 'ended';
    return now() < read.lastSeen + this.#deps.settings.idle ? undefined : 'idle';
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
    this.#changes += 1;
    const cached = this.#cache.peek(id);
    if (cached !== undefined) cached.outdated = true;
  }

  /** What ended in what was missed has no record any more: what is under way to it is cut. */
  async #startAnew(): Promise<void> {
    this.#changes += 1;
    for (const cached of this.#cache.values()) cached.outdated = true;
    await Promise.all(this.#endListeners.ids.map(async id => (await this.#load(id)) ?? this.#forget(id)));
  }

  /** By what is known here; undefined where only the store can say, as another instance may have seen or renewed it since. */
  #remembered(token: TokenClaims): OpenSession | undefined {
    const cached = this.#cache.get(token.session);
    if (cached === undefined || cached.outdated) return undefined;
    if (this.#deps.clock.now() >= cached.lastSeen + this.#deps.settings.idle) return undefined;
    return this.#open(cached.session, token);
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

  async #load(id: string): Promise<Cached | undefined> {
    if (!/^[A-Za-z0-9_-]{22}$/.test(id)) return undefined;
    const changes = this.#changes;
    const record = await this.#deps.store.get(sessionKey(id));
    if (changes !== this.#changes) return this.#load(id);
    const session = record === undefined ? undefined : this.#codec.decode(sessionKey(id), record.value);
    if (session === undefined || session.absoluteEnd <= this.#deps.clock.now()) return undefined;
    return this.#ended.has(id) ? undefined : this.#remember(session, changes);
  }

  #remember(session: Session, changes: number): Cached {
    const old = this.#cache.get(session.id);
    const lastSeen = Math.max(session.lastSeen, old?.lastSeen ?? 0);
    if (old?.session.identifier !== session.identifier) this.#derived.delete(session.id);
    const outdated = changes !== this.#changes;
    const cached: Cached = { session, outdated, lastSeen, writtenAt: session.lastSeen };
    this.#cache.set(session.id, cached);
    return cached;
  }

  #forget(id: string): void {
    this.#ended.set(id, true);
    this.#cache.delete(id);
    this.#derived.delete(id);
    this.#endListeners.end(id);
  }

  async #write(id: string, change: (current: Session) => Session): Promise<Session | undefined> {
    const changes = this.#changes;
    const written = await update(this.#deps.store, sessionKey(id), this.#codec, change);
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

function lost(): SluisError {
  return new SluisError('store.unavailable', 'The store is lost.');
}
