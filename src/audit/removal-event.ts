import type { PartName } from './parts.ts';

/** Why something was taken out of the trail. */
export const becauses = ['retention', 'erasure'] as const;
export type Because = (typeof becauses)[number];

/**
 * Something was taken out of the trail (R61), recorded before it is done: nothing else makes a gap lawful. It stands in the
 * chain, so that who can write to the store alone cannot make one up.
 */
export interface RemovalEvent {
  readonly type: 'audit.removed';
  /** A part of entries, or the oldest entries whole. */
  readonly what: PartName | 'entries';
  readonly because: Because;
  /** Which: `1-500,507`. */
  readonly numbers: string;
  /** Whose erasure it was. */
  readonly person?: string;
  readonly by?: string;
  /** The first of them that was not as it was written, or gone, before it was taken away. */
  readonly damaged?: number;
}

/** Numbers in rising order, as a removal names them. */
export function numbersText(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',');
}

export function hasNumber(text: string, number: number): boolean {
  return text.split(',').some(range => {
    const [from, to = from] = range.split('-').map(Number);
    return from !== undefined && to !== undefined && from <= number && number <= to;
  });
}

export function isRemoval<E extends { readonly type: string }>(event: E): event is E & RemovalEvent {
  return event.type === 'audit.removed';
}
