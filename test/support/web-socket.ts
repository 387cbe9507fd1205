import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Client } from './client.ts';
import type { WireRequest } from './malicious-app.ts';
import { RawConnection } from './raw-http.ts';

export const key = 'AAECAwQFBgcICQoLDA0ODw==';
/** Of `key` (RFC 6455 4.2.2). */
export const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

type Headers = Readonly<Record<string, string | undefined>>;

/** The opening handshake as a page of the app sends it; a header that is given wins, `undefined` leaves it out. */
export function handshake(client: Client, origin: string, target = '/ws', extra: Headers = {}): Buffer {
  return client.bytes('GET', target, undefined, {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    Origin: origin,
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': key,
    ...extra,
  });
}

/** A good 101 for `key`, with these lines in it. */
export function switching(...lines: string[]): string {
  const all = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`, ...lines];
  return `HTTP/1.1 101 Switching Protocols\r\n${all.map(line => `${line}\r\n`).join('')}\r\n`;
}

/** Answers with a good 101 and sends every byte back that comes. */
export function echo(...lines: string[]): (socket: Socket, request: WireRequest) => void {
  return socket => {
    socket.removeAllListeners('data');
    socket.on('data', (chunk: Buffer) => socket.write(chunk));
    socket.on('end', () => socket.end());
    socket.write(switching(...lines));
  };
}

/** One frame; masked as a client's where a mask is given (RFC 6455 5.2). */
export function frame(opcode: number, payload: Buffer, options: { fin?: boolean; rsv?: number; mask?: Buffer } = {}) {
  const { fin = true, rsv = 0, mask } = options;
  const size = payload.length;
  const short = size < 126 ? size : size < 65_536 ? 126 : 127;
  const head = Buffer.alloc(short === 127 ? 10 : short === 126 ? 4 : 2);
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  head[1] = (mask === undefined ? 0 : 0x80) | short;
  if (short === 126) head.writeUInt16BE(size, 2);
  if (short === 127) head.writeBigUInt64BE(BigInt(size), 2);
  if (mask === undefined) return Buffer.concat([head, payload]);
  const masked = Buffer.from(payload.map((byte, at) => byte ^ (mask[at % 4] as number)));
  return Buffer.concat([head, mask, masked]);
}

/** Sends a handshake and reads what is answered; the connection stays open. */
export async function upgrade(port: number, bytes: Buffer, timeout?: number) {
  const connection = await RawConnection.open(port, timeout === undefined ? {} : { timeout });
  connection.write(bytes);
  return { connection, answer: await connection.read() };
}
