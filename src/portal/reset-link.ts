import type { Hono } from 'hono';
import { isSameOrigin } from '../signin/origin.ts';
import { resetAnsweredPage, resetLinkGonePage, resetLinkPage } from '../ui/pages-reset-link.tsx';
import type { PortalDeps, PortalEnv } from './deps.ts';
import type { PortalContext, View } from './view.ts';

/**
 * The page behind the link that a requester was mailed (R34). The address alone opens it, so it shows no more than the
 * mail did; and a scanner of mail that opens links answers nothing: that takes a form.
 */
export function mountResetLink(app: Hono<PortalEnv>, parts: { deps: PortalDeps; view: View }): void {
  app.get('/reset/:case/:token', c => show(c, parts));
  app.post('/reset/:case/:token', c => answer(c, parts));
}

async function show(c: PortalContext, { deps, view }: { deps: PortalDeps; view: View }): Promise<Response> {
  const { id, token } = placeOf(c);
  const record = await deps.resetDesk?.intake.byLink(deps.realm.name, id, token);
  if (record === undefined) return gone(c, view);
  const action = view.at(`/reset/${id}/${token}`);
  return view.html(c, resetLinkPage(view.page(c), { record, action, timeZone: deps.realm.timeZone }));
}

async function answer(c: PortalContext, { deps, view }: { deps: PortalDeps; view: View }): Promise<Response> {
  const { id, token } = placeOf(c);
  const { headers } = c.req.raw;
  const site = headers.get('sec-fetch-site') ?? undefined;
  // The token in the address is what other sites do not have; where it came from is asked all the same.
  if (!isSameOrigin(deps.realm.portalOrigin, headers.get('origin') ?? undefined, site)) return view.refuse(c, 'form');
  const fields = new URLSearchParams(await c.req.raw.text());
  const said = fields.getAll('answer').join();
  if (said !== 'yes' && said !== 'no') return view.refuse(c, 'form');
  const outcome = await deps.resetDesk?.intake.answerLink(deps.realm.name, id, token, said === 'yes');
  if (outcome?.outcome !== 'done') return gone(c, view);
  return view.html(c, resetAnsweredPage(view.page(c), { number: id, yes: said === 'yes' }));
}

function gone(c: PortalContext, view: View): Response {
  return view.html(c, resetLinkGonePage(view.page(c)), 410);
}

function placeOf(c: PortalContext): { id: string; token: string } {
  const token = c.req.param('token') ?? '';
  return { id: c.req.param('case') ?? '', token: /^[\w-]{43}$/.test(token) ? token : '' };
}
