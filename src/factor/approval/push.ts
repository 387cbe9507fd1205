import { createECDH } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { sealedCodec } from '../../kernel/codec.ts';
import { SluisError } from '../../kernel/errors.ts';
import type { FactorDeps } from '../deps.ts';
import { hash } from '../people.ts';
import type { Person } from '../person.ts';
import { deviceOf } from './credential.ts';
import { approversOf } from './devices.ts';
import { dropSubscription, type Subscription, subscriptionOf } from './subscription.ts';

/** The key by which push services know the sender (RFC 8292): base64url, as the library takes them. */
export interface VapidKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** Sends one encrypted message (RFC 8030, 8291). `gone`: the phone will never get another there. */
export type SendPush = (keys: VapidKeys, to: Subscription) => Promise<'sent' | 'gone' | 'failed'>;

/** What the portal has of it. */
export interface PhoneCalls {
  /** Beside the known services, as the operator wrote them down. */
  readonly hosts: readonly string[];
  /** Wakes every phone of hers, in the background: nobody waits for a push service, and nothing depends on it. */
  wake(person: Pick<Person, 'realm' | 'factors'>): void;
}

/** Services of today's browsers: Chrome, Firefox, Safari, Edge. A dot in front: and all names below it. */
const services: readonly string[] = [
  'fcm.googleapis.com',
  'updates.push.services.mozilla.com',
  '.push.apple.com',
  '.notify.windows.com',
];

/**
 * Whether a message may be sent there. A phone names the address, so whoever enrols one would have us knock on doors of the
 * inner network (CWE-918): https to a named service at its own port only, or to a host that the operator wrote down; plain http
 * to this machine only, and only written down.
 */
export function isPushEndpoint(endpoint: string, extra: readonly string[]): boolean {
  if (endpoint.length > 1000 || !URL.canParse(endpoint)) return false;
  const { protocol, host, hostname, username, password } = new URL(endpoint);
  if (username !== '' || password !== '') return false;
  if (protocol === 'http:') return isLoopback(hostname) && extra.includes(host);
  if (protocol !== 'https:') return false;
  if (extra.includes(host)) return true;
  return services.some(service => (service.startsWith('.') ? host.endsWith(service) : host === service));
}

function isLoopback(hostname: string): boolean {
  const plain = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(plain) && ipaddr.process(plain).range() === 'loopback';
}

/** The realm's own, made once: phones bind their subscription to it, so it must stay. */
export async function vapidKeysOf(
  { store, ring, random }: Pick<FactorDeps, 'store' | 'ring' | 'random'>,
  realm: string,
): Promise<VapidKeys> {
  const key = `approval-vapid:{${hash(realm)}}`;
  const codec = sealedCodec<VapidKeys>(ring, 'approval-vapid');
  if ((await store.get(key)) === undefined) await store.create(key, codec.encode(key, drawKeys(random)));
  const record = await store.get(key);
  const keys = record === undefined ? undefined : codec.decode(key, record.value);
  if (keys === undefined)
    throw new SluisError('data.wrong-key', `the record ${key} cannot be read with the keys given`);
  return keys;
}

function drawKeys(random: FactorDeps['random']): VapidKeys {
  const pair = createECDH('prime256v1');
  for (;;) {
    const secret = random.bytes(32);
    try {
      pair.setPrivateKey(secret);
      return { publicKey: pair.getPublicKey().toString('base64url'), privateKey: secret.toString('base64url') };
    } catch {
      // Zero, or not below the order of the curve: one in 2^32.
    }
  }
}

/** Wakes every phone of hers that can be reached; one that has gone is forgotten. Says nothing of what is asked. */
export async function wakePhones(
  deps: Pick<FactorDeps, 'store' | 'ring' | 'random'>,
  person: Pick<Person, 'realm' | 'factors'>,
  send: SendPush,
): Promise<void> {
  const keys = await vapidKeysOf(deps, person.realm);
  const wake = async (device: string) => {
    const to = await subscriptionOf(deps, device);
    if (to !== undefined && (await send(keys, to)) === 'gone') await dropSubscription(deps, device);
  };
  await Promise.all(approversOf(person).map(({ credential }) => wake(deviceOf(credential.publicKey))));
}
