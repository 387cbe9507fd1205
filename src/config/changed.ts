import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Settings } from './settings.ts';

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

/** By key, a hash of each file that settings name and that is read with them: the same name may hold something else. */
export function filesOf({ realms, apps, webauthn, factors, mail, console }: Settings): ReadonlyMap<string, string> {
  const named = [
    ...[...realms.values()].flatMap(({ name, theme }) => [
      [`realms.${name}.theme.css`, theme.css] as const,
      [`realms.${name}.theme.logo`, theme.logo] as const,
    ]),
    ['factors.sms.secretFile', factors.sms?.secretFile] as const,
    ['webauthn.metadata', webauthn?.metadata] as const,
    ['webauthn.metadataRoot', webauthn?.metadataRoot] as const,
    ['mail.ca', mail?.ca] as const,
    ['console.firstFactor.ca', console?.firstFactor?.ca] as const,
    ...apps.map(({ id, upstream }) => [`apps.${id}.upstream.ca`, upstream.ca] as const),
  ];
  return new Map(named.flatMap(([key, file]) => (file === undefined ? [] : [[key, hashOf(file)]])));
}

/** The keys whose files differ; not those that are in one of the two only, which changed themselves. */
export function changedFiles(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  return [...after].filter(([key, hash]) => before.has(key) && before.get(key) !== hash).map(([key]) => key);
}

/** What cannot be read any more is another thing than it was. */
function hashOf(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('base64url');
  } catch {
    return '';
  }
}

function isBlock(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
