import type { Audit } from '../audit/event.ts';
import type { DropReason } from '../audit/session-event.ts';
import type { Clock } from '../kernel/clock.ts';
import { sealedCodec } from '../kernel/codec.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import { type Random, randomId } from '../kernel/random.ts';
import type { Codec, Store } from '../kernel/store.ts';
import type { Session } from '../session/session.ts';

/**
 * A form that was being submitted when a second gate closed (R25): kept until the person passed it, shown to her, and
 * sent on only when she says so. Sealed at rest, bound to the session that it came in, and so to person, realm and app.
 */
export interface Parked {
  /** Of this very submission: consumed when it is sent. */
  readonly id: string;
  readonly session: string;
  readonly realm: string;
  readonly app: string;
  readonly person: string;
  readonly name: string;
  /** `expired`: the app's session of that time is gone with ours, and with it, in most apps, the form's token. */
  readonly why: 'step-up' | 'expired';
  /** It was posted into a frame, whose answer means nothing in a whole window. */
  readonly framed: boolean;
  /** An older one of this session was there and is gone. */
  readonly replaced: boolean;
  readonly parkedAt: number;
  readonly expiresAt: number;
  /** Path and query as they came. */
  readonly target: string;
  readonly contentType: string;
  readonly origin: string | undefined;
  readonly referer: string | undefined;
  /** base64. */
  readonly body: string;
}

export type NewParked = Pick<Parked, 'why' | 'framed' | 'target' | 'contentType' | 'origin' | 'referer' | 'body'>;

/** One that waits for a step-up lives as long as that; one that waits for a whole sign-in has time for finding a phone. */
export const parkedLifetime = { 'step-up': 10 * 60_000, expired: 30 * 60_000 } as const;
/** Forms of one session in half an hour. */
const mostParked = 30;
/** Nobody finds the mark of one that was sent missing while a page of ours may still be open. */
const sentLifetime = 24 * 60 * 60_000;

export interface ParkedDeps {
  readonly store: Store;
  readonly ring: KeyRing;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: Audit;
}

/** One for each session at most; a newer one takes the place of the older. */
export class ParkedSubmissions {
  readonly #deps: ParkedDeps;
  readonly #codec: Codec<Parked>;
  /** What is being read, by session: who presses two hundred times at once has her form read once (CWE-770). */
  readonly #reading = new Map<string, Promise<Parked | undefined>>();

  constructor(deps: ParkedDeps) {
    this.#deps = deps;
    this.#codec = sealedCodec<Parked>(deps.ring, 'parked');
  }

  /**
   * Of a session that lives, or has just run out: its record says whose it is. Undefined, and nothing kept, where a
   * session posts more than a person does: each one is an entry of the audit.
   */
  async park(session: Session, fresh: NewParked): Promise<Parked | undefined> {
    const { clock, random, store } = this.#deps;
    const now = clock.now();
    if ((await store.count(countKey(session.id), parkedLifetime.expired)).count > mostParked) return undefined;
    const older = await this.drop(session.id, 'replaced');
    const { realm, app, person, name } = session;
    const parked: Parked = {
      ...fresh,
      ...{ realm, app, person, name },
      id: randomId(random),
      session: session.id,
      replaced: older,
      parkedAt: now,
      expiresAt: now + parkedLifetime[fresh.why],
    };
    await this.#keep(parked, session.portal);
    await this.#record(parked, { type: 'submission.parked', why: parked.why, bytes: sizeOf(parked) });
    return parked;
  }

  /** What waits for this session; what is bound to anybody or anything else does not (R08). */
  async of(session: Session): Promise<Parked | undefined> {
    const parked = await this.#readTogether(session.id);
    return parked !== undefined && isOf(parked, session) ? parked : undefined;
  }

  /**
   * True for the one request, in the whole fleet, that may send it; from here on nobody sends it again, whatever becomes
   * of that request.
   */
  async take(parked: Parked): Promise<boolean> {
    if (!(await this.#deps.store.consume(sentKey(parked.id), sentLifetime))) return false;
    await this.#record(parked, { type: 'submission.sent', bytes: sizeOf(parked) });
    await this.#deps.store.remove(key(parked.session));
    return true;
  }

  wasTaken(id: string): Promise<boolean> {
    return this.#deps.store.consumed(sentKey(id));
  }

  /** Removes what waits for this session; true where something did. */
  async drop(session: string, reason: DropReason): Promise<boolean> {
    const parked = await this.#read(session);
    if (!(await this.#deps.store.remove(key(session))) || parked === undefined) return false;
    await this.#record(parked, { type: 'submission.dropped', reason });
    return true;
  }

  /**
   * Somebody passed both gates in the browser of that older session. The same person, at the same app, goes on with what
   * waited; of anybody else it is deleted.
   */
  async adopt(older: string, session: Session): Promise<Parked | undefined> {
    const parked = await this.#read(older);
    if (parked === undefined) return undefined;
    if (!isOf(parked, { ...session, id: older })) {
      await this.drop(older, 'other-person');
      return undefined;
    }
    const why = older === session.id ? parked.why : 'expired';
    // Time to read it and to press the button, however long the sign-in took.
    const expiresAt = Math.max(parked.expiresAt, this.#deps.clock.now() + parkedLifetime['step-up']);
    const adopted: Parked = { ...parked, session: session.id, why, expiresAt };
    await this.#keep(adopted, session.portal);
    if (older !== session.id) await this.#deps.store.remove(key(older));
    return adopted;
  }

  /** The app has begun a new session inside ours: a token of the old one is worth nothing any more. */
  async outlived(session: Session): Promise<void> {
    const parked = await this.of(session);
    if (parked?.why === 'step-up') await this.#keep({ ...parked, why: 'expired' }, undefined);
  }

  /** Everything of one person: at a reset there may be no session left that names it. */
  async dropOfPerson(person: string, reason: DropReason): Promise<void> {
    await this.#dropAll(personSet(person), reason);
  }

  /** Everything of the browser with this realm cookie (its SHA-256). */
  async dropOfBrowser(browser: string, reason: DropReason): Promise<void> {
    await this.#dropAll(browserSet(browser), reason);
  }

  /** That browser has a new realm cookie: hers goes on under it, that of anybody else is deleted. */
  async moveOf(from: string, to: string, person: string): Promise<void> {
    const { store } = this.#deps;
    for (const session of await store.members(browserSet(from))) {
      const parked = await this.#read(session);
      if (parked?.person === person) await store.add(browserSet(to), session, { ttl: parkedLifetime.expired });
      else await this.drop(session, 'other-person');
      await store.drop(browserSet(from), session);
    }
  }

  async #dropAll(set: string, reason: DropReason): Promise<void> {
    for (const session of await this.#deps.store.members(set)) {
      await this.drop(session, reason);
      await this.#deps.store.drop(set, session);
    }
  }

  async #keep(parked: Parked, browser: string | undefined): Promise<void> {
    const { store, clock } = this.#deps;
    const place = key(parked.session);
    const ttl = parked.expiresAt - clock.now();
    // Before the record itself: an end that comes between must find it.
    await store.add(personSet(parked.person), parked.session, { ttl: parkedLifetime.expired });
    if (browser !== undefined) await store.add(browserSet(browser), parked.session, { ttl: parkedLifetime.expired });
    for (;;) {
      const text = this.#codec.encode(place, parked);
      const there = await store.get(place);
      const written =
        there === undefined
          ? await store.create(place, text, ttl)
          : await store.replace(place, there.version, text, ttl);
      if (written) return;
    }
  }

  async #readTogether(session: string): Promise<Parked | undefined> {
    const begun = this.#reading.get(session);
    if (begun !== undefined) return begun;
    const reading = this.#read(session).finally(() => this.#reading.delete(session));
    this.#reading.set(session, reading);
    return reading;
  }

  async #read(session: string): Promise<Parked | undefined> {
    if (!/^[A-Za-z0-9_-]{22}$/.test(session)) return undefined;
    const record = await this.#deps.store.get(key(session));
    const parked = record === undefined ? undefined : this.#codec.decode(key(session), record.value);
    return parked !== undefined && parked.expiresAt > this.#deps.clock.now() ? parked : undefined;
  }

  #record(
    { realm, app, person, name, session }: Parked,
    what:
      | { type: 'submission.parked'; why: Parked['why']; bytes: number }
      | { type: 'submission.sent'; bytes: number }
      | { type: 'submission.dropped'; reason: DropReason },
  ): Promise<void> {
    return this.#deps.audit.record({ ...what, realm, app, person, name, session });
  }
}

export function sizeOf(parked: Pick<Parked, 'body'>): number {
  return Buffer.byteLength(parked.body, 'base64');
}

function isOf(parked: Parked, session: Pick<Session, 'id' | 'realm' | 'app' | 'person' | 'name'>): boolean {
  return (
    parked.session === session.id &&
    parked.realm === session.realm &&
    parked.app === session.app &&
    parked.person === session.person &&
    parked.name === session.name
  );
}

function key(session: string): string {
  return `parked:{${session}}`;
}

function countKey(session: string): string {
  return `parked-count:{${session}}`;
}

function sentKey(id: string): string {
  return `parked-sent:{${id}}`;
}

function personSet(person: string): string {
  return `parked-of-person:{${person}}`;
}

function browserSet(browser: string): string {
  return `parked-of-browser:{${browser}}`;
}
