import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Random } from './random.ts';

/** One operator key: at least 32 bytes. `id` names it in what it sealed, so that rings can be rotated. */
export interface RingKey {
  readonly id: string;
  readonly secret: Buffer;
}

/**
 * The operator's keys. The first seals and signs; all of them open and verify, so that a key can be replaced
 * without ending anybody's session. Every purpose gets a key of its own by HKDF-SHA-256 (RFC 5869): a value made
 * for one purpose is worthless for another.
 */
export class KeyRing {
  readonly #keys: readonly RingKey[];
  readonly #random: Random;
  readonly #derived = new Map<string, Buffer>();

  constructor(keys: readonly RingKey[], random: Random) {
    if (keys.length === 0) throw new TypeError('a key ring needs at least one key');
    for (const key of keys) if (key.secret.length < 32) throw new TypeError(`key ${key.id} is shorter than 32 bytes`);
    this.#keys = keys;
    this.#random = random;
  }

  get currentId(): string {
    return this.#current().id;
  }

  get ids(): readonly string[] {
    return this.#keys.map(key => key.id);
  }

  /** The 32-byte key of a purpose under the key with this id (the current one by default); absent id: undefined. */
  derive(purpose: string, id: string = this.#current().id): Buffer | undefined {
    const key = this.#keys.find(candidate => candidate.id === id);
    if (key === undefined) return undefined;
    const slot = `${id}\n${purpose}`;
    let derived = this.#derived.get(slot);
    if (derived === undefined) {
      derived = deriveKey(key.secret, purpose);
      this.#derived.set(slot, derived);
    }
    return derived;
  }

  /** Encrypts under the current key, bound to `aad` (the place where it is kept): `kid.base64url`. */
  seal(purpose: string, plaintext: string | Buffer, aad: string): string {
    const id = this.#current().id;
    // The id is one of the ring's own, so the key exists.
    const key = this.derive(purpose, id) as Buffer;
    return `${id}.${sealWith(key, plaintext, aad, this.#random).toString('base64url')}`;
  }

  /** What was sealed for this purpose and place; undefined when it was altered, moved or made under another ring. */
  open(purpose: string, sealed: string, aad: string): Buffer | undefined {
    const dot = sealed.indexOf('.');
    if (dot < 0) return undefined;
    const key = this.derive(purpose, sealed.slice(0, dot));
    return key === undefined ? undefined : openWith(key, Buffer.from(sealed.slice(dot + 1), 'base64url'), aad);
  }

  /** `kid.base64url(HMAC-SHA-256)` of the text under the current key. */
  mac(purpose: string, text: string): string {
    const id = this.#current().id;
    return `${id}.${hmac(this.derive(purpose, id) as Buffer, text)}`;
  }

  verifyMac(purpose: string, text: string, mac: string): boolean {
    const dot = mac.indexOf('.');
    const key = dot < 0 ? undefined : this.derive(purpose, mac.slice(0, dot));
    return key !== undefined && sameText(mac.slice(dot + 1), hmac(key, text));
  }

  #current(): RingKey {
    // The constructor refused an empty ring.
    return this.#keys[0] as RingKey;
  }
}

export function deriveKey(secret: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `sluis ${purpose}`, 32));
}

/** AES-256-GCM: 12 bytes nonce, ciphertext, 16 bytes tag. */
export function sealWith(key: Buffer, plaintext: string | Buffer, aad: string, random: Random): Buffer {
  const nonce = random.bytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(aad));
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

export function openWith(key: Buffer, sealed: Buffer, aad: string): Buffer | undefined {
  if (sealed.length < 28) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(Buffer.from(aad));
  decipher.setAuthTag(sealed.subarray(sealed.length - 16));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(12, sealed.length - 16)), decipher.final()]);
  } catch {
    return undefined;
  }
}

export function hmac(key: Buffer, text: string | Buffer): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}

/** Compares without telling by its duration where two texts differ. */
export function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
