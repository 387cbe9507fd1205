import { sealedCodec } from '../../kernel/codec.ts';
import type { FactorDeps } from '../deps.ts';

/** Where a phone can be reached (W3C Push API), and in which language it reads. */
export interface Subscription {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
  readonly language: 'nl' | 'en';
}

// A phone says it anew each time its page is opened.
const subscriptionLifetime = 400 * 24 * 60 * 60_000;

type Kept = Pick<FactorDeps, 'store' | 'ring'>;

export async function keepSubscription({ store, ring }: Kept, device: string, given: Subscription): Promise<void> {
  const key = subscriptionKey(device);
  const text = codecOf(ring).encode(key, given);
  for (;;) {
    if (await store.create(key, text, subscriptionLifetime)) return;
    const record = await store.get(key);
    if (record !== undefined && (await store.replace(key, record.version, text, subscriptionLifetime))) return;
  }
}

export async function subscriptionOf({ store, ring }: Kept, device: string): Promise<Subscription | undefined> {
  const key = subscriptionKey(device);
  const record = await store.get(key);
  return record === undefined ? undefined : codecOf(ring).decode(key, record.value);
}

export async function dropSubscription({ store }: Pick<Kept, 'store'>, device: string): Promise<void> {
  await store.remove(subscriptionKey(device));
}

function codecOf(ring: FactorDeps['ring']) {
  return sealedCodec<Subscription>(ring, 'approval-push');
}

function subscriptionKey(device: string): string {
  return `approval-push:{${device}}`;
}
