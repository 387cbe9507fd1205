import type { Hono } from 'hono';
import type { AttemptRequest } from '../factor/attempts.ts';
import { knownBrowserCookie, knownBrowserLifetime } from '../factor/known-browser.ts';
import { verifyTyped } from '../operator/first-factor.ts';
import { addressOf, consoleApp, consoleRealm, type Operator } from '../operator/operator.ts';
import { type ConsoleSignIn, ConsoleSignIns } from '../operator/sign-in.ts';
import { delayedPage } from '../ui/pages-challenge.tsx';
import { type ConsoleSignInMistake, consoleSignInPage } from '../ui/pages-console.tsx';
import { providerSignInPage } from '../ui/pages-console-first.tsx';
import { mountChallenge } from './challenge.ts';
import { browserCookie, sessionCookie } from './cookies.ts';
import type { ConsoleDeps, ConsoleEnv } from './deps.ts';
import { formTokens, type PostedForm, readForm } from './form.ts';
import { whoIsIn } from './gate.ts';
import { mountInvitation } from './invitation.ts';
import { mountProvider } from './outside.ts';
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
      if (await deps.attempts.firstRefusal(counted, attempt)) await refusedOf(deps, email, 'delayed', source);
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
    await refusedOf(deps, email, reason, source);
    return { outcome: reason };
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
    if (outside !== undefined && (await this.deps.operators.settle(operator.id, { outside })) === undefined)
      return this.view.halt(c, 'identity');
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

/** Every page on the way in. None of them says whether there is an operator of a name. */
export function mountSignIn(app: Hono<ConsoleEnv>, { deps, view }: { deps: ConsoleDeps; view: View }): void {
  const entrance = new Entrance(deps, view);
  const { firstFactor } = deps;
  if (firstFactor.kind === 'oidc') {
    app.get('/sign-in', c => showProviders(c, entrance, firstFactor.title));
    mountProvider(app, entrance, firstFactor);
  }
  const place = firstFactor.kind === 'oidc' ? '/sign-in/password' : '/sign-in';
  app.get(place, c => show(c, entrance));
  app.post(place, c => answer(c, entrance));
  mountChallenge(app, entrance);
  mountInvitation(app, entrance);
}

async function showProviders(c: ConsoleContext, { deps, view }: Entrance, provider: string): Promise<Response> {
  if (typeof (await whoIsIn(deps, view, c)) !== 'string') return view.go(c, toOf(c));
  const href = `${view.at('/sign-in/provider')}${toQuery(c)}`;
  const props = { provider, href, invitation: view.at('/invitation'), spare: view.at('/sign-in/password') };
  return view.html(c, providerSignInPage(view.page(c), props));
}

async function show(c: ConsoleContext, entrance: Entrance, mistake?: ConsoleSignInMistake): Promise<Response> {
  const { view, deps } = entrance;
  if (mistake === undefined && typeof (await whoIsIn(deps, view, c)) !== 'string') return view.go(c, toOf(c));
  const place = view.placeOf(c);
  const action = `${view.at(place)}${toQuery(c)}`;
  const tokens = entrance.tokens(view.browser(c), place);
  const password = ({ local: undefined, ldap: 'directory', oidc: 'spare' } as const)[deps.firstFactor.kind];
  const props = {
    ...{ action, tokens, invitation: view.at('/invitation') },
    ...(password === undefined ? {} : { password }),
    ...(mistake === undefined ? {} : { mistake }),
  };
  const status = mistake === undefined ? 200 : mistake === 'unavailable' ? 503 : 422;
  return view.html(c, consoleSignInPage(view.page(c), props), status);
}

async function answer(c: ConsoleContext, entrance: Entrance): Promise<Response> {
  const { view } = entrance;
  const browser = view.knownBrowser(c);
  const form = browser === undefined ? undefined : await entrance.readForm(c, browser);
  if (form === undefined || browser === undefined) return view.refuse(c, 'form', { next: c.req.path });
  const [email, password] = [addressOf(form.field('email')), form.field('password')];
  if (email === undefined || password === '') return show(c, entrance, 'missing');
  const typed = await entrance.typed(c, email, password);
  if (typed.outcome === 'delayed') return entrance.delayed(c, typed.until);
  if (typed.outcome !== 'right') return show(c, entrance, typed.outcome);
  await entrance.signIns.begin(browser, { operator: typed.operator.id, email, purpose: 'sign-in', to: toOf(c) });
  return view.go(c, '/second-step');
}

async function refusedOf(
  { audit }: ConsoleDeps,
  name: string,
  reason: 'wrong' | 'delayed' | 'unavailable',
  source: string,
): Promise<void> {
  await audit.record({ type: 'operator.refused', realm: consoleRealm, name, reason, source });
}

/** A place of the console and nothing else: no host, no scheme, no query. */
export function toOf(c: ConsoleContext): string {
  const to = c.req.query('to') ?? '/';
  // One repetition, none within another: whoever is not in may write here what he likes (CWE-1333).
  return to.length <= 300 && /^\/[\w.~@:%/-]*$/.test(to) && !to.includes('//') ? to : '/';
}

function toQuery(c: ConsoleContext): string {
  const to = toOf(c);
  return to === '/' ? '' : `?to=${encodeURIComponent(to)}`;
}
