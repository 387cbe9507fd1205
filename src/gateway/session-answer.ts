import { isSignedOutAnswer, matchesAny, seenParameters } from '../policy/match.ts';
import type { Session } from '../session/session.ts';
import { normalForm } from '../signin/account.ts';
import { proofRemoved, proofsIn } from '../signin/judge.ts';
import type { JarCookie } from '../visit/jar.ts';
import { deletion } from '../visit/sealed-cookies.ts';
import { mergeJar } from '../visit/set-cookie.ts';
import { answerCookies, answerScript, toFreshLogin, visitAnswerHeaders } from './anonymous.ts';
import { cookieLines } from './cookie-lines.ts';
import { endSessions } from './end-session.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';
import type { AnswerHead, HeadVerdict } from './forward.ts';
import { isFrame, isTopNavigation } from './head.ts';
import { oneHeader, responseHeaders } from './headers.ts';
import { finish, refuse } from './respond.ts';
import type { SessionBody } from './session-body.ts';
import { beginVisit, sessionOwner } from './visit-cookies.ts';
import { nameInProof } from './whoami.ts';

/** The app's cookies of one session as one Cookie header opens them. */
export interface OpenedJar {
  readonly jar: readonly JarCookie[];
  readonly stale: readonly string[];
  /** The whole Cookie header for the app, where no cookie has a path or an end of its own. */
  readonly plain: string | undefined;
}

/** What an app answers to somebody inside a session: judged before a byte of it goes on. */
export class SessionAnswer {
  readonly #deps: GatewayDeps;
  readonly #exchange: Exchange;
  readonly #session: Session;
  readonly #opened: OpenedJar;
  readonly #body: SessionBody | undefined;
  #judged: AnswerHead | undefined;

  constructor(
    deps: GatewayDeps,
    exchange: Exchange,
    sent: { session: Session; opened: OpenedJar; body: SessionBody | undefined },
  ) {
    this.#deps = deps;
    this.#exchange = exchange;
    this.#session = sent.session;
    this.#opened = sent.opened;
    this.#body = sent.body;
  }

  judge(answer: AnswerHead): HeadVerdict | Promise<HeadVerdict> {
    this.#judged = answer;
    const { preset } = this.#exchange.app.settings;
    const gone = isSignedOutAnswer(preset.signedOutAnswer, answer.status, name => oneHeader(answer.headers, name));
    const plain = answer.headers['set-cookie'] === undefined && !gone && preset.signOut.answer === undefined;
    // The hot path: nothing in this answer says anything about who is signed in.
    if (plain) return this.#send(answer, []);
    const cookies = answerCookies(this.#deps, this.#exchange, answer);
    if (this.#isSignOut(answer, cookies)) return this.#signOut(answer, cookies);
    if (proofRemoved(preset, cookies) || gone) return this.#appSessionGone(answer, cookies);
    const proofs = proofsIn(preset, cookies);
    if (proofs.length > 0 && !this.#isRotation(cookies, proofs)) return this.#proofOutsideSignIn();
    return this.#send(answer, cookies);
  }

  /**
   * A file on its way, up or down: she is at work, and it comes to its end. What has none, an event stream or a poll that is held,
   * would go on before an empty chair.
   */
  isTransfer(): boolean {
    const { hasBody, req } = this.#exchange;
    return (hasBody && !req.complete) || this.#judged?.headers['content-length'] !== undefined;
  }

  #send(answer: AnswerHead, cookies: readonly JarCookie[]): HeadVerdict {
    const exchange = this.#exchange;
    const headers = responseHeaders(answer.headers, exchange.app.rewriteLocation);
    for (const line of exchange.setCookies) headers.push('set-cookie', line);
    if (this.#opened.stale.length > 0 && isTopNavigation(exchange.head)) {
      for (const name of this.#opened.stale) headers.push('set-cookie', deletion(name));
    }
    if (cookies.length === 0) return { headers };
    const lines = cookieLines(this.#deps, exchange, sessionOwner(this.#session), cookies);
    for (const line of lines) headers.push('set-cookie', line);
    return { headers };
  }

  /** A sign-out is known by the answer, never by the address alone: without its token an app's link does nothing. */
  #isSignOut(answer: AnswerHead, cookies: readonly JarCookie[]): boolean {
    const { app, head, target } = this.#exchange;
    const { preset } = app.settings;
    const mark = preset.signOut.answer;
    const answered =
      proofRemoved(preset, cookies) ||
      (mark !== undefined &&
        answer.status === mark.status &&
        (mark.location?.test(oneHeader(answer.headers, 'location') ?? '') ?? true));
    if (!answered) return false;
    const seen = seenParameters(target.query, preset.folding);
    for (const [name, values] of this.#body?.seen ?? []) seen.set(name, [...(seen.get(name) ?? []), ...values]);
    return matchesAny(preset.signOut.requests, head.method, target, seen);
  }

  /** The app's own sign-out ends ours; its answer goes out under a new visit that keeps the cookies it set. */
  async #signOut(answer: AnswerHead, cookies: readonly JarCookie[]): Promise<HeadVerdict> {
    const deps = this.#deps;
    const exchange = this.#exchange;
    const { keeps = [] } = exchange.app.settings.preset.signOut;
    const emptied = this.#opened.jar.filter(cookie => keeps.includes(cookie.name));
    // Not the other cookies of before: those were somebody's who is signed in.
    const kept = mergeJar(emptied, cookies, deps.clock.now()).filter(
      cookie => keeps.includes(cookie.name) || !this.#held(cookie),
    );
    const first = await endSessions(deps, exchange, this.#session, 'signed-out-of-app');
    // Of two sign-outs at once one visit comes out: two that hold one session of the app would outlive each other.
    if (!first) return { instead: () => toFreshLogin(deps, exchange, undefined) };
    const visit = beginVisit(deps, exchange);
    return { headers: visitAnswerHeaders(deps, exchange, visit, answer, kept) };
  }

  #held(cookie: JarCookie): boolean {
    return this.#opened.jar.some(old => old.name === cookie.name && old.value === cookie.value);
  }

  /**
   * The app's session ended before ours. A navigation is led to the login page as a fresh visit while our session
   * waits; scripts get the app's own answer, frames a small page that leads the whole window on.
   */
  #appSessionGone(answer: AnswerHead, cookies: readonly JarCookie[]): HeadVerdict {
    const exchange = this.#exchange;
    if (isFrame(exchange.head)) return { instead: () => refuse(exchange, 'frame', { next: '/' }) };
    if (!isTopNavigation(exchange.head)) return this.#send(answer, cookies);
    const target = exchange.head.method === 'GET' ? exchange.target.raw : undefined;
    return { instead: () => toFreshLogin(this.#deps, exchange, target) };
  }

  /** A new proof without a sign-in is fine only as the rotation that the preset names, for the same account. */
  #isRotation(cookies: readonly JarCookie[], proofs: readonly JarCookie[]): boolean {
    const { app } = this.#exchange;
    const { rotation } = app.settings.preset;
    if (rotation.by === 'same-session-cookie') {
      const held = this.#opened.jar.find(cookie => cookie.name === rotation.cookie);
      const same = (cookie: JarCookie) => cookie.name !== rotation.cookie || cookie.value === held?.value;
      return held !== undefined && cookies.every(same);
    }
    if (rotation.by === 'none') return false;
    const rules = { characters: app.settings.nameCharacters, domains: app.realm.domains };
    return proofs.every(proof => {
      const name = nameInProof(this.#exchange, proof);
      return name !== undefined && normalForm(name, rules) === this.#session.name;
    });
  }

  /** Somebody became somebody by another door: nothing of it reaches the browser, and the session ends (R08). */
  async #proofOutsideSignIn(): Promise<HeadVerdict> {
    const deps = this.#deps;
    const exchange = this.#exchange;
    const { app, source } = exchange;
    const { name } = this.#session;
    const type = 'proof.outside-sign-in';
    await deps.audit.record({ type, realm: app.realm.name, app: app.settings.id, source, name });
    await endSessions(deps, exchange, this.#session, 'proof-outside-sign-in');
    return {
      instead: () => {
        if (isTopNavigation(exchange.head)) return toFreshLogin(deps, exchange, undefined);
        return exchange.head.fetchMode === undefined
          ? finish(exchange, 401, { 'cache-control': 'no-store' }, '')
          : answerScript(exchange);
      },
    };
  }
}
