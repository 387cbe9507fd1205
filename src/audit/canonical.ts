/**
 * JSON with the names of every object in code unit order and no white space: for the texts, whole numbers and
 * booleans of audit entries the same as RFC 8785, so that others can compute the hashes too. Absent and undefined
 * properties are the same.
 */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) => (isPlainObject(part) ? sorted(part) : part));
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without a prototype: `__proto__` is a name like any other here, else it would be lost and could hide a change. */
function sorted(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(value).toSorted()) result[name] = value[name];
  return result;
}
