import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import type { Issued } from './certificates.ts';

type Creation = PublicKeyCredentialCreationOptionsJSON;
type Request = PublicKeyCredentialRequestOptionsJSON;

export interface KeyOptions {
  readonly alg?: -7 | -8 | -257;
  /** BE and BS. */
  readonly synced?: boolean;
  /** Hex. */
  readonly aaguid?: string;
  readonly format?: 'none' | 'packed' | 'self' | 'fido-u2f';
  /** The leaf with its key first; for packed and fido-u2f. */
  readonly chain?: readonly Issued[];
  readonly id?: Buffer;
  readonly uv?: boolean;
}

/** What a test may change about one ceremony, to be what an attacker would send. */
export interface Twist {
  readonly origin?: string;
  readonly type?: string;
  readonly challenge?: string;
  readonly rpId?: string;
  readonly clientData?: Readonly<Record<string, unknown>>;
  readonly flags?: number;
  readonly counter?: number;
  readonly userHandle?: string | null;
  readonly extensions?: object;
  /** What the browser says of where the key is. */
  readonly attachment?: 'platform' | 'cross-platform';
}

export const flag = { up: 0x01, uv: 0x04, be: 0x08, bs: 0x10, at: 0x40 } as const;

/**
 * A key made of software, as W3C Web Authentication Level 3 describes one (6.1, 6.5): what it says of itself is what
 * the test wants, what it signs is real.
 */
export class SoftKey {
  readonly id: Buffer;
  readonly #pair: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
  readonly #options: KeyOptions;
  readonly #origin: string;
  counter = 0;

  constructor(origin: string, options: KeyOptions = {}) {
    this.#origin = origin;
    this.#options = options;
    this.id = options.id ?? randomBytes(32);
    this.#pair = pairOf(options.alg ?? -7);
  }

  /** What the browser's `toJSON()` gives after `navigator.credentials.create()`, as text. */
  create(options: Creation, twist: Twist = {}): string {
    const { aaguid = '00'.repeat(16), format = 'none' } = this.#options;
    const clientData = this.#clientData('webauthn.create', options.challenge, twist);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.id.length);
    const attested = [Buffer.from(aaguid, 'hex'), length, this.id, this.#cose()];
    const authData = this.#authData(twist, options.rp.id ?? '', flag.at, attested);
    const statement = this.#statement(format, authData, clientData);
    const object = cbor(
      new Map<string, unknown>([
        ['fmt', format === 'self' ? 'packed' : format],
        ['attStmt', statement],
        ['authData', authData],
      ]),
    );
    return this.#json({ clientDataJSON: b64(clientData), attestationObject: b64(object), transports: ['usb'] }, twist);
  }

  /** The same after `navigator.credentials.get()`. The counter goes up by one. */
  get(options: Request, twist: Twist = {}): string {
    if (this.counter > 0 && twist.counter === undefined) this.counter += 1;
    const clientData = this.#clientData('webauthn.get', options.challenge, twist);
    const authData = this.#authData(twist, options.rpId ?? '', 0, []);
    const signature = this.sign(Buffer.concat([authData, sha(clientData)]));
    const { userHandle } = twist;
    const handle = userHandle === undefined ? {} : { userHandle };
    const parts = {
      clientDataJSON: b64(clientData),
      authenticatorData: b64(authData),
      signature: b64(signature),
      ...handle,
    };
    return this.#json(parts, twist);
  }

  /** COSE, base64url. */
  get publicKey(): string {
    return b64(this.#cose());
  }

  sign(bytes: Buffer): Buffer {
    return sign(this.#options.alg === -8 ? null : 'sha256', bytes, this.#pair.privateKey);
  }

  #clientData(type: string, challenge: string, twist: Twist): Buffer {
    const said = {
      type: twist.type ?? type,
      challenge: twist.challenge ?? challenge,
      origin: twist.origin ?? this.#origin,
    };
    return Buffer.from(JSON.stringify({ ...said, crossOrigin: false, ...twist.clientData }));
  }

  #authData(twist: Twist, rpId: string, more: number, attested: readonly Buffer[]): Buffer {
    const { synced = false, uv = false } = this.#options;
    const own = flag.up | (uv ? flag.uv : 0) | (synced ? flag.be | flag.bs : 0);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(twist.counter ?? this.counter);
    const flags = Buffer.from([(twist.flags ?? own) | more]);
    return Buffer.concat([sha(Buffer.from(twist.rpId ?? rpId)), flags, counter, ...attested]);
  }

  #statement(format: string, authData: Buffer, clientData: Buffer): Map<string, unknown> {
    const { chain = [] } = this.#options;
    const x5c = chain.map(({ der }) => der);
    const over = Buffer.concat([authData, sha(clientData)]);
    if (format === 'self')
      return new Map<string, unknown>([
        ['alg', this.#options.alg ?? -7],
        ['sig', this.sign(over)],
      ]);
    const [leaf] = chain;
    if (format === 'none' || leaf === undefined) return new Map();
    if (format === 'packed')
      return new Map<string, unknown>([
        ['alg', -7],
        ['sig', sign('sha256', over, leaf.key)],
        ['x5c', x5c],
      ]);
    // W3C 8.6: 00, RP id, client data, credential id, point
    const { x, y } = this.#pair.publicKey.export({ format: 'jwk' });
    const point = Buffer.concat([
      Buffer.from([4]),
      Buffer.from(x ?? '', 'base64url'),
      Buffer.from(y ?? '', 'base64url'),
    ]);
    const old = Buffer.concat([Buffer.from([0]), authData.subarray(0, 32), sha(clientData), this.id, point]);
    return new Map<string, unknown>([
      ['sig', sign('sha256', old, leaf.key)],
      ['x5c', x5c],
    ]);
  }

  #cose(): Buffer {
    const { x, y, n, e } = this.#pair.publicKey.export({ format: 'jwk' });
    const part = (text: string | undefined) => Buffer.from(text ?? '', 'base64url');
    const { alg = -7 } = this.#options;
    if (alg === -257)
      return cbor(
        new Map<unknown, unknown>([
          [1, 3],
          [3, alg],
          [-1, part(n)],
          [-2, part(e)],
        ]),
      );
    if (alg === -8)
      return cbor(
        new Map<unknown, unknown>([
          [1, 1],
          [3, alg],
          [-1, 6],
          [-2, part(x)],
        ]),
      );
    return cbor(
      new Map<unknown, unknown>([
        [1, 2],
        [3, alg],
        [-1, 1],
        [-2, part(x)],
        [-3, part(y)],
      ]),
    );
  }

  #json(response: object, { extensions = {}, attachment }: Twist): string {
    const id = b64(this.id);
    const said = { clientExtensionResults: extensions, authenticatorAttachment: attachment };
    return JSON.stringify({ id, rawId: id, type: 'public-key', response, ...said });
  }
}

function pairOf(alg: -7 | -8 | -257) {
  if (alg === -8) return generateKeyPairSync('ed25519');
  return alg === -257
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** As much of CBOR (RFC 8949) as attestation has. */
export function cbor(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
  const entries = [...(value as Map<unknown, unknown>)];
  return Buffer.concat([head(5, entries.length), ...entries.flatMap(pair => pair.map(cbor))]);
}

function head(major: number, length: number): Buffer {
  const lead = major << 5;
  if (length < 24) return Buffer.from([lead | length]);
  if (length < 0x100) return Buffer.from([lead | 24, length]);
  return Buffer.from([lead | 25, length >> 8, length & 0xff]);
}

function sha(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function b64(bytes: Buffer): string {
  return bytes.toString('base64url');
}
