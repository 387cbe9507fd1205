import type { Hono } from 'hono';
import { SluisError } from '../kernel/errors.ts';
import { sha256 } from '../kernel/hash.ts';
import { consoleRealm } from '../operator/operator.ts';
import { may, ruleOf } from '../operator/role.ts';
import type { ConsolePage } from '../ui/console-layout.tsx';
import type { MessageId } from '../ui/messages.ts';
import { frozenConsoleIds } from '../ui/messages-frozen-console.ts';
import { frozenResetIds } from '../ui/messages-frozen-reset.ts';
import { actPage } from '../ui/pages-console.tsx';
import type { ConsoleDeps, ConsoleEnv } from './deps.ts';
import { formTokens, type PostedForm, readForm } from './form.ts';
import { type Inside, isFresh, whoIsIn } from './gate.ts';
import type { ActRoute, Ask, ConsoleRoute, Done, FormRoute, Place } from './route.ts';
import type { ConsoleContext, View } from './view.ts';

/** One form does one thing; its repeat, a double click, leads where the first did. */
const attemptLife = 60 * 60_000;
const longestReason = 500;

/**
 * The one place that every page and form of the console goes through: who it is, her mandate, her role, a fresh factor,
 * a form of ours, a reason, the audit; then the page. A page that is not mounted here is not there.
 */
export class Frame {
  readonly #deps: ConsoleDeps;
  readonly #view: View;
  readonly #places: readonly Place[];

  constructor(deps: ConsoleDeps, view: View, places: readonly Place[]) {
    this.#deps = deps;
    this.#view = view;
    this.#places = places;
  }

  mount(app: Hono<ConsoleEnv>, route: ConsoleRoute): void {
    if (route.method === 'GET') app.get(route.path, c => this.#inside(c, route, ask => route.show(ask)));
    if (route.method === 'POST') app.post(route.path, c => this.#inside(c, route, ask => this.#submit(ask, route)));
    if (route.method !== 'ACT') return;
    app.get(route.path, c => this.#inside(c, route, ask => this.#describe(ask, route)));
    app.post(route.path, c => this.#inside(c, route, ask => this.#submit(ask, route)));
  }

  async #inside(c: ConsoleContext, route: ConsoleRoute, then: (ask: Ask) => Promise<Response>): Promise<Response> {
    const who = await whoIsIn(this.#deps, this.#view, c);
    if (who === 'mandate') return this.#view.halt(c, 'mandate');
    if (who === 'nobody') return this.#toSignIn(c);
    if (!may(who.operator.role, route.act)) return this.#notHers(c, who, route);
    if (ruleOf(route.act).fresh === true && !isFresh(this.#deps, who.session)) return this.#toFresh(c);
    return then(this.#ask(c, who, route));
  }

  /** What was asked for is kept for after the sign-in; of a form its page, for nothing is sent a second time. */
  #toSignIn(c: ConsoleContext): Response {
    return this.#view.go(c, `/sign-in${toOf(this.#view.placeOf(c))}`);
  }

  #toFresh(c: ConsoleContext): Response {
    return this.#view.go(c, `/again${toOf(this.#view.placeOf(c))}`);
  }

  async #notHers(c: ConsoleContext, { operator }: Inside, { act }: ConsoleRoute): Promise<Response> {
    const { email: name } = operator;
    const told = { realm: consoleRealm, name, act, source: c.env.source } as const;
    await this.#deps.audit.record({ type: 'operator.refused', reason: 'role', ...told });
    return this.#view.halt(c, 'role');
  }

  #ask(c: ConsoleContext, who: Inside, route: ConsoleRoute): Ask {
    const tokens = (place: string) => formTokens(this.#deps, who.session.id, place);
    const page = this.#page(c, who, route, tokens);
    return {
      ...who,
      c,
      deps: this.#deps,
      view: this.#view,
      page,
      source: c.env.source,
      tokens,
      param: name => c.req.param(name) ?? '',
    };
  }

  #page(c: ConsoleContext, { operator }: Inside, { path }: ConsoleRoute, tokens: Ask['tokens']): ConsolePage {
    const places = this.#places
      .filter(({ act }) => may(operator.role, act))
      .map(place => ({
        href: this.#view.at(place.path),
        title: place.title,
        here: place.path === '/' ? path === '/' : path === place.path || path.startsWith(`${place.path}/`),
      }));
    const signOut = { action: this.#view.at('/sign-out'), tokens: tokens('/sign-out') };
    const who = { name: operator.name, role: operator.role, signOut };
    return { ...this.#view.page(c), places, who, notice: noticeOf(c.req.query('done')) };
  }

  async #describe(ask: Ask, route: ActRoute, mistake?: MessageId, detail: readonly string[] = []): Promise<Response> {
    const described = await route.describe(ask);
    if (described === undefined) return this.#view.refuse(ask.c, 'not-found');
    const place = this.#view.placeOf(ask.c);
    const html = actPage(ask.page, {
      ...described,
      action: this.#view.at(place),
      tokens: ask.tokens(place),
      back: this.#view.at(route.back(ask)),
      asksReason: ruleOf(route.act).reason === true,
      mistake,
      detail,
    });
    return this.#view.html(ask.c, html, mistake === undefined ? 200 : 422);
  }

  async #submit(ask: Ask, route: FormRoute | ActRoute): Promise<Response> {
    const { c, session } = ask;
    const place = this.#view.placeOf(c);
    const expected = { origin: this.#deps.console.origin, owner: session.id, place };
    const form = await readForm(this.#deps.ring, c.req.raw, expected);
    if (form === undefined) return this.#notOurs(ask, route);
    const reason = reasonOf(form);
    if (ruleOf(route.act).reason === true && reason === undefined)
      return this.#wrong(ask, route, 'console.reason-missing');
    // Once in the whole fleet, and before it is done.
    const first = await this.#deps.store.consume(`console-attempt:{${sha256(form.attempt)}}`, attemptLife);
    if (!first) return this.#view.go(c, route.back(ask));
    await this.#note(ask, route, reason ?? '');
    try {
      return await this.#answer(ask, route, await route.submit(ask, form, reason ?? ''));
    } catch (error) {
      const text = error instanceof SluisError ? refusedTexts[error.code] : undefined;
      if (text === undefined) throw error;
      return this.#wrong(ask, route, text, error instanceof SluisError ? error.message.split('\n') : []);
    }
  }

  async #answer(ask: Ask, route: FormRoute | ActRoute, done: Done): Promise<Response> {
    if ('mistake' in done) return this.#wrong(ask, route, done.mistake, done.detail);
    if ('show' in done) return this.#view.html(ask.c, done.show, done.status ?? 200);
    if ('file' in done) return this.#view.download(ask.c, done.file, done.name, done.type);
    return this.#view.go(ask.c, done.notice === undefined ? done.go : `${done.go}?done=${done.notice}`);
  }

  async #wrong(
    ask: Ask,
    route: FormRoute | ActRoute,
    mistake: MessageId,
    detail: readonly string[] = [],
  ): Promise<Response> {
    return route.method === 'ACT'
      ? this.#describe(ask, route, mistake, detail)
      : this.#view.go(ask.c, `${route.back(ask)}?done=${mistake}`);
  }

  async #notOurs({ c, operator, source }: Ask, { act }: FormRoute | ActRoute): Promise<Response> {
    const told = { realm: consoleRealm, name: operator.email, act, source } as const;
    await this.#deps.audit.record({ type: 'operator.refused', reason: 'form', ...told });
    return this.#view.refuse(c, 'form', { next: c.req.path });
  }

  /** Before it is done: an act that nobody can read about later does not happen. */
  async #note(ask: Ask, route: FormRoute | ActRoute, reason: string): Promise<void> {
    const { operator, source } = ask;
    const { id: person, email: name } = operator;
    const told = { act: route.act, about: route.about(ask).slice(0, 200), reason, source };
    await this.#deps.audit.record({ type: 'operator.acted', realm: consoleRealm, person, name, ...told });
  }
}

/** What the domain refuses, in words; anything else broke. */
const refusedTexts: Readonly<Record<string, MessageId>> = {
  'operator.refused': 'console.refused.operator',
  'tokens.refused': 'console.refused.tokens',
  'account.unknown': 'console.refused.unknown',
  'account.name-refused': 'console.refused.name',
  'enrolment.refused': 'console.refused.enrolment',
  'cli.usage': 'console.refused.file',
};

/** Words in one line, without signs that hide or turn text; undefined for none. */
function reasonOf(form: PostedForm): string | undefined {
  const text = form
    .field('reason')
    .slice(0, 4 * longestReason)
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, longestReason);
  return text.length < 3 ? undefined : text;
}

/** One of our own texts, by its id; nothing that an address says is shown otherwise. */
function noticeOf(id: string | undefined): MessageId | undefined {
  // What an act came to, and no other text: nobody is led by an address to read of what did not happen.
  if (id === undefined || !/\.(?:done|refused|reason-missing)\b/.test(id)) return undefined;
  return [...frozenConsoleIds, ...frozenResetIds].includes(id) ? (id as MessageId) : undefined;
}

function toOf(place: string): string {
  return place === '/' ? '' : `?to=${encodeURIComponent(place)}`;
}
