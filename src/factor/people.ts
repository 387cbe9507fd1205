import { LRUCache } from 'lru-cache';
import { sealedCodec } from '../kernel/codec.ts';
import { SluisError } from '../kernel/errors.ts';
import { sha256 } from '../kernel/hash.ts';
import { mailKey } from '../kernel/mail-address.ts';
import { randomId } from '../kernel/random.ts';
import type { Codec, StoredRecord } from '../kernel/store.ts';
import type { FactorDeps } from './deps.ts';
import { withoutOver } from './desk-code/standing.ts';
import { PeopleIndex, type State } from './people-index.ts';
import { listPeople, type PeoplePage, type PeopleQuery } from './people-list.ts';
import type { Person } from './person.ts';
import { Reach } from './reach.ts';

/** The persons of all realms. Records are sealed, since they hold seeds; names are found by their hash. */
export class People {
  readonly #deps: Pick<FactorDeps, 'store' | 'clock' | 'random'>;
  readonly #codec: Codec<Person>;
  readonly #index: PeopleIndex;
  /** The version of each copy that was read or written here: who changes one need not read it again. */
  readonly #versions = new WeakMap<Person, number>();
  /** Whom a name led to when it was last asked: her record is read beside the name's, which is believed. */
  readonly #ids = new LRUCache<string, string>({ max: 10_000 });

  constructor(deps: Pick<FactorDeps, 'store' | 'ring' | 'clock' | 'random'>) {
    this.#deps = deps;
    this.#codec = sealedCodec<Person>(deps.ring, 'person');
    this.#index = new PeopleIndex(deps.store);
  }

  /** `name` in the realm's normal form. */
  async byName(realm: string, name: string): Promise<Person | undefined> {
    const key = nameKey(realm, name);
    const guess = this.#ids.get(key);
    const [record, ahead] = await Promise.all([
      this.#deps.store.get(key),
      guess === undefined ? undefined : this.byId(guess),
    ]);
    if (record === undefined) return undefined;
    this.#ids.set(key, record.value);
    const person = record.value === ahead?.id ? ahead : await this.#owned(record.value, name);
    // A name that she had before is nobody's: what it leads to must never pass for who has it next (R39).
    return person.name === name ? person : undefined;
  }

  async byId(id: string): Promise<Person | undefined> {
    const key = personKey(id);
    const record = await this.#deps.store.get(key);
    return record && this.#read(key, record);
  }

  /**
   * The person of this name, made where there is none. The name's record decides who is first: of many at once one
   * person comes out. Throws 'data.wrong-key' where the record that stands cannot be read.
   */
  async create(realm: string, name: string): Promise<Person> {
    const person = (await this.byName(realm, name)) ?? (await this.#make(realm, name));
    // Repeated for who stood already: a crash between the two writes must not leave anyone out of the list.
    await this.#deps.store.add(listKey(realm), name);
    await this.#index.mend(person);
    return person;
  }

  #read(key: string, { value, version }: StoredRecord): Person | undefined {
    const person = this.#codec.decode(key, value);
    const now = person && withoutOver(person, this.#deps.clock.now());
    if (now !== undefined) this.#versions.set(now, version);
    return now;
  }

  /**
   * Changes the record by compare-and-set; `change` may run more than once, undefined leaves all as it is. Of a person
   * in hand that copy is changed first: where it is old by now, or the change says no to it, what stands is read.
   */
  async update(of: string | Person, change: (current: Person) => Person | undefined): Promise<Person | undefined> {
    const inHand = typeof of === 'string' ? undefined : change(of);
    if (typeof of !== 'string' && inHand !== undefined && (await this.#write(of, inHand))) return inHand;
    for (;;) {
      const current = await this.byId(typeof of === 'string' ? of : of.id);
      const next = current && change(current);
      if (current === undefined || next === undefined) return undefined;
      if (await this.#write(current, next)) return next;
    }
  }

  async #write(current: Person, next: Person): Promise<boolean> {
    const { id } = current;
    const key = personKey(id);
    const version = this.#versions.get(current);
    if (version === undefined) return false;
    const text = this.#codec.encode(key, next);
    const write = () => this.#deps.store.replace(key, version, text);
    if (!(await this.#index.around(current, next, { write, read: () => this.byId(id) }))) return false;
    this.#versions.set(next, version + 1);
    return true;
  }

  /** One page of a list that is searched, sorted or narrowed to a state. */
  async page(query: PeopleQuery): Promise<PeoplePage> {
    return listPeople({ people: this, index: this.#index }, query);
  }

  /** How many there are in each state. */
  async countOf(realm: string, list: `name:${State | 'all'}`): Promise<number> {
    return this.#index.size(realm, list);
  }

  /** How many of a realm reach what, by what they have to last; a code of the desk for a day is not in it (R50). */
  reachOf(realm: string): Reach {
    return new Reach({ people: this, index: this.#index }, realm);
  }

  /**
   * Takes a person away for good: the name first, so that nobody finds her any more; a name given anew is somebody else
   * (R39). What hangs on her factors is for the caller. True for the one that took her away.
   */
  async remove(id: string): Promise<boolean> {
    const { store } = this.#deps;
    const person = await this.byId(id);
    if (person === undefined) return false;
    const { realm, email } = person;
    // What a name of before leads to would pass for a record that is lost: nobody could have that name any more.
    for (const { name } of [person, ...(person.former ?? [])]) {
      const named = await store.get(nameKey(realm, name));
      if (named?.value !== id) continue;
      await store.remove(nameKey(realm, name));
      await store.drop(listKey(realm), name);
    }
    await this.#index.remove(person);
    if (email !== undefined) await store.drop(mailListKey(realm, email), id);
    return store.remove(personKey(id));
  }

  /** Whether everybody is in the lists by now. */
  async areListed(realm: string): Promise<boolean> {
    return this.#index.isWhole(realm);
  }

  /** Takes some more of those into the lists who were there before these were; true once all are. */
  async fillLists(realm: string): Promise<boolean> {
    return this.#index.fill(realm, (after, limit) =>
      this.list(realm, after === undefined ? { limit } : { after, limit }),
    );
  }

  /** By name, after `after`, at most `limit` (default 100). */
  async list(realm: string, options: { after?: string; limit?: number } = {}): Promise<Person[]> {
    const { after, limit = 100 } = options;
    const names = await this.#deps.store.members(listKey(realm), after === undefined ? { limit } : { after, limit });
    const people = await Promise.all(names.map(name => this.byName(realm, name)));
    return people.filter(person => person !== undefined);
  }

  /**
   * Everybody with this address, however it is spelled: one person where all is well, but a family or a small office may
   * share one. At most `limit` (default 20).
   */
  async byEmail(realm: string, address: string, limit = 20): Promise<Person[]> {
    const ids = await this.#deps.store.members(mailListKey(realm, address), { limit });
    const people = await Promise.all(ids.map(id => this.byId(id)));
    return people.filter(person => person !== undefined).filter(person => hasAddress(person, realm, address));
  }

  /**
   * Gives a person an address as `parseMailAddress` gives it, or takes hers away. Resolves to her as she was before;
   * undefined where there is nobody of this id.
   */
  async setEmail(id: string, email: string | undefined): Promise<Person | undefined> {
    const found = await this.byId(id);
    if (found === undefined) return undefined;
    const list = async () => {
      if (email !== undefined) await this.#deps.store.add(mailListKey(found.realm, email), id);
    };
    // Before and after: the list may name too many, for the record is asked, but never leave somebody out, whoever sets
    // another address meanwhile or is killed between.
    await list();
    let before: Person | undefined;
    await this.update(id, current => {
      before = current;
      return current.email === email
        ? undefined
        : { ...current, email, formerEmail: current.formerEmail ?? current.email };
    });
    await list();
    if (before?.email !== undefined) await this.#unlist(found, before.email);
    return before;
  }

  /**
   * Gives a person another name; what is bound to her stays hers (R39). False where somebody else has it, or takes it at
   * this moment. A rename that was broken off is done by doing it again.
   */
  async rename(id: string, name: string): Promise<boolean> {
    const { store } = this.#deps;
    const found = await this.byId(id);
    if (found === undefined) return false;
    const { realm, name: before } = found;
    const taking = takingKey(realm, name);
    // Between the name's record and the person's they do not agree: nobody may take that for a name that is free.
    if (!(await store.create(taking, id, takingTime))) return false;
    try {
      if (!(await this.#take(realm, name, id))) return false;
      await store.add(listKey(realm), name);
      const until = this.#deps.clock.now();
      await this.update(id, current => {
        const former = [...(current.former ?? []), { name: current.name, until }];
        return current.name === name ? undefined : { ...current, name, former };
      });
      if (before !== name) await store.drop(listKey(realm), before);
      return true;
    } finally {
      await store.remove(taking);
    }
  }

  /** Lets a name lead to this person: one that is new, hers already, or left behind by who is called otherwise now. */
  async #take(realm: string, name: string, id: string): Promise<boolean> {
    const { store } = this.#deps;
    const key = nameKey(realm, name);
    if (await store.create(key, id)) return true;
    const stands = await store.get(key);
    if (stands === undefined || stands.value === id) return stands !== undefined;
    // In this order: whose rename is over by now shows in the record that is read last.
    const taking = await store.get(takingKey(realm, name));
    if (taking !== undefined && taking.value !== id) return false;
    const owner = await this.byId(stands.value);
    return owner !== undefined && owner.name !== name && store.replace(key, stands.version, id);
  }

  /** Takes her off the list of an address that is hers no longer. */
  async #unlist({ id, realm }: Person, address: string): Promise<void> {
    const key = mailListKey(realm, address);
    const isHers = async () => hasAddress(await this.byId(id), realm, address);
    if (await isHers()) return;
    await this.#deps.store.drop(key, id);
    if (await isHers()) await this.#deps.store.add(key, id);
  }

  async #make(realm: string, name: string): Promise<Person> {
    const { store, clock, random } = this.#deps;
    const id = randomId(random);
    const person: Person = {
      id,
      realm,
      name,
      createdAt: clock.now(),
      factors: [],
      activation: undefined,
      recovery: undefined,
      setUps: [],
    };
    // The person first: a name must never lead to a record that is not there yet.
    await store.create(personKey(id), this.#codec.encode(personKey(id), person));
    // Of somebody who was renamed: the name is free again, and brings nothing with it.
    if (await this.#take(realm, name, id)) return person;
    await store.remove(personKey(id));
    const first = await this.byName(realm, name);
    if (first === undefined) throw new SluisError('store.conflict', `the person ${name} was removed while being made`);
    return first;
  }

  async #owned(id: string, name: string): Promise<Person> {
    const person = await this.byId(id);
    if (person !== undefined) return person;
    throw new SluisError('data.wrong-key', `the record of ${name} cannot be read with the keys given`, {
      remedy: 'Add the key under which this data folder was written to the key ring.',
    });
  }
}

function personKey(id: string): string {
  return `person:{${id}}`;
}

function nameKey(realm: string, name: string): string {
  return `person-name:{${hash(realm, name)}}`;
}

/** How long a rename may take before it counts as broken off. */
const takingTime = 60_000;

function takingKey(realm: string, name: string): string {
  return `person-taking:{${hash(realm, name)}}`;
}

function hasAddress(person: Person | undefined, realm: string, address: string): boolean {
  return person?.realm === realm && person.email !== undefined && mailKey(person.email) === mailKey(address);
}

function mailListKey(realm: string, address: string): string {
  return `person-mail:{${hash(realm, mailKey(address))}}`;
}

function listKey(realm: string): string {
  return `people:{${hash(realm)}}`;
}

/** One short printable text for parts that came from people: no part can pose as the border between two. */
export function hash(...parts: readonly string[]): string {
  return sha256(JSON.stringify(parts));
}
