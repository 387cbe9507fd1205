import type { AttemptRequest } from '../factor/attempts.ts';
import { knownBrowserCookie, knownBrowserLifetime } from '../factor/known-browser.ts';
import { verifyTyped } from '../operator/first-factor.ts';
import { consoleApp, consoleRealm, type Operator } from '../operator/operator.ts';
import { type ConsoleSignIn, ConsoleSignIns } from '../operator/sign-in.ts';
import { delayedPage } from '../ui/pages-challenge.tsx';
import { browserCookie, sessionCookie } from './cookies.ts';
import type { ConsoleDeps } from './deps.ts';
import { formTokens, type PostedForm, readForm } from './form.ts';
import type { ConsoleContext, View } from './view.ts';

export type Typed =
  | { readonly outcome: 'right'; readonly operator: Operator }
  | { readonly outcome: 'wrong' | 'unavailable' }
  | { readonly outcome: 'delayed'; readonly until: number };

/** How an operator comes in: what all its steps share. */
export class Entrance {
  readonly deps: ConsoleDeps;
  readonly view: View;
  readonly signIns: ConsoleSignIns;

  constructor(deps: ConsoleDeps, view: View) {
    this.deps = deps;
    this.view = view;
    this.signIns = new ConsoleSignIns(deps);
  }

  tokens(browser: string, place: string) {
    return formTokens(this.deps, browser, place);
  }

  /** Of this browser, made for this very place. */
  async readForm(c: ConsoleContext, browser: string): Promise<PostedForm | undefined> {
    const { origin } = this.deps.console;
    return readForm(this.deps.ring, c.req.raw, { origin, owner: browser, place: this.view.placeOf(c) });
  }

  /** The sign-in of this browser, or the page that says that there is none. */
  async withSignIn(
    c: ConsoleContext,
    then: (signIn: ConsoleSignIn, browser: string) => Promise<Response>,
  ): Promise<Response> {
    const browser = this.view.knownBrowser(c);
    const signIn = browser === undefined ? undefined : await this.signIns.find(browser);
    return browser === undefined || signIn === undefined ? this.view.halt(c, 'gone') : then(signIn, browser);
  }

  /** Whose budget of attempts this browser uses. */
  budgetOf(c: ConsoleContext, email: string): string | undefined {
    return this.deps.knownBrowsers.verify(this.view.cookie(c, knownBrowserCookie), consoleRealm, email);
  }

  /**
   * A first factor that is typed here: counted before it is looked at, and of all that can be wrong with it one is told.
   * Every refusal is in the audit.
   */
  async typed(c: ConsoleContext, email: string, password: string): Promise<Typed> {
    const { deps } = this;
    const { source } = c.env;
    const request = { pool: 'sign-in', realm: consoleRealm, account: email, source } as const;
    const known = this.budgetOf(c, email);
    const counted: AttemptRequest = known === undefined ? request : { ...request, browser: known };
    const attempt = await deps.attempts.begin(counted);
    if (!attempt.allowed) {
      if (await deps.attempts.firstRefusal(counted, attempt)) await this.refused(email, 'delayed', source);
      return { outcome: 'delayed', until: attempt.until };
    }
    const operator = await deps.operators.byEmail(email);
    const answer = await verifyTyped(deps.firstFactor, deps.clock)({ operator, password });
    if (answer === 'right' && operator !== undefined) {
      await attempt.succeeded();
      return { outcome: 'right', operator };
    }
    const reason = answer === 'unavailable' ? 'unavailable' : 'wrong';
    // Nothing was found out, so nothing was guessed.
    if (reason === 'unavailable') await attempt.refund();
    await this.refused(email, reason, source);
    return { outcome: reason };
  }

  async refused(name: string, reason: 'wrong' | 'delayed' | 'unavailable', source: string): Promise<void> {
    await this.deps.audit.record({ type: 'operator.refused', realm: consoleRealm, name, reason, source });
  }

  delayed(c: ConsoleContext, until: number, place = this.view.placeOf(c)): Response {
    const path = this.view.at(place);
    const wait = Math.max(0, until - this.deps.clock.now());
    const seconds = Math.max(1, Math.ceil(wait / 1000));
    const html = delayedPage(this.view.page(c), { wait, retry: path, otherWays: undefined });
    const headers = { 'retry-after': String(seconds), refresh: `${Math.min(seconds, 30)}; url=${path}` };
    return this.view.html(c, html, 429, headers);
  }

  /** Whoever was in before in this browser is out: a browser is one operator's at a time. */
  async #leave(c: ConsoleContext): Promise<void> {
    const cookie = this.view.cookie(c, sessionCookie);
    const before = cookie === undefined ? undefined : await this.deps.sessions.find(cookie, consoleApp);
    if (before !== undefined) await this.deps.sessions.end(before.session.id);
  }

  /** Both factors were right: a new session, and nothing of the way in is worth anything any more (CWE-384). */
  async enter(
    c: ConsoleContext,
    { signIn, browser, operator }: { signIn: ConsoleSignIn; browser: string; operator: Operator },
    passed: { readonly factor: string; readonly level: number },
  ): Promise<Response> {
    const { clock, sessions, audit, knownBrowsers, console: settings } = this.deps;
    if (!(await this.signIns.end(browser))) return this.view.halt(c, 'gone');
    const { outside } = signIn;
    // Hers from now on, and of nobody else: both factors were right.
    if (outside !== undefined && (await this.deps.operators.settle(operator.id, { outside })) === undefined) {
      await this.refused(operator.email, 'wrong', c.env.source);
      return this.view.halt(c, 'identity');
    }
    await this.#leave(c);
    const now = clock.now();
    const proved = { ...passed, factorAt: now, portal: undefined };
    const { id: person, email: name } = operator;
    const fresh = { realm: consoleRealm, app: consoleApp, person, name, ...proved };
    const { session, cookie } = await sessions.begin(fresh, { notAfter: now + settings.absolute });
    const told = { session: session.id, level: session.level, source: c.env.source };
    await audit.record({ type: 'session.began', realm: consoleRealm, person, name, app: consoleApp, ...told });
    const known = knownBrowsers.issue(consoleRealm, name, this.view.cookie(c, knownBrowserCookie));
    this.view.setCookie(c, knownBrowserCookie, known, knownBrowserLifetime / 1000);
    this.view.setCookie(c, sessionCookie, cookie);
    this.view.dropCookie(c, browserCookie);
    return this.view.go(c, signIn.to);
  }
}

/** A place of the console and nothing else: no host, no scheme, no query. */
export function toOf(c: ConsoleContext): string {
  const to = c.req.query('to') ?? '/';
  // One repetition, none within another: whoever is not in may write here what he likes (CWE-1333).
  return to.length <= 300 && /^\/[\w.~@:%/-]*$/.test(to) && !to.includes('//') ? to : '/';
}
