import { createDecipheriv, createECDH, createHmac, type ECDH, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLocalJWKSet, jwtVerify } from 'jose';

/** A browser's half of a subscription (W3C Push API): what it gives away, and the key that it keeps. */
export class PushReceiver {
  readonly p256dh: string;
  readonly auth: string;
  readonly #pair: ECDH;

  constructor(given?: { readonly privateKey: string; readonly auth: string }) {
    this.#pair = createECDH('prime256v1');
    if (given === undefined) this.#pair.generateKeys();
    else this.#pair.setPrivateKey(Buffer.from(given.privateKey, 'base64url'));
    this.p256dh = this.#pair.getPublicKey().toString('base64url');
    this.auth = given?.auth ?? randomBytes(16).toString('base64url');
  }

  /** What was sent, in the clear (RFC 8291 3.4, RFC 8188 2); throws where it was not for this one. */
  open(body: Buffer): string {
    const [salt, sender] = [body.subarray(0, 16), body.subarray(21, 21 + (body[20] ?? 0))];
    const sealed = body.subarray(21 + sender.length);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#pair.getPublicKey(), sender, Buffer.of(1)]);
    const shared = hmac(Buffer.from(this.auth, 'base64url'), this.#pair.computeSecret(sender));
    const key = hmac(salt, hmac(shared, info));
    const part = (name: string, length: number) =>
      hmac(key, Buffer.from(`Content-Encoding: ${name}\0\x01`)).subarray(0, length);
    const decipher = createDecipheriv('aes-128-gcm', part('aes128gcm', 16), part('nonce', 12));
    decipher.setAuthTag(sealed.subarray(-16));
    const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    const end = padded.lastIndexOf(2);
    if (end < 0 || padded.subarray(end + 1).some(byte => byte !== 0)) throw new Error('no last record');
    return padded.subarray(0, end).toString('utf8');
  }
}

function hmac(key: Buffer, text: Buffer): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

export interface Pushed {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface PushService {
  /** `127.0.0.1:1234`. */
  readonly host: string;
  readonly pushed: Pushed[];
  /** What the next messages are answered with. */
  answer: { status: number; headers?: Record<string, string>; body?: string };
  /** Who sent it, as its signature proves (RFC 8292). */
  sender(pushed: Pushed): Promise<{ readonly subject: unknown; readonly audience: unknown; readonly key: string }>;
  close(): Promise<void>;
}

/** A push service (RFC 8030) that keeps what it is given. */
export async function startPushService(): Promise<PushService> {
  const pushed: Pushed[] = [];
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    pushed.push({ path: req.url ?? '', headers: req.headers, body: Buffer.concat(chunks) });
    res.writeHead(service.answer.status, service.answer.headers).end(service.answer.body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const service: PushService = {
    host,
    pushed,
    answer: { status: 201 },
    sender: async ({ headers }) => {
      const [, token = '', key = ''] = /^vapid t=([^,]+), k=([\w-]+)$/.exec(headers.authorization ?? '') ?? [];
      const point = Buffer.from(key, 'base64url');
      const [x, y] = [point.subarray(1, 33), point.subarray(33)].map(half => half.toString('base64url'));
      const keys = createLocalJWKSet({ keys: [{ kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }] });
      const { payload } = await jwtVerify(token, keys, { algorithms: ['ES256'] });
      return { subject: payload.sub, audience: payload.aud, key };
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return service;
}
