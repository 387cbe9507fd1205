import type { Hono } from 'hono';
import { deleteCookie } from 'hono/cookie';
import { assetHeaders } from '../ui/assets.ts';
import { firstAidPage, isTrouble, troublePage } from '../ui/pages-first-aid.tsx';
import { signedOutPage, startPage } from '../ui/pages-start.tsx';
import type { PortalDeps, PortalEnv } from './deps.ts';
import { formTokens, readForm } from './form-guard.ts';
import { portalCookieName } from './portal-cookie.ts';
import { realmCookieName } from './realm-cookie.ts';
import type { PortalContext, View } from './view.ts';

const signOutScope = 'sign-out';

/** Pages that need no sign-in: the way in, first aid (R43), signing out. */
export function mountGeneral(app: Hono<PortalEnv>, { deps, view }: { deps: PortalDeps; view: View }): void {
  const start = view.at('/');
  app.get('/', c =>
    view.html(
      c,
      startPage(view.page(c), { apps: view.apps, own: ownLink(deps, view), signOut: signOutForm(c, deps, view) }),
    ),
  );
  app.get('/help', c => view.html(c, firstAidPage(view.page(c), { start, own: ownLink(deps, view) })));
  app.get('/help/:trouble', c => {
    const trouble = c.req.param('trouble');
    if (!isTrouble(trouble)) return view.refuse(c, 'not-found');
    return view.html(c, troublePage(view.page(c), { trouble, start, own: ownLink(deps, view) }));
  });
  app.post('/sign-out', c => signOut(c, deps, view));
  app.get('/signed-out', c => view.html(c, signedOutPage(view.page(c), { apps: view.apps })));
}

function ownLink(deps: PortalDeps, view: View): string | undefined {
  return deps.own === undefined ? undefined : view.at('/my-security');
}

/** Files that pages link to; nothing but what was named at start is found. */
export function mountAssets(app: Hono<PortalEnv>, { deps, view }: { deps: PortalDeps; view: View }): void {
  app.get('/assets/:name', c => {
    const asset = deps.assets.find(c.req.param('name'));
    if (asset === undefined) return view.refuse(c, 'not-found');
    for (const [name, value] of Object.entries(assetHeaders)) c.header(name, value);
    c.header('content-type', asset.type);
    return c.body(new Uint8Array(asset.body));
  });
}

function signOutForm(c: PortalContext, deps: PortalDeps, view: View) {
  const portalCookie = view.portalCookie(c);
  if (portalCookie === undefined) return undefined;
  return { action: view.at('/sign-out'), tokens: formTokens(deps, portalCookie, signOutScope) };
}

/** Ends what this browser holds: its sessions, and with its portal cookie the sign-ins it had begun. */
async function signOut(c: PortalContext, deps: PortalDeps, view: View): Promise<Response> {
  const portalCookie = view.portalCookie(c);
  if (portalCookie === undefined) return view.go(c, '/signed-out');
  const origin = deps.realm.portalOrigin;
  const form = await readForm(deps.ring, c.req.raw, { origin, portalCookie, scope: signOutScope });
  if (form === undefined) return view.refuse(c, 'form');
  const browser = view.browser(c);
  if (browser !== undefined) await deps.endSessions(browser);
  deleteCookie(c, realmCookieName, { path: '/', secure: true });
  deleteCookie(c, portalCookieName, { path: '/', secure: true });
  // Not the storage: all that is ever there is the key of a phone that approves, and it is no session of this browser.
  c.header('clear-site-data', '"cache"');
  return view.go(c, '/signed-out');
}
