import type { LogEntry } from '../kernel/store.ts';
import { canonical } from './canonical.ts';
import type { AuditEntry, AuditTrail } from './chain.ts';

/** What entries are looked for; what is not given fits everything. */
export interface AuditQuery {
  /** The beginning of a type: `token.`, `session.ended`. */
  readonly type?: string | undefined;
  /** Occurs in any value of the event, in whatever case. */
  readonly text?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  /** Entries with a number below this one only. */
  readonly before?: number | undefined;
  readonly limit: number;
  /** Looks at so many entries at most; 20,000 where not given. */
  readonly most?: number;
}

export interface AuditPage {
  /** The newest first. */
  readonly entries: readonly AuditEntry[];
  /** Where to go on; undefined where the first entry was looked at. */
  readonly next: number | undefined;
}

const step = 500;
/** Of a trail of millions a page looks at this many, and says where to go on. */
const mostLooked = 20_000;

/** Looks backwards through the trail. Whether it is whole is for `verify` to say. */
export async function searchAudit(trail: Pick<AuditTrail, 'before'>, query: AuditQuery): Promise<AuditPage> {
  const found: AuditEntry[] = [];
  const might = mightFit(query);
  let at = query.before;
  for (let looked = 0; looked < (query.most ?? mostLooked); looked += step) {
    const { entries, first, since } = await trail.before(at, step, might);
    for (const entry of entries) {
      if (found.length === query.limit) return { entries: found, next: at };
      if (query.from !== undefined && Date.parse(entry.at) < query.from) return { entries: found, next: undefined };
      if (fits(entry, query)) found.push(entry);
      at = entry.number;
    }
    if (first <= 1 || isBefore(since, query.from)) return { entries: found, next: undefined };
    at = first;
  }
  return { entries: found, next: at };
}

function isBefore(at: string | undefined, from: number | undefined): boolean {
  return at !== undefined && from !== undefined && Date.parse(at) < from;
}

/** By the texts alone; never false of an entry that fits. Undefined where nothing is looked for in them. */
function mightFit({ type = '', text = '' }: AuditQuery): ((row: LogEntry) => boolean) | undefined {
  if (type === '' && text === '') return undefined;
  const [kind, wanted] = [`"type":"${inJson(type)}`, inJson(text).toLowerCase()];
  return ({ entry, asides = {} }) =>
    entry.includes(kind) &&
    (wanted === '' || [entry, ...Object.values(asides)].some(one => one.toLowerCase().includes(wanted)));
}

/** As it stands within a text of JSON. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function fits({ at, event }: AuditEntry, { type, text, until }: AuditQuery): boolean {
  if (until !== undefined && Date.parse(at) >= until) return false;
  if (type !== undefined && !event.type.startsWith(type)) return false;
  if (text === undefined || text === '') return true;
  const wanted = text.toLowerCase();
  return Object.values(event).some(value => textOf(value).toLowerCase().includes(wanted));
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? canonical(value) : String(value);
}
