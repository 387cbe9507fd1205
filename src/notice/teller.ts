import type { AuditEntry, AuditTrail } from '../audit/chain.ts';
import type { People } from '../factor/people.ts';
import type { Person } from '../factor/person.ts';
import type { Clock } from '../kernel/clock.ts';
import { plainCodec } from '../kernel/codec.ts';
import { parseMailAddress } from '../kernel/mail-address.ts';
import { type Random, randomId } from '../kernel/random.ts';
import type { Store } from '../kernel/store.ts';
import { composeNotice, type NoticeRealm, type Say } from './compose.ts';
import { noticeLimits } from './limits.ts';
import type { Mailer } from './mailer.ts';
import { type Notice, noticeOf, type Pool, pools } from './notices.ts';
import type { Outbox } from './outbox.ts';

export interface TellerDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly trail: Pick<AuditTrail, 'follow' | 'end'>;
  readonly people: Pick<People, 'byId' | 'update'>;
  readonly outbox: Pick<Outbox, 'put'>;
  readonly mailer: Pick<Mailer, 'configured'>;
  /** As it is configured now. */
  realm(name: string): NoticeRealm | undefined;
  readonly say: Say;
}

/** One thing of one person, with the entry of the audit that it comes from. */
interface Item extends Notice {
  readonly person: string;
  readonly number: number;
  readonly at: number;
}

/** Up to where the audit was told of; `at`: when that was last so. */
interface Cursor {
  readonly number: number;
  readonly at: number;
}

/**
 * Tells owners what happened to their accounts (R37). It follows the audit trail, so that what was recorded by any
 * instance or command is told, also where that was killed a moment later: at least once, and never twice by two
 * instances, for one of them follows at a time.
 */
export class Teller {
  readonly #deps: TellerDeps;
  readonly #own: string;
  readonly #codec = plainCodec<Cursor>();

  constructor(deps: TellerDeps) {
    this.#deps = deps;
    this.#own = randomId(deps.random);
  }

  /** From now on, unless it began before: for commands, whose deeds are told once somebody serves. */
  async begin(): Promise<void> {
    const { mailer, store } = this.#deps;
    if (mailer.configured && (await store.get(cursorKey)) === undefined) await this.#begin(undefined);
  }

  /** Puts on the way what happened since the last time. Rejects with 'store.unavailable': then all is told again. */
  async run({ stop }: { readonly stop?: AbortSignal } = {}): Promise<void> {
    if (!this.#deps.mailer.configured) return;
    for (let page = 0; page < noticeLimits.pages && stop?.aborted !== true; page++) {
      if (!(await this.#leads()) || !(await this.#page())) return;
    }
  }

  /** One part of the trail; false where there is no more for now. */
  async #page(): Promise<boolean> {
    const { store, trail, clock } = this.#deps;
    const now = clock.now();
    const record = await store.get(cursorKey);
    const cursor = record && this.#codec.decode(cursorKey, record.value);
    if (record === undefined || cursor === undefined || now - cursor.at > noticeLimits.tooOld) {
      await this.#begin(record?.version);
      return false;
    }
    const { entries, last } = await trail.follow(cursor.number);
    const fresh = entries.find(({ at }) => now - Date.parse(at) < noticeLimits.settle);
    const ripe = fresh === undefined ? entries : entries.filter(({ number }) => number < fresh.number);
    await this.#tellAll(ripe);
    const number = fresh === undefined ? last : fresh.number - 1;
    const moved = number > cursor.number || now - cursor.at > noticeLimits.refresh;
    if (moved) await store.replace(cursorKey, record.version, this.#codec.encode(cursorKey, { number, at: now }));
    return fresh === undefined && number > cursor.number;
  }

  /** From now on: nobody wants to hear of what happened before there was mail, or while it was away for days. */
  async #begin(version: number | undefined): Promise<void> {
    const { store, trail, clock } = this.#deps;
    const text = this.#codec.encode(cursorKey, { number: await trail.end(), at: clock.now() });
    if (version === undefined) await store.create(cursorKey, text);
    else await store.replace(cursorKey, version, text);
  }

  /** Whether this instance is the one that follows; a dead one is followed by another once its time is over. */
  async #leads(): Promise<boolean> {
    const { store } = this.#deps;
    if (await store.create(leadKey, this.#own, noticeLimits.lead)) return true;
    const record = await store.get(leadKey);
    if (record?.value !== this.#own) return false;
    return store.replace(leadKey, record.version, this.#own, noticeLimits.lead);
  }

  async #tellAll(entries: readonly AuditEntry[]): Promise<void> {
    const byPerson = Map.groupBy(entries.flatMap(itemOf), ({ person }) => person);
    for (const [id, items] of byPerson) {
      const person = await this.#deps.people.byId(id);
      if (person !== undefined) await this.#tell(person, items);
    }
  }

  async #tell(person: Person, items: readonly Item[]): Promise<void> {
    const former = items.some(item => item.former === true) ? person.formerEmail : undefined;
    // Who runs Sluis is known by a mail address.
    const own = person.email ?? parseMailAddress(person.name);
    const addresses = [...new Set([own, former].filter(address => address !== undefined))];
    if (addresses.length > 0) {
      const told = items.filter(({ pool }) => pool === undefined);
      for (const one of pools) {
        const ofPool = items.filter(({ pool }) => pool === one);
        if (await this.#mayTell(person, one, ofPool)) told.push(...ofPool);
      }
      await this.#put(person, addresses, told);
    }
    if (former === undefined) return;
    await this.#deps.people.update(person.id, current =>
      current.formerEmail === former ? { ...current, formerEmail: undefined } : undefined,
    );
  }

  async #put(person: Person, addresses: readonly string[], items: readonly Item[]): Promise<void> {
    const realm = this.#deps.realm(person.realm);
    if (realm === undefined || items.length === 0) return;
    const inTime = items.toSorted((a, b) => a.number - b.number);
    const few = items.some(({ pool }) => pool === undefined) ? await this.#mayTell(person, 'change', inTime) : true;
    const hour = Math.floor(this.#deps.clock.now() / noticeLimits.window);
    const id = few ? `n${idOf(inTime)}` : `m${hour}-${person.id}`;
    const mail = composeNotice(this.#deps.say, { realm, person, told: few ? onceEach(inTime) : 'many' });
    for (const [index, to] of addresses.entries()) {
      const about = { id: person.id, name: person.name };
      const outgoing = { id: `${id}-${index}`, realm: person.realm, about: 'notice', person: about };
      await this.#deps.outbox.put({ ...outgoing, mail: { ...mail, to } });
    }
  }

  /** Whether this mail is still among those that a person gets in one window; asked again of the same, the same. */
  async #mayTell({ id }: Person, pool: Pool | 'change', items: readonly Item[]): Promise<boolean> {
    if (items.length === 0) return true;
    const { cap, ttl } = {
      cap: pool === 'change' ? noticeLimits.change : noticeLimits.ofPool,
      ttl: noticeLimits.window,
    };
    const added = await this.#deps.store.add(`notices:{${id}}:${pool}`, idOf(items), { cap, ttl });
    return added !== 'full';
  }
}

const cursorKey = 'notice-cursor';
const leadKey = 'notice-lead';

function itemOf({ number, at, event }: AuditEntry): readonly Item[] {
  const notice = noticeOf(event);
  return notice === undefined ? [] : [{ ...notice, number, at: Date.parse(at) }];
}

function idOf(items: readonly Item[]): string {
  return `${items[0]?.number}-${items.at(-1)?.number}`;
}

function onceEach(items: readonly Item[]): readonly Item[] {
  return items.filter(({ once, line }, at) => once !== true || items.findIndex(item => item.line === line) === at);
}
