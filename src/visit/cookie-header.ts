import { trimSpace } from './trim-space.ts';

/**
 * Reads a Cookie header: name to all its values. Nothing is trimmed but SP and HTAB, no quotes, no `$Version`
 * (a parser that trims more turns a planted cookie into a `__Host-` one). Bounded: more than 200 pairs read as none.
 */
export function readCookieHeader(header: string | undefined): Map<string, string[]> {
  const found = new Map<string, string[]>();
  if (header === undefined) return found;
  const pairs = header.split(';');
  if (pairs.length > 200) return found;
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 1) continue;
    const name = trimSpace(pair.slice(0, equals));
    const values = found.get(name);
    if (values === undefined) found.set(name, [trimSpace(pair.slice(equals + 1))]);
    else values.push(trimSpace(pair.slice(equals + 1)));
  }
  return found;
}

/** The value, if the name came exactly once: of two, one was planted. */
export function onlyValue(cookies: ReadonlyMap<string, readonly string[]>, name: string): string | undefined {
  const values = cookies.get(name);
  return values?.length === 1 ? values[0] : undefined;
}
