import type { OpenSession } from '../session/sessions.ts';
import { helpLine } from '../ui/fragments.tsx';
import { deletion, SealedCookies } from '../visit/sealed-cookies.ts';
import { mergeJar } from '../visit/set-cookie.ts';
import type { Visit } from '../visit/visits.ts';
import { toFreshLogin, visitAnswerHeaders } from './anonymous.ts';
import { unpack } from './append.ts';
import { cookieNames, setCookie } from './cookie-names.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';
import { isTopNavigation } from './head.ts';
import { oneHeader } from './headers.ts';
import { leaveNote } from './note.ts';
import { finish, languageOf, redirect } from './respond.ts';
import type { Outcome } from './sign-in-attempt.ts';
import { dropVisit, keepTarget, keptTarget, sessionOwner, visitOwner } from './visit-cookies.ts';

/** Tells one browser what its sign-in came to; `visit` is the spent one. */
export function answerSignIn(
  deps: GatewayDeps,
  exchange: Exchange,
  outcome: Outcome,
  visit: Visit,
  session: OpenSession | undefined,
): void {
  if (outcome.kind === 'note') {
    leaveNote(exchange, outcome.note, outcome.seconds);
    return toFreshLogin(deps, exchange, keptTarget(exchange, visit));
  }
  if (outcome.kind === 'failed') return answerFailed(deps, exchange, outcome, visit);
  return answerPending(exchange, outcome, session);
}

/** The app's own failure page, under a new visit that inherits the cookies: the form's token must go on working. */
function answerFailed(
  deps: GatewayDeps,
  exchange: Exchange,
  outcome: Extract<Outcome, { kind: 'failed' }>,
  spent: Visit,
): void {
  const { answer, cookies, jar, begun } = outcome;
  const { visit } = begun;
  const target = keptTarget(exchange, spent);
  exchange.setCookies.push(setCookie(cookieNames.visit, begun.cookie));
  if (target !== undefined) keepTarget(deps, exchange, visit, target);
  const stale = [...exchange.cookies.keys()].filter(name => SealedCookies.belongsTo(visitOwner(spent), name));
  exchange.setCookies.push(...stale.map(deletion));
  // The browser has those that scripts may read: only what the app says of them now is set.
  const { readable } = exchange.app.settings.preset;
  const sealed = jar.filter(({ name }) => !readable.includes(name));
  const all = mergeJar(sealed, cookies, deps.clock.now());
  const pairs = visitAnswerHeaders(deps, exchange, visit, answer, all);
  const html = (oneHeader(answer.headers, 'content-type') ?? '').startsWith('text/html') ? unpack(answer) : undefined;
  const line = exchange.app.settings.helpLine ? helpLine(languageOf(exchange), exchange.app.site.helpUrl) : '';
  writePairs(
    exchange,
    answer.status,
    pairs,
    html === undefined ? answer.body : Buffer.concat([html, Buffer.from(line)]),
    html !== undefined,
  );
}

function answerPending(
  exchange: Exchange,
  outcome: Extract<Outcome, { kind: 'pending' }>,
  session: OpenSession | undefined,
): void {
  exchange.setCookies.push(setCookie(cookieNames.pending, outcome.cookie));
  dropVisit(exchange, session === undefined ? undefined : sessionOwner(session.session));
  if (outcome.release !== undefined) return redirect(exchange, `/_sluis/release?code=${outcome.release}`);
  const scripted = exchange.app.settings.preset.signIn.scriptAnswer;
  if (isTopNavigation(exchange.head) || exchange.head.fetchMode === undefined)
    return redirect(exchange, '/_sluis/next');
  if (scripted !== undefined)
    return finish(
      exchange,
      scripted.status,
      { 'content-type': scripted.type, 'cache-control': 'no-store' },
      scripted.body,
    );
  const body = JSON.stringify({ error: 'second-factor', next: `${exchange.app.settings.origin}/_sluis/next` });
  finish(exchange, 401, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }, body);
}

function writePairs(
  exchange: Exchange,
  status: number,
  pairs: readonly string[],
  body: Buffer,
  unpacked: boolean,
): void {
  const out: string[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const name = pairs[i] as string;
    if (name === 'content-length' || (unpacked && name === 'content-encoding')) continue;
    out.push(name, pairs[i + 1] as string);
  }
  if (exchange.res.destroyed || exchange.res.headersSent) return;
  exchange.res.writeHead(status, [...out, 'content-length', String(body.length)]);
  exchange.res.end(body);
}
