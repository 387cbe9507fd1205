import type { JarCookie } from './jar.ts';

/**
 * Reads a Set-Cookie line of an app as browsers do (RFC 6265 5.2). Undefined where a browser would ignore it, and for
 * names and values that could not travel in a Cookie header of ours. Domain is dropped: sealed cookies stay on their host.
 */
export function readSetCookie(line: string, requestPath: string, now: number): JarCookie | undefined {
  const [pair = '', ...attributes] = line.split(';');
  const equals = pair.indexOf('=');
  if (equals < 1) return undefined;
  const name = pair.slice(0, equals).trim();
  const value = pair.slice(equals + 1).trim();
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || !/^[\x20-\x3a\x3c-\x7e\x80-\xff]*$/.test(value)) return undefined;
  let path = defaultPath(requestPath);
  let expires: number | undefined;
  let maxAge: number | undefined;
  let sameSite: JarCookie['sameSite'] = 'Lax';
  for (const attribute of attributes) {
    const [key = '', ...rest] = attribute.split('=');
    const text = rest.join('=').trim();
    switch (key.trim().toLowerCase()) {
      case 'path':
        path = text.startsWith('/') ? text : path;
        break;
      case 'expires':
        expires = readDate(text) ?? expires;
        break;
      case 'max-age':
        maxAge = /^-?\d{1,10}$/.test(text) ? now + Number(text) * 1000 : maxAge;
        break;
      case 'samesite':
        sameSite = text.toLowerCase() === 'strict' ? 'Strict' : sameSite;
        break;
    }
  }
  return { name, value, path, expires: maxAge ?? expires, sameSite };
}

/** The cookies that go with a request to this path: longer paths first (RFC 6265 5.4). */
export function cookieHeader(jar: readonly JarCookie[], path: string, now: number): string | undefined {
  const sent = jar
    .filter(cookie => pathMatches(path, cookie.path) && (cookie.expires === undefined || cookie.expires > now))
    .sort((a, b) => b.path.length - a.path.length);
  return sent.length === 0 ? undefined : sent.map(cookie => `${cookie.name}=${cookie.value}`).join('; ');
}

/** What a browser holds after these answers: later ones of one name and path replace earlier ones, expired ones go. */
export function mergeJar(jar: readonly JarCookie[], fresh: readonly JarCookie[], now: number): JarCookie[] {
  const merged = new Map(jar.map(cookie => [`${cookie.name}\n${cookie.path}`, cookie]));
  for (const cookie of fresh) {
    const slot = `${cookie.name}\n${cookie.path}`;
    if (cookie.expires !== undefined && cookie.expires <= now) merged.delete(slot);
    else merged.set(slot, cookie);
  }
  return [...merged.values()];
}

function pathMatches(path: string, cookiePath: string): boolean {
  if (path === cookiePath) return true;
  return path.startsWith(cookiePath) && (cookiePath.endsWith('/') || path[cookiePath.length] === '/');
}

function defaultPath(requestPath: string): string {
  const last = requestPath.lastIndexOf('/');
  return last <= 0 ? '/' : requestPath.slice(0, last);
}

function readDate(text: string): number | undefined {
  const time = Date.parse(text.replaceAll('-', ' '));
  return Number.isNaN(time) ? undefined : time;
}
