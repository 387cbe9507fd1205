/**
 * The path, query and fragment of an address within this origin; undefined for any other. What browsers would take for
 * another host (`//evil.test`, also once dot segments are taken out: `/.//evil.test`) is none.
 */
export function pathWithin(origin: string, candidate: string): string | undefined {
  try {
    const url = new URL(candidate, `${origin}/`);
    if (url.origin !== origin || url.username !== '' || url.pathname.startsWith('//')) return undefined;
    return `${url.pathname}${url.search}${url.hash}`;
  } catch {
    return undefined;
  }
}
