import { sha256 } from '../kernel/hash.ts';
import { hmac, type KeyRing, sameText } from '../kernel/key-ring.ts';
import type { Issued } from './rotation.ts';
import type { TrustedDevice } from './trusted-device.ts';

/** On the portal's host: `id.number.secret`, of which the secret is `kid.mac`. */
export interface Presented {
  readonly device: string;
  readonly number: number;
  readonly secret: string;
}

const purpose = 'trusted-device';

/** One a person: who has two accounts keeps the trust of both, and neither overwrites the other's. */
export function deviceCookieName(person: string): string {
  return `${deviceCookiePrefix}${sha256(`device\n${person}`).slice(0, 12)}`;
}

export const deviceCookiePrefix = '__Host-sluis-device-';

export function readDeviceCookie(value: string | undefined): Presented | undefined {
  const [, device, digits, secret] = /^([\w-]{22})\.([1-9]\d{0,8})\.([\w-]{1,64}\.[\w-]{43})$/.exec(value ?? '') ?? [];
  if (device === undefined || digits === undefined || secret === undefined) return undefined;
  return { device, number: Number(digits), secret };
}

export function deviceCookie(device: Pick<TrustedDevice, 'id'>, number: number, secret: string): string {
  return `${device.id}.${number}.${secret}`;
}

type Bound = Pick<TrustedDevice, 'id' | 'salt'>;

/**
 * The secret of a value: made from the operator's key, so that the same one can be given again while only its hash is
 * kept; bound to the person, the device and the number.
 */
export function makeSecret(ring: KeyRing, person: string, device: Bound, number: number): string {
  return ring.mac(purpose, bound(person, device, number));
}

/** Whether this value was ever handed out for this device: a number that somebody made up is no theft. */
export function isGenuine(ring: KeyRing, person: string, device: Bound, { number, secret }: Presented): boolean {
  return ring.verifyMac(purpose, bound(person, device, number), secret);
}

/** A value that was handed out before, made again under whichever key it was made with; undefined where that key is gone. */
export function remakeSecret(ring: KeyRing, person: string, device: Bound, issued: Issued): string | undefined {
  return ring.ids
    .map(id => `${id}.${hmac(ring.derive(purpose, id) ?? Buffer.alloc(0), bound(person, device, issued.number))}`)
    .find(secret => sameText(sha256(secret), issued.hash));
}

export function issued(number: number, secret: string): Issued {
  return { number, hash: sha256(secret) };
}

function bound(person: string, { id, salt }: Bound, number: number): string {
  return JSON.stringify([person, id, salt, number]);
}
