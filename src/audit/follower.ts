import type { Clock } from '../kernel/clock.ts';
import { plainCodec } from '../kernel/codec.ts';
import { Lead } from '../kernel/lead.ts';
import type { Random } from '../kernel/random.ts';
import type { Store } from '../kernel/store.ts';
import type { AuditEntry, AuditTrail } from './chain.ts';

export interface FollowerDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly trail: Pick<AuditTrail, 'follow' | 'end'>;
}

export interface FollowerOptions {
  /** Of what it is for; in the store. */
  readonly name: string;
  /** Entries younger than this wait, so that those of one act are seen together; milliseconds. */
  readonly settle: number;
}

/** Up to where was followed; `at`: when that was last so. */
interface Cursor {
  readonly number: number;
  readonly at: number;
}

const hour = 60 * 60_000;

/** Times in milliseconds. */
export const followerLimits = {
  /** How long an instance that says nothing more still leads. */
  lead: 30_000,
  /** After so long without anybody who follows, it begins anew: nobody acts on what is long past. */
  tooOld: 48 * hour,
  /** How often it is noted that all was seen, where nothing happens. */
  refresh: hour,
  /** Parts of the trail in one run. */
  pages: 20,
} as const;

/**
 * Goes through the audit trail once for the whole fleet: of all instances one leads, and each entry is given to it at
 * least once, also what was recorded by a command or by an instance that was killed a moment later.
 */
export class Follower {
  readonly #deps: FollowerDeps;
  readonly #options: FollowerOptions;
  readonly #lead: Lead;
  readonly #codec = plainCodec<Cursor>();

  constructor(deps: FollowerDeps, options: FollowerOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#lead = new Lead(deps, { name: options.name, time: followerLimits.lead });
  }

  /** From now on, unless it began before. */
  async begin(): Promise<void> {
    if ((await this.#deps.store.get(this.#cursorKey)) === undefined) await this.#begin(undefined);
  }

  /** Gives `each` what is new, in order. Where it rejects, all of that part is given again. Rejects with 'store.unavailable'. */
  async run(each: (entries: readonly AuditEntry[]) => Promise<void>, stop?: AbortSignal): Promise<void> {
    for (let page = 0; page < followerLimits.pages && stop?.aborted !== true; page++) {
      if (!(await this.#lead.leads()) || !(await this.#page(each))) return;
    }
  }

  /** One part of the trail; false where there is no more for now. */
  async #page(each: (entries: readonly AuditEntry[]) => Promise<void>): Promise<boolean> {
    const { store, trail, clock } = this.#deps;
    const now = clock.now();
    const record = await store.get(this.#cursorKey);
    const cursor = record && this.#codec.decode(this.#cursorKey, record.value);
    if (record === undefined || cursor === undefined || now - cursor.at > followerLimits.tooOld) {
      await this.#begin(record?.version);
      return false;
    }
    const { entries, last } = await trail.follow(cursor.number);
    // Far in the future is not fresh: a clock was wrong once, and nothing would ever be told again.
    const fresh = entries.find(({ at }) => Math.abs(now - Date.parse(at)) < this.#options.settle);
    await each(fresh === undefined ? entries : entries.filter(({ number }) => number < fresh.number));
    const number = fresh === undefined ? last : fresh.number - 1;
    if (number > cursor.number || now - cursor.at > followerLimits.refresh)
      await store.replace(this.#cursorKey, record.version, this.#codec.encode(this.#cursorKey, { number, at: now }));
    return fresh === undefined && number > cursor.number;
  }

  async #begin(version: number | undefined): Promise<void> {
    const { store, trail, clock } = this.#deps;
    const text = this.#codec.encode(this.#cursorKey, { number: await trail.end(), at: clock.now() });
    if (version === undefined) await store.create(this.#cursorKey, text);
    else await store.replace(this.#cursorKey, version, text);
  }

  get #cursorKey(): string {
    return `${this.#options.name}-cursor`;
  }
}
