import { LRUCache } from 'lru-cache';
import { sealedCodec } from '../kernel/codec.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import type { Codec, Store } from '../kernel/store.ts';
import type { Session } from './session.ts';

/** Sessions as they stand in the store: sealed records, and the sets by which a person's and a browser's are found. */
export class SessionRecords {
  readonly #store: Store;
  readonly #codec: Codec<Session>;
  /** The copies that were read or written last, with their versions: who changes one need not read it again. */
  readonly #copies = new LRUCache<string, { readonly session: Session; readonly version: number }>({ max: 200 });

  constructor(store: Store, ring: KeyRing) {
    this.#store = store;
    this.#codec = sealedCodec<Session>(ring, 'session');
  }

  /** Lives for `lifetime` milliseconds, in its sets for `listed`. */
  async create(session: Session, { lifetime, listed }: { lifetime: number; listed: number }): Promise<void> {
    const place = sessionKey(session.id);
    // Side by side: nobody has its cookie before all of it stands.
    await Promise.all([
      this.#store.create(place, this.#codec.encode(place, session), lifetime),
      ...setsOf(session).map(set => this.#store.add(set, session.id, { ttl: listed })),
    ]);
  }

  async read(id: string): Promise<Session | undefined> {
    if (!/^[A-Za-z0-9_-]{22}$/.test(id)) return undefined;
    const record = await this.#store.get(sessionKey(id));
    const session = record === undefined ? undefined : this.#codec.decode(sessionKey(id), record.value);
    if (record !== undefined && session !== undefined) this.#copies.set(id, { session, version: record.version });
    return session;
  }

  /** By compare-and-set, beginning with the copy in hand: one that is old by now is not written. */
  async change(from: Session | string, change: (current: Session) => Session): Promise<Session | undefined> {
    if (typeof from !== 'string') {
      const next = change(from);
      if (await this.#replace(from, next)) return next;
    }
    const id = typeof from === 'string' ? from : from.id;
    for (;;) {
      const current = await this.read(id);
      const next = current && change(current);
      if (current === undefined || next === undefined) return undefined;
      if (await this.#replace(current, next)) return next;
    }
  }

  async #replace(current: Session, next: Session): Promise<boolean> {
    const { id } = current;
    const copy = this.#copies.get(id);
    if (copy?.session !== current) return false;
    this.#copies.delete(id);
    const { version } = copy;
    if (!(await this.#store.replace(sessionKey(id), version, this.#codec.encode(sessionKey(id), next)))) return false;
    this.#copies.set(id, { session: next, version: version + 1 });
    return true;
  }

  /** True for the one that removed it. */
  remove(id: string): Promise<boolean> {
    return this.#store.remove(sessionKey(id));
  }

  async unlist(session: Session): Promise<void> {
    await Promise.all(setsOf(session).map(set => this.#store.drop(set, session.id)));
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
