import { createHmac } from 'node:crypto';
import type { SignInRefusal } from '../audit/event.ts';
import { readTarget } from '../policy/target.ts';
import type { OpenSession } from '../session/sessions.ts';
import { type AccountRules, normalForm } from '../signin/account.ts';
import { readSignIn, type SignIn } from '../signin/grammar.ts';
import { judge, proofIn } from '../signin/judge.ts';
import { isSameOrigin } from '../signin/origin.ts';
import { helpLine } from '../ui/fragments.tsx';
import type { JarCookie } from '../visit/jar.ts';
import type { Pending } from '../visit/pending.ts';
import { deletion, SealedCookies } from '../visit/sealed-cookies.ts';
import { cookieHeader, mergeJar } from '../visit/set-cookie.ts';
import type { Visit } from '../visit/visits.ts';
import { admit } from './admit.ts';
import { answerCookies, toFreshLogin, visitAnswerHeaders } from './anonymous.ts';
import { unpack } from './append.ts';
import { AuditThrottle } from './audit-throttle.ts';
import { cookieNames, setCookie } from './cookie-names.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';
import { isTopNavigation } from './head.ts';
import { oneHeader, ownRequestHeaders } from './headers.ts';
import { leaveNote, type Note } from './note.ts';
import { finish, languageOf, redirect, refuse } from './respond.ts';
import { requestWhole, type WholeAnswer } from './upstream.ts';
import {
  beginVisit,
  dropVisit,
  keepTarget,
  keptTarget,
  openVisitJar,
  sessionOwner,
  visitOwner,
} from './visit-cookies.ts';
import { whoamiOf } from './whoami.ts';

/** A failed sign-in's page is held so that two clicks can share it; a longer one is thrown away. */
const longestAnswer = 256 * 1024;
const joinTime = 60_000;

/** What one sign-in came to; written to every browser request that joined it. */
type Outcome =
  | { readonly kind: 'note'; readonly note: Note; readonly seconds?: number }
  | {
      readonly kind: 'failed';
      readonly answer: WholeAnswer;
      readonly cookies: readonly JarCookie[];
      readonly jar: readonly JarCookie[];
    }
  | { readonly kind: 'pending'; readonly cookie: string; readonly release: string | undefined };

interface Running {
  readonly bodyMac: string;
  readonly outcome: Promise<Outcome>;
}

/**
 * The sign-in: the one request that may carry a password. Somebody with the right password and no second factor ends
 * here with a pending sign-in and nothing of what the app answered.
 */
export class SignIns {
  readonly #deps: GatewayDeps;
  readonly #throttle: AuditThrottle;
  /** By visit: a double click joins the first. */
  readonly #running = new Map<string, Running>();

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    this.#throttle = new AuditThrottle(deps.clock, (source, count) =>
      deps.log.warn({ source, count }, 'refused sign-ins of one source that the audit leaves out'),
    );
  }

  /** `visit` is living and unspent, or undefined: then nothing is sent on. */
  async post(
    exchange: Exchange,
    body: Buffer,
    visit: Visit | undefined,
    session: OpenSession | undefined,
  ): Promise<void> {
    const { head, app } = exchange;
    if (!isSameOrigin(app.settings.origin, head.origin, head.fetchSite)) {
      await this.#refused(exchange, 'origin');
      return refuse(exchange, 'foreign-origin', { next: app.settings.preset.login.page });
    }
    const signIn = readSignIn(app.settings.preset, {
      query: exchange.target.query,
      contentType: head.contentType,
      contentEncoding: head.contentEncoding,
      body,
    });
    if ('refused' in signIn) {
      await this.#refused(exchange, 'grammar');
      return refuse(exchange, 'bad-request', { next: app.settings.preset.login.page });
    }
    await this.#run(exchange, signIn, body, visit, session);
  }

  async #run(
    exchange: Exchange,
    signIn: SignIn,
    body: Buffer,
    visit: Visit | undefined,
    session: OpenSession | undefined,
  ): Promise<void> {
    const cookieVisit = this.#visitOfCookie(exchange);
    const running = cookieVisit === undefined ? undefined : this.#running.get(cookieVisit.id);
    if (running !== undefined && cookieVisit !== undefined && running.bodyMac === macOf(cookieVisit, body)) {
      return this.#answer(exchange, await running.outcome, cookieVisit, session);
    }
    if (visit === undefined) return this.#withoutVisit(exchange, signIn, session);
    const outcome = this.#attempt(exchange, signIn, visit, session);
    this.#remember(visit, body, outcome);
    return this.#answer(exchange, await outcome, visit, session);
  }

  #remember(visit: Visit, body: Buffer, outcome: Promise<Outcome>): void {
    this.#running.set(visit.id, { bodyMac: macOf(visit, body), outcome });
    const timer = setTimeout(() => this.#running.delete(visit.id), joinTime);
    timer.unref();
  }

  #visitOfCookie(exchange: Exchange): Visit | undefined {
    const cookie = exchange.cookie(cookieNames.visit);
    return cookie === undefined ? undefined : this.#deps.visits.read(cookie, exchange.app.settings.id);
  }

  /** An old form: nothing is sent. Who has a session of that very name is taken into the app, others to a fresh form that says why. */
  async #withoutVisit(exchange: Exchange, signIn: SignIn, session: OpenSession | undefined): Promise<void> {
    await this.#refused(exchange, 'visit-spent');
    const name = normalForm(signIn.user, rulesOf(exchange));
    if (session !== undefined && session.session.name === name)
      return redirect(exchange, exchange.app.settings.preset.landing);
    leaveNote(exchange, exchange.cookies.has(cookieNames.visit) ? 'spent' : 'expired');
    toFreshLogin(this.#deps, exchange, undefined);
  }

  async #attempt(exchange: Exchange, signIn: SignIn, visit: Visit, session: OpenSession | undefined): Promise<Outcome> {
    const { app, source } = exchange;
    const name = normalForm(signIn.user, rulesOf(exchange));
    if (name === undefined) {
      await this.#refused(exchange, 'name-refused');
      return { kind: 'note', note: 'name' };
    }
    const browser = this.#browserOf(exchange, name);
    const { limiter } = app.settings.preset;
    const budget = await this.#deps.attempts.signInBudget({
      realm: app.realm.name,
      app: app.settings.id,
      account: name,
      source,
      browser,
      limiter,
    });
    if (!budget.allowed) {
      await this.#refused(exchange, 'limited', name);
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
      await this.#refused(exchange, 'upstream', name);
      return { kind: 'note', note: 'unreachable' };
    }
    return this.#judge(exchange, { name, jar, answer, visit, session, succeeded: () => budget.succeeded() });
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
    } catch {
      return undefined;
    }
  }

  async #judge(
    exchange: Exchange,
    tried: {
      name: string;
      jar: readonly JarCookie[];
      answer: WholeAnswer;
      visit: Visit;
      session: OpenSession | undefined;
      succeeded: () => Promise<void>;
    },
  ): Promise<Outcome> {
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
      return { kind: 'failed', answer, cookies, jar };
    }
    if (verdict === 'unjudged') {
      await this.#refused(exchange, 'unjudged', name);
      return { kind: 'note', note: 'unjudged' };
    }
    await tried.succeeded();
    return this.#quarantine(exchange, {
      ...tried,
      cookies: mergeJar(jar, cookies, this.#deps.clock.now()),
      fresh: cookies,
    });
  }

  /** Proof seen: settle whose account it is, and keep everything in the store. */
  async #quarantine(
    exchange: Exchange,
    proved: {
      name: string;
      answer: WholeAnswer;
      cookies: readonly JarCookie[];
      fresh: readonly JarCookie[];
      visit: Visit;
      session: OpenSession | undefined;
    },
  ): Promise<Outcome> {
    const { app } = exchange;
    const location = oneHeader(proved.answer.headers, 'location');
    const proof = proofIn(app.settings.preset, proved.fresh);
    const word = await whoamiOf(this.#deps, exchange, { proof, location, jar: proved.cookies });
    const account = word === undefined ? undefined : normalForm(word, rulesOf(exchange));
    const refusal = this.#accountRefusal(exchange, proved.name, word, account);
    if (refusal !== undefined) {
      await this.#refused(exchange, refusal, proved.name);
      return { kind: 'note', note: refusal === 'unjudged' ? 'unjudged' : 'unknown' };
    }
    await this.#deps.audit.record({
      type: 'sign-in.proved',
      realm: app.realm.name,
      app: app.settings.id,
      name: proved.name,
      source: exchange.source,
    });
    return this.#open(exchange, proved, location);
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

  async #open(
    exchange: Exchange,
    proved: { name: string; cookies: readonly JarCookie[]; visit: Visit; session: OpenSession | undefined },
    location: string | undefined,
  ): Promise<Outcome> {
    const { app, source } = exchange;
    const { name, session } = proved;
    const target = keptTarget(exchange, proved.visit) ?? '';
    const { demand } = admit(this.#deps.sessions, {
      app,
      method: 'GET',
      target: readTarget(target === '' ? app.settings.preset.landing : target),
      entry: undefined,
      session: undefined,
      now: this.#deps.clock.now(),
    });
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
      await this.#refused(exchange, 'pendings', name);
      return { kind: 'note', note: 'pendings' };
    }
    return { kind: 'pending', cookie: opened.cookie, release: await this.#goesOn(opened.pending, session) };
  }

  /** The app's session ended inside a living one of ours: the same account goes on without a second challenge, level and age permitting. */
  async #goesOn(pending: Pending, session: OpenSession | undefined): Promise<string | undefined> {
    if (session === undefined || session.session.name !== pending.name || session.session.realm !== pending.realm)
      return undefined;
    const { factor, factorAt, person } = session.session;
    // A factor that was replaced meanwhile proves nothing any more.
    if (!(await this.#deps.people.byId(person))?.factors.some(({ id }) => id === factor)) return undefined;
    const now = this.#deps.clock.now();
    const fresh = pending.demands.maxAge === undefined || now - factorAt <= pending.demands.maxAge;
    if (session.level < pending.demands.level || !fresh) return undefined;
    const passed = await this.#deps.pendings.passBySession(pending, { level: session.level, factor, at: factorAt });
    return passed === undefined ? undefined : this.#deps.pendings.releaseCode(passed);
  }

  #answer(exchange: Exchange, outcome: Outcome, visit: Visit, session: OpenSession | undefined): void {
    if (outcome.kind === 'note') {
      leaveNote(exchange, outcome.note, outcome.seconds);
      return toFreshLogin(this.#deps, exchange, keptTarget(exchange, visit));
    }
    if (outcome.kind === 'failed') return this.#answerFailed(exchange, outcome, visit);
    return this.#answerPending(exchange, outcome, session);
  }

  /** The app's own failure page, under a new visit that inherits the cookies: the form's token must go on working. */
  #answerFailed(exchange: Exchange, outcome: Extract<Outcome, { kind: 'failed' }>, spent: Visit): void {
    const { answer, cookies, jar } = outcome;
    const target = keptTarget(exchange, spent);
    const visit = beginVisit(this.#deps, exchange);
    if (target !== undefined) keepTarget(this.#deps, exchange, visit, target);
    const stale = [...exchange.cookies.keys()].filter(name => SealedCookies.belongsTo(visitOwner(spent), name));
    exchange.setCookies.push(...stale.map(deletion));
    const all = mergeJar(jar, cookies, this.#deps.clock.now());
    const pairs = visitAnswerHeaders(this.#deps, exchange, visit, answer, all);
    const html = (oneHeader(answer.headers, 'content-type') ?? '').startsWith('text/html') ? unpack(answer) : undefined;
    const line = exchange.app.settings.helpLine ? helpLine(languageOf(exchange), exchange.app.site.helpUrl) : '';
    writePairs(
      exchange,
      answer.status,
      pairs,
      html === undefined ? answer.body : Buffer.concat([html, Buffer.from(line)]),
      html !== undefined,
    );
  }

  #answerPending(
    exchange: Exchange,
    outcome: Extract<Outcome, { kind: 'pending' }>,
    session: OpenSession | undefined,
  ): void {
    exchange.setCookies.push(setCookie(cookieNames.pending, outcome.cookie));
    dropVisit(exchange, session === undefined ? undefined : sessionOwner(session.session));
    if (outcome.release !== undefined) return redirect(exchange, `/_sluis/release?code=${outcome.release}`);
    const scripted = exchange.app.settings.preset.signIn.scriptAnswer;
    if (isTopNavigation(exchange.head) || exchange.head.fetchMode === undefined)
      return redirect(exchange, '/_sluis/next');
    if (scripted !== undefined)
      return finish(
        exchange,
        scripted.status,
        { 'content-type': scripted.type, 'cache-control': 'no-store' },
        scripted.body,
      );
    const body = JSON.stringify({ error: 'second-factor', next: `${exchange.app.settings.origin}/_sluis/next` });
    finish(exchange, 401, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }, body);
  }

  #browserOf(exchange: Exchange, name: string): string | undefined {
    return this.#deps.known.verify(exchange.cookie(cookieNames.known), exchange.app.realm.name, name);
  }

  async #refused(exchange: Exchange, reason: SignInRefusal, name?: string): Promise<void> {
    const { app, source } = exchange;
    if (!this.#throttle.admits(source)) return;
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

function rulesOf(exchange: Exchange): AccountRules {
  return { characters: exchange.app.settings.nameCharacters, domains: exchange.app.realm.domains };
}

function macOf(visit: Visit, body: Buffer): string {
  return createHmac('sha256', visit.key).update(body).digest('base64url');
}

function writePairs(
  exchange: Exchange,
  status: number,
  pairs: readonly string[],
  body: Buffer,
  unpacked: boolean,
): void {
  const out: string[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const name = pairs[i] as string;
    if (name === 'content-length' || (unpacked && name === 'content-encoding')) continue;
    out.push(name, pairs[i + 1] as string);
  }
  if (exchange.res.destroyed || exchange.res.headersSent) return;
  exchange.res.writeHead(status, [...out, 'content-length', String(body.length)]);
  exchange.res.end(body);
}
