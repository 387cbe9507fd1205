import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { frame } from '../../test/support/web-socket.ts';
import { FrameWalk, goingAway } from './frame-walk.ts';
import { GatedSocket } from './gated-socket.ts';

let server: Server;
const open: Socket[] = [];

beforeAll(async () => {
  server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

afterAll(() => void server.close());

/** A gate, and what comes out at the browser's end. */
async function gate(stallTime = 60_000) {
  const browser = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [client] = (await once(server, 'connection')) as [Socket];
  open.push(browser, client);
  const got: Buffer[] = [];
  browser.on('data', (chunk: Buffer) => got.push(chunk));
  const all = async () => {
    if (!browser.readableEnded) await once(browser, 'end');
    return Buffer.concat(got);
  };
  return { gated: new GatedSocket(client, stallTime), client, browser, all };
}

const appHead = 'HTTP/1.1 101 Switching Protocols\r\nset-cookie: geheim=1\r\n\r\n';

describe('rule 11: the gate swallows the head of the app, and nothing behind it', () => {
  it('however it comes, before or after it is opened', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.string(), fc.boolean(), async (lengths, body, early) => {
        const { gated, all } = await gate();
        const bytes = Buffer.concat([Buffer.from(appHead), Buffer.from(body)]);
        if (early) gated.open('ONS\r\n\r\n');
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const length = lengths[turn % lengths.length] as number;
          gated.write(bytes.subarray(at, at + length));
          at += length;
        }
        gated.end();
        if (!early) gated.open('ONS\r\n\r\n');
        expect((await all()).toString()).toBe(`ONS\r\n\r\n${body}`);
      }),
      { numRuns: 60 },
    );
  });

  it('a head without end shows nothing', async () => {
    const { gated, all } = await gate();
    gated.open('ONS\r\n\r\n');
    gated.write('HTTP/1.1 101 Switching Protocols\r\nset-cookie: geheim=1\r\n');
    gated.end('frames');
    expect((await all()).toString()).toBe('ONS\r\n\r\n');
  });

  it('what was not opened shows nothing, and leaves the socket for another answer', async () => {
    const { gated, client, all } = await gate();
    gated.write(`${appHead}geheim`);
    gated.release();
    await once(gated, 'close');
    client.end('ANDERS');
    expect((await all()).toString()).toBe('ANDERS');
  });

  it('gives up on a side that has gone before it was made', async () => {
    const { client } = await gate();
    client.destroy();
    await once(client, 'close');
    expect(new GatedSocket(client, 1_000).destroyed).toBe(true);
  });
});

const frames = fc.array(
  fc
    .record({
      size: fc.oneof(fc.constantFrom(0, 1, 125, 126, 127, 65_535, 65_536), fc.nat(400)),
      opcode: fc.nat(15),
      rsv: fc.nat(7),
      fin: fc.boolean(),
      masked: fc.boolean(),
    })
    .map(({ size, opcode, masked, ...rest }) =>
      frame(opcode, Buffer.alloc(size, 0x88), { ...rest, ...(masked ? { mask: Buffer.from([1, 2, 3, 4]) } : {}) }),
    ),
  { minLength: 1, maxLength: 6 },
);

describe('RFC 6455 5.5.1: who is told to go is told between two frames', () => {
  it('wherever the pieces are cut', async () => {
    await fc.assert(
      fc.asyncProperty(frames, fc.nat(), fc.nat(), async (all, cut, when) => {
        const bytes = Buffer.concat(all);
        const first = cut % (bytes.length + 1);
        const asked = when % 2;
        const { gated, all: came } = await gate();
        gated.open('');
        gated.write(appHead);
        gated.write(bytes.subarray(0, first));
        if (asked === 0) gated.goAway();
        gated.write(bytes.subarray(first));
        if (asked === 1) gated.goAway();
        gated.end();
        const got = await came();
        const ends = [0];
        for (const one of all) ends.push((ends.at(-1) as number) + one.length);
        const end = asked === 1 ? bytes.length : ends.find(one => one >= first);
        expect(got.equals(Buffer.concat([bytes.subarray(0, end), goingAway]))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('and not at all in a frame without end', async () => {
    const { gated, all } = await gate();
    gated.goAway();
    gated.write(appHead);
    gated.write(Buffer.from([0x82, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
    gated.end();
    gated.open('ONS');
    expect((await all()).subarray(0, 3).toString()).toBe('ONS');
  });

  it('walks the same, byte by byte or at once', () => {
    fc.assert(
      fc.property(frames, all => {
        const walk = new FrameWalk();
        const ends: number[] = [];
        const bytes = Buffer.concat(all);
        for (let at = 0; at < bytes.length; at += 1) {
          if (walk.pass(bytes.subarray(at, at + 1)) !== undefined) ends.push(at + 1);
        }
        let sum = 0;
        expect(ends).toEqual(all.map(one => (sum += one.length)));
      }),
      { numRuns: 30 },
    );
  });
});

describe('CWE-400: a browser that takes nothing', () => {
  it('is cut after the stall time', async () => {
    const { gated, browser } = await gate(200);
    browser.pause();
    gated.open('ONS');
    gated.write(appHead);
    gated.on('error', () => undefined);
    const flood = () => gated.write(Buffer.alloc(1024 * 1024), error => error ?? flood());
    flood();
    await once(gated, 'close');
    expect(gated.destroyed).toBe(true);
  });

  it('and one that had ended is not waited for without end because it took what was left', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { gated, client, browser } = await gate();
      gated.open('ONS\r\n\r\n');
      browser.pause();
      gated.resume();
      gated.write(appHead);
      const taken = new Promise(resolve => gated.write(Buffer.alloc(32 * 2 ** 20), resolve));
      browser.end();
      await once(client, 'end');
      browser.resume();
      await taken;
      vi.advanceTimersByTime(10_000);
      expect(gated.destroyed).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });
});
