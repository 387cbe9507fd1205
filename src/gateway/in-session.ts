import { matchesAny, seenParameters } from '../policy/match.ts';
import type { Session } from '../session/session.ts';
import type { OpenSession } from '../session/sessions.ts';
import type { JarCookie } from '../visit/jar.ts';
import { cookieHeader } from '../visit/set-cookie.ts';
import { withReadable } from './cookie-lines.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';
import { type Forwarding, forward } from './forward.ts';
import { handedOn, type SentOn } from './handed-on.ts';
import { requestHeaders } from './headers.ts';
import { type PasswordWatch, passwordWatch } from './password-watch.ts';
import { refuse } from './respond.ts';
import { BodyRefused, BodyTooLarge } from './scanned-body.ts';
import { type OpenedJar, SessionAnswer } from './session-answer.ts';
import { isUnreadable, queryCarriesCredentials, sessionBody } from './session-body.ts';
import { refuseTooLarge, tooLargeUnread } from './too-large.ts';
import { appFailed } from './trouble.ts';
import { sessionOwner } from './visit-cookies.ts';

/** Sends a request of somebody who passed both gates on to the app. decide() has allowed it. */
export function passInSession(
  deps: GatewayDeps,
  exchange: Exchange,
  open: OpenSession,
  early?: Buffer,
  sentOn?: SentOn,
): void | Promise<void> {
  const { app, head, target, source } = exchange;
  if (queryCarriesCredentials(exchange) || isUnreadable(exchange))
    return refuse(exchange, 'bad-request', { next: app.settings.preset.landing });
  if ((head.contentLength ?? 0) > deps.limits.body) return refuseTooLarge(deps, exchange, early);
  const { session } = open;
  const password = passwordWatch(deps, exchange, session);
  if (password?.seeAddress() === true) return refuse(exchange, 'bad-request', { next: app.settings.preset.landing });
  const opened = openJar(deps, exchange, session);
  const cookie = opened.plain ?? cookieFor(deps, exchange, opened.jar);
  noteActivity(deps, exchange, session);
  const body = sessionBody(deps, exchange, early, password);
  const answers = new SessionAnswer(deps, exchange, { session, opened, body });
  const passage: Forwarding = {
    pool: app.pool,
    stallTime: deps.limits.stallTime,
    options: {
      method: head.method,
      path: target.raw,
      headers: requestHeaders(head, { host: app.host, source, proto: app.proto, cookie }),
      // It ends with its reader or with the session, not because nothing happens.
      ...(head.events ? { bodyTimeout: 0 } : {}),
    },
    res: exchange.res,
    watch: cut =>
      deps.sessions.onEnd(session.id, why => exchange.endsSession || (why === 'idle' && answers.isTransfer()) || cut()),
    judge:
      sentOn === undefined
        ? answer => answers.judge(answer)
        : answer => handedOn(exchange, sentOn, answer, answers.judge(answer)),
    failed: (failure, error) => {
      if (error instanceof BodyTooLarge) tooLargeUnread(deps, exchange);
      else if (error instanceof BodyRefused) refuse(exchange, 'bad-request', { next: app.settings.preset.landing });
      else appFailed(deps, exchange, failure);
    },
    ...(sentOn === undefined ? {} : { outlives: true }),
  };
  const sent = body === undefined ? passage : { ...passage, options: { ...passage.options, body: body.stream } };
  forward(password === undefined ? sent : watched(sent, password));
}

function watched(passage: Forwarding, password: PasswordWatch): Forwarding {
  return {
    ...passage,
    judge: answer => password.judge(answer, passage.judge(answer)),
    failed: (failure, error) => {
      if (error instanceof BodyTooLarge || error instanceof BodyRefused) password.cutShort();
      passage.failed(failure, error);
    },
  };
}

/** A browser sends the same header again and again; a few others where tabs of it are at different paths. */
const mostJars = 4;

/** The app's cookies that this request brought. Remembered, since browsers send the same header again and again. */
export function openJar(deps: GatewayDeps, exchange: Exchange, session: Session): OpenedJar {
  const header = exchange.head.cookie ?? '';
  const memory = deps.sessions.derived(session, 'jars', () => new Map<string, OpenedJar>());
  let opened = memory.get(header);
  if (opened === undefined) {
    opened = openAnew(deps, exchange, session);
    const [oldest] = memory.size < mostJars ? [] : memory.keys();
    if (oldest !== undefined) memory.delete(oldest);
    memory.set(header, opened);
  }
  return opened;
}

function openAnew(deps: GatewayDeps, exchange: Exchange, session: Session): OpenedJar {
  const { jar, stale } = deps.sealed.open(sessionOwner(session), exchange.cookies, deps.clock.now());
  const all = withReadable(exchange, jar);
  const simple = all.every(cookie => cookie.path === '/' && cookie.expires === undefined);
  return { jar: all, stale, plain: simple && all.length > 0 ? cookieHeader(all, '/', 0) : undefined };
}

export function cookieFor(deps: GatewayDeps, exchange: Exchange, jar: readonly JarCookie[]): string | undefined {
  return jar.length === 0 ? undefined : cookieHeader(jar, exchange.target.path, deps.clock.now());
}

/** Polling keeps nobody signed in. */
function noteActivity(deps: GatewayDeps, exchange: Exchange, session: Session): void {
  const { preset } = exchange.app.settings;
  if (preset.idle.length > 0) {
    const seen = seenParameters(exchange.target.query, preset.folding);
    if (matchesAny(preset.idle, exchange.head.method, exchange.target, seen)) return;
  }
  deps.sessions.touch(session);
}
