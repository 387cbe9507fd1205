import { sha256 } from '../kernel/hash.ts';
import { type KeyRing, sameText } from '../kernel/key-ring.ts';
import type { Random } from '../kernel/random.ts';
import type { Asides, LogEntry } from '../kernel/store.ts';
import { canonical } from './canonical.ts';
import type { AuditEvent } from './event.ts';
import { type Digests, digestsOf, type Gone, type PartName, partNames, partsOf, readPart, textsOf } from './parts.ts';

/** One link of the chain, with its parts, as it is read and as it goes to the log. */
export interface AuditEntry {
  /** From 1, without gaps. */
  readonly number: number;
  /** ISO 8601 in UTC with milliseconds. */
  readonly at: string;
  /** What was taken away is '' or absent. */
  readonly event: AuditEvent;
  /** `hash` of the entry before; of the first, 43 times `A`. */
  readonly previous: string;
  /** SHA-256 in base64url over the canonical text of number, at, event (`parts` in the place of its parts) and previous. */
  readonly hash: string;
  /** HMAC of `hash` under the operator's key: who can write to the store but has no key cannot make a chain anew. */
  readonly mac: string;
  /** Of each part that stood beside it. Entries of the first form have none: all of them is in the chain. */
  readonly parts?: Digests;
  /** Parts that are not there any more. */
  readonly gone?: Readonly<Partial<Record<PartName, Gone | undefined>>>;
}

/** The link itself, as it is kept: `event` has digests in `parts` and nothing personal. */
export type Link = Omit<AuditEntry, 'event' | 'parts' | 'gone'> & {
  readonly event: Readonly<Record<string, unknown>> & { readonly type: string; readonly parts?: Digests };
};

export const auditLog = 'audit';
const entryPurpose = 'audit entry';

/** A new link and what stands beside it. */
export function makeLink(
  { ring, random }: { readonly ring: KeyRing; readonly random: Random },
  { event, ...place }: Pick<AuditEntry, 'number' | 'at' | 'event' | 'previous'>,
): { readonly link: Link; readonly asides: Asides | undefined } {
  const { bare, parts } = partsOf(event);
  const texts = textsOf(parts, random);
  const none = Object.keys(texts).length === 0;
  const body = { ...place, event: (none ? bare : { ...bare, parts: digestsOf(texts) }) as Link['event'] };
  const hash = sha256(canonical(body));
  return { link: { ...body, hash, mac: ring.mac(entryPurpose, hash) }, asides: none ? undefined : (texts as Asides) };
}

/** The very text that is kept: an entry that reads the same but is spelled otherwise was not written here. */
export function writeLink(link: Link): string {
  return canonical(link);
}

export function readLink(text: string): Link | undefined {
  try {
    const link = JSON.parse(text) as Link;
    return isLink(link) && writeLink(link) === text ? link : undefined;
  } catch {
    return undefined;
  }
}

/** With its parts, as far as they are there. Undefined where it cannot be read. */
export function readEntry(row: LogEntry): AuditEntry | undefined {
  const link = readLink(row.entry);
  return link && entryOf(link, row.asides);
}

export function entryOf({ event: { parts, ...bare }, ...link }: Link, asides: Asides = {}): AuditEntry {
  if (parts === undefined) return { ...link, event: bare as unknown as AuditEvent };
  const gone: Partial<Record<PartName, Gone | undefined>> = {};
  const event: Record<string, unknown> = {};
  for (const name of partNames.filter(one => parts[one] !== undefined)) {
    const part = readPart(asides[name]);
    if ('fields' in part) Object.assign(event, part.fields);
    else {
      gone[name] = part.gone;
      event[emptied[name]] = '';
    }
  }
  const whole = { ...link, event: sortedByName({ ...event, ...bare }) as unknown as AuditEvent, parts };
  return Object.keys(gone).length === 0 ? whole : { ...whole, gone };
}

/** What all that read entries may count on to be a text. */
const emptied: Readonly<Record<PartName, string>> = { who: 'name', where: 'source' };

function sortedByName(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Why a link is not one that was written with these keys. */
export function faultOfLink(ring: KeyRing, { hash, mac, ...body }: Link): 'hash' | 'mac' | undefined {
  if (!sameText(hash, sha256(canonical(body)))) return 'hash';
  return ring.verifyMac(entryPurpose, hash, mac) ? undefined : 'mac';
}

const linkNames = 'at,event,hash,mac,number,previous';

function isLink(value: unknown): value is Link {
  if (typeof value !== 'object' || value === null || Object.keys(value).toSorted().join() !== linkNames) return false;
  const link = value as Record<keyof Link, unknown>;
  const texts = [link.at, link.previous, link.hash, link.mac];
  return typeof link.number === 'number' && texts.every(text => typeof text === 'string') && isEvent(link.event);
}

function isEvent(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'string') return false;
  return !('parts' in value) || (typeof value.parts === 'object' && value.parts !== null);
}
