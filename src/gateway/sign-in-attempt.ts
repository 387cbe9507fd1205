import type { SignInRefusal } from '../audit/sign-in-event.ts';
import type { Attempt } from '../factor/attempts.ts';
import type { Factor } from '../factor/person.ts';
import { sentTo } from '../factor/sent-code/sent-to.ts';
import { admit } from '../policy/admit.ts';
import { isGroupDenial } from '../policy/decide.ts';
import type { Demand } from '../policy/route.ts';
import { readTarget } from '../policy/target.ts';
import { stillProves } from '../session/proof.ts';
import type { OpenSession } from '../session/sessions.ts';
import { type AccountRules, normalForm } from '../signin/account.ts';
import type { SignIn } from '../signin/grammar.ts';
import { judge, proofsIn } from '../signin/judge.ts';
import type { JarCookie } from '../visit/jar.ts';
import type { Pending } from '../visit/pending.ts';
import { cookieHeader, mergeJar } from '../visit/set-cookie.ts';
import type { Visit } from '../visit/visits.ts';
import { answerCookies } from './anonymous.ts';
import { cookieNames } from './cookie-names.ts';
import type { AppRuntime, Exchange, GatewayDeps } from './exchange.ts';
import { oneHeader, ownRequestHeaders } from './headers.ts';
import type { Note } from './note.ts';
import { tellConnectionBound } from './trouble.ts';
import { ConnectionBound, requestWhole, type WholeAnswer } from './upstream.ts';
import { keptTarget, openVisitJar } from './visit-cookies.ts';
import { whoamiOf } from './whoami.ts';

/** A failed sign-in's page is held so that two clicks can share it; a longer one is thrown away. */
const longestAnswer = 256 * 1024;

/** What one sign-in came to; written to every browser request that joined it. */
export type Outcome =
  | { readonly kind: 'note'; readonly note: Note; readonly seconds?: number }
  | {
      readonly kind: 'failed';
      readonly answer: WholeAnswer;
      readonly cookies: readonly JarCookie[];
      readonly jar: readonly JarCookie[];
      /** One for all who joined: of two visits that hold one session of the app, one would outlive a sign-in by the other. */
      readonly begun: { readonly visit: Visit; readonly cookie: string };
    }
  | { readonly kind: 'pending'; readonly cookie: string; readonly release: string | undefined };

/** What may be tried of one name. */
export interface Budget {
  readonly name: string;
  take(): Promise<Attempt>;
}

interface Given {
  readonly visit: Visit;
  readonly session: OpenSession | undefined;
  readonly budget: Budget | undefined;
}

/** What is known of an attempt once the app has answered. */
interface Tried {
  readonly name: string;
  readonly jar: readonly JarCookie[];
  readonly answer: WholeAnswer;
  readonly visit: Visit;
  readonly session: OpenSession | undefined;
}

/** The same once proof was seen: all cookies that the app would now hold in a browser, and those of this answer. */
interface Proved extends Tried {
  readonly cookies: readonly JarCookie[];
  readonly fresh: readonly JarCookie[];
}

/** Refusals that cost the sender nothing, before anything was sent to the app. */
const free: readonly SignInRefusal[] = ['origin', 'grammar', 'visit-spent', 'name-refused', 'limited'];

/** Sends one sign-in to the app, judges what comes back, and keeps it in quarantine. */
export class SignInAttempts {
  readonly #deps: GatewayDeps;

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
  }

  /** How many were tried of this name; undefined for a name that is refused. Takes nothing yet. */
  async budgetOf(exchange: Exchange, signIn: SignIn): Promise<Budget | undefined> {
    const { app, source } = exchange;
    const account = normalForm(signIn.user, rulesOf(exchange));
    if (account === undefined) return undefined;
    const browser = this.#browserOf(exchange, account);
    const { limiter } = app.settings.preset;
    const asked = { realm: app.realm.name, app: app.settings.id, account, source, browser, limiter };
    return { name: account, take: await this.#deps.attempts.lookAtSignIns(asked) };
  }

  async attempt(exchange: Exchange, signIn: SignIn, given: Given): Promise<Outcome> {
    const { visit, session } = given;
    if (given.budget === undefined) {
      await this.refused(exchange, 'name-refused');
      return { kind: 'note', note: 'name' };
    }
    const { name } = given.budget;
    const budget = await given.budget.take();
    if (!budget.allowed) {
      await this.refused(exchange, 'limited', name);
      return { kind: 'note', note: 'limited', seconds: Math.ceil((budget.until - this.#deps.clock.now()) / 1000) };
    }
    // Spent before anything is sent: whatever happens from here on, nothing of this visit opens anything again (rule 10).
    if (!(await this.#deps.visits.spend(visit))) {
      await budget.refund();
      return { kind: 'note', note: 'spent' };
    }
    const jar = openVisitJar(this.#deps, exchange, visit, session?.session);
    const answer = await this.#send(exchange, signIn, jar);
    if (answer === undefined) {
      await this.refused(exchange, 'upstream', name);
      return { kind: 'note', note: 'unreachable' };
    }
    return this.#judge(exchange, { name, jar, answer, visit, session }, () => budget.succeeded());
  }

  /** The client's going away does not stop it: half a sign-in is worse than a whole one. */
  async #send(exchange: Exchange, signIn: SignIn, jar: readonly JarCookie[]): Promise<WholeAnswer | undefined> {
    const { app, head, target, source } = exchange;
    const cookie = cookieHeader(jar, target.path, this.#deps.clock.now());
    const extra = [
      'content-type',
      signIn.mediaType,
      'origin',
      app.settings.origin,
      'referer',
      `${app.settings.origin}${app.settings.preset.login.page}`,
    ];
    try {
      return await requestWhole(
        app.pool,
        {
          method: 'POST',
          path: target.raw,
          headers: ownRequestHeaders(head, { host: app.host, source, proto: app.proto, cookie }, extra),
          body: signIn.body,
        },
        longestAnswer,
      );
    } catch (error) {
      if (error instanceof ConnectionBound) tellConnectionBound(this.#deps, exchange);
      return undefined;
    }
  }

  async #judge(exchange: Exchange, tried: Tried, succeeded: () => Promise<void>): Promise<Outcome> {
    const { preset } = exchange.app.settings;
    const { name, jar, answer } = tried;
    const cookies = answerCookies(this.#deps, exchange, answer);
    const verdict = judge(preset, { status: answer.status, location: oneHeader(answer.headers, 'location'), cookies });
    const { source, app } = exchange;
    if (verdict === 'failed') {
      await this.#deps.audit.record({
        type: 'sign-in.failed',
        realm: app.realm.name,
        app: app.settings.id,
        name,
        source,
      });
      return { kind: 'failed', answer, cookies, jar, begun: this.#deps.visits.begin(app.settings.id) };
    }
    if (verdict === 'unjudged') {
      await this.refused(exchange, 'unjudged', name);
      return { kind: 'note', note: 'unjudged' };
    }
    const proved = { ...tried, cookies: mergeJar(jar, cookies, this.#deps.clock.now()), fresh: cookies };
    const [outcome] = await Promise.all([this.#quarantine(exchange, proved), succeeded()]);
    return outcome;
  }

  /** Proof seen: settle whose account it is, and keep everything in the store. */
  async #quarantine(exchange: Exchange, proved: Proved): Promise<Outcome> {
    const { app } = exchange;
    const location = oneHeader(proved.answer.headers, 'location');
    const proofs = proofsIn(app.settings.preset, proved.fresh);
    // Of two the app may go by either: it has not said clearly whose account it is.
    const proof = proofs.length === 1 ? proofs[0] : undefined;
    const word = await whoamiOf(this.#deps, exchange, { proof, location, jar: proved.cookies });
    const account = word === undefined ? undefined : normalForm(word, rulesOf(exchange));
    const refusal = this.#accountRefusal(exchange, proved.name, word, account);
    if (refusal !== undefined) {
      await this.refused(exchange, refusal, proved.name);
      return { kind: 'note', note: refusal === 'unjudged' ? 'unjudged' : 'unknown' };
    }
    // Side by side: nobody has the cookie of what is opened before both are there.
    const [, outcome] = await Promise.all([
      this.#deps.audit.record({
        type: 'sign-in.proved',
        realm: app.realm.name,
        app: app.settings.id,
        name: proved.name,
        source: exchange.source,
      }),
      this.#open(exchange, proved, location),
    ]);
    return outcome;
  }

  #accountRefusal(
    exchange: Exchange,
    typed: string,
    word: string | undefined,
    account: string | undefined,
  ): SignInRefusal | undefined {
    const { app } = exchange;
    if (app.settings.preset.whoami.from === 'nothing') {
      return app.realm.names?.includes(typed) === true ? undefined : 'account-unknown';
    }
    if (word === undefined) return 'unjudged';
    return account === typed ? undefined : 'account-differs';
  }

  async #open(exchange: Exchange, proved: Proved, location: string | undefined): Promise<Outcome> {
    const { app, source } = exchange;
    const { name, session } = proved;
    const target = keptTarget(exchange, proved.visit) ?? '';
    const demand = this.#demandOn(app, name, target === '' ? app.settings.preset.landing : target);
    const opened = await this.#deps.pendings.open(
      {
        realm: app.realm.name,
        app: app.settings.id,
        name,
        source,
        target,
        demands: { level: demand.level, maxAge: demand.maxAge },
        quarantine: { location, cookies: proved.cookies },
        session: session?.session.id,
        purpose: 'sign-in',
      },
      this.#deps.limits.pendings,
      this.#browserOf(exchange, name),
    );
    if (opened === undefined) {
      await this.refused(exchange, 'pendings', name);
      return { kind: 'note', note: 'pendings' };
    }
    return {
      kind: 'pending',
      cookie: opened.cookie,
      release: await this.#goesOn(opened.pending, session, exchange.app.stillTaken),
    };
  }

  /**
   * What this person needs for the page that she asked for; for the app's first page, where that one is for a group that
   * she is not in: no factor would help her there, and the release says so at the page itself.
   */
  #demandOn(app: AppRuntime, name: string, page: string): Demand {
    const now = this.#deps.clock.now();
    const holds = { level: 4, factorAt: now, idleEnd: now + 1, absoluteEnd: now + 1 };
    const ask = (asked: string) =>
      admit(this.#deps.sessions, {
        app,
        method: 'GET',
        target: readTarget(asked),
        entry: undefined,
        session: undefined,
        person: { name, holds },
        now,
      });
    const { decision, demand } = ask(page);
    return isGroupDenial(decision) ? ask(app.settings.preset.landing).demand : demand;
  }

  /** The app's session ended inside a living one of ours: the same account goes on without a second challenge, level and age permitting. */
  async #goesOn(
    pending: Pending,
    session: OpenSession | undefined,
    stillTaken: AppRuntime['stillTaken'],
  ): Promise<string | undefined> {
    if (session === undefined) return undefined;
    const { factor, factorAt, proof, trust } = session.session;
    const times = { now: this.#deps.clock.now(), idleEnd: this.#deps.sessions.idleEnd(session.session) };
    const person = await this.#deps.people.byName(pending.realm, pending.name);
    // At this very app, where her factor served: no code by mail comes to another one by this way (R20).
    const usable = (factor: Factor) => stillTaken(sentTo(factor));
    if (!stillProves(session.session, session.level, pending, person, times, usable)) return undefined;
    const passed = await this.#deps.pendings.passBySession(pending, {
      level: session.level,
      factor,
      at: factorAt,
      by: session.session.id,
      ...(proof === 'trust' && trust !== undefined ? { trust } : {}),
    });
    return passed === undefined ? undefined : this.#deps.pendings.releaseCode(passed);
  }

  #browserOf(exchange: Exchange, name: string): string | undefined {
    return this.#deps.known.verify(exchange.cookie(cookieNames.known), exchange.app.realm.name, name);
  }

  async refused(exchange: Exchange, reason: SignInRefusal, name?: string): Promise<void> {
    const { app, source } = exchange;
    if (free.includes(reason) && !this.#deps.ongoing.throttle.admits(source)) return;
    await this.#deps.audit.record({
      type: 'sign-in.refused',
      realm: app.realm.name,
      app: app.settings.id,
      source,
      reason,
      ...(name === undefined ? {} : { name }),
    });
  }
}

export function rulesOf(exchange: Exchange): AccountRules {
  return { characters: exchange.app.settings.nameCharacters, domains: exchange.app.realm.domains };
}
