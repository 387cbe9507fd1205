import type { JarCookie } from '../visit/jar.ts';
import type { SealOwner } from '../visit/sealed-cookies.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';

/**
 * Set-Cookie lines by which the browser keeps these cookies of the app: sealed for this owner, or as they are where
 * the app's own scripts must read them. Of the latter a sealed copy from before goes.
 */
export function cookieLines(
  deps: Pick<GatewayDeps, 'sealed' | 'clock'>,
  exchange: Exchange,
  owner: SealOwner,
  cookies: readonly JarCookie[],
): string[] {
  const { readable } = exchange.app.settings.preset;
  const now = deps.clock.now();
  const held = [...exchange.cookies.keys()];
  return cookies.flatMap(cookie => {
    if (!readable.includes(cookie.name)) return deps.sealed.seal(owner, cookie, now, held);
    const copies = deps.sealed.seal(owner, { ...cookie, expires: now }, now, held);
    return [plainLine(cookie), ...copies.filter(line => exchange.cookies.has(line.slice(0, line.indexOf('='))))];
  });
}

/** The cookies that scripts of the app may read, as this browser sends them: they pass in every state. */
function readableCookies(exchange: Exchange): JarCookie[] {
  return exchange.app.settings.preset.readable.flatMap(name => {
    const value = exchange.cookie(name);
    return value === undefined ? [] : [{ name, value, path: '/', expires: undefined, sameSite: 'Lax' as const }];
  });
}

/** What the app must get: of a sealed cookie and one that scripts may have changed since, the latter. */
export function withReadable(exchange: Exchange, jar: readonly JarCookie[]): JarCookie[] {
  const readable = readableCookies(exchange);
  return [...jar.filter(({ name }) => !readable.some(one => one.name === name)), ...readable];
}

/** Never one that signs in: the configuration refuses that. */
function plainLine(cookie: JarCookie): string {
  const expires = cookie.expires === undefined ? '' : `; Expires=${new Date(cookie.expires).toUTCString()}`;
  return `${cookie.name}=${cookie.value}; Path=${cookie.path}${expires}; Secure; SameSite=${cookie.sameSite}`;
}
