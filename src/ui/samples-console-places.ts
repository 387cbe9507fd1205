export const placeNames = [
  'today',
  'people',
  'reset',
  'tokens',
  'access',
  'signals',
  'audit',
  'configuration',
  'operators',
] as const;
export type PlaceName = (typeof placeNames)[number];

/** The part of the console that a sample is found in: in its picture that is where she is. */
const placesOf: readonly (readonly [RegExp, PlaceName])[] = [
  [/^console-case/, 'reset'],
  [/^console-(?:token|import|hand-out|take-back)/, 'tokens'],
  [/^console-(?:access|reach)/, 'access'],
  [/^console-signals/, 'signals'],
  [/^console-audit/, 'audit'],
  [/^console-(?:configuration|explain)/, 'configuration'],
  [/^console-operator/, 'operators'],
  [/^console-today/, 'today'],
];

export function placeOf(sample: string): PlaceName {
  return placesOf.find(([names]) => names.test(sample))?.[1] ?? 'people';
}
