import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { SluisError } from '../kernel/errors.ts';
import { isLanguage, languageCookie } from '../ui/messages.ts';
import { mountApproval } from './approval-phone.ts';
import type { PortalDeps, PortalEnv } from './deps.ts';
import { mountSignIn } from './finish.ts';
import { mountAssets, mountGeneral } from './general.ts';
import { kindSteps } from './kinds.ts';
import { mountMyDevices } from './my-devices.ts';
import { mountMySecurity } from './my-security.ts';
import { mountResetLink } from './reset-link.ts';
import { activationStep, kindsStep, recoveryStep } from './set-up-steps.ts';
import { mountSharedDevice } from './shared-device.ts';
import { Steps } from './steps.ts';
import { mountTrust } from './trust-offer.ts';
import { type PortalContext, View } from './view.ts';

// No form of ours is longer than a few hundred bytes.
const longestForm = 16 * 1024;
const languageLifetime = 365 * 24 * 60 * 60;

/**
 * Sluis's own pages for the people of one realm, at `realm.portalOrigin + realm.portalPath`. Give it requests for that
 * place only, each with `PortalEnv` bindings: `portal.fetch(request, { source })`.
 */
export function createPortal(deps: PortalDeps): Hono<PortalEnv> {
  const view = new View(deps);
  const steps = new Steps(deps, view);
  const app = new Hono<PortalEnv>({ strict: false }).basePath(
    deps.realm.portalPath === '' ? '/' : deps.realm.portalPath,
  );
  app.onError((error, c) =>
    view.broke(c, error, error instanceof SluisError && error.code === 'store.unavailable' ? 'store' : 'internal'),
  );
  app.notFound(c => view.refuse(c, 'not-found'));
  mountAssets(app, { deps, view });
  app.use(async (c, next) => refused(c, deps, view) ?? switched(c, view, deps) ?? next());
  app.use(
    bodyLimit({
      maxSize: longestForm,
      onError: c => view.refuse(c as PortalContext, 'too-large', { limit: longestForm }),
    }),
  );
  mountGeneral(app, { deps, view });
  mountResetLink(app, { deps, view });
  mountSignIn(app, { deps, view, steps });
  mountApproval(app, { deps, view, steps });
  mountTrust(app, { deps, view, steps });
  mountSharedDevice(app, { deps, view });
  mountMySecurity(app, deps, view);
  mountMyDevices(app, deps, view);
  for (const step of [activationStep, kindsStep, recoveryStep, ...kindSteps]) steps.mount(app, step(deps, view));
  return app;
}

/** Requests that no person made by opening a page or sending a form. */
function refused(c: PortalContext, { realm }: PortalDeps, view: View): Response | undefined {
  const { method } = c.req.raw;
  // Hono answers HEAD by running GET, and a GET here may use something up.
  if (method === 'HEAD') return c.body(null, 200);
  if (method !== 'GET' && method !== 'POST') return view.refuse(c, 'bad-request');
  // A page that is fetched ahead would show recovery codes to nobody.
  if (/prefetch|prerender/i.test(c.req.header('sec-purpose') ?? c.req.header('purpose') ?? '')) {
    return view.refuse(c, 'navigate');
  }
  const ownHost = realm.portalPath === '' && !realm.singleHost;
  return ownHost || isNavigation(c) ? undefined : view.refuse(c, 'navigate');
}

/** On the app's own host its scripts could read our pages; so only the browser itself may ask for them (D10). */
function isNavigation(c: PortalContext): boolean {
  return c.req.header('sec-fetch-mode') === 'navigate' && c.req.header('sec-fetch-dest') === 'document';
}

/** `?lang=` on any page: kept, and the same page again. To our own origin in full: a path of `//x` must not lead away. */
function switched(c: PortalContext, view: View, { realm }: PortalDeps): Response | undefined {
  const language = c.req.query('lang');
  if (c.req.method !== 'GET' || !isLanguage(language)) return undefined;
  view.setCookie(c, languageCookie, language, languageLifetime);
  return c.redirect(`${realm.portalOrigin}${c.req.path}`, 303);
}
