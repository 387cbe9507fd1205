import { plainCodec } from '../kernel/codec.ts';
import { type Store, update } from '../kernel/store.ts';
import type { AuditEvent } from './event.ts';
import { noteThread } from './threads.ts';

/** Numbers of entries about one person, the newest first. */
interface Noted {
  readonly told: readonly number[];
  /** Apart: who has her password could fail until nothing else is left in one list. */
  readonly failed: readonly number[];
}

const most = { told: 30, failed: 5 } as const;
const life = 400 * 24 * 60 * 60_000;
const codec = plainCodec<Noted>();

/** Of what a person sees at "My security"; all else stays with operators. */
const listOf: { readonly [T in AuditEvent['type']]?: keyof Noted } = {
  'session.began': 'told',
  'factor.added': 'told',
  'factor.removed': 'told',
  'factor.renamed': 'told',
  'recovery-codes.made': 'told',
  'recovery-code.used': 'told',
  'activation.accepted': 'told',
  'person.invited': 'told',
  'token.handed-out': 'told',
  'token.returned': 'told',
  'desk-code.given': 'told',
  'desk-code.used': 'told',
  'desk-code.ended': 'told',
  'set-up.by-self': 'told',
  'device.trusted': 'told',
  'device.removed': 'told',
  'device.copied': 'told',
  'device.doubted': 'told',
  'approval.reported': 'told',
  'password.changed': 'told',
  'person.mail-set': 'told',
  'reset.executed': 'told',
  'challenge.failed': 'failed',
  'recovery-code.refused': 'failed',
};

/** Notes an entry with its person and its thread, so that they are found without reading everybody's. */
export async function noteOf(
  store: Store,
  entry: { readonly number: number; readonly event: AuditEvent },
): Promise<void> {
  await noteThread(store, entry);
  const { number, event } = entry;
  const list = listOf[event.type];
  const person = 'person' in event ? event.person : undefined;
  if (list === undefined || person === undefined || person === '') return;
  const key = keyOf(person);
  const first = { told: [], failed: [], [list]: [number] };
  if (await store.create(key, codec.encode(key, first), life)) return;
  await update(store, key, codec, noted => withNumber(noted, list, number), life);
}

function withNumber(noted: Noted, list: keyof Noted, number: number): Noted {
  return { ...noted, [list]: [number, ...noted[list]].toSorted((a, b) => b - a).slice(0, most[list]) };
}

export async function notedOf(store: Store, person: string): Promise<readonly number[]> {
  const key = keyOf(person);
  const record = await store.get(key);
  const noted = record === undefined ? undefined : codec.decode(key, record.value);
  return [...(noted?.told ?? []), ...(noted?.failed ?? [])].toSorted((a, b) => b - a);
}

function keyOf(person: string): string {
  return `audit-of:{${person}}`;
}
