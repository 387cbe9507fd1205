import { sealedCodec } from '../kernel/codec.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import { type Codec, type Store, update } from '../kernel/store.ts';
import type { Session } from './session.ts';

/** Sessions as they stand in the store: sealed records, and the sets by which a person's and a browser's are found. */
export class SessionRecords {
  readonly #store: Store;
  readonly #codec: Codec<Session>;

  constructor(store: Store, ring: KeyRing) {
    this.#store = store;
    this.#codec = sealedCodec<Session>(ring, 'session');
  }

  /** Lives for `lifetime` milliseconds, in its sets for `listed`. */
  async create(session: Session, { lifetime, listed }: { lifetime: number; listed: number }): Promise<void> {
    const place = sessionKey(session.id);
    await this.#store.create(place, this.#codec.encode(place, session), lifetime);
    for (const set of setsOf(session)) await this.#store.add(set, session.id, { ttl: listed });
  }

  async read(id: string): Promise<Session | undefined> {
    if (!/^[A-Za-z0-9_-]{22}$/.test(id)) return undefined;
    const record = await this.#store.get(sessionKey(id));
    return record === undefined ? undefined : this.#codec.decode(sessionKey(id), record.value);
  }

  change(id: string, change: (current: Session) => Session): Promise<Session | undefined> {
    return update(this.#store, sessionKey(id), this.#codec, change);
  }

  /** True for the one that removed it. */
  remove(id: string): Promise<boolean> {
    return this.#store.remove(sessionKey(id));
  }

  async unlist(session: Session): Promise<void> {
    for (const set of setsOf(session)) await this.#store.drop(set, session.id);
  }

  async listUnder(portal: string, id: string, listed: number): Promise<void> {
    await this.#store.add(portalSet(portal), id, { ttl: listed });
  }

  ofPortal(portal: string): Promise<readonly string[]> {
    return this.#store.members(portalSet(portal));
  }

  ofPerson(person: string): Promise<readonly string[]> {
    return this.#store.members(personSet(person));
  }
}

function sessionKey(id: string): string {
  return `session:{${id}}`;
}

function portalSet(portal: string): string {
  return `sessions-of-portal:{${portal}}`;
}

function personSet(person: string): string {
  return `sessions-of-person:{${person}}`;
}

function setsOf({ person, portal }: Session): string[] {
  return portal === undefined ? [personSet(person)] : [personSet(person), portalSet(portal)];
}
