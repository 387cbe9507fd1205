import type { Level } from '../config/settings.ts';
import type { MembersOptions } from '../kernel/store.ts';
import type { People } from './people.ts';
import { nameOf, type PeopleIndex } from './people-index.ts';
import { profileServes } from './sent-code/profile.ts';
import { type SendingRules, usableAt } from './sent-code/usable.ts';
import { waysOf } from './ways.ts';

interface Place {
  readonly level: Level;
  readonly app: string;
  readonly rules: SendingRules;
}

const levels = [0, 1, 2, 3, 4] as const;
const page = 500;

/** How many people reach a place and how many fall short of it: by kept counts, never by everybody's record (R50). */
export class Reach {
  readonly #deps: { readonly people: Pick<People, 'byName'>; readonly index: PeopleIndex };
  readonly #realm: string;
  #sizes: Promise<readonly number[]> | undefined;
  #profiles: Promise<ReadonlyMap<string, number>> | undefined;

  constructor(deps: { readonly people: Pick<People, 'byName'>; readonly index: PeopleIndex }, realm: string) {
    this.#deps = deps;
    this.#realm = realm;
  }

  async at(place: Place): Promise<{ readonly reach: number; readonly short: number }> {
    const { reach, short } = await this.spread(place);
    return { reach, short };
  }

  /** The same, and how those who reach it are spread over what each has at most. */
  async spread(place: Place) {
    const { index } = this.#deps;
    this.#sizes ??= Promise.all(levels.map(level => index.size(this.#realm, `reach:${level}`)));
    const sizes = await this.#sizes;
    const sum = (from: number) => sizes.slice(from).reduce((all, one) => all + one, 0);
    const sent = place.level === 1 ? await this.#bySentCodes(place) : 0;
    const reach = sum(place.level) + sent;
    const enough = levels.filter((level): level is Level => level >= place.level);
    const spread = new Map(enough.map(level => [level, (sizes[level] ?? 0) + (level === 1 ? sent : 0)]));
    return { reach, short: sum(0) - reach, levels: spread };
  }

  /** By name, those who have this level at most; at 0 whoever has nothing, or nothing but codes that are sent. */
  async namesAt(level: number, options: MembersOptions): Promise<readonly string[]> {
    return this.#deps.index.members(this.#realm, `reach:${level}`, options);
  }

  /** Of those who have nothing else: where the app's mailboxes and numbers allow it (R20). */
  async #bySentCodes(place: Place): Promise<number> {
    this.#profiles ??= this.#deps.index.sentProfiles(this.#realm);
    let reach = 0;
    for (const [profile, count] of await this.#profiles) {
      const serves = profileServes(profile, place.rules, place.app);
      if (serves === true) reach += count;
      if (serves === 'some') reach += await this.#byRecords(profile, place);
    }
    return reach;
  }

  async #byRecords(profile: string, { level, app, rules }: Place): Promise<number> {
    const usable = usableAt(rules, app);
    let reach = 0;
    for (let after: string | undefined; ; ) {
      const names = await this.#deps.index.ofProfile(this.#realm, profile, { after, limit: page });
      const people = await Promise.all(names.map(name => this.#deps.people.byName(this.#realm, nameOf(name))));
      reach += people.filter(person => waysOf(person, level, usable).length > 0).length;
      after = names.at(-1);
      if (names.length < page) return reach;
    }
  }
}
