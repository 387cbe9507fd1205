/**
 * Which keys of a configuration differ from those of another, as paths such as `apps.post.level`; no values. What was
 * added or taken away is named by its own path, not by all that stands below it.
 */
export function changedKeys(before: unknown, after: unknown, path = ''): readonly string[] {
  if (isBlock(before) && isBlock(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap(key => changedKeys(before[key], after[key], path === '' ? key : `${path}.${key}`));
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [path];
}

function isBlock(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
