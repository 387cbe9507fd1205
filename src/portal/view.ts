import type { Context } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import { isForDesk } from '../enrolment/rules.ts';
import { randomId } from '../kernel/random.ts';
import type { Page, Site } from '../ui/layout.tsx';
import { languageCookie, otherLanguage, pickLanguage, translateTo } from '../ui/messages.ts';
import { pageHeaders } from '../ui/page-headers.ts';
import { type Refusal, type RefusalProps, refusalPage, refusals } from '../ui/pages-refusal.tsx';
import type { AppLink } from '../ui/pages-start.tsx';
import { onlyValue, readCookieHeader } from '../visit/cookie-header.ts';
import type { Pending } from '../visit/pending.ts';
import type { PortalDeps, PortalEnv } from './deps.ts';
import { portalCookieName, verifyPortalCookie } from './portal-cookie.ts';
import { browserOf, realmCookieName } from './realm-cookie.ts';

export type PortalContext = Context<PortalEnv>;

/** How the portal answers: pages in the person's language, and steps to its own places. */
export class View {
  readonly #deps: PortalDeps;
  readonly #site: Site;
  readonly #headers: Readonly<Record<string, string>>;
  readonly apps: readonly AppLink[];

  constructor(deps: PortalDeps) {
    const { realm, assets } = deps;
    this.#deps = deps;
    this.#headers = pageHeaders({ https: realm.portalOrigin.startsWith('https:') });
    this.#site = {
      organisation: realm.title,
      desk: realm.desk,
      assets: assets.names,
      assetFolder: this.at('/assets/'),
      helpUrl: this.at('/help'),
    };
    this.apps = deps.apps.map(app => ({ title: app.title, href: `${app.origin}/` }));
  }

  /** A place of the portal, under the path it is mounted at. */
  at(place: string): string {
    return `${this.#deps.realm.portalPath}${place}`;
  }

  /** Where the app's own host gives a sign-in up. */
  restart({ app: id }: Pick<Pending, 'app'>): { readonly href: string; readonly app: string } {
    const app = this.#deps.apps.find(candidate => candidate.id === id);
    if (app === undefined) return { href: this.at('/'), app: this.#deps.realm.title };
    return { href: `${app.origin}/_sluis/restart`, app: app.title };
  }

  /** Where somebody goes on who gives this up: the app, or her own security. */
  backOf({ app: id, own }: Pick<Pending, 'app' | 'own'>): { readonly href: string; readonly app: string | undefined } {
    const app = own === undefined ? this.#deps.apps.find(candidate => candidate.id === id) : undefined;
    if (app === undefined) return { href: this.at(own === undefined ? '/' : '/my-security'), app: undefined };
    return { href: `${app.origin}/`, app: app.title };
  }

  /** Whether the code for this level is handed over at the desk only, to who shows who she is (R38). */
  atDesk(level: number): boolean {
    return isForDesk(this.#deps.realm.firstFactor, level === 4 ? 4 : level === 3 ? 3 : 2);
  }

  notInvited(pending: Pending): { haveCode: string; account: string; restart: string; atDesk: boolean } {
    const haveCode = this.at(`/set-up/${pending.id}?code=1`);
    const atDesk = this.atDesk(pending.demands.level);
    return { haveCode, account: pending.name, restart: this.restart(pending).href, atDesk };
  }

  page(c: PortalContext): Page {
    const language = pickLanguage(c.req.header('accept-language'), this.cookie(c, languageCookie));
    const switchTo = `?lang=${otherLanguage(language)}`;
    return { language, t: translateTo(language), site: this.#site, switchTo };
  }

  html(c: PortalContext, html: string, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
    const all = { ...this.#headers, 'content-type': 'text/html; charset=utf-8', ...headers };
    for (const [name, value] of Object.entries(all)) c.header(name, value);
    return c.body(html, status as 200);
  }

  /** For a script of ours. */
  json(c: PortalContext, value: unknown, type = 'application/json', status = 200): Response {
    return this.html(c, JSON.stringify(value), status, { 'content-type': type });
  }

  /** 303 to one of our own places: never to another host, because a form may have led here. */
  go(c: PortalContext, place: string): Response {
    for (const [name, value] of Object.entries(this.#headers)) c.header(name, value);
    return c.redirect(`${this.#deps.realm.portalOrigin}${this.at(place)}`, 303);
  }

  refuse(c: PortalContext, refusal: Refusal, props: Partial<RefusalProps> = {}): Response {
    const html = refusalPage(this.page(c), refusal, { next: this.at('/'), ...props });
    const wait: Record<string, string> = refusal === 'store' ? { 'retry-after': '5' } : {};
    return this.html(c, html, refusals[refusal].status, wait);
  }

  /** Something broke: the log gets all of it, the person a number (rule 7). */
  broke(c: PortalContext, error: unknown, refusal: Refusal): Response {
    const reference = randomId(this.#deps.random, 6);
    this.#deps.report(error, reference);
    return this.refuse(c, refusal, { next: this.at('/'), reference });
  }

  /** A cookie that came exactly once: of two, one was planted. */
  cookie(c: PortalContext, name: string): string | undefined {
    return onlyValue(readCookieHeader(c.req.header('cookie')), name);
  }

  /** The browser's portal cookie, where it is one of ours. */
  portalCookie(c: PortalContext): string | undefined {
    return verifyPortalCookie(this.#deps.ring, this.cookie(c, portalCookieName));
  }

  /** SHA-256 of the browser's realm cookie: what its sessions belong to. */
  browser(c: PortalContext): string | undefined {
    const cookie = this.cookie(c, realmCookieName);
    return cookie === undefined || cookie === '' ? undefined : browserOf(cookie);
  }

  dropCookie(c: PortalContext, name: string): void {
    deleteCookie(c, name, { path: '/', secure: true });
  }

  /** Names and values of those that came exactly once and begin so. */
  cookiesLike(c: PortalContext, prefix: string): readonly (readonly [string, string])[] {
    return [...readCookieHeader(c.req.header('cookie'))].flatMap(([name, values]) =>
      name.startsWith(prefix) && values.length === 1 ? [[name, values[0] ?? ''] as const] : [],
    );
  }

  setCookie(c: PortalContext, name: string, value: string, maxAge?: number): void {
    const life = maxAge === undefined ? {} : { maxAge };
    setCookie(c, name, value, { path: '/', secure: true, httpOnly: true, sameSite: 'Lax', ...life });
  }
}
