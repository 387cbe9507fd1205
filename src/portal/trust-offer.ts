import type { Hono } from 'hono';
import type { TrustedDevice } from '../device/trusted-device.ts';
import { fullPage, offerPage, type ShownDevice } from '../ui/pages-trust.tsx';
import type { PortalEnv } from './deps.ts';
import { placeOf, type SignIn } from './sign-in.ts';
import { agentIn, declinedCookieName, isShared, isTrustOffered, mayTrustHere, type TrustParts } from './trust.ts';
import type { PortalContext } from './view.ts';

/** How long a "no" holds in this browser; seconds. */
const declinedLifetime = 30 * 24 * 60 * 60;

/**
 * "Is this your own device?": one page after the challenge, and the page where the sixth asks which one goes (R14).
 *
 * Who has only the password never has a pending that passed by a factor. Another site that posts here has not the token;
 * nor has a page of the app. Trust that comes of it is good in the browser that gets its cookie, which is this one.
 */
export function mountTrust(app: Hono<PortalEnv>, parts: TrustParts): void {
  app.get('/trust/:id', c => withSignIn(c, parts, signIn => show(c, parts, signIn)));
  app.post('/trust/:id', c => withSignIn(c, parts, signIn => answer(c, parts, signIn)));
  app.get('/trust/:id/full', c => withSignIn(c, parts, signIn => showFull(c, parts, signIn, false)));
  app.post('/trust/:id/full', c => withSignIn(c, parts, signIn => answer(c, parts, signIn)));
}

async function withSignIn(
  c: PortalContext,
  { steps }: TrustParts,
  then: (signIn: SignIn) => Promise<Response>,
): Promise<Response> {
  const signIn = await steps.find(c);
  return signIn === undefined ? steps.gone(c) : then(signIn);
}

async function show(c: PortalContext, parts: TrustParts, signIn: SignIn): Promise<Response> {
  const { deps, view, steps } = parts;
  const { pending } = signIn;
  if (!(await isTrustOffered(c, parts, signIn))) return view.go(c, placeOf(signIn));
  const html = offerPage(view.page(c), {
    days: deps.devices.settings?.days ?? 0,
    action: view.at(`/trust/${pending.id}`),
    tokens: steps.tokens(signIn),
    shared: view.at('/shared-device'),
  });
  return view.html(c, html);
}

async function answer(c: PortalContext, parts: TrustParts, signIn: SignIn): Promise<Response> {
  const { deps, view, steps } = parts;
  const { pending, person, portalCookie } = signIn;
  const form = await steps.readForm(c, signIn);
  if (form === undefined) return view.refuse(c, 'form', { next: c.req.path });
  const act = form.field('act');
  const may = mayTrustHere(c, deps, signIn) && !isShared(c, view) && person !== undefined;
  const { passed } = pending;
  if (may && passed !== undefined && (act === 'trust' || act === 'replace')) {
    if (act === 'replace' && form.field('device') === '') return showFull(c, parts, signIn, true);
    const outcome = await deps.devices.trust({
      person,
      signIn: pending.id,
      factor: passed.factor,
      factorAt: passed.at,
      onDevice: passed.onDevice,
      agent: agentIn(c),
      replaces: act === 'replace' ? form.field('device') : undefined,
      source: c.env.source,
    });
    if (outcome.outcome === 'full') return view.go(c, `/trust/${pending.id}/full`);
  } else if (act === 'no') view.setCookie(c, declinedCookieName, '1', declinedLifetime);
  await deps.pendings.step(pending, portalCookie, { trustAnswered: true });
  // There the browser gets the cookie: a lost answer is made good by the same step.
  return view.go(c, placeOf(signIn));
}

async function showFull(c: PortalContext, parts: TrustParts, signIn: SignIn, missing: boolean): Promise<Response> {
  const { deps, view, steps } = parts;
  const { pending, person } = signIn;
  if (person === undefined || !(await isTrustOffered(c, parts, signIn))) return view.go(c, placeOf(signIn));
  const devices = await deps.devices.list(person);
  const html = fullPage(view.page(c), {
    timeZone: deps.realm.timeZone,
    devices: devices.map(device => shownDevice(device, deps.devices.until(device))),
    action: view.at(`/trust/${pending.id}/full`),
    tokens: steps.tokens(signIn),
    missing,
  });
  return view.html(c, html, missing ? 422 : 200);
}

/** What its owner is shown of a device (R13). */
export function shownDevice(device: TrustedDevice, until: number): ShownDevice {
  const { id, label, agent, createdAt, lastUsedAt } = device;
  return { id, label, ...agent, createdAt, lastUsedAt, until };
}
