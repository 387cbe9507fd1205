import type { Hono } from 'hono';
import { knownBrowserCookie, knownBrowserLifetime } from '../factor/known-browser.ts';
import type { Person } from '../factor/person.ts';
import { factorName } from '../ui/factor-name.ts';
import type { FormTokens } from '../ui/form.tsx';
import type { Page } from '../ui/layout.tsx';
import { delayedPage } from '../ui/pages-challenge.tsx';
import { gonePage } from '../ui/pages-start.tsx';
import { Answers, type Outcome } from './answers.ts';
import type { PortalDeps, PortalEnv } from './deps.ts';
import { formTokens, type PostedForm, readForm } from './form-guard.ts';
import { realmCookieName } from './realm-cookie.ts';
import { findSignIn, placeOf, type SignIn } from './sign-in.ts';
import type { PortalContext, View } from './view.ts';

/** Mistakes of whoever should have sent something, and not of hers. */
const notOurs = ['not-sent', 'maybe-sent'];
/** What an authenticator signs is some kilobytes; all that people type is far shorter. */
const longest = 12 * 1024;

export interface ShowProps {
  readonly c: PortalContext;
  readonly page: Page;
  readonly signIn: SignIn;
  readonly tokens: FormTokens;
  readonly mistake: string | undefined;
  /** What was posted, where that led back here. */
  readonly form?: PostedForm | undefined;
}

/** A page that is about to be shown. */
export interface ArriveProps {
  readonly page: Page;
  readonly signIn: SignIn;
  readonly source: string;
  readonly browser: string | undefined;
}

export interface AnswerProps {
  readonly page: Page;
  readonly signIn: SignIn;
  readonly form: PostedForm;
  /** The form's `code`; with `next` behind a + where it asks for two in a row. */
  readonly typed: string;
  readonly source: string;
  readonly browser: string | undefined;
}

/** One page of a sign-in that asks for one thing. */
export interface Step {
  /** `/challenge/:id`: always with the pending's id. */
  readonly path: string;
  /** Whether this page may be shown and answered where the sign-in stands; else people are led to where it does. */
  isOpen(signIn: SignIn): boolean;
  /** What has to be done first, once: a code that is sent. An outcome in place of the page; undefined: show it. */
  arrive?(props: ArriveProps): Promise<Outcome | undefined>;
  show(props: ShowProps): string | Promise<string>;
  /** Beside those of every page. */
  readonly headers?: Readonly<Record<string, string>>;
  answer(props: AnswerProps): Promise<Outcome>;
}

/** Routes of steps: what every page of a sign-in checks, in one place. */
export class Steps {
  readonly #deps: PortalDeps;
  readonly #view: View;
  readonly #answers: Answers;

  constructor(deps: PortalDeps, view: View) {
    this.#deps = deps;
    this.#view = view;
    this.#answers = new Answers(deps);
  }

  mount(app: Hono<PortalEnv>, step: Step): void {
    app.get(step.path, c => this.#get(c, step));
    app.post(step.path, c => this.#post(c, step));
  }

  /** The sign-in of this address, in this browser. */
  async find(c: PortalContext): Promise<SignIn | undefined> {
    const signIn = await findSignIn(this.#deps, c.req.param('id') ?? '', this.#view.portalCookie(c));
    return signIn === undefined || (await this.#isHersStill(c, signIn)) ? signIn : undefined;
  }

  /** A change of her own goes on only while this browser holds a living session of that very person. */
  async #isHersStill(c: PortalContext, { pending: { own }, person }: SignIn): Promise<boolean> {
    if (own === undefined) return true;
    const browser = this.#view.browser(c);
    const owner = browser === undefined ? undefined : await this.#deps.own?.who(browser);
    return owner !== undefined && owner.person.id === own.person && person?.id === own.person;
  }

  async readForm(c: PortalContext, signIn: SignIn): Promise<PostedForm | undefined> {
    return readForm(this.#deps.ring, c.req.raw, {
      origin: this.#deps.realm.portalOrigin,
      portalCookie: signIn.portalCookie,
      scope: signIn.pending.id,
    });
  }

  tokens(signIn: SignIn): FormTokens {
    return formTokens(this.#deps, signIn.portalCookie, signIn.pending.id);
  }

  gone(c: PortalContext, setUp = false): Response {
    return this.#view.html(c, gonePage(this.#view.page(c), { apps: this.#view.apps, setUp }), 410);
  }

  async #get(c: PortalContext, step: Step): Promise<Response> {
    const signIn = await this.find(c);
    if (signIn === undefined) return this.gone(c);
    if (!step.isOpen(signIn)) return this.#view.go(c, placeOf(signIn));
    const wait = waitOf(c, this.#deps.clock.now());
    if (wait > 0) return this.#delayed(c, signIn, wait, c.req.query('sending') !== undefined);
    const { source } = c.env;
    const page = this.#view.page(c);
    const outcome = await step.arrive?.({ page, signIn, source, browser: this.#known(c, signIn) });
    return outcome === undefined ? this.#show(c, step, signIn, undefined) : this.#respond(c, step, signIn, outcome);
  }

  async #post(c: PortalContext, step: Step): Promise<Response> {
    const signIn = await this.find(c);
    if (signIn === undefined) return this.gone(c);
    const form = await this.readForm(c, signIn);
    if (form === undefined) return this.#view.refuse(c, 'form', { next: c.req.path });
    const { pending, portalCookie } = signIn;
    const typed = [form.field('code'), form.field('next')]
      .filter(text => text !== '')
      .join('+')
      .slice(0, longest);
    const choice = ['act', 'to', 'address'].map(name => form.field(name));
    const parts = [step.path, pending.id, portalCookie, form.attempt, typed, ...choice];
    const outcome = await this.#answers.once(parts, () => this.#answer(c, step, signIn, form, typed));
    return this.#respond(c, step, signIn, outcome, form);
  }

  async #answer(c: PortalContext, step: Step, signIn: SignIn, form: PostedForm, typed: string): Promise<Outcome> {
    // Not open: nothing is verified, and where it stands now is shown.
    if (!step.isOpen(signIn)) return { kind: 'unknown' };
    const page = this.#view.page(c);
    return step.answer({ page, signIn, form, typed, source: c.env.source, browser: this.#known(c, signIn) });
  }

  #known(c: PortalContext, { pending: { realm, name } }: SignIn): string | undefined {
    return this.#deps.knownBrowsers.verify(this.#view.cookie(c, knownBrowserCookie), realm, name);
  }

  async #respond(c: PortalContext, step: Step, signIn: SignIn, outcome: Outcome, form?: PostedForm): Promise<Response> {
    switch (outcome.kind) {
      case 'go':
        if (outcome.known === true) await this.know(c, signIn);
        return this.#view.go(c, outcome.place);
      case 'mistake':
        return this.#show(c, step, signIn, outcome.mistake, form);
      case 'delayed':
        return this.#delayed(c, signIn, outcome.until - this.#deps.clock.now(), outcome.sending === true);
      case 'gone':
        return this.gone(c, outcome.setUp === true);
      case 'unknown':
        return this.#view.go(c, placeOf((await this.find(c)) ?? signIn));
    }
  }

  async #show(
    c: PortalContext,
    step: Step,
    signIn: SignIn,
    mistake: string | undefined,
    form?: PostedForm,
  ): Promise<Response> {
    const page = this.#pageOf(c, signIn);
    const html = await step.show({ c, page, signIn, tokens: this.tokens(signIn), mistake, form });
    return this.#view.html(c, html, statusOf(mistake), step.headers);
  }

  /** A change of her own is named on each page that asks for something: a code is not typed for what she did not begin. */
  #pageOf(c: PortalContext, { pending: { own }, person }: SignIn): Page {
    const page = this.#view.page(c);
    if (own === undefined) return page;
    const factor = person?.factors.find(({ id }) => id === own.on);
    const label = own.label ?? (factor === undefined ? '' : factorName(page.t, factor));
    const text = page.t(`own.doing-${own.act}`, { label });
    return { ...page, doing: { text, leave: page.t('own.doing-not'), back: this.#view.at('/my-security') } };
  }

  /** Counts down by asking again: every ten seconds, and when the time is over. Nothing can be typed meanwhile. */
  #delayed(c: PortalContext, { pending }: SignIn, wait: number, sending = false): Response {
    const path = c.req.path;
    const until = this.#deps.clock.now() + Math.max(wait, 0);
    const seconds = Math.max(1, Math.ceil(wait / 1000));
    const otherWays = this.#view.at(`/other-ways/${pending.id}`);
    const html = delayedPage(this.#view.page(c), { wait, retry: path, otherWays, sending });
    return this.#view.html(c, html, 429, {
      'retry-after': String(seconds),
      refresh: `${Math.min(seconds, 10)}; url=${path}?until=${until}${sending ? '&sending=1' : ''}`,
    });
  }

  /** Passed here: the browser is known to this account, and gets a realm cookie of this pass. */
  async know(c: PortalContext, { pending, person, realmCookie, browser }: SignIn): Promise<void> {
    const before = this.#view.browser(c);
    if (before !== undefined && person !== undefined)
      await this.#deps.carryOver(before, browser, person.id, person.name);
    this.#view.setCookie(c, realmCookieName, realmCookie);
    const value = this.#deps.knownBrowsers.issue(pending.realm, pending.name, this.#view.cookie(c, knownBrowserCookie));
    this.#view.setCookie(c, knownBrowserCookie, value, knownBrowserLifetime / 1000);
  }
}

function statusOf(mistake: string | undefined): number {
  if (mistake === undefined) return 200;
  return notOurs.includes(mistake) ? 503 : 422;
}

/** Milliseconds that the address says to wait. Only shown: what may be tried is decided where attempts are counted. */
function waitOf(c: PortalContext, now: number): number {
  const until = Number(c.req.query('until') ?? 0);
  return Number.isSafeInteger(until) && until - now <= 24 * 60 * 60_000 ? until - now : 0;
}

export function hasFactor(person: Person | undefined): person is Person {
  return person !== undefined && person.factors.length > 0;
}
