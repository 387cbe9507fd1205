import { expect, it } from 'vitest';
import { parseDuration, parseSize } from './quantity.ts';

it.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['15m', 900_000],
  ['12h', 43_200_000],
  ['14d', 1_209_600_000],
])('reads the duration %s', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

it.each(['0s', '30', '1.5h', '-1h', '1h30m', '5 minutes', 'constructor', '1constructor', ''])(
  'reads no duration in %j',
  text => expect(parseDuration(text)).toBeUndefined(),
);

it.each([
  ['1B', 1],
  ['64KiB', 65_536],
  ['100MiB', 104_857_600],
])('reads the size %s', (text, bytes) => expect(parseSize(text)).toBe(bytes));

it.each(['64kb', '64K', '0B', '1e3B'])('reads no size in %j', text => expect(parseSize(text)).toBeUndefined());
