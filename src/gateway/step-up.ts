import { admit } from '../policy/admit.ts';
import type { Demand } from '../policy/route.ts';
import { readTarget } from '../policy/target.ts';
import type { OpenSession } from '../session/sessions.ts';
import { keptInFramePage } from '../ui/pages-send.tsx';
import type { Pending } from '../visit/pending.ts';
import { toLogin } from './anonymous.ts';
import { cookieNames, setCookie } from './cookie-names.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';
import { isFormPost } from './form-post.ts';
import { isFrame, isTopNavigation } from './head.ts';
import type { Parking } from './parking.ts';
import { ownPending } from './release.ts';
import { finish, page, pageOf, redirect, refuse } from './respond.ts';
import { challengePath, scriptChallenge } from './script-challenge.ts';
import { pageBefore } from './too-large.ts';

/** What the challenge is asked for, beside the exchange: `early` are bytes of the body that were read already. */
interface StepUp {
  readonly open: OpenSession;
  readonly demand: Demand;
  readonly early?: Buffer;
}

/**
 * A living session that holds too little for this page: asks for a factor and comes back (R25). A form is kept until
 * then; a script is told and never led away, so that nothing it was sending is lost in a redirect.
 */
export async function stepUp(deps: GatewayDeps, exchange: Exchange, parking: Parking, asked: StepUp): Promise<void> {
  const { head } = exchange;
  const { open, demand, early } = asked;
  const form = isFormPost(head);
  if (!form && !isTopNavigation(head)) return tell(exchange, demand);
  const outcome = await parking.park(exchange, open.session, 'step-up', early);
  if (outcome === 'answered') return;
  if (isFrame(head) && outcome !== 'kept') return tell(exchange, demand);
  return lead(deps, exchange, open, demand, head.method === 'GET' ? exchange.target.raw : '');
}

/** Whoever is no navigation of the window is told, in its own language. */
export function tell(exchange: Exchange, demand: Demand): void {
  if (isFrame(exchange.head)) return refuse(exchange, 'step-up', { next: challengePath(exchange) });
  const { status, headers, body } = scriptChallenge(exchange, { kind: 'step-up', demand });
  finish(exchange, status, headers, body);
}

/** To the challenge. `wanted`: the page to come back to; '' for the app's first page, or for what was kept. */
export async function lead(
  deps: GatewayDeps,
  exchange: Exchange,
  { session }: OpenSession,
  demand: Demand,
  wanted: string,
): Promise<void> {
  const { app, source } = exchange;
  const demands = { level: demand.level, maxAge: demand.maxAge };
  if (await reuse(deps, exchange, session.id, wanted, demands)) return goOn(exchange);
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
  goOn(exchange);
}

function goOn(exchange: Exchange): void {
  const to = '/_sluis/next';
  if (isFrame(exchange.head)) return page(exchange, 401, keptInFramePage(pageOf(exchange), { to }), {});
  redirect(exchange, to);
}

/**
 * Where a script, or a frame, leads the whole window: asks for what that request would need, and comes back to the page
 * that opened this address. The query says only which demand is asked; decide() says whether there is one.
 */
export async function challengeHere(
  deps: GatewayDeps,
  exchange: Exchange,
  open: OpenSession | undefined,
): Promise<void> {
  if (!isTopNavigation(exchange.head)) return refuse(exchange, 'not-found', { next: '/' });
  const back = pageBefore(exchange);
  if (open === undefined) return toLogin(deps, exchange, back);
  const { landing } = exchange.app.settings.preset;
  const query = new URLSearchParams(exchange.target.query);
  const asked = query.get('target') ?? '';
  const { decision, demand } = admit(deps.sessions, {
    app: exchange.app,
    method: query.get('method') ?? 'GET',
    target: readTarget(/^\/[\x21-\x7e]*$/.test(asked) ? asked : (back ?? landing)),
    entry: undefined,
    session: open,
    now: deps.clock.now(),
  });
  if (decision.outcome !== 'challenge') return redirect(exchange, back ?? landing);
  return lead(deps, exchange, open, demand, back ?? '');
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
