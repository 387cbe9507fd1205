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
  'approval.report-lifted': 'told',
  'password.changed': 'told',
  'person.mail-set': 'told',
  'reset.executed': 'told',
  'challenge.failed': 'failed',
  'recovery-code.refused': 'failed',
};

/**
 * Notes an entry with its person, so that hers are found without reading everybody's. What is noted of her is read
 * beforehand, while the entry itself is being written.
 */
export async function openNotes(store: Store, event: AuditEvent): Promise<(number: number) => Promise<void>> {
  const list = listOf[event.type];
  const person = 'person' in event ? event.person : undefined;
  if (list === undefined || person === undefined || person === '')
    return number => noteThread(store, { number, event });
  const key = keyOf(person);
  // Where that fails, it fails later too, and is nobody's reason to fail.
  const record = await store.get(key).catch(() => undefined);
  const noted = record && codec.decode(key, record.value);
  return async number => {
    await noteThread(store, { number, event });
    const next = codec.encode(key, withNumber(noted ?? { told: [], failed: [] }, list, number));
    const written =
      record === undefined ? await store.create(key, next, life) : await store.replace(key, record.version, next, life);
    if (!written) await update(store, key, codec, current => withNumber(current, list, number), life);
  };
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

export async function forgetNotes(store: Pick<Store, 'remove'>, person: string): Promise<void> {
  await store.remove(keyOf(person));
}

function keyOf(person: string): string {
  return `audit-of:{${person}}`;
}
