import { openWith, sealWith } from '../kernel/key-ring.ts';
import type { Session } from '../session/session.ts';
import type { JarCookie } from '../visit/jar.ts';
import { deletion, SealedCookies, type SealOwner } from '../visit/sealed-cookies.ts';
import type { Visit } from '../visit/visits.ts';
import { withReadable } from './cookie-lines.ts';
import { cookieNames, dropCookie, setCookie } from './cookie-names.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';

/** Longer targets are forgotten: the person lands on the app's first page. */
const longestTarget = 1_800;

export function visitOwner(visit: Visit): SealOwner {
  return { app: visit.app, id: `visit:${visit.id}`, key: visit.key };
}

export function sessionOwner(session: Session): SealOwner {
  return { app: session.app, id: `session:${session.id}`, key: Buffer.from(session.sealKey, 'base64url') };
}

/** The living, unspent visit of this browser at this app. */
export async function livingVisit(deps: GatewayDeps, exchange: Exchange): Promise<Visit | undefined> {
  const cookie = exchange.cookie(cookieNames.visit);
  const visit = cookie === undefined ? undefined : deps.visits.read(cookie, exchange.app.settings.id);
  return visit !== undefined && !(await deps.visits.isSpent(visit)) ? visit : undefined;
}

/** Begins a visit; the answer under way carries its cookie. */
export function beginVisit(deps: GatewayDeps, exchange: Exchange): Visit {
  const { visit, cookie } = deps.visits.begin(exchange.app.settings.id);
  exchange.setCookies.push(setCookie(cookieNames.visit, cookie));
  return visit;
}

/** The cookies that the app set for this visit, and those that its scripts may read. Those that open for nobody here are deleted in the browser; those of a living session stay. */
export function openVisitJar(
  deps: GatewayDeps,
  exchange: Exchange,
  visit: Visit,
  session: Session | undefined,
): readonly JarCookie[] {
  const { jar, stale } = deps.sealed.open(visitOwner(visit), exchange.cookies, deps.clock.now());
  const other = session === undefined ? undefined : sessionOwner(session);
  for (const name of stale) {
    if (other === undefined || !SealedCookies.belongsTo(other, name)) exchange.setCookies.push(deletion(name));
  }
  return withReadable(exchange, jar);
}

/** Takes the cookies of a visit, and whatever else is sealed and not the session's, out of the browser. */
export function dropVisit(exchange: Exchange, keep: SealOwner | undefined): void {
  for (const name of exchange.cookies.keys()) {
    if (SealedCookies.isSealed(name) && (keep === undefined || !SealedCookies.belongsTo(keep, name))) {
      exchange.setCookies.push(deletion(name));
    }
  }
  for (const name of [cookieNames.visit, cookieNames.target, cookieNames.note]) {
    if (exchange.cookies.has(name)) exchange.setCookies.push(dropCookie(name));
  }
}

/** Keeps the page first asked for in the visit: sealed, so that nobody plants another. */
export function keepTarget(deps: GatewayDeps, exchange: Exchange, visit: Visit, target: string): void {
  if (target.length > longestTarget) return;
  const sealed = sealWith(visit.key, target, targetPlace(visit), deps.random).toString('base64url');
  exchange.setCookies.push(setCookie(cookieNames.target, sealed));
}

export function keptTarget(exchange: Exchange, visit: Visit): string | undefined {
  const sealed = exchange.cookie(cookieNames.target);
  if (sealed === undefined) return undefined;
  return openWith(visit.key, Buffer.from(sealed, 'base64url'), targetPlace(visit))?.toString('utf8');
}

function targetPlace(visit: Visit): string {
  return `target\n${visit.app}\n${visit.id}`;
}
