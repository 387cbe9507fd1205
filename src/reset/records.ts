import type { FactorDeps } from '../factor/deps.ts';
import type { Person } from '../factor/person.ts';
import { sealedCodec } from '../kernel/codec.ts';
import { sha256 } from '../kernel/hash.ts';
import { readableCode } from '../kernel/readable-code.ts';
import { type Codec, update } from '../kernel/store.ts';
import type { ResetCase } from './case.ts';
import { type CaseAct, nextState } from './transitions.ts';

const twoYears = 730 * 24 * 60 * 60_000;

/** Reset cases in the store, sealed: they name residents, and what documents they showed. */
export class CaseRecords {
  readonly #deps: Pick<FactorDeps, 'store' | 'random'>;
  readonly #keptFor: () => number;
  readonly #codec: Codec<ResetCase>;

  /** `keptFor`: how long a case that came to its end is kept (R61); what is worth proving stays in the audit. */
  constructor(deps: Pick<FactorDeps, 'store' | 'ring' | 'random'>, keptFor: () => number = () => twoYears) {
    this.#deps = deps;
    this.#keptFor = keptFor;
    this.#codec = sealedCodec<ResetCase>(deps.ring, 'reset-case');
  }

  /** A number for people to say aloud; it opens nothing. */
  newId(): string {
    return readableCode(this.#deps.random, 8, 4);
  }

  /** False where there is a case of this number. In the lists first: a case that nobody sees would never be worked on. */
  async create(record: ResetCase): Promise<boolean> {
    const { store } = this.#deps;
    await store.add(listKey(record.realm, 'all'), memberOf(record));
    await store.add(listKey(record.realm, 'open'), memberOf(record));
    const key = keyOf(record.id);
    return store.create(key, this.#codec.encode(key, record));
  }

  async find(realm: string, id: string): Promise<ResetCase | undefined> {
    if (!/^[0-9A-Z-]{1,20}$/.test(id)) return undefined;
    const key = keyOf(id);
    const record = await this.#deps.store.get(key);
    const found = record === undefined ? undefined : this.#codec.decode(key, record.value);
    return found?.realm === realm ? found : undefined;
  }

  /** Of any realm. */
  async exists(id: string): Promise<boolean> {
    return (await this.#deps.store.get(keyOf(id))) !== undefined;
  }

  /** Compare-and-set: of two who act at once the second sees what the first made of it. */
  async update(id: string, change: (current: ResetCase) => ResetCase | undefined): Promise<ResetCase | undefined> {
    const written = await update(this.#deps.store, keyOf(id), this.#codec, change);
    if (written !== undefined && isClosed(written)) await this.#close(written);
    return written;
  }

  /** One act, where it is its time: `change` says what else changes, or undefined for nothing at all. */
  move(
    id: string,
    act: CaseAct,
    now: number,
    change: (current: ResetCase) => ResetCase | undefined,
  ): Promise<ResetCase | undefined> {
    return this.update(id, current => {
      const next = isOpenTo(current, act, now) ? change(current) : undefined;
      return next && { ...next, state: nextState(current.state, act) ?? current.state };
    });
  }

  async #close(record: ResetCase): Promise<void> {
    await this.#deps.store.drop(listKey(record.realm, 'open'), memberOf(record));
    await update(this.#deps.store, keyOf(record.id), this.#codec, current => current, this.#keptFor());
  }

  /** Oldest first, after the case `after`, at most `limit`. */
  async list(
    realm: string,
    which: 'open' | 'all',
    options: { readonly after?: ResetCase; readonly limit?: number } = {},
  ): Promise<ResetCase[]> {
    const { after, limit = 100 } = options;
    const found: ResetCase[] = [];
    for (let from = after === undefined ? undefined : memberOf(after); ; ) {
      const bounds = from === undefined ? { limit } : { limit, after: from };
      const members = await this.#deps.store.members(listKey(realm, which), bounds);
      found.push(...(await this.#read(realm, which, members)));
      from = members.at(-1);
      // Places outlive their cases: a page of none but those is not the last one.
      if (from === undefined || members.length < limit || found.length >= limit) return found.slice(0, limit);
    }
  }

  /** Those about one person: her own, or of an address that is hers (R61). */
  async ofPerson({ id, realm, email }: Pick<Person, 'id' | 'realm' | 'email'>): Promise<ResetCase[]> {
    const isHers = ({ account }: ResetCase) =>
      account.person === undefined ? account.address === email : account.person === id;
    const limit = 200;
    const hers: ResetCase[] = [];
    for (let page = await this.list(realm, 'all', { limit }); ; ) {
      hers.push(...page.filter(isHers));
      const after = page.at(-1);
      if (after === undefined || page.length < limit) return hers;
      page = await this.list(realm, 'all', { limit, after });
    }
  }

  /**
   * Takes cases away that ended before this time, or were filed before it and never came to an end; and the places of those
   * that expired. The oldest first, so many at most; true where there may be more. One that ended long after it was filed
   * stays, and keeps none behind it.
   */
  async forget(realm: string, before: number, most = 50): Promise<boolean> {
    let gone = 0;
    for (let after: string | undefined; ; ) {
      const bounds = after === undefined ? { limit: most } : { limit: most, after };
      const members = await this.#deps.store.members(listKey(realm, 'all'), bounds);
      const old = members.filter(one => Number(one.slice(0, timeDigits)) < before);
      for (const member of old) if (await this.#forget(realm, member, before)) gone += 1;
      if (gone >= most) return true;
      if (old.length < most) return false;
      after = old.at(-1);
    }
  }

  async #forget(realm: string, member: string, before: number): Promise<boolean> {
    const { store } = this.#deps;
    const record = await this.find(realm, member.slice(timeDigits + 1));
    if (record !== undefined && isClosed(record) && endOf(record) >= before) return false;
    if (record !== undefined) await store.remove(keyOf(record.id));
    for (const which of ['open', 'all'] as const) await store.drop(listKey(realm, which), member);
    return true;
  }

  /** Takes names, addresses and documents out of the cases about somebody who was erased (R61): who did what stays. */
  async anonymise(person: Pick<Person, 'id' | 'realm' | 'email'>): Promise<void> {
    for (const { id } of await this.ofPerson(person)) {
      await update(this.#deps.store, keyOf(id), this.#codec, current =>
        isClosed(current) ? anonymous(current) : undefined,
      );
    }
  }

  async #read(realm: string, which: 'open' | 'all', members: readonly string[]): Promise<ResetCase[]> {
    const found = await Promise.all(
      members.map(async member => {
        const record = await this.find(realm, member.slice(timeDigits + 1));
        return record !== undefined && memberOf(record) === member ? [record] : [];
      }),
    );
    return found.flat().filter(record => which === 'all' || !isClosed(record));
  }
}

export function isClosed({ state }: Pick<ResetCase, 'state'>): boolean {
  return state === 'confirmed' || state === 'refused';
}

/** When it came to its end. */
function endOf({ confirmed, refused, filedAt }: ResetCase): number {
  return Math.max(confirmed?.at ?? filedAt, refused?.at ?? filedAt);
}

function anonymous(record: ResetCase): ResetCase {
  const { account, identity, request, refused } = record;
  return {
    ...record,
    account: { ...account, address: '', name: undefined },
    requester: { name: '', address: '' },
    identity: { ...identity, documentType: undefined, documentLastFour: undefined },
    request:
      request.by === 'mail'
        ? { ...request, evidence: { ...request.evidence, from: '', messageId: '', results: '' } }
        : request,
    refused: refused && { ...refused, why: '' },
  };
}

/** How long an execution may take before it counts as broken off. */
const executionTime = 60_000;

/** In its time; or an execution again that a crash broke off. */
export function isOpenTo({ state, executed }: ResetCase, act: CaseAct, now: number): boolean {
  if (nextState(state, act) !== undefined) return true;
  const broken = state === 'executed' && executed !== undefined && executed.doneAt === undefined;
  return act === 'execute' && broken && now - executed.at > executionTime;
}

const timeDigits = 15;

/** Sorts by time: members of a set come in byte order. */
function memberOf({ filedAt, id }: Pick<ResetCase, 'filedAt' | 'id'>): string {
  return `${String(filedAt).padStart(timeDigits, '0')}:${id}`;
}

function keyOf(id: string): string {
  return `reset-case:{${id}}`;
}

function listKey(realm: string, which: 'open' | 'all'): string {
  return `reset-cases-${which}:{${sha256(realm)}}`;
}
