import { type Decision, isGroupDenial } from '../policy/decide.ts';
import type { Page } from '../ui/layout.tsx';
import { pickLanguage, translateTo } from '../ui/messages.ts';
import { framedPageHeaders, pageHeaders } from '../ui/page-headers.ts';
import { type Refusal, refusalPage, refusals } from '../ui/pages-refusal.tsx';
import { hopPage } from '../ui/pages-start.tsx';
import { cookieNames } from './cookie-names.ts';
import type { Exchange } from './exchange.ts';
import { isFrame } from './head.ts';
import { otherLanguageOf } from './language.ts';
import { pathWithin } from './path-within.ts';

/** Answers of our own on an app's host. All of them are no-store; none says what the app said. */
export function redirect(exchange: Exchange, location: string): void {
  finish(exchange, 303, { location, 'cache-control': 'no-store', 'referrer-policy': 'same-origin' }, '');
}

/** Seconds; a failover takes some three. */
const comeAgain = 5;

export function refuse(
  exchange: Exchange,
  refusal: Refusal,
  options: { next?: string; seconds?: number; limit?: number; reference?: string } = {},
): void {
  const { app } = exchange;
  const { origin, preset } = app.settings;
  // A link on a page of ours leads nowhere else, whatever was asked for.
  const next = pathWithin(origin, options.next ?? '/') ?? preset.landing;
  const html = refusalPage(pageOf(exchange), refusal, {
    next,
    app: app.settings.title,
    ...(options.seconds === undefined ? {} : { seconds: options.seconds }),
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    ...(options.reference === undefined ? {} : { reference: options.reference }),
  });
  const seconds = options.seconds ?? (refusal === 'store' || refusal === 'busy' ? comeAgain : undefined);
  const retry = seconds === undefined ? {} : { 'retry-after': String(seconds) };
  page(exchange, refusals[refusal].status, html, retry);
}

/** What decide() denies, and in public words why: the groups themselves are named to nobody (rule 7). */
export function refuseDenied(exchange: Exchange, decision: Decision, next: string): void {
  refuse(exchange, isGroupDenial(decision) ? 'not-in-group' : 'not-allowed', { next });
}

/** The page that goes on to the portal by itself: no redirect that began with a form post crosses hosts (an app's `form-action` would block it). */
export function hop(exchange: Exchange, to: string): void {
  page(exchange, 200, hopPage(pageOf(exchange), { to, app: undefined }), {});
}

export function page(exchange: Exchange, status: number, html: string, extra: Readonly<Record<string, string>>): void {
  const https = exchange.app.proto === 'https';
  const headers = isFrame(exchange.head) ? framedPageHeaders({ https }) : pageHeaders({ https });
  finish(exchange, status, { ...headers, 'content-type': 'text/html; charset=utf-8', ...extra }, html);
}

export function finish(
  exchange: Exchange,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): void {
  const { res, setCookies, req } = exchange;
  if (res.headersSent || res.destroyed) return;
  const length = Buffer.byteLength(body);
  // What was not read of the request would be taken for the next one: such a connection ends here (CWE-444).
  const unread = exchange.hasBody && !req.complete;
  const close = unread ? { connection: 'close' } : {};
  res.writeHead(status, {
    ...headers,
    ...close,
    ...(setCookies.length === 0 ? {} : { 'set-cookie': setCookies }),
    'content-length': String(length),
  });
  if (exchange.head.method === 'HEAD') return void res.end();
  if (!exchange.bodyComes) return void res.end(body);
  res.write(body);
  endAfterBody(exchange);
}

/**
 * Closing a connection on which bytes wait to be read takes back what was sent on it (RFC 9112 9.6): the rest of the
 * body is thrown away first. It has no longer to come than any body.
 */
function endAfterBody({ req, res }: Exchange): void {
  const end = () => res.end();
  req.once('end', end).once('close', end);
  req.resume();
}

export function pageOf(exchange: Exchange): Page {
  const language = languageOf(exchange);
  const switchTo = otherLanguageOf(exchange, language);
  return { language, t: translateTo(language), site: exchange.app.site, switchTo };
}

export function languageOf(exchange: Exchange): 'nl' | 'en' {
  return pickLanguage(exchange.head.acceptLanguage, exchange.cookie(cookieNames.language));
}
