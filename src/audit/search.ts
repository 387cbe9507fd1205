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
  let at = query.before;
  for (let looked = 0; looked < (query.most ?? mostLooked); looked += step) {
    const { entries, first } = await trail.before(at, step);
    for (const entry of entries) {
      if (found.length === query.limit) return { entries: found, next: at };
      if (query.from !== undefined && Date.parse(entry.at) < query.from) return { entries: found, next: undefined };
      if (fits(entry, query)) found.push(entry);
      at = entry.number;
    }
    if (first <= 1) return { entries: found, next: undefined };
    at = first;
  }
  return { entries: found, next: at };
}

function fits({ at, event }: AuditEntry, { type, text, until }: AuditQuery): boolean {
  if (until !== undefined && Date.parse(at) >= until) return false;
  if (type !== undefined && !event.type.startsWith(type)) return false;
  if (text === undefined || text === '') return true;
  const wanted = text.toLowerCase();
  return Object.values(event).some(value => String(value).toLowerCase().includes(wanted));
}
