import { plainCodec } from '../kernel/codec.ts';
import { sha256 } from '../kernel/hash.ts';
import { type MembersOptions, type Store, update } from '../kernel/store.ts';
import type { Person } from './person.ts';
import { isSent, profileOf } from './sent-code/profile.ts';
import { highestLevel } from './ways.ts';

/** How it stands with somebody, for lists: exactly one at a time. */
export const states = ['none', 'invited', 'enrolled', 'closed'] as const;
export type State = (typeof states)[number];

export function stateOf(person: Person): State {
  if (person.closed !== undefined) return 'closed';
  if (person.factors.length > 0) return 'enrolled';
  return person.activation === undefined ? 'none' : 'invited';
}

/**
 * One list: everybody by name or by first day, those of one state, whose factors reach a level everywhere (0: none does),
 * who has nothing but codes that are sent, by what decides where they serve (R20), or by the words of a name.
 */
export type ListName =
  | `name:${State | 'all'}`
  | `since:${State | 'all'}`
  | `reach:${number}`
  | 'sent'
  | `sent:${string}`
  | 'word';

interface Entry {
  readonly list: ListName;
  readonly member: string;
}

const digits = 11;
/** Raised where entries mean something else: every list is then made anew beside a running Sluis. */
const edition = 2;
/** Few: on the embedded store each write waits for the disk, and everybody else with it. */
const page = 10;

const pageOfProfiles = 500;
/** What is behind every other text of the same beginning. */
export const behindAll = '\u{10ffff}';

interface Progress {
  readonly edition: number;
  /** The last name that was taken in; undefined: all were. */
  readonly after: string | undefined;
}

/**
 * Lists of people by what lists are asked for: sorted sets that are written beside the sealed records. An entry is put in
 * before the record says so and taken out after it says so no more; whoever reads looks at the record. So a list may name
 * too many for a moment, and never leaves anybody out, whoever else writes and wherever a process is killed.
 */
export class PeopleIndex {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Around a write of the record: true where it was written. Costs nothing where no list changes. */
  async around(
    before: Person,
    after: Person,
    record: { write(): Promise<boolean>; read(): Promise<Person | undefined> },
  ): Promise<boolean> {
    const [had, has] = [entriesOf(before), entriesOf(after)];
    const [fresh, stale] = [without(has, had), without(had, has)];
    await this.#add(after.realm, fresh);
    if (!(await record.write())) return false;
    if (fresh.length === 0 && stale.length === 0) return true;
    // Again: who took them out in between could not know of this write.
    await this.#add(after.realm, fresh);
    for (const { list, member } of stale) await this.#store.drop(keyOf(after.realm, list), member);
    // And who wrote in between wants some of them to stay.
    const now = await record.read();
    const kept = now === undefined ? [] : entriesOf(now);
    await this.#add(after.realm, without(stale, without(stale, kept)));
    return true;
  }

  /** All that the record says. */
  async mend(person: Person): Promise<void> {
    await this.#add(person.realm, entriesOf(person));
  }

  async remove(person: Person): Promise<void> {
    for (const { list, member } of entriesOf(person)) await this.#store.drop(keyOf(person.realm, list), member);
  }

  members(realm: string, list: ListName, options: MembersOptions): Promise<string[]> {
    return this.#store.members(keyOf(realm, list), options);
  }

  size(realm: string, list: ListName): Promise<number> {
    return this.#store.size(keyOf(realm, list));
  }

  /**
   * What decides where codes serve that are all that people have, and how many have it. Reads names by pages, and of what
   * more than a page have the size alone.
   */
  async sentProfiles(realm: string): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (let after: string | undefined; ; ) {
      const members = await this.members(realm, 'sent', { after, limit: pageOfProfiles });
      for (const member of members) counts.set(profileIn(member), (counts.get(profileIn(member)) ?? 0) + 1);
      const last = members.at(-1);
      if (last === undefined || members.length < pageOfProfiles) return counts;
      const profile = profileIn(last);
      counts.set(profile, await this.size(realm, sentList(profile)));
      after = `${profile} ${behindAll}`;
    }
  }

  /** By name, those of one profile. */
  async ofProfile(realm: string, profile: string, options: MembersOptions): Promise<string[]> {
    return this.members(realm, sentList(profile), options);
  }

  /** Whether everybody who was there before there were lists is in them. */
  async isWhole(realm: string): Promise<boolean> {
    const progress = await this.#progress(realm);
    return progress?.edition === edition && progress.after === undefined;
  }

  /**
   * Takes the next ten in who were there before: true once all are. Beside anything, at any number of instances; a
   * page that is taken in twice is the same as once.
   */
  async fill(realm: string, list: (after: string | undefined, limit: number) => Promise<readonly Person[]>) {
    const progress = await this.#progress(realm);
    if (progress?.edition === edition && progress.after === undefined) return true;
    const people = await list(progress?.edition === edition ? progress.after : undefined, page);
    for (const person of people) await this.mend(person);
    const last = people.at(-1)?.name;
    const next: Progress = { edition, after: people.length < page ? undefined : last };
    if (!(await this.#store.create(progressKey(realm), progressCodec.encode(progressKey(realm), next))))
      await update(this.#store, progressKey(realm), progressCodec, now => further(now, next));
    return next.after === undefined;
  }

  async #add(realm: string, entries: readonly Entry[]): Promise<void> {
    for (const { list, member } of entries) await this.#store.add(keyOf(realm, list), member);
  }

  async #progress(realm: string): Promise<Progress | undefined> {
    const record = await this.#store.get(progressKey(realm));
    return record === undefined ? undefined : progressCodec.decode(progressKey(realm), record.value);
  }
}

const progressCodec = plainCodec<Progress>();

/** Never backwards, unless lists have another meaning by now. */
function further(now: Progress, next: Progress): Progress | undefined {
  if (now.edition > next.edition) return undefined;
  if (now.edition < next.edition) return next;
  if (now.after === undefined) return undefined;
  return next.after === undefined || next.after > now.after ? next : undefined;
}

function entriesOf(person: Person): readonly Entry[] {
  const { name, createdAt } = person;
  const since = `${createdAt.toString(36).padStart(digits, '0')} ${name}`;
  const state = stateOf(person);
  return [
    { list: `name:${state}`, member: name },
    { list: 'name:all', member: name },
    { list: `since:${state}`, member: since },
    { list: 'since:all', member: since },
    { list: `reach:${highestLevel({ factors: person.factors.filter(factor => !isSent(factor)) })}`, member: name },
    ...sentOf(person),
    ...wordsOf(person).map((word): Entry => ({ list: 'word', member: `${word} ${name}` })),
  ];
}

/** By her profile, so that nobody who left one leaves it behind; and each profile by itself, whose size is kept. */
function sentOf(person: Person): readonly Entry[] {
  const profile = profileOf(person);
  if (profile === undefined) return [];
  return [
    { list: 'sent', member: `${profile} ${person.name}` },
    { list: sentList(profile), member: person.name },
  ];
}

function sentList(profile: string): ListName {
  return `sent:${sha256(profile)}`;
}

const mostWords = 12;

/** Where a search may begin in her name and her address: `j.de-vries` is found by `vries`. */
export function wordsOf({ name, email }: Person): readonly string[] {
  const texts = [name, ...(email === undefined ? [] : [searchForm(email)])];
  const words = texts.flatMap(text =>
    [...text.matchAll(/(?<![a-z0-9])[a-z0-9]/g)].map(({ index }) => text.slice(index)),
  );
  return [...new Set([...texts, ...words])].slice(0, mostWords);
}

/** As searches are compared. */
export function searchForm(text: string): string {
  return text.trim().toLowerCase().replace(/\s+/g, '').slice(0, 200);
}

/** The name that an entry stands for: behind its last space, for no name has one. */
export function nameOf(member: string): string {
  return member.slice(member.lastIndexOf(' ') + 1);
}

function profileIn(member: string): string {
  return member.slice(0, member.lastIndexOf(' '));
}

function without(all: readonly Entry[], some: readonly Entry[]): readonly Entry[] {
  const known = new Set(some.map(({ list, member }) => `${list}\n${member}`));
  return all.filter(({ list, member }) => !known.has(`${list}\n${member}`));
}

function keyOf(realm: string, list: ListName): string {
  return `people-index:{${sha256(JSON.stringify([realm]))}}:${list}`;
}

function progressKey(realm: string): string {
  return `people-index:{${sha256(JSON.stringify([realm]))}}`;
}
