import { createHmac } from 'node:crypto';
import { sameText } from '../kernel/key-ring.ts';
import type { Session } from '../session/session.ts';
import type { OpenSession } from '../session/sessions.ts';
import { isSameOrigin } from '../signin/origin.ts';
import { assetHeaders } from '../ui/assets.ts';
import { signOutPage as askSignOut, signedOutPage } from '../ui/pages-start.tsx';
import { cookieHeader } from '../visit/set-cookie.ts';
import { cookieNames, dropCookie, setCookie } from './cookie-names.ts';
import { endSessions } from './end-session.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';
import { requestHeaders } from './headers.ts';
import { chosenLanguage, languageAddress } from './language.ts';
import { Lines } from './lines.ts';
import { readBody } from './read-body.ts';
import { ownPending, release } from './release.ts';
import { finish, hop, page, pageOf, redirect, refuse } from './respond.ts';
import { send } from './send.ts';
import { challengeHere } from './step-up.ts';
import { requestWhole } from './upstream.ts';
import { sessionOwner } from './visit-cookies.ts';

/**
 * The few addresses of ours on an app's host, under `/_sluis/`: the step to the portal, the release, what waits to be
 * sent, signing out, the choice of a language, and files without secrets. An XSS in the app can reach these, so nothing here shows or changes a
 * factor.
 */
export async function ownHost(deps: GatewayDeps, exchange: Exchange, session: OpenSession | undefined): Promise<void> {
  const { head, target } = exchange;
  if (!target.plain) return refuse(exchange, 'not-found', { next: '/' });
  const reads = head.method === 'GET' || head.method === 'HEAD';
  if (target.path === '/_sluis/sign-out') {
    return head.method === 'POST' ? signOut(deps, exchange, session) : signOutPage(exchange, session);
  }
  if (target.path === '/_sluis/send' && (reads || head.method === 'POST')) return send(deps, exchange, session);
  if (!reads) return refuse(exchange, 'not-found', { next: '/' });
  switch (target.path) {
    case '/_sluis/next':
      return next(deps, exchange);
    case '/_sluis/challenge':
      return challengeHere(deps, exchange, session);
    case '/_sluis/release':
      return release(deps, exchange);
    case '/_sluis/restart':
      return restart(deps, exchange);
    case languageAddress:
      return switchLanguage(exchange);
    case '/_sluis/my-security':
      return redirect(exchange, ownSecurityOf(exchange));
    case '/_sluis/signed-out':
      return page(exchange, 200, signedOutPage(pageOf(exchange), { apps: [appLink(exchange)] }), {});
    default:
      return asset(exchange);
  }
}

const yearOfSeconds = 365 * 24 * 60 * 60;

/** Kept in this browser, on this host. */
function switchLanguage(exchange: Exchange): void {
  const chosen = chosenLanguage(exchange);
  if (chosen === undefined) return refuse(exchange, 'not-found', { next: '/' });
  exchange.setCookies.push(setCookie(cookieNames.language, chosen.to, yearOfSeconds));
  redirect(exchange, chosen.back);
}

/** On to the challenge: with a one-time code, by a page on this host. */
async function next(deps: GatewayDeps, exchange: Exchange): Promise<void> {
  const [id = ''] = (exchange.cookie(cookieNames.pending) ?? '').split('.', 1);
  // Of one that is known here, beside the look at it: the code is worth nothing to whoever does not get it.
  const [pending, ahead] = await Promise.all([
    ownPending(deps, exchange),
    deps.pendings.whose(id) === undefined ? undefined : deps.pendings.handoff({ id }),
  ]);
  if (pending === undefined || pending.released !== undefined)
    return redirect(exchange, exchange.app.settings.preset.landing);
  const { portalOrigin, portalPath } = exchange.app.realm;
  hop(exchange, `${portalOrigin}${portalPath}/p/${ahead ?? (await deps.pendings.handoff(pending))}`);
}

/** "Not you? Sign in again": gives the pending up, signs out at the app where the preset can. */
async function restart(deps: GatewayDeps, exchange: Exchange): Promise<void> {
  const pending = await ownPending(deps, exchange);
  if (pending !== undefined && pending.released === undefined) {
    await deps.pendings.abandon(pending);
    const { path } = exchange.app.settings.preset.signOut;
    if (path !== undefined) await signOutAtApp(deps, exchange, path, pending.quarantine.cookies);
  }
  if (exchange.cookies.has(cookieNames.pending)) exchange.setCookies.push(dropCookie(cookieNames.pending));
  redirect(exchange, exchange.app.settings.preset.login.page);
}

async function signOutAtApp(
  deps: GatewayDeps,
  exchange: Exchange,
  path: string,
  jar: Parameters<typeof cookieHeader>[0],
): Promise<void> {
  const { app, source } = exchange;
  const cookie = cookieHeader(jar, path, deps.clock.now());
  const headers = requestHeaders({ lines: new Lines([]) }, { host: app.host, source, proto: app.proto, cookie });
  // Best effort: what was in quarantine is gone either way.
  await requestWhole(app.pool, { method: 'GET', path, headers }, 64 * 1024).catch(() => undefined);
}

function signOutPage(exchange: Exchange, open: OpenSession | undefined): void {
  if (open === undefined) return redirect(exchange, '/_sluis/signed-out');
  const tokens = { csrf: signOutToken(open.session), attempt: '' };
  const html = askSignOut(pageOf(exchange), {
    app: appLink(exchange),
    own: ownSecurityOf(exchange),
    action: '/_sluis/sign-out',
    tokens,
  });
  page(exchange, 200, html, {});
}

/** On the portal: nothing here shows or changes a factor. */
function ownSecurityOf({ app: { realm } }: Exchange): string {
  return `${realm.portalOrigin}${realm.portalPath}/my-security`;
}

/** Also of one that had run out already: what was kept of it goes, and all else of that browser. */
async function signOut(deps: GatewayDeps, exchange: Exchange, open: OpenSession | undefined): Promise<void> {
  const session = open?.session ?? (await ranOut(deps, exchange));
  if (session === undefined) return redirect(exchange, '/_sluis/signed-out');
  const { head, app } = exchange;
  exchange.acceptBody();
  const body = await readBody(exchange.req, 4096);
  const token = new URLSearchParams(body.read.toString('utf8')).get('csrf') ?? '';
  const own = isSameOrigin(app.settings.origin, head.origin, head.fetchSite);
  if (!own || !sameText(token, signOutToken(session))) return refuse(exchange, 'form', { next: '/_sluis/sign-out' });
  const { jar } = deps.sealed.open(sessionOwner(session), exchange.cookies, deps.clock.now());
  await endSessions(deps, exchange, session, 'signed-out');
  const { path } = app.settings.preset.signOut;
  if (path !== undefined) await signOutAtApp(deps, exchange, path, jar);
  // What pages left in this browser is not for whoever comes next at a shared tablet.
  const headers = {
    location: '/_sluis/signed-out',
    'cache-control': 'no-store',
    'clear-site-data': '"cache", "storage"',
  };
  finish(exchange, 303, headers, '');
}

async function ranOut(deps: GatewayDeps, exchange: Exchange): Promise<Session | undefined> {
  const cookie = exchange.cookie(cookieNames.session);
  return cookie === undefined ? undefined : deps.sessions.expired(cookie, exchange.app.settings.id);
}

function signOutToken(session: Session): string {
  return createHmac('sha256', Buffer.from(session.sealKey, 'base64url'))
    .update(`sign-out\n${session.id}`)
    .digest('base64url');
}

function asset(exchange: Exchange): void {
  const { app, target } = exchange;
  const name =
    target.path === '/_sluis/help.css' ? app.site.assets.help : target.path.replace(/^\/_sluis\/assets\//, '');
  const found = app.findAsset(name);
  if (found === undefined) return refuse(exchange, 'not-found', { next: '/' });
  const cache = target.path === '/_sluis/help.css' ? { 'cache-control': 'public, max-age=3600' } : {};
  finish(exchange, 200, { ...assetHeaders, ...cache, 'content-type': found.type }, found.body);
}

function appLink(exchange: Exchange): { title: string; href: string } {
  return { title: exchange.app.settings.title, href: '/' };
}
