import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../src/kernel/clock.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4226 5.3 and RFC 6238 4.2 written out a second time, so that the library is not its own judge. */
export function codeAt(secret: string, time: number, digits = 6): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(time / 30_000)));
  const mac = createHmac('sha1', decodeBase32(secret)).update(counter).digest();
  const offset = mac.readUInt8(19) & 0x0f;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, '0');
}

/**
 * Waits for the next step where less than `room` milliseconds of this one are left. For a code of the step before: that
 * one is refused as soon as this step is over, which may be between reading the code and sending it.
 */
export async function roomInStep(clock: Clock, room = 10_000): Promise<void> {
  for (;;) {
    const left = 30_000 - (clock.now() % 30_000);
    if (left >= room) return;
    await pause(left);
  }
}

function decodeBase32(text: string): Buffer {
  const bits = [...text.replaceAll('=', '')]
    .map(letter => alphabet.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map(byte => Number.parseInt(byte, 2)));
}
