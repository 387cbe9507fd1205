import { tooBigPage } from '../ui/pages-send.tsx';
import { FormSieve } from '../visit/form-sieve.ts';
import { type FormText, readFormText } from '../visit/form-text.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';
import { isFormPost } from './form-post.ts';
import { pathWithin } from './path-within.ts';
import { finish, page, pageOf, refuse } from './respond.ts';
import { siftForm } from './sift-form.ts';

/** What she wrote, for a page that shows it to her; `body` is what there is of it. */
export function formTextOf(exchange: Exchange, contentType: string, body: Buffer, cut = false): FormText {
  const { passwords, folding } = exchange.app.credentials;
  return readFormText(contentType, body, { secrets: passwords, folding, cut });
}

/**
 * The page that says so, names the files and gives her texts back. Nothing of it went to the app. `early` is what was read;
 * the rest is read for its texts, as far as it comes soon.
 */
export async function tooLarge(exchange: Exchange, early: Buffer, limit: number): Promise<void> {
  const contentType = exchange.head.contentType ?? '';
  const sieve = new FormSieve(contentType);
  sieve.push(early);
  exchange.acceptBody();
  const whole = await siftForm(exchange.req, sieve);
  const text = formTextOf(exchange, contentType, sieve.kept, !whole);
  const next = pageBefore(exchange) ?? exchange.app.settings.preset.landing;
  page(exchange, 413, tooBigPage(pageOf(exchange), { text, limit, next }), {});
}

/** A body that says itself that it is larger than anything may be: refused before any of it reaches the app. */
export async function refuseTooLarge(
  deps: GatewayDeps,
  exchange: Exchange,
  early: Buffer = Buffer.alloc(0),
): Promise<void> {
  if (!isFormPost(exchange.head)) return tooLargeUnread(deps, exchange);
  await tooLarge(exchange, early, deps.limits.body);
}

/** Where there is nothing to give back: a script is told in its own language, a person on a page. */
export function tooLargeUnread({ limits }: GatewayDeps, exchange: Exchange): void {
  const { head, app } = exchange;
  if (head.fetchMode === undefined || head.fetchMode === 'navigate')
    return refuse(exchange, 'too-large', { next: app.settings.preset.landing, limit: limits.body });
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  finish(exchange, 413, headers, JSON.stringify({ error: 'too-large', limit: limits.body }));
}

/** The page of the app that this request came from: path and query, and none of ours. */
export function pageBefore(exchange: Exchange): string | undefined {
  return pageOfApp(exchange, exchange.head.lines.first('referer'));
}

export function pageOfApp({ app }: Pick<Exchange, 'app'>, address: string | undefined): string | undefined {
  const path = address === undefined ? undefined : pathWithin(app.settings.origin, address);
  return path === undefined || path.startsWith('/_sluis') ? undefined : path;
}
