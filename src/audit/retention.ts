import type { Clock } from '../kernel/clock.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import type { Store } from '../kernel/store.ts';
import type { AuditRow, AuditTrail } from './chain.ts';
import { type PartName, partNames } from './parts.ts';

/** How long each is kept; milliseconds. */
export type AuditTerms = Readonly<Record<PartName | 'entries', number>>;

export interface AuditRetentionDeps {
  readonly store: Store;
  readonly ring: KeyRing;
  readonly clock: Clock;
  readonly trail: AuditTrail;
}

/** Up to which entry each was taken away already. */
type Progress = Readonly<Record<PartName | 'entries', number>>;

const place = 'audit-retention';
const purpose = 'audit retention';
const none: Progress = { who: 0, where: 0, entries: 0 };
const page = 500;
const day = 24 * 60 * 60_000;

/**
 * Takes out of the trail what was kept long enough (R61), in whole days (UTC): what goes is recorded once for each 500
 * entries. How far it is has a MAC: who can write to the store alone has nothing passed over. Damage is no reason to keep
 * everything, and is never buried: the entry that takes it away says what it found.
 */
export class AuditRetention {
  readonly #deps: AuditRetentionDeps;

  constructor(deps: AuditRetentionDeps) {
    this.#deps = deps;
  }

  /** One page of each; true where there may be more to do. Rejects with 'store.unavailable'. */
  async step(terms: AuditTerms): Promise<boolean> {
    let more = await this.#cut(terms.entries);
    for (const name of partNames) {
      // What goes with its entry anyway needs no word of its own.
      if (terms[name] < terms.entries) more = (await this.#take(name, terms[name])) || more;
    }
    return more;
  }

  async #take(name: PartName, term: number): Promise<boolean> {
    const progress = await this.#read();
    const rows = await this.#old(progress[name], term);
    const last = rows.at(-1)?.number;
    if (last === undefined) return false;
    const there = rows.filter(({ entry }) => entry?.parts?.[name] !== undefined && !isGone(entry.gone, name));
    if (there.length > 0) {
      const damaged = firstDamaged(rows, undefined);
      const numbers = rows.map(({ number }) => number);
      await this.#deps.trail.remove(name, numbers, { realm: '', because: 'retention', ...damaged });
    }
    await this.#write({ [name]: last });
    return rows.length === page;
  }

  async #cut(term: number): Promise<boolean> {
    const progress = await this.#read();
    const rows = await this.#old(0, term);
    const end = await this.#deps.trail.end();
    // Never the newest: on it the next entry builds.
    const last = rows.findLast(({ number }) => number < end)?.number;
    if (last === undefined) return false;
    const damaged = firstDamaged(rows, progress.entries + 1);
    // How far it is, before they go: whoever finds the first of them missing then knows that this was lawful.
    const done = () => this.#write({ entries: last });
    await this.#deps.trail.cut(last, { realm: '', because: 'retention', ...damaged }, done);
    return rows.length === page;
  }

  /**
   * The next entries whose time is over. One that cannot be read, or is of a time to come, is as old as those around it: a
   * clock that was wrong once keeps nothing for ever.
   */
  async #old(after: number, term: number): Promise<readonly AuditRow[]> {
    const { clock, trail } = this.#deps;
    const now = clock.now();
    const before = Math.floor((now - term) / day) * day;
    const ageOf = ({ entry }: AuditRow): 'old' | 'young' | 'unknown' => {
      const at = entry === undefined ? Number.NaN : Date.parse(entry.at);
      if (Number.isNaN(at) || at > now + day) return 'unknown';
      return at < before ? 'old' : 'young';
    };
    const [first] = await trail.rows(after, 1);
    if (first === undefined || ageOf(first) === 'young') return [];
    const rows = await trail.rows(after, page);
    const young = rows.findIndex(row => ageOf(row) === 'young');
    const old = young < 0 ? rows : rows.slice(0, young);
    return old.slice(0, old.findLastIndex(row => ageOf(row) === 'old') + 1);
  }

  async #read(): Promise<Progress> {
    const record = await this.#deps.store.get(place);
    const line = record?.value.indexOf('\n') ?? -1;
    if (record === undefined || line < 0) return none;
    const [mac, text] = [record.value.slice(0, line), record.value.slice(line + 1)];
    return this.#deps.ring.verifyMac(purpose, text, mac) ? (JSON.parse(text) as Progress) : none;
  }

  async #write(further: Partial<Progress>): Promise<void> {
    const { store, ring } = this.#deps;
    const text = JSON.stringify({ ...(await this.#read()), ...further });
    const value = `${ring.mac(purpose, text)}\n${text}`;
    const record = await store.get(place);
    if (record === undefined) await store.create(place, value);
    else await store.replace(place, record.version, value);
  }
}

function isGone(gone: NonNullable<AuditRow['entry']>['gone'], name: PartName): boolean {
  return gone?.[name] !== undefined;
}

/** `next`: the number that the first of them should have at most, where that is known. */
function firstDamaged(rows: readonly AuditRow[], next: number | undefined): { readonly damaged?: number } {
  let expected = Math.min(next ?? Number.POSITIVE_INFINITY, rows[0]?.number ?? 0);
  let before: string | undefined;
  for (const { number, entry, genuine } of rows) {
    const follows = before === undefined || entry?.previous === before;
    if (number !== expected || !genuine || !follows) return { damaged: expected };
    expected += 1;
    before = entry?.hash;
  }
  return {};
}
