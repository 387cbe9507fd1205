import { sha256 } from '../kernel/hash.ts';
import type { Random } from '../kernel/random.ts';
import { canonical } from './canonical.ts';
import type { AuditEvent } from './event.ts';
import { type Because, becauses } from './removal-event.ts';

/**
 * What of an event is personal and can be taken away without breaking the chain (R61). `who`: names, mail addresses, and
 * what people wrote. `where`: network addresses and browsers. All else stays for as long as its entry.
 */
export const partNames = ['who', 'where'] as const;
export type PartName = (typeof partNames)[number];

/** SHA-256 in base64url of each part's text, as the entry itself holds it. */
export type Digests = Readonly<Partial<Record<PartName, string>>>;

/** A part that is not there any more: by which entry and why; undefined where nothing says so. */
export interface Gone {
  readonly because: Because;
  readonly entry: number;
}

type Fields = Readonly<Record<string, unknown>>;

const always: Readonly<Record<string, PartName>> = {
  name: 'who',
  before: 'who',
  label: 'who',
  requester: 'who',
  domain: 'who',
  said: 'who',
  about: 'who',
  agent: 'where',
};

/** Where `reason` is what somebody wrote, rather than one of a list. */
const written: ReadonlySet<AuditEvent['type']> = new Set([
  'person.invited',
  'person.renamed',
  'person.closed',
  'person.opened',
  'desk-code.given',
  'approval.report-lifted',
  'reset.refused',
  'operator.invited',
  'operator.changed',
  'operator.ended',
  'operator.acted',
]);

/** An event without its personal parts, and these. */
export function partsOf(event: AuditEvent): { bare: Fields; parts: Readonly<Partial<Record<PartName, Fields>>> } {
  const bare: Record<string, unknown> = {};
  const parts: Partial<Record<PartName, Record<string, unknown>>> = {};
  for (const [field, value] of Object.entries(event)) {
    const part = value === undefined ? undefined : partOf(event, field, value);
    if (part === undefined) bare[field] = value;
    else parts[part] = { ...parts[part], [field]: value };
  }
  return { bare, parts };
}

function partOf({ type, realm }: AuditEvent, field: string, value: unknown): PartName | undefined {
  // Of mails it is their kind.
  if (field === 'about' && type !== 'operator.acted') return undefined;
  // Who acted is told for as long as the entry: operators, and commands that stand where an address would.
  if (field === 'name' && realm.startsWith('@') && type !== 'operator.refused') return undefined;
  if (field === 'source') return isAddress(value) ? 'where' : undefined;
  if (field === 'reason') return written.has(type) ? 'who' : undefined;
  // In a reset case the mail address of who asked for it; of clerks it is an id.
  if (field === 'by' && type.startsWith('reset.')) return String(value).includes('@') ? 'who' : undefined;
  return Object.hasOwn(always, field) ? always[field] : undefined;
}

/** An IPv4 or IPv6 address, or a network. */
function isAddress(value: unknown): boolean {
  return typeof value === 'string' && /^[\da-f]*[:.][\da-f:.]+(%\w+)?(\/\d+)?$/i.test(value);
}

/** The texts that stand beside the entry. Salted: from the digest alone nobody finds a name by trying all there are. */
export function textsOf(
  parts: Readonly<Partial<Record<PartName, Fields>>>,
  random: Random,
): Readonly<Partial<Record<PartName, string>>> {
  const texts: Partial<Record<PartName, string>> = {};
  for (const name of partNames) {
    const fields = parts[name];
    if (fields !== undefined) texts[name] = canonical({ fields, salt: random.bytes(16).toString('base64url') });
  }
  return texts;
}

export function digestsOf(texts: Readonly<Partial<Record<PartName, string>>>): Digests {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, sha256(text)]));
}

/** What stands in the place of a part that was taken away. */
export function goneText({ because, entry }: Gone): string {
  return canonical({ because, gone: entry });
}

export function readPart(text: string | undefined): { readonly fields: Fields } | { readonly gone: Gone | undefined } {
  const value = parsed(text);
  if (isFields(value['fields'])) return { fields: value['fields'] };
  const because = becauses.find(one => one === value['because']);
  const entry = value['gone'];
  return { gone: because === undefined || typeof entry !== 'number' ? undefined : { because, entry } };
}

function parsed(text: string | undefined): Fields {
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    return isFields(value) ? value : {};
  } catch {
    return {};
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
