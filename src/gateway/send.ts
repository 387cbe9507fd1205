import { createHmac } from 'node:crypto';
import { sameText } from '../kernel/key-ring.ts';
import { admit } from '../policy/admit.ts';
import { readTarget } from '../policy/target.ts';
import type { Session } from '../session/session.ts';
import type { OpenSession } from '../session/sessions.ts';
import { isSameOrigin } from '../signin/origin.ts';
import { handedOnPage, nothingToSendPage, sendPage, textBackPage, type WaitingForm } from '../ui/pages-send.tsx';
import { type Parked, sizeOf } from '../visit/parked.ts';
import { toLogin } from './anonymous.ts';
import { Exchange, type GatewayDeps } from './exchange.ts';
import { type Head, isTopNavigation } from './head.ts';
import { passInSession } from './in-session.ts';
import { readBody } from './read-body.ts';
import { deny } from './refused-access.ts';
import { page, pageOf, redirect, refuse } from './respond.ts';
import { lead } from './step-up.ts';
import { formTextOf, pageOfApp } from './too-large.ts';

const address = '/_sluis/send';

/**
 * The page between the challenge and the app: shows what waits, and sends it when its person presses the button. It
 * stands on the app's own host, so it is made for whole windows only: what a script of the app fetches is refused, and
 * the headers of our pages keep it out of frames and out of reach of whoever opened it.
 */
export async function send(deps: GatewayDeps, exchange: Exchange, open: OpenSession | undefined): Promise<void> {
  const { head } = exchange;
  if (!isByPerson(head)) return refuse(exchange, 'navigate', { next: address });
  if (open === undefined) return toLogin(deps, exchange, undefined);
  if (head.method !== 'POST') return show(deps, exchange, open.session);
  return answer(deps, exchange, open);
}

/** A navigation of the whole window; for a form also one that somebody pressed for, where the browser tells (Fetch Metadata). */
function isByPerson(head: Head): boolean {
  if (head.method !== 'POST') return isTopNavigation(head);
  const tells = head.fetchSite !== undefined || head.fetchMode !== undefined || head.fetchDest !== undefined;
  return !tells || (isTopNavigation(head) && head.lines.first('sec-fetch-user') === '?1');
}

async function show(deps: GatewayDeps, exchange: Exchange, session: Session): Promise<void> {
  const parked = await deps.parked.of(session);
  if (parked === undefined) return nothing(exchange, 'gone');
  const form = waiting(deps, exchange, session, parked);
  // One that was taken and is still here broke off on its way: whether it arrived, only she can see.
  const sendable = isSendable(exchange, parked) && !(await deps.parked.wasTaken(parked.id));
  const html = sendable
    ? sendPage(pageOf(exchange), form)
    : textBackPage(pageOf(exchange), form, { next: placeOf(exchange, parked) });
  page(exchange, 200, html, {});
}

/** In the session that it was posted in, always; after a new sign-in only where the app takes a form of the old one. */
function isSendable(exchange: Exchange, parked: Parked): boolean {
  return parked.why === 'step-up' || exchange.app.settings.preset.formTokenSurvives;
}

async function answer(deps: GatewayDeps, exchange: Exchange, open: OpenSession): Promise<void> {
  const { head, app } = exchange;
  const { session } = open;
  exchange.acceptBody();
  const body = await readBody(exchange.req, 4096);
  const form = new URLSearchParams(body.read.toString('utf8'));
  const id = form.get('attempt') ?? '';
  // Two checks that fail apart (CWE-352): where it comes from, and a token of this session for this very submission.
  const own = body.whole && isSameOrigin(app.settings.origin, head.origin, head.fetchSite);
  if (!own || !sameText(form.get('csrf') ?? '', tokenFor(session, id)))
    return refuse(exchange, 'form', { next: address });
  const parked = await deps.parked.of(session);
  if (parked?.id !== id) return nothing(exchange, (await deps.parked.wasTaken(id)) ? 'sent' : 'gone');
  if (form.get('act') === 'drop') {
    await deps.parked.drop(session.id, 'thrown-away');
    return redirect(exchange, placeOf(exchange, parked));
  }
  if (form.get('act') !== 'send' || !isSendable(exchange, parked)) return redirect(exchange, address);
  return sendOn(deps, exchange, open, parked);
}

/** Decided anew, taken, and only then sent: what becomes of the request, it is not sent twice. */
async function sendOn(deps: GatewayDeps, exchange: Exchange, open: OpenSession, parked: Parked): Promise<void> {
  const sent = original(exchange, parked);
  const { decision, demand } = admit(deps.sessions, {
    app: exchange.app,
    method: sent.head.method,
    target: sent.target,
    entry: undefined,
    session: open,
    now: deps.clock.now(),
  });
  // She took longer than this route's maxAge: a code again, and back here.
  if (decision.outcome === 'challenge') return lead(deps, exchange, open, demand, '');
  if (decision.outcome !== 'allow') {
    await deps.parked.drop(open.session.id, 'not-allowed');
    return deny(deps, exchange, { decision, next: exchange.app.settings.preset.landing, who: open.session });
  }
  if (!(await deps.parked.take(parked))) return nothing(exchange, 'sent');
  const instead = parked.framed
    ? handedOnPage(pageOf(exchange), { app: exchange.app.settings.title, next: placeOf(exchange, parked) })
    : undefined;
  return passInSession(deps, sent, open, Buffer.from(parked.body, 'base64'), {
    instead,
    refused: () => keepAgain(deps, open.session, parked),
  });
}

/** The app's session had ended inside ours, so it took nothing: after her sign-in there the text is given back. */
async function keepAgain(deps: GatewayDeps, session: Session, parked: Parked): Promise<void> {
  // Ended by that very answer: nothing is kept of it.
  if ((await deps.sessions.read(session.id)) === undefined) return;
  const { framed, target, contentType, origin, referer, body } = parked;
  await deps.parked.park(session, { why: 'expired', framed, target, contentType, origin, referer, body });
}

/** Headers of the form that was pressed now give way to those of the form that was posted then. */
const ofThisForm = new Set(
  'content-type content-length content-encoding transfer-encoding expect origin referer destination sec-fetch-user'.split(
    ' ',
  ),
);

/** The request as it came at first, from the browser of now. */
function original(exchange: Exchange, parked: Parked): Exchange {
  const { app, head, req, res, source } = exchange;
  const length = sizeOf(parked);
  const said = ['content-type', parked.contentType, 'content-length', String(length)];
  if (parked.origin !== undefined) said.push('origin', parked.origin);
  if (parked.referer !== undefined) said.push('referer', parked.referer);
  const then: Head = {
    ...head,
    lines: head.lines.filter(name => !ofThisForm.has(name)).with(said),
    target: parked.target,
    contentType: parked.contentType,
    contentLength: length,
    contentEncoding: undefined,
    chunked: false,
    expects: false,
    origin: parked.origin,
  };
  return new Exchange(app, then, readTarget(parked.target), req, res, source);
}

function waiting(deps: GatewayDeps, exchange: Exchange, session: Session, parked: Parked): WaitingForm {
  const body = Buffer.from(parked.body, 'base64');
  return {
    app: exchange.app.settings.title,
    why: parked.why,
    from: pageOfApp(exchange, parked.referer),
    age: deps.clock.now() - parked.parkedAt,
    bytes: body.length,
    text: formTextOf(exchange, parked.contentType, body),
    replaced: parked.replaced,
    action: address,
    tokens: { csrf: tokenFor(session, parked.id), attempt: parked.id },
  };
}

/** Where to go when nothing is sent: the page it was written on, if the browser said which. */
function placeOf(exchange: Exchange, parked: Parked): string {
  return pageOfApp(exchange, parked.referer) ?? exchange.app.settings.preset.landing;
}

function nothing(exchange: Exchange, what: 'sent' | 'gone'): void {
  const { preset, title } = exchange.app.settings;
  page(exchange, 410, nothingToSendPage(pageOf(exchange), { what, app: title, next: preset.landing }), {});
}

function tokenFor(session: Session, id: string): string {
  return createHmac('sha256', Buffer.from(session.sealKey, 'base64url'))
    .update(`send\n${session.id}\n${id}`)
    .digest('base64url');
}
