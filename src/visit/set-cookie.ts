import type { JarCookie } from './jar.ts';
import { trimSpace } from './trim-space.ts';

/** RFC 6265bis 5.5: no cookie lives longer than 400 days. Seconds. */
const longestAge = 400 * 24 * 60 * 60;

/**
 * Reads a Set-Cookie line of an app as browsers do (RFC 6265 5.2). Undefined where a browser would ignore it, and for
 * names and values that could not travel in a Cookie header of ours. Domain is dropped: sealed cookies stay on their host.
 */
export function readSetCookie(line: string, requestPath: string, now: number): JarCookie | undefined {
  const [pair = '', ...attributes] = line.split(';');
  const equals = pair.indexOf('=');
  if (equals < 1) return undefined;
  const name = trimSpace(pair.slice(0, equals));
  const value = trimSpace(pair.slice(equals + 1));
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || !/^[\x20-\x3a\x3c-\x7e\x80-\xff]*$/.test(value)) return undefined;
  let path = defaultPath(requestPath);
  let expires: number | undefined;
  let maxAge: number | undefined;
  let sameSite: JarCookie['sameSite'] = 'Lax';
  for (const attribute of attributes) {
    const [key = '', ...rest] = attribute.split('=');
    const text = trimSpace(rest.join('='));
    switch (trimSpace(key).toLowerCase()) {
      case 'path':
        path = text.startsWith('/') ? text : defaultPath(requestPath);
        break;
      case 'expires':
        expires = readDate(text) ?? expires;
        break;
      case 'max-age':
        maxAge = /^-?\d+$/.test(text) ? now + Math.min(Math.max(0, Number(text)), longestAge) * 1000 : maxAge;
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

/** The tokens of a cookie date in the order in which they are looked for. */
const dateParts = [
  /^(?<hour>\d{1,2}):(?<minute>\d{1,2}):(?<second>\d{1,2})(?:\D|$)/,
  /^(?<day>\d{1,2})(?:\D|$)/,
  /^(?<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i,
  /^(?<year>\d{2,4})(?:\D|$)/,
];

/** RFC 6265 5.1.1: what browsers take for a date, always UTC. `0` and `-1` are none, so such a cookie stays. */
function readDate(text: string): number | undefined {
  const found: Record<string, string> = {};
  const left = new Set(dateParts);
  for (const token of text.split(/[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+/)) {
    const part = [...left].find(candidate => candidate.test(token));
    if (part === undefined) continue;
    left.delete(part);
    Object.assign(found, part.exec(token)?.groups);
  }
  return left.size > 0 ? undefined : timeOf(found);
}

function timeOf(found: Readonly<Record<string, string>>): number | undefined {
  const [hour, minute, second, day, year] = ['hour', 'minute', 'second', 'day', 'year'].map(name =>
    Number(found[name]),
  );
  if (hour === undefined || minute === undefined || second === undefined || day === undefined || year === undefined)
    return undefined;
  const full = year < 70 ? year + 2000 : year < 100 ? year + 1900 : year;
  const month = 'janfebmaraprmayjunjulaugsepoctnovdec'.indexOf((found['month'] ?? '').toLowerCase()) / 3;
  if (hour > 23 || minute > 59 || second > 59 || day < 1 || day > 31 || full < 1601) return undefined;
  return Date.UTC(full, month, day, hour, minute, second);
}
