import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { SluisError } from '../kernel/errors.ts';
import { assetHeaders } from '../ui/assets.ts';
import { isLanguage, languageCookie } from '../ui/messages.ts';
import type { ConsoleDeps, ConsoleEnv } from './deps.ts';
import { Frame } from './frame.ts';
import { mountResetApi } from './reset-api.ts';
import { places, routes } from './routes.ts';
import { mountSignIn } from './sign-in.ts';
import { type ConsoleContext, queryWithout, View } from './view.ts';

/** Of whoever it is. */
const longestForm = 64 * 1024;
/** A file of hardware tokens or of names: it is read of somebody only who is in and may send one. */
const longestFile = 8 * 1024 * 1024;
const filePlaces: readonly string[] = ['/import-tokens', '/invite-many'];
const languageLifetime = 365 * 24 * 60 * 60;

/**
 * Pages for operators, at `console.origin + console.path`. Give it requests for that place only, each with `ConsoleEnv`
 * bindings: `createConsole(deps).fetch(request, { source })`.
 */
export function createConsole(deps: ConsoleDeps): Hono<ConsoleEnv> {
  const view = new View(deps);
  const app = new Hono<ConsoleEnv>({ strict: false }).basePath(deps.console.path === '' ? '/' : deps.console.path);
  app.onError((error, c) =>
    view.broke(c, error, error instanceof SluisError && error.code === 'store.unavailable' ? 'store' : 'internal'),
  );
  app.notFound(c => view.refuse(c, 'not-found'));
  app.get('/assets/:name', c => asset(c, deps, view));
  mountResetApi(app, deps);
  app.use(async (c, next) => refused(c, view) ?? switched(c, deps, view) ?? next());
  const [form, file] = [limitOf(view, longestForm), limitOf(view, longestFile)];
  app.use((c, next) => (filePlaces.includes(view.placeOf(c)) ? file : form)(c, next));
  mountSignIn(app, { deps, view });
  const frame = new Frame(deps, view, places);
  for (const route of routes) frame.mount(app, route);
  return app;
}

function limitOf(view: View, limit: number) {
  return bodyLimit({ maxSize: limit, onError: c => view.refuse(c as ConsoleContext, 'too-large', { limit }) });
}

function asset(c: ConsoleContext, { assets }: ConsoleDeps, view: View): Response {
  const found = assets.find(c.req.param('name') ?? '');
  if (found === undefined) return view.refuse(c, 'not-found');
  for (const [name, value] of Object.entries(assetHeaders)) c.header(name, value);
  c.header('content-type', found.type);
  return c.body(new Uint8Array(found.body));
}

/** Requests that no person made by opening a page or sending a form. */
function refused(c: ConsoleContext, view: View): Response | undefined {
  const { method } = c.req.raw;
  // Hono answers HEAD by running GET.
  if (method === 'HEAD') return c.body(null, 200);
  if (method !== 'GET' && method !== 'POST') return view.refuse(c, 'bad-request');
  if (/prefetch|prerender/i.test(c.req.header('sec-purpose') ?? c.req.header('purpose') ?? ''))
    return view.refuse(c, 'navigate');
  // Nothing of the console is for scripts, not even for those of the portal beside it.
  const mode = c.req.header('sec-fetch-mode');
  return mode === undefined || mode === 'navigate' ? undefined : view.refuse(c, 'navigate');
}

/** `?lang=` on any page: kept, and the same page again, at our own origin in full. */
function switched(c: ConsoleContext, { console: { origin } }: ConsoleDeps, view: View): Response | undefined {
  const language = c.req.query('lang');
  if (c.req.method !== 'GET' || !isLanguage(language)) return undefined;
  view.setCookie(c, languageCookie, language, languageLifetime);
  const query = queryWithout(c, 'lang').toString();
  return c.redirect(`${origin}${c.req.path}${query === '' ? '' : `?${query}`}`, 303);
}
