import type { Hono } from 'hono';
import { deviceCookiePrefix } from '../device/device-cookie.ts';
import { isOperatorMark, sharedCookieName, sharedLifetime } from '../device/shared-browser.ts';
import { sharedDevicePage } from '../ui/pages-trust.tsx';
import type { PortalDeps, PortalEnv } from './deps.ts';
import { formTokens, readForm } from './form-guard.ts';
import { issuePortalCookie, portalCookieName } from './portal-cookie.ts';
import { declinedCookieName } from './trust.ts';
import type { PortalContext, View } from './view.ts';

const scope = 'shared-device';
const place = '/shared-device';

interface Parts {
  readonly deps: PortalDeps;
  readonly view: View;
}

/**
 * "Several people use this device" (R11, R44). To say so takes nothing, for it only forbids; to take it back takes a
 * factor that was passed in this browser just now. What the operator's link set, no page takes back.
 */
export function mountSharedDevice(app: Hono<PortalEnv>, parts: Parts): void {
  app.get(place, c => show(c, parts));
  app.post(place, c => change(c, parts));
}

async function show(c: PortalContext, parts: Parts, refused = false): Promise<Response> {
  const { deps, view } = parts;
  const { ring, realm } = deps;
  // An operator's link, or the first page of a browser at a counter.
  if (isOperatorMark(ring, realm.name, c.req.query('by') ?? '')) return markByOperator(c, parts);
  const existing = view.portalCookie(c);
  const portalCookie = existing ?? issuePortalCookie(deps);
  if (existing === undefined) view.setCookie(c, portalCookieName, portalCookie);
  const html = sharedDevicePage(view.page(c), {
    marked: markOf(c, view),
    refused,
    action: view.at(place),
    tokens: formTokens(deps, portalCookie, scope),
    apps: view.apps,
  });
  return view.html(c, html, refused ? 403 : 200);
}

async function markByOperator(c: PortalContext, parts: Parts): Promise<Response> {
  const { view } = parts;
  if (markOf(c, view) !== 'operator') await mark(c, parts, 'operator');
  return view.go(c, place);
}

async function change(c: PortalContext, parts: Parts): Promise<Response> {
  const { deps, view } = parts;
  const portalCookie = view.portalCookie(c);
  const origin = deps.realm.portalOrigin;
  const form = portalCookie && (await readForm(deps.ring, c.req.raw, { origin, portalCookie, scope }));
  if (!form) return view.refuse(c, 'form', { next: view.at(place) });
  if (form.field('act') === 'mark') {
    if (markOf(c, view) === undefined) await mark(c, parts, 'person');
    return view.go(c, place);
  }
  const browser = view.browser(c);
  const person = browser === undefined ? undefined : await deps.freshFactor(browser);
  if (markOf(c, view) !== 'person' || person === undefined) return show(c, parts, true);
  const { id, realm, name } = person;
  await deps.audit.record({ type: 'browser.unmarked-shared', realm, person: id, name, source: c.env.source });
  view.dropCookie(c, sharedCookieName);
  view.dropCookie(c, declinedCookieName);
  return view.go(c, place);
}

/** From now on nobody trusts this browser, and who did, does no longer. */
async function mark(c: PortalContext, { deps, view }: Parts, by: 'person' | 'operator'): Promise<void> {
  const { source } = c.env;
  const held = view.cookiesLike(c, deviceCookiePrefix);
  await deps.audit.record({ type: 'browser.marked-shared', realm: deps.realm.name, by, source });
  view.setCookie(c, sharedCookieName, by, sharedLifetime);
  for (const [name] of held) view.dropCookie(c, name);
  await deps.devices.endIn(
    held.map(([, value]) => value),
    source,
  );
}

function markOf(c: PortalContext, view: View): 'person' | 'operator' | undefined {
  const value = view.cookie(c, sharedCookieName);
  if (value === undefined) return undefined;
  return value === 'operator' ? 'operator' : 'person';
}
