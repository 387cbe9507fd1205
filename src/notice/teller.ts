import type { AuditEntry } from '../audit/chain.ts';
import { Follower, type FollowerDeps } from '../audit/follower.ts';
import type { People } from '../factor/people.ts';
import type { Person } from '../factor/person.ts';
import { parseMailAddress } from '../kernel/mail-address.ts';
import { composeNotice, type NoticeRealm, type Say } from './compose.ts';
import { noticeLimits } from './limits.ts';
import type { Mailer } from './mailer.ts';
import { type Notice, noticeOf, type Pool, pools } from './notices.ts';
import type { Outbox } from './outbox.ts';

export interface TellerDeps extends FollowerDeps {
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

/**
 * Tells owners what happened to their accounts (R37). It follows the audit trail, so that what was recorded by any
 * instance or command is told, also where that was killed a moment later: at least once, and never twice by two
 * instances, for one of them follows at a time.
 */
export class Teller {
  readonly #deps: TellerDeps;
  readonly #follower: Follower;

  constructor(deps: TellerDeps) {
    this.#deps = deps;
    this.#follower = new Follower(deps, { name: 'notice', settle: noticeLimits.settle });
  }

  /** From now on, unless it began before: for commands, whose deeds are told once somebody serves. */
  async begin(): Promise<void> {
    if (this.#deps.mailer.configured) await this.#follower.begin();
  }

  /** Puts on the way what happened since the last time. Rejects with 'store.unavailable': then all is told again. */
  async run({ stop }: { readonly stop?: AbortSignal } = {}): Promise<void> {
    if (this.#deps.mailer.configured) await this.#follower.run(entries => this.#tellAll(entries), stop);
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
      cap: pool === 'change' ? noticeLimits.change : noticeLimits.ofPool[pool],
      ttl: noticeLimits.window,
    };
    const added = await this.#deps.store.add(`notices:{${id}}:${pool}`, idOf(items), { cap, ttl });
    return added !== 'full';
  }
}

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
