import type { Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enter, type Inside } from '../support/inside.ts';
import { type MaliciousApp, startMaliciousApp } from '../support/malicious-app.ts';
import { until } from '../support/redis.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { frame, handshake, switching, upgrade } from '../support/web-socket.ts';

let app: MaliciousApp;
let sluis: TestSluis;
let inside: Inside;
/** What came to the app on its newest WebSocket. */
let arrived: Buffer[] = [];
let upstream: Socket | undefined;

beforeAll(async () => {
  app = await startMaliciousApp();
  sluis = await startSluis([{ id: 'demo', upstream: app.url, preset: 'demo' }]);
  inside = await enter(sluis, 'demo', 'anna');
  app.answers.set('/ws', socket => {
    arrived = [];
    upstream = socket;
    socket.setNoDelay(true);
    socket.removeAllListeners('data');
    socket.on('data', (chunk: Buffer) => arrived.push(chunk));
    socket.write(switching());
  });
});

afterAll(async () => {
  await sluis.close();
  await app.close();
});

const text = (value: string, options = {}) => frame(1, Buffer.from(value), options);
const binary = (size: number, options = {}) => frame(2, Buffer.alloc(size, 0xfe), options);
const cont = (value: string, options = {}) => frame(0, Buffer.from(value), options);
const ping = (value: string | Buffer, options = {}) => frame(9, Buffer.from(value), options);
const pong = (value: string, options = {}) => frame(10, Buffer.from(value), options);
const close = (code: number, reason: string | Buffer = '', options = {}) => {
  const payload = Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]);
  return frame(8, payload, options);
};

type Options = { mask?: Buffer };
type Case = readonly [name: string, frames: (masked: Options) => readonly Buffer[]];
const sizes = [0, 1, 125, 126, 127, 128, 65_535, 65_536, 65_537];
const broken = [
  ['a lone continuation byte', [0x80]],
  ['an overlong slash', [0xc0, 0xaf]],
  ['a surrogate', [0xed, 0xa0, 0x80]],
  ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
  ['a letter cut off', [0xce, 0xba, 0xe1, 0xbd]],
  ['bytes that no letter has', [0xfe, 0xff]],
] as const;

/** What a conformance suite for WebSockets sends: good frames, and those that one of the two ends must refuse, not we. */
const cases: readonly Case[] = [
  ...sizes.map((size): Case => [`text of ${size} bytes`, m => [text('*'.repeat(size), m)]]),
  ...sizes.map((size): Case => [`binary of ${size} bytes`, m => [binary(size, m)]]),
  ['a length in more bytes than it needs', m => [overlong(5, 126, m), overlong(5, 127, m)]],
  ['a length that never comes', m => [overlong(2 ** 50, 127, m)]],
  [
    'a length with its highest bit',
    m => [Buffer.concat([Buffer.from([0x82, 0x7f]), Buffer.alloc(8, 0xff)]), text('x', m)],
  ],
  ['ping without payload', m => [ping('', m)]],
  ['ping of 125 bytes', m => [ping(Buffer.alloc(125, 0xfe), m)]],
  ['ping of 126 bytes', m => [ping(Buffer.alloc(126, 0xfe), m)]],
  ['ten pings', m => Array.from({ length: 10 }, (_, at) => ping(`ping ${at}`, m))],
  ['pong that nobody asked for', m => [pong('ongevraagd', m), ping('p', m)]],
  ...[1, 2, 3, 4, 5, 6, 7].map((rsv): Case => [`reserved bits ${rsv}`, m => [text('x', { ...m, rsv }), ping('', m)]]),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(
    (opcode): Case => [`opcode ${opcode}`, m => [frame(opcode, Buffer.from('x'), m), text('y', m)]],
  ),
  ['two fragments', m => [text('een', { ...m, fin: false }), cont('twee', m)]],
  ['fragments without payload', m => [text('', { ...m, fin: false }), cont('', { ...m, fin: false }), cont('', m)]],
  [
    'a ping between fragments',
    m => [
      text('een', { ...m, fin: false }),
      ping('tussen', m),
      cont('twee', { ...m, fin: false }),
      pong('', m),
      cont('', m),
    ],
  ],
  ['a fragmented ping', m => [ping('een', { ...m, fin: false }), cont('twee', m)]],
  ['a fragmented close', m => [frame(8, Buffer.from([3, 232]), { ...m, fin: false }), cont('', m)]],
  ['a continuation of nothing', m => [cont('los', m), text('x', m)]],
  ['a text within a text', m => [text('een', { ...m, fin: false }), text('twee', m)]],
  [
    'a letter over two fragments',
    m => [frame(1, Buffer.from([0xce]), { ...m, fin: false }), frame(0, Buffer.from([0xba]), m)],
  ],
  ['letters of every length', m => [text('κόσμε 𐍈 \u0000 \uffff', m)]],
  ...broken.map(([name, bytes]): Case => [`text with ${name}`, m => [frame(1, Buffer.from(bytes), m)]]),
  ['close without a code', m => [frame(8, Buffer.alloc(0), m)]],
  ['close with one byte', m => [frame(8, Buffer.from([3]), m)]],
  ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999].map(
    (code): Case => [`close code ${code}`, m => [close(code, 'dag', m)]],
  ),
  ...[0, 999, 1004, 1005, 1006, 1012, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map(
    (code): Case => [`close code ${code}, which nobody may send`, m => [close(code, '', m)]],
  ),
  ['close with a reason of 123 bytes', m => [close(1000, 'r'.repeat(123), m)]],
  ['close with a reason of 124 bytes', m => [close(1000, 'r'.repeat(124), m)]],
  ['close with a reason that is no text', m => [close(1000, Buffer.from([0xce, 0xba, 0xe1, 0xbd]), m)]],
  ['frames behind a close', m => [close(1000, '', m), ping('na', m), text('na', m), close(1001, '', m)]],
  [
    'what looks like HTTP',
    m => [Buffer.from('GET /map HTTP/1.1\r\nHost: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'), text('x', m)],
  ],
  ['what is no frame at all', () => [Buffer.from(Array.from({ length: 512 }, (_, at) => at & 0xff))]],
];

function overlong(size: number, form: 126 | 127, { mask }: Options): Buffer {
  const length = Buffer.alloc(form === 126 ? 2 : 8);
  if (form === 126) length.writeUInt16BE(size);
  else length.writeBigUInt64BE(BigInt(size));
  const head = Buffer.from([0x82, form | (mask === undefined ? 0 : 0x80)]);
  return Buffer.concat([head, length, mask ?? Buffer.alloc(0), Buffer.alloc(Math.min(size, 5), 'x')]);
}

/** Sends these pieces in turn, each on its own as far as the system lets it. */
async function send(socket: Socket, pieces: readonly Buffer[]): Promise<void> {
  for (const piece of pieces) await new Promise<void>(resolve => socket.write(piece, () => resolve()));
}

function chop(bytes: Buffer, ...lengths: number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? bytes.length;
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

/** The same pieces through Sluis in both directions, each way at once. */
async function through(up: readonly Buffer[], down: readonly Buffer[]): Promise<{ up: Buffer; down: Buffer }> {
  const { connection, answer } = await upgrade(sluis.port, handshake(inside.client, sluis.origin('demo')));
  expect(answer.status).toBe(101);
  connection.socket.setNoDelay(true);
  const length = (pieces: readonly Buffer[]) => pieces.reduce((sum, piece) => sum + piece.length, 0);
  try {
    const [got] = await Promise.all([
      connection.take(length(down)),
      send(connection.socket, up),
      send(upstream as Socket, down),
      until(async () => length(arrived) >= length(up)),
    ]);
    return { up: Buffer.concat(arrived), down: got };
  } finally {
    connection.destroy();
  }
}

const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

describe.each(['masked', 'unmasked'])('frames pass byte for byte (RFC 6455 5), %s', how => {
  const options: Options = how === 'masked' ? { mask } : {};

  it.each(cases)('%s', async (_name, frames) => {
    const bytes = Buffer.concat(frames(options));
    const small = bytes.length <= 1_000;
    // Frame by frame, in one piece, and chopped, one behind the other.
    const pieces = [...frames(options), bytes, ...chop(bytes, small ? 1 : 997)];
    const got = await through(pieces, pieces);
    const whole = Buffer.concat(pieces);
    expect(got.up.equals(whole)).toBe(true);
    expect(got.down.equals(whole)).toBe(true);
  });
});

describe('frames pass byte for byte (RFC 6455 5), in pieces of any length', () => {
  const part = fc.record({
    opcode: fc.integer({ min: 0, max: 15 }),
    size: fc.oneof(fc.constantFrom(...sizes), fc.integer({ min: 0, max: 3_000 })),
    fin: fc.boolean(),
    rsv: fc.integer({ min: 0, max: 7 }),
    masked: fc.boolean(),
  });
  const stream = fc
    .array(part, { minLength: 1, maxLength: 8 })
    .map(parts =>
      Buffer.concat(
        parts.map(({ opcode, size, fin, rsv, masked }) =>
          frame(opcode, Buffer.alloc(size, 0xa5), { fin, rsv, ...(masked ? { mask } : {}) }),
        ),
      ),
    );
  const lengths = fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 5 });

  it('other bytes each way at once', async () => {
    await fc.assert(
      fc.asyncProperty(stream, stream, lengths, async (up, down, pieces) => {
        const got = await through(chop(up, ...pieces, 4_000), chop(down, ...pieces, 4_000));
        expect(got.up.equals(up)).toBe(true);
        expect(got.down.equals(down)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});
