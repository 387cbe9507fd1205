import { z } from 'zod';

const durations = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const sizes = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

const durationExpectation = 'a duration such as 30s, 15m, 12h or 14d';
const sizeExpectation = 'a size such as 64KiB or 100MiB';

/** `30m` to milliseconds; undefined where the text is no duration of more than nothing. */
export function parseDuration(text: string): number | undefined {
  return parseQuantity(text, durations);
}

/** `64KiB` to bytes; undefined where the text is no size of more than nothing. */
export function parseSize(text: string): number | undefined {
  return parseQuantity(text, sizes);
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, digits, unit] = /^([1-9]\d{0,8}) ?([A-Za-z]+)$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined || !Object.hasOwn(units, unit)) return undefined;
  return Number(digits) * (units[unit] ?? 0);
}

/** Text of the shape `30m`, read as milliseconds. */
export const duration = z
  .string(`expected ${durationExpectation}`)
  .regex(/^[1-9]\d{0,8} ?(ms|s|m|h|d)$/, `expected ${durationExpectation}`)
  .transform(text => parseDuration(text) ?? 0);

/** Text of the shape `64KiB`, read as bytes. */
export const size = z
  .string(`expected ${sizeExpectation}`)
  .regex(/^[1-9]\d{0,8} ?(B|KiB|MiB|GiB)$/, `expected ${sizeExpectation}`)
  .transform(text => parseSize(text) ?? 0);

/** A duration of at most this; timers of the runtime fire at once when they are set beyond 24 days. */
export function durationUpTo(most: string) {
  const limit = parseDuration(most) ?? 0;
  return duration.refine(value => value <= limit, `expected a duration of at most ${most}`);
}

/** The same, where nothing at all (`0s`) says something too. */
export function durationOrNoneUpTo(most: string) {
  const limit = parseDuration(most) ?? 0;
  return z
    .string(`expected ${durationExpectation}`)
    .regex(/^(0 ?s|[1-9]\d{0,8} ?(ms|s|m|h|d))$/, `expected 0s or ${durationExpectation}`)
    .transform(text => parseDuration(text) ?? 0)
    .refine(value => value <= limit, `expected a duration of at most ${most}`);
}

export function sizeUpTo(most: string) {
  const limit = parseSize(most) ?? 0;
  return size.refine(value => value <= limit, `expected a size of at most ${most}`);
}
