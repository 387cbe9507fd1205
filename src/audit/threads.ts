import { sha256 } from '../kernel/hash.ts';
import type { Store } from '../kernel/store.ts';
import type { AuditEntry, AuditTrail } from './chain.ts';
import type { AuditEvent } from './event.ts';
import type { AuditPage } from './search.ts';

/** Entries that are asked for however long ago they were: all signals (R51), and the register of one token (R07). */
export type Thread = 'signals' | { readonly token: string };

const digits = 15;
const year = 365 * 24 * 60 * 60_000;

/** Notes an entry in the thread that it belongs to, so that nobody looks through a long trail for it. */
export async function noteThread(
  store: Pick<Store, 'add'>,
  { number, event }: { readonly number: number; readonly event: AuditEvent },
): Promise<void> {
  const thread = threadOf(event);
  if (thread === undefined) return;
  const life = thread === 'signals' ? { ttl: 2 * year } : {};
  await store.add(keyOf(thread), placeOf(number), life);
}

/** The newest first; `before` as `next` of the page before. An entry that was taken out of the trail is not in it. */
export async function readThread(
  { store, trail }: { readonly store: Pick<Store, 'members'>; readonly trail: Pick<AuditTrail, 'before'> },
  thread: Thread,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<AuditPage> {
  const from = before === undefined ? {} : { before: placeOf(before) };
  const places = await store.members(keyOf(thread), { ...from, descending: true, limit: limit + 1 });
  const numbers = places.slice(0, limit).map(Number).filter(Number.isSafeInteger);
  const found = await Promise.all(numbers.map(number => entryAt(trail, number)));
  const entries = found.flat().filter(({ event }) => isOf(event, thread));
  return { entries, next: places.length > limit ? numbers.at(-1) : undefined };
}

async function entryAt(trail: Pick<AuditTrail, 'before'>, number: number): Promise<readonly AuditEntry[]> {
  const { entries } = await trail.before(number + 1, 1);
  return entries.filter(entry => entry.number === number);
}

function threadOf(event: AuditEvent): Thread | undefined {
  if (event.type === 'signal.raised') return 'signals';
  return event.type === 'token.handed-out' || event.type === 'token.returned' ? { token: event.serial } : undefined;
}

function isOf(event: AuditEvent, thread: Thread): boolean {
  const its = threadOf(event);
  return its !== undefined && keyOf(its) === keyOf(thread);
}

function keyOf(thread: Thread): string {
  return thread === 'signals' ? 'audit-thread:{signals}' : `audit-thread:{token:${sha256(thread.token)}}`;
}

function placeOf(number: number): string {
  return String(number).padStart(digits, '0');
}
