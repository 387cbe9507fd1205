import type { Exchange, GatewayDeps } from './exchange.ts';
import { refuse } from './respond.ts';
import type { UpstreamFailure } from './upstream.ts';

/** The app gave no answer: fixed public text, whatever the cause (an address or a port of the inside must not leak). */
export function appFailed(
  deps: GatewayDeps,
  exchange: Exchange,
  failure: Exclude<UpstreamFailure, 'client-gone'>,
): void {
  // What would have been set belongs to an answer that does not go out.
  exchange.setCookies.length = 0;
  if (failure === 'connection-bound') tellConnectionBound(deps, exchange);
  if (failure === 'busy') tellBusy(deps, exchange);
  const refusal = failure === 'connection-bound' ? 'unreachable' : failure;
  refuse(exchange, refusal, { next: exchange.head.method === 'GET' ? exchange.target.raw : '/' });
}

const every = 10 * 60_000;
const told = { bound: new WeakMap<Exchange['app'], number>(), busy: new WeakMap<Exchange['app'], number>() };

/** A person must act, and would not find out from the page; at most every ten minutes an app, for strangers can ask for it. */
export function tellConnectionBound({ clock, log }: Telling, { app }: Exchange): void {
  if (!isDue(told.bound, clock.now(), app)) return;
  log.error(
    { app: app.settings.id },
    'the app asks for a sign-in that belongs to the connection (NTLM or Negotiate), and Sluis passes none of it on: switch Windows authentication off in the app for the address that Sluis uses',
  );
}

function tellBusy({ clock, log }: Telling, { app }: Exchange): void {
  if (!isDue(told.busy, clock.now(), app)) return;
  log.error(
    { app: app.settings.id, connections: app.settings.upstream.connections },
    'the app answers more slowly than it is asked, and people are told to come back: see what it is at, or raise its upstream.connections',
  );
}

type Telling = Pick<GatewayDeps, 'clock' | 'log'>;

function isDue(last: WeakMap<Exchange['app'], number>, now: number, app: Exchange['app']): boolean {
  if (now - (last.get(app) ?? Number.NEGATIVE_INFINITY) < every) return false;
  last.set(app, now);
  return true;
}
