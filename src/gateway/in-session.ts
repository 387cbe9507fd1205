import { LRUCache } from 'lru-cache';
import { isSignedOutAnswer, matchesAny, seenParameters } from '../preset/match.ts';
import type { Session } from '../session/session.ts';
import type { OpenSession } from '../session/sessions.ts';
import { normalForm } from '../signin/account.ts';
import { proofRemoved, proofsIn } from '../signin/judge.ts';
import type { JarCookie } from '../visit/jar.ts';
import { deletion } from '../visit/sealed-cookies.ts';
import { cookieHeader, mergeJar } from '../visit/set-cookie.ts';
import { answerCookies, answerScript, toFreshLogin, visitAnswerHeaders } from './anonymous.ts';
import { cookieLines, withReadable } from './cookie-lines.ts';
import { endSessions } from './end-session.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';
import { type AnswerHead, forward, type HeadVerdict } from './forward.ts';
import { isFrame, isTopNavigation } from './head.ts';
import { oneHeader, requestHeaders, responseHeaders } from './headers.ts';
import { finish, refuse } from './respond.ts';
import { BodyRefused } from './scanned-body.ts';
import { isUnreadable, queryCarriesCredentials, type SessionBody, sessionBody } from './session-body.ts';
import { appFailed } from './trouble.ts';
import { beginVisit, sessionOwner } from './visit-cookies.ts';
import { nameInProof } from './whoami.ts';

/** The app's cookies of one session as one Cookie header opens them; remembered, since browsers send the same header again and again. */
interface OpenedJar {
  readonly jar: readonly JarCookie[];
  readonly stale: readonly string[];
  /** The whole Cookie header for the app, where no cookie has a path or an end of its own. */
  readonly plain: string | undefined;
}

/** Sends a request of somebody who passed both gates on to the app. decide() has allowed it. */
export function passInSession(deps: GatewayDeps, exchange: Exchange, open: OpenSession, early?: Buffer): void {
  const { app, head, target, source } = exchange;
  if (queryCarriesCredentials(exchange) || isUnreadable(exchange))
    return refuse(exchange, 'bad-request', { next: app.settings.preset.landing });
  const { session } = open;
  const opened = openJar(deps, exchange, session);
  const cookie = opened.plain ?? cookieFor(deps, exchange, opened.jar);
  noteActivity(deps, exchange, session);
  const body = sessionBody(exchange, deps.limits.body, early);
  forward({
    pool: app.pool,
    stallTime: deps.limits.stallTime,
    options: {
      method: head.method,
      path: target.raw,
      headers: requestHeaders(head, { host: app.host, source, proto: app.proto, cookie }),
      ...(body === undefined ? {} : { body: body.stream }),
    },
    res: exchange.res,
    watch: cut => deps.sessions.onEnd(session.id, () => exchange.endsSession || cut()),
    judge: answer => judgeAnswer(deps, exchange, session, opened, body, answer),
    failed: (failure, error) =>
      error instanceof BodyRefused
        ? refuse(exchange, 'bad-request', { next: app.settings.preset.landing })
        : appFailed(exchange, failure),
  });
}

function openJar(deps: GatewayDeps, exchange: Exchange, session: Session): OpenedJar {
  const header = exchange.head.cookie ?? '';
  const memory = deps.sessions.derived(session, 'jars', () => new LRUCache<string, OpenedJar>({ max: 4 }));
  let opened = memory.get(header);
  if (opened === undefined) {
    opened = openAnew(deps, exchange, session);
    memory.set(header, opened);
  }
  return opened;
}

function openAnew(deps: GatewayDeps, exchange: Exchange, session: Session): OpenedJar {
  const { jar, stale } = deps.sealed.open(sessionOwner(session), exchange.cookies, deps.clock.now());
  const all = withReadable(exchange, jar);
  const simple = all.every(cookie => cookie.path === '/' && cookie.expires === undefined);
  return { jar: all, stale, plain: simple && all.length > 0 ? cookieHeader(all, '/', 0) : undefined };
}

function cookieFor(deps: GatewayDeps, exchange: Exchange, jar: readonly JarCookie[]): string | undefined {
  return jar.length === 0 ? undefined : cookieHeader(jar, exchange.target.path, deps.clock.now());
}

/** Polling keeps nobody signed in. */
function noteActivity(deps: GatewayDeps, exchange: Exchange, session: Session): void {
  const { preset } = exchange.app.settings;
  if (preset.idle.length > 0) {
    const seen = seenParameters(exchange.target.query, preset.folding);
    if (matchesAny(preset.idle, exchange.head.method, exchange.target, seen)) return;
  }
  deps.sessions.touch(session);
}

function judgeAnswer(
  deps: GatewayDeps,
  exchange: Exchange,
  session: Session,
  opened: OpenedJar,
  body: SessionBody | undefined,
  answer: AnswerHead,
): HeadVerdict | Promise<HeadVerdict> {
  const { preset } = exchange.app.settings;
  const gone = isSignedOutAnswer(preset.signedOutAnswer, answer.status, name => oneHeader(answer.headers, name));
  const plain = answer.headers['set-cookie'] === undefined && !gone && preset.signOut.answer === undefined;
  // The hot path: nothing in this answer says anything about who is signed in.
  if (plain) return { headers: sendable(deps, exchange, session, opened, answer, []) };
  const cookies = answerCookies(deps, exchange, answer);
  if (isSignOut(exchange, cookies, body, answer)) return signOut(deps, exchange, session, opened, answer, cookies);
  if (proofRemoved(preset, cookies) || gone) return appSessionGone(deps, exchange, session, opened, answer, cookies);
  const proofs = proofsIn(preset, cookies);
  if (proofs.length > 0 && !isRotation(exchange, session, opened.jar, cookies, proofs)) {
    return proofOutsideSignIn(deps, exchange, session);
  }
  return { headers: sendable(deps, exchange, session, opened, answer, cookies) };
}

function sendable(
  deps: GatewayDeps,
  exchange: Exchange,
  session: Session,
  opened: OpenedJar,
  answer: AnswerHead,
  cookies: readonly JarCookie[],
): string[] {
  const headers = responseHeaders(answer.headers, exchange.app.rewriteLocation);
  for (const line of exchange.setCookies) headers.push('set-cookie', line);
  if (opened.stale.length > 0 && isTopNavigation(exchange.head)) {
    for (const name of opened.stale) headers.push('set-cookie', deletion(name));
  }
  if (cookies.length === 0) return headers;
  for (const line of cookieLines(deps, exchange, sessionOwner(session), cookies)) headers.push('set-cookie', line);
  return headers;
}

/** A sign-out is known by the answer, never by the address alone: without its token an app's link does nothing. */
function isSignOut(
  exchange: Exchange,
  cookies: readonly JarCookie[],
  body: SessionBody | undefined,
  answer: AnswerHead,
): boolean {
  const { preset } = exchange.app.settings;
  const mark = preset.signOut.answer;
  const answered =
    proofRemoved(preset, cookies) ||
    (mark !== undefined &&
      answer.status === mark.status &&
      (mark.location?.test(oneHeader(answer.headers, 'location') ?? '') ?? true));
  if (!answered) return false;
  const seen = seenParameters(exchange.target.query, preset.folding);
  for (const [name, values] of body?.seen ?? []) seen.set(name, [...(seen.get(name) ?? []), ...values]);
  return matchesAny(preset.signOut.requests, exchange.head.method, exchange.target, seen);
}

/** The app's own sign-out ends ours; its answer goes out under a new visit that keeps the cookies it set. */
async function signOut(
  deps: GatewayDeps,
  exchange: Exchange,
  session: Session,
  opened: OpenedJar,
  answer: AnswerHead,
  cookies: readonly JarCookie[],
): Promise<HeadVerdict> {
  const { keeps = [] } = exchange.app.settings.preset.signOut;
  const emptied = opened.jar.filter(cookie => keeps.includes(cookie.name));
  // Not the other cookies of before: those were somebody's who is signed in.
  const kept = mergeJar(emptied, cookies, deps.clock.now()).filter(
    cookie =>
      keeps.includes(cookie.name) || !opened.jar.some(old => old.name === cookie.name && old.value === cookie.value),
  );
  const first = await endSessions(deps, exchange, session, 'signed-out-of-app');
  // Of two sign-outs at once one visit comes out: two that hold one session of the app would outlive each other.
  if (!first) return { instead: () => toFreshLogin(deps, exchange, undefined) };
  const visit = beginVisit(deps, exchange);
  return { headers: visitAnswerHeaders(deps, exchange, visit, answer, kept) };
}

/**
 * The app's session ended before ours. A navigation is led to the login page as a fresh visit while our session waits;
 * scripts get the app's own answer, frames a small page that leads the whole window on.
 */
function appSessionGone(
  deps: GatewayDeps,
  exchange: Exchange,
  session: Session,
  opened: OpenedJar,
  answer: AnswerHead,
  cookies: readonly JarCookie[],
): HeadVerdict {
  if (isFrame(exchange.head)) return { instead: () => refuse(exchange, 'frame', { next: '/' }) };
  if (!isTopNavigation(exchange.head)) return { headers: sendable(deps, exchange, session, opened, answer, cookies) };
  return {
    instead: () => toFreshLogin(deps, exchange, exchange.head.method === 'GET' ? exchange.target.raw : undefined),
  };
}

/** A new proof without a sign-in is fine only as the rotation that the preset names, for the same account. */
function isRotation(
  exchange: Exchange,
  session: Session,
  jar: readonly JarCookie[],
  cookies: readonly JarCookie[],
  proofs: readonly JarCookie[],
): boolean {
  const { rotation } = exchange.app.settings.preset;
  if (rotation.by === 'same-session-cookie') {
    const held = jar.find(cookie => cookie.name === rotation.cookie);
    return (
      held !== undefined && cookies.every(cookie => cookie.name !== rotation.cookie || cookie.value === held.value)
    );
  }
  if (rotation.by === 'none') return false;
  const rules = { characters: exchange.app.settings.nameCharacters, domains: exchange.app.realm.domains };
  return proofs.every(proof => {
    const name = nameInProof(exchange, proof);
    return name !== undefined && normalForm(name, rules) === session.name;
  });
}

/** Somebody became somebody by another door: nothing of it reaches the browser, and the session ends (R08). */
async function proofOutsideSignIn(deps: GatewayDeps, exchange: Exchange, session: Session): Promise<HeadVerdict> {
  const { app, source } = exchange;
  await deps.audit.record({
    type: 'proof.outside-sign-in',
    realm: app.realm.name,
    app: app.settings.id,
    source,
    name: session.name,
  });
  await endSessions(deps, exchange, session, 'proof-outside-sign-in');
  return {
    instead: () => {
      if (isTopNavigation(exchange.head)) return toFreshLogin(deps, exchange, undefined);
      return exchange.head.fetchMode === undefined
        ? finish(exchange, 401, { 'cache-control': 'no-store' }, '')
        : answerScript(exchange);
    },
  };
}
