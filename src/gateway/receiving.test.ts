import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Receiving } from './receiving.ts';

/** As much of a request as is looked at. */
function request() {
  const socket = {
    bytesRead: 100,
    destroyed: false,
    destroy() {
      this.destroyed = true;
    },
  };
  return { socket, complete: false, destroyed: false, readableLength: 0, unpipe: vi.fn(), resume: vi.fn() };
}

const limits = { requestTime: 60_000, stallTime: 20_000 };
let receiving: Receiving;
let sent: ReturnType<typeof request>;
let req: IncomingMessage;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  receiving = new Receiving(limits);
  sent = request();
  req = sent as unknown as IncomingMessage;
  receiving.watch(req);
});

afterEach(() => {
  vi.useRealTimers();
});

/** Turns of five seconds, with so many bytes in each. */
function goOn(turns: number, bytes: number): void {
  for (let n = 0; n < turns; n += 1) {
    sent.socket.bytesRead += bytes;
    vi.advanceTimersByTime(5_000);
  }
}

test('a body of anybody has its time, however fast it comes', () => {
  goOn(12, 1_000_000);
  expect(sent.socket.destroyed).toBe(false);
  goOn(1, 1_000_000);
  expect(sent.socket.destroyed).toBe(true);
});

test('a body in a session has all the time it needs while it goes on', () => {
  receiving.allowLong(req);
  goOn(1_000, 16 * 1024);
  expect(sent.socket.destroyed).toBe(false);
});

test('a body in a session that comes drop by drop is cut off', () => {
  receiving.allowLong(req);
  goOn(5, 1);
  expect(sent.socket.destroyed).toBe(true);
});

test('a body in a session that stands still is cut off', () => {
  receiving.allowLong(req);
  goOn(100, 100_000);
  goOn(4, 0);
  expect(sent.socket.destroyed).toBe(false);
  goOn(1, 0);
  expect(sent.socket.destroyed).toBe(true);
});

test("a body that the app does not take is not its sender's fault", () => {
  receiving.allowLong(req);
  sent.readableLength = 65_536;
  goOn(100, 0);
  expect(sent.socket.destroyed).toBe(false);
  sent.readableLength = 0;
  goOn(5, 0);
  expect(sent.socket.destroyed).toBe(true);
});

test('the rest of a body that nobody wants is read, in the time that anybody has', () => {
  receiving.allowLong(req);
  goOn(100, 100_000);
  receiving.throwAway(req);
  expect([sent.unpipe, sent.resume].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  goOn(12, 100_000);
  expect(sent.socket.destroyed).toBe(false);
  goOn(1, 100_000);
  expect(sent.socket.destroyed).toBe(true);
});

test.each(['complete', 'destroyed'] as const)('what is %s is forgotten, and the timer with the last', state => {
  sent[state] = true;
  goOn(1, 0);
  expect(vi.getTimerCount()).toBe(0);
  goOn(100, 0);
  expect(sent.socket.destroyed).toBe(false);
  receiving.watch(request() as unknown as IncomingMessage);
  expect(vi.getTimerCount()).toBe(1);
});
