import type { Readable } from 'node:stream';
import type { OpenSession } from '../session/sessions.ts';
import { proofIn } from '../signin/judge.ts';
import { helpLine } from '../ui/fragments.tsx';
import { keptInFramePage } from '../ui/pages-send.tsx';
import type { JarCookie } from '../visit/jar.ts';
import { cookieHeader, readSetCookie } from '../visit/set-cookie.ts';
import type { Visit } from '../visit/visits.ts';
import { appending, canAppend, chain, withoutBodyMarks } from './append.ts';
import { cookieLines } from './cookie-lines.ts';
import { cookieNames, dropCookie } from './cookie-names.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';
import { type AnswerHead, forward, type HeadVerdict } from './forward.ts';
import { isFrame, isTopNavigation } from './head.ts';
import { manyHeaders, oneHeader, requestHeaders, responseHeaders } from './headers.ts';
import { leaveNote, takeNote } from './note.ts';
import { finish, languageOf, page, pageOf, redirect, refuse } from './respond.ts';
import { challengeHeader, scriptChallenge } from './script-challenge.ts';
import { appFailed } from './trouble.ts';
import { beginVisit, keepTarget, livingVisit, openVisitJar, visitOwner } from './visit-cookies.ts';
import { visitGate } from './visit-gate.ts';

/** Milliseconds. Nobody knows who it is, and files are small: with the network's own buffers still a very slow line. */
const longestStall = 30_000;

function anonymousStall({ limits }: GatewayDeps): number {
  return Math.min(limits.stallTime, longestStall);
}

/** A public file: no cookies out, none back; by connections of their own, or a few large ones that are read slowly would keep login pages waiting. */
export function passAsset(deps: GatewayDeps, exchange: Exchange): void {
  const { app, head, target, source } = exchange;
  forward({
    pool: app.assetPool,
    stallTime: anonymousStall(deps),
    options: {
      method: head.method,
      path: target.raw,
      headers: requestHeaders(head, { host: app.host, source, proto: app.proto, cookie: undefined }),
    },
    res: exchange.res,
    judge: answer => ({ headers: responseHeaders(answer.headers, app.rewriteLocation) }),
    failed: failure => appFailed(deps, exchange, failure),
  });
}

/** A login page: with the visit's cookies, watched for proof, with the help line behind it. */
export async function passLoginPage(
  deps: GatewayDeps,
  exchange: Exchange,
  session: OpenSession | undefined,
): Promise<void> {
  const visit = (await livingVisit(deps, exchange)) ?? beginVisit(deps, exchange);
  const jar = openVisitJar(deps, exchange, visit, session?.session);
  const { app, head, target, source } = exchange;
  const cookie = cookieHeader(jar, target.path, deps.clock.now());
  const options: { method: string; path: string; headers: string[]; body?: Readable } = {
    method: head.method,
    path: target.raw,
    headers: requestHeaders(withoutConditions(head), { host: app.host, source, proto: app.proto, cookie }),
  };
  forward({
    pool: session === undefined ? app.publicPool : app.pool,
    stallTime: session === undefined ? anonymousStall(deps) : deps.limits.stallTime,
    options,
    res: exchange.res,
    watch: cut => deps.visits.onSpent(visit, cut),
    // An honest second tab: its page comes anew, under a visit that is not spent.
    cutShort: () => toLogin(deps, exchange, undefined),
    judge: answer => judgeVisitAnswer(deps, exchange, visit, answer),
    failed: failure => appFailed(deps, exchange, failure),
  });
}

/**
 * Nothing that an app answers to a spent visit reaches a browser (rule 10): a GET that the app held back until the
 * sign-in beside it was done comes back as somebody who is signed in.
 */
async function judgeVisitAnswer(
  deps: GatewayDeps,
  exchange: Exchange,
  visit: Visit,
  answer: AnswerHead,
): Promise<HeadVerdict> {
  if (await deps.visits.isSpent(visit)) return { instead: () => toLogin(deps, exchange, undefined) };
  deps.ongoing.clockWatch.see(exchange.app.settings.id, oneHeader(answer.headers, 'date'));
  const cookies = answerCookies(deps, exchange, answer);
  if (proofIn(exchange.app.settings.preset, cookies) !== undefined) {
    return { instead: () => proofOutsideSignIn(deps, exchange, visit) };
  }
  const note = takeNote(exchange);
  const language = languageOf(exchange);
  const headers = visitAnswerHeaders(deps, exchange, visit, answer, cookies);
  if (exchange.head.method === 'HEAD') return { headers };
  const gate = visitGate(deps.visits, visit);
  if (exchange.app.settings.helpLine === false && note === undefined) return { headers, through: gate };
  if (!canAppend(answer.status, answer.headers)) return { headers, through: gate };
  const line = helpLine(language, exchange.app.site.helpUrl, note?.refusal, note?.values);
  return { headers: withoutBodyMarks(headers), through: chain(gate, appending(answer.headers, line)) };
}

/** Of headers that say how long an answer may be kept: a login page kept by a browser, or by something between, would come back with the form of a visit that is spent. */
const keeping = new Set(['cache-control', 'expires', 'pragma', 'etag', 'last-modified', 'age', 'surrogate-control']);

/** Flat pairs for an answer to a visit: its cookies sealed for it, and never to be kept. */
export function visitAnswerHeaders(
  deps: GatewayDeps,
  exchange: Exchange,
  visit: Visit,
  answer: AnswerHead,
  cookies: readonly JarCookie[],
): string[] {
  const pairs = responseHeaders(answer.headers, exchange.app.rewriteLocation);
  const headers: string[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    if (!keeping.has(pairs[i] as string)) headers.push(pairs[i] as string, pairs[i + 1] as string);
  }
  headers.push('cache-control', 'no-store');
  const lines = [...exchange.setCookies, ...cookieLines(deps, exchange, visitOwner(visit), cookies)];
  for (const line of lines) headers.push('set-cookie', line);
  return headers;
}

export function answerCookies(deps: GatewayDeps, exchange: Exchange, answer: Pick<AnswerHead, 'headers'>): JarCookie[] {
  return manyHeaders(answer.headers, 'set-cookie')
    .map(line => readSetCookie(line, exchange.target.path, deps.clock.now()))
    .filter(cookie => cookie !== undefined);
}

/** Proof on a page that no sign-in asked for: kept from the browser, the visit spent, reported. */
async function proofOutsideSignIn(deps: GatewayDeps, exchange: Exchange, visit: Visit): Promise<void> {
  await deps.visits.spend(visit);
  await deps.audit.record({
    type: 'proof.outside-sign-in',
    realm: exchange.app.realm.name,
    app: exchange.app.settings.id,
    source: exchange.source,
  });
  refuse(exchange, 'unjudged', { next: exchange.app.settings.preset.login.page });
}

/** What somebody without a session gets who asks for what is not public: only top-level navigations are redirected. */
export async function turnAway(deps: GatewayDeps, exchange: Exchange): Promise<void> {
  const { head } = exchange;
  if (isFrame(head)) return refuse(exchange, 'frame', { next: '/' });
  if (isTopNavigation(head)) {
    if (head.method === 'GET') return toLogin(deps, exchange, exchange.target.raw);
    return refuse(exchange, 'visit-expired', { next: exchange.app.settings.preset.login.page });
  }
  answerScript(exchange);
}

/** What she posted with a session that had run out is kept: to the sign-in, which says so. */
export async function toLoginKept(deps: GatewayDeps, exchange: Exchange): Promise<void> {
  leaveNote(exchange, 'kept');
  if (!isFrame(exchange.head)) return toLogin(deps, exchange, undefined);
  page(exchange, 401, keptInFramePage(pageOf(exchange), { to: '/_sluis/challenge' }), {});
}

export function answerScript(exchange: Exchange): void {
  const challenge = scriptChallenge(exchange, { kind: 'sign-in' });
  const constant = exchange.app.settings.preset.scriptSignedOut;
  const asks = exchange.cookie(cookieNames.session) !== undefined || exchange.head.fetchMode !== undefined;
  if (constant !== undefined && asks) {
    return finish(
      exchange,
      constant.status,
      {
        'content-type': constant.type,
        'cache-control': 'no-store',
        'sluis-challenge': challengeHeader(exchange, { kind: 'sign-in' }),
      },
      constant.body,
    );
  }
  finish(exchange, challenge.status, challenge.headers, challenge.body);
}

/** To the app's own login page, as a visit, with the page asked for kept in it. */
export async function toLogin(deps: GatewayDeps, exchange: Exchange, target: string | undefined): Promise<void> {
  const visit = (await livingVisit(deps, exchange)) ?? beginVisit(deps, exchange);
  if (target !== undefined) keepTarget(deps, exchange, visit, target);
  redirect(exchange, exchange.app.settings.preset.login.page);
}

/** To a login page that has nothing of before: a new visit, whatever the browser holds. */
export function toFreshLogin(deps: GatewayDeps, exchange: Exchange, target: string | undefined): void {
  const visit = beginVisit(deps, exchange);
  if (target === undefined) {
    if (exchange.cookies.has(cookieNames.target)) exchange.setCookies.push(dropCookie(cookieNames.target));
  } else keepTarget(deps, exchange, visit, target);
  redirect(exchange, exchange.app.settings.preset.login.page);
}

/** A login page is never "not modified": its form must be of this visit. */
function withoutConditions(head: Exchange['head']): Exchange['head'] {
  return { ...head, lines: head.lines.filter(name => !name.startsWith('if-') && name !== 'range') };
}
