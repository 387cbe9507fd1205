import { type Admission, admit } from '../policy/admit.ts';
import type { Decision } from '../policy/decide.ts';
import { type Entry, entryOf } from '../policy/match.ts';
import { isOwnAddress } from '../policy/target.ts';
import type { OpenSession } from '../session/sessions.ts';
import { queryMatches, readSignIn } from '../signin/grammar.ts';
import { passAsset, passLoginPage, toLoginKept, turnAway } from './anonymous.ts';
import { cookieNames } from './cookie-names.ts';
import type { AppRuntime, Exchange, GatewayDeps } from './exchange.ts';
import { isFormPost } from './form-post.ts';
import { isTopNavigation } from './head.ts';
import { passInSession } from './in-session.ts';
import { ownHost } from './own-host.ts';
import { Parking, type ParkingOutcome } from './parking.ts';
import { readBody } from './read-body.ts';
import { deny } from './refused-access.ts';
import { ownPending } from './release.ts';
import { redirect, refuse, refuseDenied } from './respond.ts';
import { SignIns } from './sign-in.ts';
import { stepUp } from './step-up.ts';
import { appFailed } from './trouble.ts';
import { livingVisit } from './visit-cookies.ts';

/** What happens to a request for an app's host, in the order of "The way of a request". */
export class AppHandler {
  readonly #deps: GatewayDeps;
  readonly #signIns: SignIns;
  readonly #parking: Parking;

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    this.#signIns = new SignIns(deps);
    this.#parking = new Parking(deps);
  }

  /** A session that is known and allowed goes on without waiting for anything. */
  handle(exchange: Exchange): void | Promise<void> {
    const cookie = exchange.cookie(cookieNames.session);
    const open = cookie === undefined ? undefined : this.#deps.sessions.known(cookie, exchange.app.settings.id);
    if (cookie !== undefined && open === undefined) return this.#find(exchange, cookie);
    return this.#route(exchange, open);
  }

  async #find(exchange: Exchange, cookie: string): Promise<void> {
    await this.#route(exchange, await this.#deps.sessions.find(cookie, exchange.app.settings.id));
  }

  #route(exchange: Exchange, found: OpenSession | undefined): void | Promise<void> {
    const { app, head, target } = exchange;
    const session = found !== undefined && this.#isOver(found, app) ? undefined : found;
    if (isOwnAddress(target)) return ownHost(this.#deps, exchange, session);
    // A worker would go on reading and writing for whoever uses this browser next.
    if (head.serviceWorker && !app.settings.preset.serviceWorker) return refuse(exchange, 'not-allowed', { next: '/' });
    const entry =
      session === undefined || mayBeEntry(exchange) ? entryOf(app.settings.preset, head.method, target) : undefined;
    const admission = this.#admit(exchange, session, entry);
    if (session === undefined) return this.#anonymous(exchange, admission.decision, entry);
    return this.#inSession(exchange, session, entry, admission);
  }

  #admit(exchange: Exchange, session: OpenSession | undefined, entry: Entry | undefined): Admission {
    const { app, head, target } = exchange;
    return admit(this.#deps.sessions, {
      app,
      method: head.method,
      target,
      entry: session === undefined ? entry : undefined,
      session,
      destination: head.destination,
      now: this.#deps.clock.now(),
    });
  }

  /** Over is over, whatever else is asked: decide() says the same; asked first so that the login page opens as for anybody. */
  #isOver({ session }: OpenSession, app: AppRuntime): boolean {
    if (session.realm !== app.realm.name) return true;
    const now = this.#deps.clock.now();
    return now >= session.absoluteEnd || now >= this.#deps.sessions.idleEnd(session);
  }

  async #anonymous(exchange: Exchange, decision: Decision, entry: Entry | undefined): Promise<void> {
    if (decision.outcome === 'deny') return refuseDenied(exchange, decision, '/');
    if (decision.outcome === 'unavailable') return appFailed(this.#deps, exchange, 'store');
    if (decision.outcome !== 'allow' || !decision.asVisit) return this.#notPublic(exchange);
    if (entry === 'asset') return passAsset(this.#deps, exchange);
    if (entry === 'sign-in') return this.#signIn(exchange, undefined);
    if (await this.#toOwnChallenge(exchange)) return;
    return passLoginPage(this.#deps, exchange, undefined);
  }

  async #notPublic(exchange: Exchange): Promise<void> {
    const kept = await this.#keepExpired(exchange, undefined);
    if (kept === 'answered') return;
    if (await this.#toOwnChallenge(exchange)) return;
    return kept === 'kept' ? toLoginKept(this.#deps, exchange) : turnAway(this.#deps, exchange);
  }

  /** A form that was posted with a session that had just run out by itself: its person is known, and is asked again. */
  async #keepExpired(exchange: Exchange, early: Buffer | undefined): Promise<ParkingOutcome> {
    const cookie = isFormPost(exchange.head) ? exchange.cookie(cookieNames.session) : undefined;
    if (cookie === undefined) return 'none';
    const over = await this.#deps.sessions.expired(cookie, exchange.app.settings.id);
    return over === undefined ? 'none' : this.#parking.park(exchange, over, 'expired', early);
  }

  /** A navigation with a living pending goes to its challenge: the password need not be typed again. */
  async #toOwnChallenge(exchange: Exchange): Promise<boolean> {
    if (!isTopNavigation(exchange.head) || !exchange.cookies.has(cookieNames.pending)) return false;
    const pending = await ownPending(this.#deps, exchange);
    if (pending === undefined || pending.released !== undefined) return false;
    redirect(exchange, '/_sluis/next');
    return true;
  }

  async #signIn(exchange: Exchange, session: OpenSession | undefined): Promise<void> {
    if (!queryMatches(exchange.app.settings.preset, exchange.target.query)) return this.#notPublic(exchange);
    exchange.acceptBody();
    const body = await readBody(exchange.req, this.#deps.limits.signInBody);
    // DokuWiki posts everything to the address of its sign-in: what is none may be a page that she was writing.
    if (!this.#isSignIn(exchange, body)) {
      const kept = await this.#keepExpired(exchange, body.read);
      if (kept === 'kept') return toLoginKept(this.#deps, exchange);
      if (kept === 'answered') return;
    }
    if (!body.whole)
      return refuse(exchange, 'too-large', {
        next: exchange.app.settings.preset.login.page,
        limit: this.#deps.limits.signInBody,
      });
    return this.#signIns.post(exchange, body.read, session);
  }

  #inSession(
    exchange: Exchange,
    open: OpenSession,
    entry: Entry | undefined,
    admission: Admission,
  ): void | Promise<void> {
    const { outcome } = admission.decision;
    // The app's own session ended inside ours: its login page and form go as a visit while the session waits.
    if (outcome === 'allow' || outcome === 'challenge') {
      if (entry === 'login-page' && exchange.cookies.has(cookieNames.visit))
        return this.#loginPageInSession(exchange, open, admission);
      if (entry === 'sign-in' && mayBeSignIn(exchange)) return this.#postInSession(exchange, open);
    }
    return this.#asDecided(exchange, open, admission);
  }

  /** `early` are bytes of the body that were read already. */
  #asDecided(
    exchange: Exchange,
    open: OpenSession,
    { decision, demand }: Admission,
    early?: Buffer,
  ): void | Promise<void> {
    switch (decision.outcome) {
      case 'deny':
        return deny(this.#deps, exchange, {
          ...{ decision, next: exchange.app.settings.preset.landing, who: open.session },
        });
      case 'unavailable':
        return appFailed(this.#deps, exchange, 'store');
      case 'sign-in':
        return turnAway(this.#deps, exchange);
      case 'challenge':
        return stepUp(this.#deps, exchange, this.#parking, { open, demand, ...(early === undefined ? {} : { early }) });
      case 'allow':
        return passInSession(this.#deps, exchange, open, early);
    }
  }

  async #loginPageInSession(exchange: Exchange, open: OpenSession, admission: Admission): Promise<void> {
    if ((await livingVisit(this.#deps, exchange)) !== undefined) return passLoginPage(this.#deps, exchange, open);
    return this.#asDecided(exchange, open, admission);
  }

  /** A post to the sign-in's address: a sign-in goes as a visit, everything else is the app's own business. */
  async #postInSession(exchange: Exchange, open: OpenSession): Promise<void> {
    exchange.acceptBody();
    const body = await readBody(exchange.req, this.#deps.limits.signInBody);
    if (this.#isSignIn(exchange, body)) {
      return this.#signIns.post(exchange, body.read, open);
    }
    // Decided anew: it came as slowly as its sender liked, and she may have signed out meanwhile (R09).
    const session = await this.#deps.sessions.standing(open.session.id);
    if (session === undefined) return turnAway(this.#deps, exchange);
    const now = { session, level: open.level };
    return this.#asDecided(exchange, now, this.#admit(exchange, now, undefined), body.read);
  }

  #isSignIn({ head, app, target }: Exchange, body: { readonly whole: boolean; readonly read: Buffer }): boolean {
    if (!body.whole) return false;
    const { contentType, contentEncoding } = head;
    const read = { query: target.query, contentType, contentEncoding, body: body.read };
    return !('refused' in readSignIn(app.settings.preset, read));
  }
}

/** Inside a session an entry counts only as a form that is posted, or as a login page of a visit. */
function mayBeEntry({ head, cookies }: Exchange): boolean {
  return head.method === 'POST' || cookies.has(cookieNames.visit);
}

/** Only what could be the preset's form is held: its address, query and media type. */
function mayBeSignIn(exchange: Exchange): boolean {
  const { preset } = exchange.app.settings;
  const type = (exchange.head.contentType ?? '').toLowerCase();
  return type.startsWith(preset.signIn.mediaType) && queryMatches(preset, exchange.target.query);
}
