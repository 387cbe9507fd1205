import type { AppSettings, RealmSettings, Settings } from '../config/settings.ts';
import { isOwnAddress, readTarget, type Target } from './target.ts';

/** What a URL leads to. */
export type Place =
  | { readonly kind: 'app'; readonly app: AppSettings; readonly realm: RealmSettings; readonly target: Target }
  /** An address of Sluis itself, on the host of an app or as a portal. */
  | { readonly kind: 'own'; readonly on: string; readonly what: 'app' | 'portal' }
  | { readonly kind: 'unknown'; readonly host: string; readonly origins: readonly string[] };

type Known = Pick<Settings, 'apps' | 'realms'>;

/**
 * Where this URL leads; undefined for what is none. Its path is kept as it was written: a URL parser would settle `..`,
 * backslashes and escapes in one of the ways in which an app may read them.
 */
export function placeOf(url: string, { apps, realms }: Known): Place | undefined {
  const parts = /^(https?):\/\/([^/?#\\\s@]+)([^#]*)/i.exec(url.trim());
  const host = parts === null ? undefined : hostOf(`${parts[1]}://${parts[2]}`);
  if (parts === null || host === undefined) return undefined;
  const target = readTarget(asSent(parts[3] ?? ''));
  const app = apps.find(({ origin }) => new URL(origin).host === host);
  const realm = app === undefined ? undefined : realms.get(app.realm);
  if (app !== undefined && realm !== undefined)
    return isOwnAddress(target) ? { kind: 'own', on: app.origin, what: 'app' } : { kind: 'app', app, realm, target };
  const portal = [...realms.values()].find(({ portalOrigin }) => new URL(portalOrigin).host === host);
  if (portal !== undefined) return { kind: 'own', on: portal.portalOrigin, what: 'portal' };
  return { kind: 'unknown', host, origins: apps.map(({ origin }) => origin) };
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** What is no plain character travels as the bytes of UTF-8, escaped. */
function asSent(rest: string): string {
  const path = rest.startsWith('/') ? rest : `/${rest}`;
  return path.toWellFormed().replaceAll(/[^\x21-\x7e]/gu, letter => encodeURIComponent(letter));
}
