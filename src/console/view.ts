import type { Context } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import type { RealmSettings } from '../config/settings.ts';
import { randomId } from '../kernel/random.ts';
import type { Page, Site } from '../ui/layout.tsx';
import { languageCookie, otherLanguage, pickLanguage, translateTo } from '../ui/messages.ts';
import { pageHeaders } from '../ui/page-headers.ts';
import { type ConsoleHalt, consoleHaltPage } from '../ui/pages-console.tsx';
import { type Refusal, type RefusalProps, refusalPage, refusals } from '../ui/pages-refusal.tsx';
import { onlyValue, readCookieHeader } from '../visit/cookie-header.ts';
import { browserCookie, issueBrowserCookie, verifyBrowserCookie } from './cookies.ts';
import type { ConsoleDeps, ConsoleEnv } from './deps.ts';

const haltStatus = { mandate: 403, role: 403, level: 403, identity: 403, gone: 410, unavailable: 503 } as const;

export type ConsoleContext = Context<ConsoleEnv>;

/** How the console answers: pages in the operator's language, and steps to its own places. */
export class View {
  readonly #deps: ConsoleDeps;
  readonly #site: Site;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(deps: ConsoleDeps) {
    this.#deps = deps;
    this.#headers = pageHeaders({ https: deps.console.origin.startsWith('https:') });
    const realm = realmOf(deps);
    this.#site = {
      organisation: realm?.title ?? 'Sluis',
      desk: realm?.desk,
      assets: deps.assets.names,
      assetFolder: this.at('/assets/'),
      helpUrl: realm === undefined ? this.at('/') : `${realm.portalOrigin}${realm.portalPath}/help`,
    };
  }

  /** A place of the console, under the path it is mounted at. */
  at(place: string): string {
    return `${this.#deps.console.path}${place}`;
  }

  /** The place of this request, as routes name it. */
  placeOf(c: ConsoleContext): string {
    return c.req.path.slice(this.#deps.console.path.length) || '/';
  }

  page(c: ConsoleContext): Page {
    const language = pickLanguage(c.req.header('accept-language'), this.cookie(c, languageCookie));
    const query = queryWithout(c, 'lang', 'done');
    query.set('lang', otherLanguage(language));
    return { language, t: translateTo(language), site: this.#site, switchTo: `?${query}` };
  }

  html(c: ConsoleContext, html: string, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
    const all = { ...this.#headers, 'content-type': 'text/html; charset=utf-8', ...headers };
    for (const [name, value] of Object.entries(all)) c.header(name, value);
    return c.body(html, status as 200);
  }

  /** A file to keep; its name is ours. */
  download(
    c: ConsoleContext,
    body: string | ReadableStream,
    name: string,
    type: 'text/csv' | 'text/plain' | 'application/json' = 'text/csv',
  ): Response {
    const headers = {
      ...this.#headers,
      'content-type': `${type}; charset=utf-8`,
      'content-disposition': `attachment; filename="${name}"`,
    };
    for (const [header, value] of Object.entries(headers)) c.header(header, value);
    return c.body(body);
  }

  /** 303 to one of our own places: never to another host, because a form may have led here. */
  go(c: ConsoleContext, place: string): Response {
    for (const [name, value] of Object.entries(this.#headers)) c.header(name, value);
    return c.redirect(`${this.#deps.console.origin}${this.at(place)}`, 303);
  }

  /** To the provider that the configuration names, and to no other address. */
  goOut(c: ConsoleContext, address: string): Response {
    for (const [name, value] of Object.entries(this.#headers)) c.header(name, value);
    return c.redirect(address, 303);
  }

  refuse(c: ConsoleContext, refusal: Refusal, props: Partial<RefusalProps> = {}): Response {
    const html = refusalPage(this.page(c), refusal, { next: this.at('/'), ...props });
    const wait: Record<string, string> = refusal === 'store' ? { 'retry-after': '5' } : {};
    return this.html(c, html, refusals[refusal].status, wait);
  }

  halt(c: ConsoleContext, halt: ConsoleHalt): Response {
    const next = halt === 'role' ? '/' : '/sign-in';
    return this.html(c, consoleHaltPage(this.page(c), halt, { next: this.at(next) }), haltStatus[halt]);
  }

  /** Something broke: the log gets all of it, the person a number (rule 7). */
  broke(c: ConsoleContext, error: unknown, refusal: Refusal): Response {
    const reference = randomId(this.#deps.random, 6);
    this.#deps.report(error, reference);
    return this.refuse(c, refusal, { reference });
  }

  /** A cookie that came exactly once: of two, one was planted. */
  cookie(c: ConsoleContext, name: string): string | undefined {
    return onlyValue(readCookieHeader(c.req.header('cookie')), name);
  }

  /** What this browser on its way in is known by; given to it where it has none. */
  browser(c: ConsoleContext): string {
    const known = this.knownBrowser(c);
    if (known !== undefined) return known;
    const fresh = issueBrowserCookie(this.#deps);
    this.setCookie(c, browserCookie, fresh);
    return fresh;
  }

  knownBrowser(c: ConsoleContext): string | undefined {
    return verifyBrowserCookie(this.#deps.ring, this.cookie(c, browserCookie));
  }

  setCookie(c: ConsoleContext, name: string, value: string, maxAge?: number): void {
    const life = maxAge === undefined ? {} : { maxAge };
    setCookie(c, name, value, { path: '/', secure: true, httpOnly: true, sameSite: 'Lax', ...life });
  }

  dropCookie(c: ConsoleContext, name: string): void {
    deleteCookie(c, name, { path: '/', secure: true });
  }
}

/** What the address asks for, but for these: a page in the other language shows the same part of a list. */
export function queryWithout(c: ConsoleContext, ...names: readonly string[]): URLSearchParams {
  const query = new URL(c.req.url).searchParams;
  for (const name of names) query.delete(name);
  return query;
}

/** Whose name and look the console has: the realm's whose host it shares, else the first. */
export function realmOf({ console: { realm }, settings: { realms } }: Pick<ConsoleDeps, 'console' | 'settings'>) {
  const first: RealmSettings | undefined = [...realms.values()][0];
  return realm === undefined ? first : realms.get(realm);
}
