import type { Readable } from 'node:stream';
import { matchesAny, seenParameters } from '../policy/match.ts';
import { looksAtMethods, routeParameters } from '../policy/route.ts';
import { foldName, readPairs } from '../policy/target.ts';
import { CredentialWatch, type FieldScanner, scannerFor } from '../signin/scanner.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';
import type { PasswordWatch } from './password-watch.ts';
import { ScannedBody } from './scanned-body.ts';
import { ClientGone } from './upstream.ts';

export interface SessionBody {
  readonly stream: Readable;
  /** Values of parameters that the preset's sign-out is known by, as the body has shown them so far. */
  readonly seen: Map<string, string[]>;
}

/** Whether the query alone carries a user and a password: a sign-in by another door (DokuWiki takes one on any page). */
export function queryCarriesCredentials(exchange: Exchange): boolean {
  const { query } = exchange.target;
  if (query === '' || isCredentialPath(exchange)) return false;
  const watch = new CredentialWatch(exchange.app.credentials);
  return readPairs(query).some(([name]) => watch.see(name));
}

const bytewise = /^(?:utf-?8|us-ascii|ascii|latin-?1|iso-8859-\d{1,2}|windows-125\d)$/i;

/** Bodies that an app would read otherwise than the scanner does: packed ones, and letters of more than one byte (UTF-16, UTF-7). */
export function isUnreadable({ head, hasBody }: Exchange): boolean {
  if (!hasBody) return false;
  if (head.contentEncoding !== undefined && head.contentEncoding.toLowerCase() !== 'identity') return true;
  const charsets = (head.contentType ?? '').matchAll(/charset[ \t]*=[ \t]*["']?([^"';, \t]*)/gi);
  return [...charsets].some(([, charset = '']) => !bytewise.test(charset));
}

/**
 * Requests without a body have none to watch. `early` are bytes that were read while a sign-in was looked for; `password`
 * is there where it may hold a new password.
 */
export function sessionBody(
  deps: GatewayDeps,
  exchange: Exchange,
  early: Buffer | undefined,
  password: PasswordWatch | undefined,
): SessionBody | undefined {
  if (!exchange.hasBody) return undefined;
  const seen = new Map<string, string[]>();
  const body = new ScannedBody(bodyWatcher(exchange, seen, password), deps.limits.body);
  exchange.acceptBody();
  deps.receiving.allowLong(exchange.req);
  feed(deps, exchange, body, early);
  return { stream: body, seen };
}

function feed(deps: GatewayDeps, exchange: Exchange, body: ScannedBody, early: Buffer | undefined): void {
  const { req } = exchange;
  req.on('error', () => body.destroy(new ClientGone()));
  req.on('close', () => {
    if (!req.complete) body.destroy(new ClientGone());
  });
  // The app answered before it had all, or the body was refused: unread bytes would keep the answer from its reader.
  body.on('close', () => {
    if (!req.complete && !req.destroyed) deps.receiving.throwAway(req);
  });
  if (early !== undefined && early.length > 0) body.write(early);
  if (req.readableEnded) body.end();
  else req.pipe(body);
}

/** Refuses a body that signs somebody in, that names a route parameter otherwise than the query, or as `password` says. */
export function bodyWatcher(
  exchange: Exchange,
  seen: Map<string, string[]>,
  password?: Pick<PasswordWatch, 'see'>,
): FieldScanner {
  const { app, head, target } = exchange;
  const { preset } = app.settings;
  const credentials = isCredentialPath(exchange) ? undefined : new CredentialWatch(app.credentials);
  for (const [name] of readPairs(target.query)) credentials?.see(name);
  const routed = watchedRoutes(exchange);
  const inQuery = seenParameters(target.query, preset.folding);
  const signOut = new Set(preset.signOut.requests.flatMap(mark => Object.keys(mark.parameters ?? {})));
  return scannerFor(head.contentType, (name, value) => {
    const folded = foldName(name, preset.folding);
    if (signOut.has(folded) && value !== undefined) seen.set(folded, [...(seen.get(folded) ?? []), value].slice(-8));
    if (credentials?.see(name) === true || password?.see(folded, value) === true) return true;
    // A body that names a route parameter otherwise than the query was decided on the wrong grounds.
    return routed.has(folded) && (value === undefined || !(inQuery.get(folded) ?? []).includes(value));
  });
}

function watchedRoutes(exchange: Exchange): ReadonlySet<string> {
  const { table } = exchange.app;
  if (table.routes.length === 0) return new Set();
  const names = new Set(routeParameters(table));
  // `_method` says which method is meant: it counts wherever rules look at methods.
  if (looksAtMethods(table)) names.add('_method');
  return names;
}

/** Where the preset says that a user and a password field rightly stand in one body. */
export function isCredentialPath(exchange: Exchange): boolean {
  const { preset } = exchange.app.settings;
  if (preset.credentialPaths.length === 0) return false;
  const { target, head } = exchange;
  // An exception is for the very path: of several readings another could be the app's.
  if (!target.plain) return false;
  const seen = seenParameters(target.query, preset.folding);
  return matchesAny(preset.credentialPaths, head.method, { ...target, readings: [target.path] }, seen);
}
