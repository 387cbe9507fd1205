import type { Demand } from '../policy/route.ts';
import type { OpenSession } from '../session/sessions.ts';
import type { Pending } from '../visit/pending.ts';
import { cookieNames, setCookie } from './cookie-names.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';
import { isTopNavigation } from './head.ts';
import { ownPending } from './release.ts';
import { finish, redirect, refuse } from './respond.ts';

/**
 * A living session that holds too little for this page: asks for a factor and comes back (R25). Only navigations are
 * led away; a script is told, so that nothing it was sending is lost in a redirect.
 */
export async function stepUp(deps: GatewayDeps, exchange: Exchange, open: OpenSession, demand: Demand): Promise<void> {
  if (!isTopNavigation(exchange.head)) {
    const body = JSON.stringify({ error: 'step-up', level: demand.level });
    return finish(
      exchange,
      401,
      { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
      body,
    );
  }
  const { app, source, target } = exchange;
  const { session } = open;
  const demands = { level: demand.level, maxAge: demand.maxAge };
  const wanted = exchange.head.method === 'GET' ? target.raw : '';
  if (await reuse(deps, exchange, session.id, wanted, demands)) return redirect(exchange, '/_sluis/next');
  const opened = await deps.pendings.open(
    {
      realm: app.realm.name,
      app: app.settings.id,
      name: session.name,
      source,
      target: wanted,
      demands,
      quarantine: { location: undefined, cookies: [] },
      session: session.id,
      purpose: 'step-up',
    },
    deps.limits.pendings,
    // Of somebody who is in already: counted apart from all sign-ins.
    `session:${session.id}`,
  );
  if (opened === undefined) return refuse(exchange, 'pendings', { next: app.settings.preset.landing });
  exchange.setCookies.push(setCookie(cookieNames.pending, opened.cookie));
  redirect(exchange, '/_sluis/next');
}

/** One step-up a browser and session: who opens such pages again and again must not use up her own allowance. */
async function reuse(
  deps: GatewayDeps,
  exchange: Exchange,
  session: string,
  target: string,
  demands: Pending['demands'],
): Promise<boolean> {
  const pending = await ownPending(deps, exchange);
  if (pending?.purpose !== 'step-up' || pending.session !== session) return false;
  return (await deps.pendings.retarget(pending, target, demands)) !== undefined;
}
