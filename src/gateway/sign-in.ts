import { createHmac } from 'node:crypto';
import type { OpenSession } from '../session/sessions.ts';
import { normalForm } from '../signin/account.ts';
import { readSignIn, type SignIn } from '../signin/grammar.ts';
import { isSameOrigin } from '../signin/origin.ts';
import type { Visit } from '../visit/visits.ts';
import { toFreshLogin } from './anonymous.ts';
import { cookieNames } from './cookie-names.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';
import { leaveNote } from './note.ts';
import { redirect, refuse } from './respond.ts';
import { answerSignIn } from './sign-in-answer.ts';
import { type Outcome, rulesOf, SignInAttempts } from './sign-in-attempt.ts';
import { SignInJoins } from './sign-in-joins.ts';
import { keptTarget } from './visit-cookies.ts';

interface Posted {
  readonly body: Buffer;
  /** Of the cookie, whether it is spent or not. */
  readonly visit: Visit;
  readonly session: OpenSession | undefined;
}

/**
 * The sign-in: the one request that may carry a password. Somebody with the right password and no second factor ends
 * here with a pending sign-in and nothing of what the app answered.
 */
export class SignIns {
  readonly #deps: GatewayDeps;
  readonly #attempts: SignInAttempts;
  readonly #joins: SignInJoins;

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    this.#attempts = new SignInAttempts(deps);
    this.#joins = new SignInJoins(deps);
  }

  /** Without a living and unspent visit nothing is sent on. */
  async post(exchange: Exchange, body: Buffer, session: OpenSession | undefined): Promise<void> {
    const { head, app } = exchange;
    if (!isSameOrigin(app.settings.origin, head.origin, head.fetchSite)) {
      await this.#attempts.refused(exchange, 'origin');
      return refuse(exchange, 'foreign-origin', { next: app.settings.preset.login.page });
    }
    const signIn = readSignIn(app.settings.preset, {
      query: exchange.target.query,
      contentType: head.contentType,
      contentEncoding: head.contentEncoding,
      body,
    });
    if ('refused' in signIn) {
      await this.#attempts.refused(exchange, 'grammar');
      return refuse(exchange, 'bad-request', { next: app.settings.preset.login.page });
    }
    await this.#run(exchange, signIn, body, session);
  }

  async #run(exchange: Exchange, signIn: SignIn, body: Buffer, session: OpenSession | undefined): Promise<void> {
    const visit = this.#visitOfCookie(exchange);
    const outcome = visit && (await this.#outcome(exchange, signIn, { body, visit, session }));
    if (visit === undefined || outcome === undefined) return this.#withoutVisit(exchange, signIn, visit, session);
    return answerSignIn(this.#deps, exchange, outcome, visit, session);
  }

  /** Of this form, whoever sends it: a double click joins the first, here or at another instance. */
  async #outcome(exchange: Exchange, signIn: SignIn, posted: Posted): Promise<Outcome | undefined> {
    const { body, visit, session } = posted;
    const bodyMac = macOf(visit, body, session);
    const { spent, first, budget } = await this.#lookAt(exchange, signIn, visit, bodyMac);
    if (!first) return this.#joins.outcome(visit, bodyMac);
    if (spent) {
      await this.#joins.drop(visit, bodyMac);
      return undefined;
    }
    try {
      const outcome = await this.#attempts.attempt(exchange, signIn, { visit, session, budget });
      // Who made the second click waits for it, not who made the first.
      this.#joins.settle(visit, bodyMac, outcome).catch(() => undefined);
      return outcome;
    } catch (error) {
      await this.#joins.drop(visit, bodyMac);
      throw error;
    }
  }

  /** Side by side, for none of them lets anything through: spent or not, and how many were tried. */
  async #lookAt(exchange: Exchange, signIn: SignIn, visit: Visit, bodyMac: string) {
    const beginning = this.#joins.begin(visit, bodyMac);
    const looking = Promise.all([this.#deps.visits.isSpent(visit), this.#attempts.budgetOf(exchange, signIn)]);
    try {
      const [first, [spent, budget]] = await Promise.all([beginning, looking]);
      return { first, spent, budget };
    } catch (error) {
      // Nobody is at it any more: who sends it again is not to wait for that.
      if (await beginning.catch(() => false)) await this.#joins.drop(visit, bodyMac);
      throw error;
    }
  }

  #visitOfCookie(exchange: Exchange): Visit | undefined {
    const cookie = exchange.cookie(cookieNames.visit);
    return cookie === undefined ? undefined : this.#deps.visits.read(cookie, exchange.app.settings.id);
  }

  /** An old form: nothing is sent. Who has a session of that very name is taken into the app, others to a fresh form that says why. */
  async #withoutVisit(
    exchange: Exchange,
    signIn: SignIn,
    spent: Visit | undefined,
    session: OpenSession | undefined,
  ): Promise<void> {
    await this.#attempts.refused(exchange, 'visit-spent');
    const name = normalForm(signIn.user, rulesOf(exchange));
    if (session !== undefined && session.session.name === name)
      return redirect(exchange, exchange.app.settings.preset.landing);
    // A tab that was left open overnight still holds its cookie, but no visit reads from it.
    leaveNote(exchange, spent === undefined ? 'expired' : 'spent');
    toFreshLogin(this.#deps, exchange, spent === undefined ? undefined : keptTarget(exchange, spent));
  }
}

/** With the session in it: what a sign-in inside a session came to may release into that session, and is for its browser only. */
function macOf(visit: Visit, body: Buffer, open: OpenSession | undefined): string {
  return createHmac('sha256', visit.key)
    .update(`${open?.session.id ?? ''}\n`)
    .update(body)
    .digest('base64url');
}
