import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Admission, admit } from '../policy/admit.ts';
import { isOwnAddress } from '../policy/target.ts';
import type { Session } from '../session/session.ts';
import type { OpenSession } from '../session/sessions.ts';
import { answerScript, turnAway } from './anonymous.ts';
import { cookieNames } from './cookie-names.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';
import type { AnswerHead, HeadVerdict } from './forward.ts';
import { requestHeaders } from './headers.ts';
import { cookieFor, openJar } from './in-session.ts';
import { deny, denyForeignSocket } from './refused-access.ts';
import { finish, refuse } from './respond.ts';
import { SessionAnswer } from './session-answer.ts';
import { queryCarriesCredentials } from './session-body.ts';
import { tell } from './step-up.ts';
import { appFailed } from './trouble.ts';
import { Tunnel } from './tunnel.ts';
import { type Handshake, handshakeHeaders } from './upgrade-head.ts';

/** How long a refused client may take to read why. Milliseconds. */
const refusalTime = 10_000;

/** How long a WebSocket of before a change of the configuration may take to go. Milliseconds. */
const leaveTime = 10_000;

/** An answer on a socket that node has let go of: one, and then the connection ends. */
export function answerOn(req: IncomingMessage, socket: Socket): ServerResponse {
  const res = new ServerResponse(req);
  res.shouldKeepAlive = false;
  res.on('prefinish', () => socket.setTimeout(refusalTime, () => socket.destroy()));
  res.on('finish', () => socket.destroySoon());
  res.assignSocket(socket);
  return res;
}

/** What is asked for: a WebSocket at an app, its head read, its host known. */
export interface UpgradeRequest {
  readonly exchange: Exchange;
  readonly handshake: Handshake;
  readonly socket: Socket;
  /** What the client sent behind its head. */
  readonly early: Buffer;
}

/** WebSockets of apps: for people with a session only, asked for by a page of the app itself. */
export class Upgrades {
  readonly #deps: GatewayDeps;
  /** Those that were opened by this configuration. */
  readonly #own = new Set<Tunnel>();
  #retiredAt = Number.POSITIVE_INFINITY;

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
  }

  /** They are told to go, so that pages open them anew by what holds now; what does not go within `leaveTime` is cut. */
  retire(): void {
    this.#retiredAt = this.#deps.clock.now();
    for (const tunnel of this.#own) tunnel.goAway();
  }

  async handle(request: UpgradeRequest): Promise<void> {
    const { exchange } = request;
    const { app, head, target } = exchange;
    if (isOwnAddress(target)) return refuse(exchange, 'not-found', { next: '/' });
    // A browser sends cookies with a WebSocket that any page opens, and reads the answer to it (ASVS 4.4.2).
    const foreign = head.fetchSite !== undefined && head.fetchSite !== 'same-origin';
    if (head.origin !== app.settings.origin || foreign) return denyForeignSocket(this.#deps, exchange);
    const cookie = exchange.cookie(cookieNames.session);
    const open = cookie === undefined ? undefined : await this.#deps.sessions.find(cookie, app.settings.id);
    if (request.socket.destroyed) return;
    return this.#route(request, open);
  }

  async #route(request: UpgradeRequest, open: OpenSession | undefined): Promise<void> {
    const { exchange } = request;
    const { decision, demand } = this.#admit(exchange, open);
    const who = open?.session;
    if (decision.outcome === 'deny') return deny(this.#deps, exchange, { decision, next: '/', ...(who && { who }) });
    if (decision.outcome === 'unavailable') return appFailed(this.#deps, exchange, 'store');
    if (open === undefined || decision.outcome === 'sign-in') return turnAway(this.#deps, exchange);
    if (decision.outcome === 'challenge') return tell(exchange, demand);
    if (queryCarriesCredentials(exchange)) return refuse(exchange, 'bad-request', { next: '/' });
    const { limits, ongoing } = this.#deps;
    if (!ongoing.webSockets.hasRoom(limits, exchange.app.settings.id, open.session.id)) return tooMany(exchange);
    this.#open(request, open.session);
  }

  /** Nothing is public here: no preset opens a WebSocket to strangers. */
  #admit({ app, target }: Exchange, session: OpenSession | undefined): Admission {
    const { sessions, clock } = this.#deps;
    return admit(sessions, { app, method: 'GET', target, entry: undefined, session, now: clock.now() });
  }

  #open(request: UpgradeRequest, session: Session): void {
    const { exchange, socket, early, handshake } = request;
    const { app, target } = exchange;
    const { settings } = app;
    const tunnel = new Tunnel({
      agent: app.agent,
      path: target.raw,
      headers: this.#headers(exchange, session, handshake),
      client: socket,
      early,
      handshake,
      headTime: settings.upstream.timeouts.head,
      stallTime: this.#deps.limits.stallTime,
      judge: answer => this.#judge(exchange, session, answer),
      failed: failure => appFailed(this.#deps, exchange, failure),
      closed: () => forget(),
    });
    const forget = this.#register(exchange, session, tunnel);
    tunnel.start();
  }

  /** Known from here on: to the count, to whatever ends the session, and to the look at what still stands. */
  #register(exchange: Exchange, session: Session, tunnel: Tunnel): () => void {
    const { sessions, ongoing } = this.#deps;
    this.#own.add(tunnel);
    const unwatch = sessions.onEnd(session.id, () => exchange.endsSession || tunnel.cut());
    const remove = ongoing.webSockets.add({
      app: session.app,
      session: session.id,
      stands: () => this.#stands(exchange, session),
      goAway: () => tunnel.goAway(),
      cut: () => tunnel.cut(),
    });
    return () => {
      unwatch();
      remove();
      this.#own.delete(tunnel);
    };
  }

  /** Asked anew of decide(): idle and absolute ends, and a factor that has grown too old for the route, end it. */
  async #stands(exchange: Exchange, session: Session): Promise<boolean> {
    const { sessions, clock } = this.#deps;
    if (clock.now() - this.#retiredAt >= leaveTime) return false;
    const allows = (now: Session | undefined) =>
      now !== undefined && this.#admit(exchange, { session: now, level: now.level }).decision.outcome === 'allow';
    // Another instance may have seen her since, or stepped her up.
    return allows(await sessions.standing(session.id)) || allows(await sessions.read(session.id));
  }

  #headers(exchange: Exchange, session: Session, handshake: Handshake): string[] {
    const { app, head, source } = exchange;
    const opened = openJar(this.#deps, exchange, session);
    const cookie = opened.plain ?? cookieFor(this.#deps, exchange, opened.jar);
    const passed = requestHeaders(head, { host: app.host, source, proto: app.proto, cookie });
    const headers: string[] = [];
    for (let i = 0; i < passed.length; i += 2) {
      if (!(passed[i] as string).startsWith('sec-websocket-')) headers.push(...passed.slice(i, i + 2));
    }
    return [...headers, ...handshakeHeaders(handshake)];
  }

  /** The filter that every head from an app passes (rule 11): cookies are sealed, proof outside a sign-in ends the session. */
  async #judge(exchange: Exchange, session: Session, answer: AnswerHead): Promise<HeadVerdict> {
    const opened = openJar(this.#deps, exchange, session);
    const answers = new SessionAnswer(this.#deps, exchange, { session, opened, body: undefined });
    const verdict = await answers.judge(answer);
    // It ended the session it was asked for in: there is nothing to go on with.
    return exchange.endsSession && 'headers' in verdict ? { instead: () => answerScript(exchange) } : verdict;
  }
}

function tooMany(exchange: Exchange): void {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'retry-after': '30',
  };
  finish(exchange, 503, headers, JSON.stringify({ error: 'too-many-websockets' }));
}
