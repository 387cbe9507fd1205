import { LRUCache } from 'lru-cache';
import type { Level, Settings } from '../config/settings.ts';
import type { People } from '../factor/people.ts';
import type { KindName, Person } from '../factor/person.ts';
import type { Reach } from '../factor/reach.ts';
import { levelOf } from '../factor/registry.ts';
import { usableAt } from '../factor/sent-code/usable.ts';
import { waysOf } from '../factor/ways.ts';
import { levelOfPerson, membersOf, type Rule, raisedOf } from './access-rules.ts';

/** One person before one rule. */
export interface Standing {
  readonly name: string;
  /** Undefined: a name of a group that Sluis has not met. */
  readonly person: Person | undefined;
  /** What she needs there. */
  readonly level: Level;
  /** What she has that suffices; none: she does not reach it. */
  readonly kinds: readonly KindName[];
}

export interface Counts {
  readonly reach: number;
  readonly short: number;
  /** What those have who reach it: of a rule for groups by kind, else by the highest level of each. */
  readonly by: { readonly kinds: ReadonlyMap<KindName, number> } | { readonly levels: ReadonlyMap<Level, number> };
}

export const views = ['reach', 'short'] as const;
export type View = (typeof views)[number];

export interface StandingsQuery {
  readonly view: View;
  /** Where the page before ended. */
  readonly from: string | undefined;
  readonly limit: number;
}

/** Names in an order of their own, and which of them belong. */
interface Source {
  names(after: string | undefined, limit: number): Promise<readonly string[]>;
  takes(standing: Standing): boolean;
}

/** A page that looked at so many ends there, however few it found; the next goes on. */
const mostLooked = 1_000;
const piece = 500;
/** Records that are kept in memory while one page is made. */
const mostKept = 5_000;

/**
 * Who reaches what (R50), for as long as one answer takes. By what people have to last: a code of the desk for a day is
 * not in it, as in `sluis explain`. Those of groups are judged by their records, each by what she herself needs; everybody
 * else is counted by kept counts and listed by kept lists, so that no page reads fifty thousand records.
 */
export class AccessReach {
  readonly #people: Pick<People, 'byName' | 'reachOf'>;
  readonly #settings: Pick<Settings, 'factors'>;
  readonly #realms = new Map<string, Reach>();
  readonly #known = new LRUCache<string, Promise<Person | undefined>>({ max: mostKept });

  constructor({
    people,
    settings,
  }: { people: Pick<People, 'byName' | 'reachOf'>; settings: Pick<Settings, 'factors'> }) {
    this.#people = people;
    this.#settings = settings;
  }

  async counts(rule: Rule): Promise<Counts> {
    const members = membersOf(rule);
    return members === undefined ? this.#ofEverybody(rule) : this.#ofMembers(rule, members);
  }

  /** Those of a list whom the rule is about, each with what she needs and has. */
  async *standings(rule: Rule, names: readonly string[]): AsyncGenerator<readonly Standing[]> {
    for (let at = 0; at < names.length; at += piece)
      yield await Promise.all(names.slice(at, at + piece).map(name => this.standing(rule, name)));
  }

  /** One page of those who reach it, or who do not. */
  async page(rule: Rule, { view, from, limit }: StandingsQuery) {
    const sources = this.#sources(rule, view);
    const found: Standing[] = [];
    let { source: number, after } = readPlace(from);
    for (let looked = 0; looked < mostLooked; ) {
      const source = sources[number];
      if (source === undefined) return { found, next: undefined };
      const names = await source.names(after, limit + 1);
      for (const standing of await Promise.all(names.map(name => this.standing(rule, name)))) {
        if (found.length === limit) return { found, next: placeText(number, after) };
        if (source.takes(standing)) found.push(standing);
        after = standing.name;
      }
      looked += names.length;
      if (names.length > limit) continue;
      number += 1;
      after = undefined;
    }
    return { found, next: placeText(number, after) };
  }

  #sources(rule: Rule, view: View): readonly Source[] {
    const members = membersOf(rule);
    const belongs = (standing: Standing) => reaches(standing) === (view === 'reach');
    if (members !== undefined) return [{ ...fromNames(members), takes: belongs }];
    const lists = listsOf(rule.level, view).map(level => this.#fromList(rule, level, belongs));
    if (view === 'reach') return lists;
    const isHeldUp = (one: Standing) => this.#isHeldUp(rule, one);
    // Who has nothing but codes that are sent stands in a list of those who fall short, also where codes suffice.
    const others = lists.map(list => ({ ...list, takes: (one: Standing) => list.takes(one) && !isHeldUp(one) }));
    return [...others, { ...fromNames(raisedOf(rule)), takes: isHeldUp }];
  }

  #fromList({ realm }: Rule, level: number, belongs: Source['takes']): Source {
    return {
      names: (after, limit) => this.#reach(realm.name).namesAt(level, { after, limit }),
      // A list may still name who went away.
      takes: standing => standing.person !== undefined && belongs(standing),
    };
  }

  async #ofMembers(rule: Rule, members: readonly string[]): Promise<Counts> {
    const kinds = new Map<KindName, number>();
    let reach = 0;
    for await (const standings of this.standings(rule, members))
      for (const standing of standings) {
        if (reaches(standing)) reach += 1;
        for (const kind of standing.kinds) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
    return { reach, short: members.length - reach, by: { kinds } };
  }

  async #ofEverybody(rule: Rule): Promise<Counts> {
    const { level, app, realm } = rule;
    const place = { level, app: app.id, rules: this.#settings.factors };
    const { reach, short, levels: kept } = await this.#reach(realm.name).spread(place);
    const levels = new Map(kept);
    let heldUp = 0;
    for await (const standings of this.standings(rule, raisedOf(rule)))
      for (const standing of standings) {
        if (!this.#isHeldUp(rule, standing)) continue;
        heldUp += 1;
        const highest = this.#highestAt(rule, standing.person);
        levels.set(highest, (levels.get(highest) ?? 0) - 1);
      }
    return { reach: reach - heldUp, short: short + heldUp, by: { levels } };
  }

  /** She has what is asked of everybody, and not what is asked of her. */
  #isHeldUp(rule: Rule, standing: Standing): boolean {
    return !reaches(standing) && this.#ways(rule, standing.person, rule.level).length > 0;
  }

  #highestAt(rule: Rule, person: Person | undefined): Level {
    return Math.max(rule.level, ...this.#ways(rule, person, rule.level).map(levelOf)) as Level;
  }

  async standing(rule: Rule, name: string): Promise<Standing> {
    const person = await this.#byName(rule.realm.name, name);
    const level = levelOfPerson(rule, name);
    const kinds = [...new Set(this.#ways(rule, person, level).map(({ kind }) => kind))];
    return { name, person, level, kinds };
  }

  #ways({ app }: Rule, person: Person | undefined, level: Level) {
    const lasting = person && { ...person, deskCode: undefined };
    return waysOf(lasting, level, usableAt(this.#settings.factors, app.id));
  }

  /** Read once, whatever number of rules names her. */
  #byName(realm: string, name: string): Promise<Person | undefined> {
    const key = JSON.stringify([realm, name]);
    const known = this.#known.get(key) ?? this.#people.byName(realm, name);
    this.#known.set(key, known);
    return known;
  }

  /** Counted once a realm, whatever number of rules it has. */
  #reach(realm: string): Reach {
    const reach = this.#realms.get(realm) ?? this.#people.reachOf(realm);
    this.#realms.set(realm, reach);
    return reach;
  }
}

export function reaches({ kinds }: Standing): boolean {
  return kinds.length > 0;
}

/** By the highest level that people have; whoever has nothing but codes that are sent stands at 0, and reaches 1 at some apps. */
function listsOf(level: Level, view: View): readonly number[] {
  if (view === 'short') return [0, 1, 2, 3].filter(one => one < level);
  const enough = [4, 3, 2, 1].filter(one => one >= level);
  return level === 1 ? [...enough, 0] : enough;
}

function fromNames(all: readonly string[]): Pick<Source, 'names'> {
  return {
    names: async (after, limit) => all.filter(name => after === undefined || name > after).slice(0, limit),
  };
}

function placeText(source: number, after: string | undefined): string {
  return `${source} ${after ?? ''}`;
}

/** What is no place of ours is the beginning. */
function readPlace(text: string | undefined): { source: number; after: string | undefined } {
  const [, source = '0', after = ''] = /^(\d) (.*)$/.exec(text ?? '') ?? [];
  return { source: Number(source), after: after === '' ? undefined : after };
}
