import { agentOf } from '../device/agent.ts';
import { endOf, passedWith } from '../factor/desk-code/standing.ts';
import type { Person } from '../factor/person.ts';
import { sentTo } from '../factor/sent-code/sent-to.ts';
import { admit } from '../policy/admit.ts';
import { type Decision, isGroupDenial } from '../policy/decide.ts';
import { readTarget } from '../policy/target.ts';
import type { Session } from '../session/session.ts';
import { afterlife } from '../session/sessions.ts';
import type { Claim, Pending } from '../visit/pending.ts';
import { cookieLines } from './cookie-lines.ts';
import { cookieNames, setCookie } from './cookie-names.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';
import { pathWithin } from './path-within.ts';
import { deny } from './refused-access.ts';
import { hop, redirect, refuse } from './respond.ts';
import { appFailed } from './trouble.ts';
import { dropVisit, sessionOwner } from './visit-cookies.ts';

/**
 * The second gate opens: only for the browser that holds the pending cookie on the app's host, with the one-time code
 * from the portal, and only if decide() says so for the page first asked for. What was in quarantine leaves here,
 * sealed anew under the session's random key.
 */
export async function release(deps: GatewayDeps, exchange: Exchange): Promise<void> {
  const { app } = exchange;
  const code = new URLSearchParams(exchange.target.query).get('code') ?? '';
  const [pending, person] = await Promise.all([ownPending(deps, exchange), personAhead(deps, exchange)]);
  // No pending: nothing to open here. The app's own host decides what this browser may see.
  if (pending === undefined) return redirect(exchange, app.settings.preset.landing);
  if (!deps.pendings.opens(pending, code))
    return redirect(exchange, pending.released === undefined ? '/_sluis/next' : app.settings.preset.landing);
  if (pending.released !== undefined) return repeat(exchange, pending.released);
  await open(deps, exchange, pending, person);
}

/** Whose it is, as far as this process knows: read beside the pending sign-in, and believed with that only. */
async function personAhead(deps: GatewayDeps, exchange: Exchange): Promise<Person | undefined> {
  const [id = ''] = (exchange.cookie(cookieNames.pending) ?? '').split('.', 1);
  const whose = deps.pendings.whose(id);
  return whose === undefined ? undefined : deps.people.byName(whose.realm, whose.name);
}

/** The pending of this browser at this app. */
export async function ownPending(deps: GatewayDeps, exchange: Exchange): Promise<Pending | undefined> {
  const cookie = exchange.cookie(cookieNames.pending);
  const pending = cookie === undefined ? undefined : await deps.pendings.byCookie(cookie);
  const { id, realm } = exchange.app.settings;
  return pending?.app === id && pending.realm === realm ? pending : undefined;
}

async function open(deps: GatewayDeps, exchange: Exchange, pending: Pending, ahead: Person | undefined): Promise<void> {
  const { passed } = pending;
  if (passed === undefined) return redirect(exchange, '/_sluis/next');
  const location = landingOf(exchange, pending);
  const decision = decisionFor(deps, exchange, { name: pending.name, location, passed });
  if (decision.outcome === 'unavailable') return appFailed(deps, exchange, 'store');
  if (decision.outcome !== 'allow')
    return deny(deps, exchange, { decision, next: '/_sluis/restart', who: { name: pending.name } });
  const person = ahead ?? (await deps.people.byName(pending.realm, pending.name));
  // Passed with a factor that was taken away since: an old phone must not outrun the desk.
  const factor = passedWith(person, passed.factor);
  if (person === undefined || factor === undefined) {
    return refuse(exchange, 'account-unknown', { next: '/_sluis/restart' });
  }
  const proving = passed.by === undefined ? undefined : await deps.sessions.read(passed.by);
  if (passed.by !== undefined && (proving === undefined || isOver(deps, proving))) return over(deps, exchange, pending);
  const trust = await trustOf(deps, person, passed);
  if (trust === 'ended') return over(deps, exchange, pending);
  const claim = await deps.pendings.claim(pending);
  if (claim === undefined) return overtaken(deps, exchange);
  try {
    const notAfter = Math.min(proving?.absoluteEnd ?? Number.POSITIVE_INFINITY, trust, endOf(factor));
    await openClaimed(deps, exchange, { pending, claim, passed, notAfter, person, location, sent: sentTo(factor) });
  } catch (error) {
    // Where this is lost too, the claim runs out by itself.
    await deps.pendings.unclaim(pending, claim.id).catch(() => undefined);
    throw error;
  }
}

/** What it was passed by: her device, which lives as long as its factor, or a factor, or the code of the desk. */
async function isStillHers(
  deps: GatewayDeps,
  { id }: Person,
  passed: NonNullable<Pending['passed']>,
): Promise<boolean> {
  if (passed.trust !== undefined) return deps.devices.isLiving(id, passed.trust);
  return passedWith(await deps.people.byId(id), passed.factor) !== undefined;
}

/** When the trust that it passed by ends; endless where a factor was passed. */
async function trustOf(
  deps: GatewayDeps,
  person: Person,
  { trust }: NonNullable<Pending['passed']>,
): Promise<number | 'ended'> {
  if (trust === undefined) return Number.POSITIVE_INFINITY;
  const device = (await deps.devices.list(person)).find(({ id }) => id === trust);
  return device === undefined ? 'ended' : deps.devices.until(device);
}

interface Claimed {
  readonly pending: Pending;
  readonly claim: Claim;
  readonly passed: NonNullable<Pending['passed']>;
  readonly notAfter: number;
  readonly person: Person;
  readonly location: string;
  readonly sent: Session['sent'];
}

/** May break at every step and be tried again: of all tries one is answered, and one session stays. */
async function openClaimed(deps: GatewayDeps, exchange: Exchange, work: Claimed): Promise<void> {
  const { pending, claim, passed, person, location } = work;
  await endBroken(deps, claim.before);
  // As it stood when it was claimed: another tab's pass may have given this browser a newer realm cookie.
  const begun = await sessionFor(deps, exchange, claim.pending, work);
  // What the step-up was for is over: nothing is begun by it.
  if (begun === undefined) return over(deps, exchange, pending);
  // Before it is handed over: no session without its event.
  const [hers] = await Promise.all([
    isStillHers(deps, person, passed),
    deps.audit.record({
      type: 'session.began',
      realm: pending.realm,
      person: person.id,
      name: pending.name,
      app: pending.app,
      session: begun.session.id,
      level: passed.level,
      ...(passed.trust === undefined ? {} : { device: passed.trust }),
      source: exchange.source,
    }),
  ]);
  // Removed while it began: whoever removes looks for sessions after it is gone, and may have come too early.
  if (!hers) {
    await deps.ends.one(begun.session, passed.trust === undefined ? 'factor-removed' : 'trust-ended');
    return over(deps, exchange, pending);
  }
  exchange.setCookies.push(...cookieLines(deps, exchange, sessionOwner(begun.session), pending.quarantine.cookies));
  exchange.setCookies.push(setCookie(cookieNames.session, begun.cookie), knownCookie(deps, exchange, pending));
  dropVisit(exchange, sessionOwner(begun.session));
  const to = (await hasKept(deps, exchange, claim, begun.session)) ? '/_sluis/send' : location;
  const released = await deps.pendings.release(claim.pending, claim.id, {
    cookies: [...exchange.setCookies],
    location: to,
  });
  // Given up meanwhile, by a sign-out in this browser: what was just begun ends with it.
  if (released === undefined) return withdrawn(deps, exchange, begun.session);
  redirect(exchange, to);
}

/** Whether a form waits for this session: of its own, or of the one that ran out in this browser before (R25). */
async function hasKept(deps: GatewayDeps, exchange: Exchange, claim: Claim, session: Session): Promise<boolean> {
  // In one that has just begun nothing was posted yet.
  const isNew = session.id === claim.id;
  if (!isNew && claim.pending.purpose === 'sign-in') await deps.parked.outlived(session);
  // A step-up goes on in the session of that very cookie.
  const cookie = claim.pending.purpose === 'step-up' ? undefined : exchange.cookie(cookieNames.session);
  const [older, own] = await Promise.all([
    cookie === undefined ? undefined : deps.sessions.expired(cookie, session.app, 2 * afterlife),
    isNew ? undefined : deps.parked.of(session),
  ]);
  const adopted =
    older === undefined || older.id === session.id ? undefined : await deps.parked.adopt(older.id, session);
  return (adopted ?? (own && (await deps.parked.adopt(session.id, session)))) !== undefined;
}

/** The session of a try whose answer never went out, if it came to one: nobody holds its cookie. */
async function endBroken(deps: GatewayDeps, id: string | undefined): Promise<void> {
  const session = id === undefined ? undefined : await deps.sessions.read(id);
  if (session !== undefined) await deps.ends.one(session, 'release-broken');
}

/** Bad networks: the same code with the same cookie gets the same answer again, while the code lives. */
function repeat(exchange: Exchange, released: NonNullable<Pending['released']>): void {
  exchange.setCookies.push(...released.cookies);
  redirect(exchange, released.location);
}

/** What it stood on has ended: a session that proved it, or the one that it stepped up. */
async function over(deps: GatewayDeps, exchange: Exchange, pending: Pending): Promise<void> {
  await deps.pendings.abandon(pending);
  redirect(exchange, exchange.app.settings.preset.landing);
}

async function withdrawn(deps: GatewayDeps, exchange: Exchange, session: Session): Promise<void> {
  exchange.setCookies.length = 0;
  await deps.ends.one(session, 'signed-out');
  redirect(exchange, exchange.app.settings.preset.landing);
}

/** Two requests with one code: the other one has it in hand, and both get its answer. A page asks again until it is there. */
async function overtaken(deps: GatewayDeps, exchange: Exchange): Promise<void> {
  const now = await ownPending(deps, exchange);
  if (now?.released !== undefined) return repeat(exchange, now.released);
  if (now === undefined) return redirect(exchange, exchange.app.settings.preset.landing);
  hop(exchange, exchange.target.raw);
}

/**
 * Goes on in the living session of the same account. Of another account it ends, with all of that browser (R08). A
 * step-up without its session begins nothing: undefined.
 */
async function sessionFor(
  deps: GatewayDeps,
  exchange: Exchange,
  pending: Pending,
  { passed, notAfter, claim, person, sent }: Claimed,
): Promise<{ session: Session; cookie: string } | undefined> {
  const proved = { level: passed.level, factor: passed.factor, factorAt: passed.at, trust: passed.trust, sent };
  const living = await livingSession(deps, pending);
  const own = living !== undefined && living.person === person.id && living.app === pending.app;
  if (own) {
    const portal = pending.browser ?? living.portal;
    const renewed = await deps.sessions.renew(living, { ...proved, portal }, notAfter);
    if (renewed !== undefined) return renewed;
  } else if (living !== undefined) await endOther(deps, living);
  if (pending.purpose === 'step-up' || pending.portal === undefined) return undefined;
  const { id: app } = exchange.app.settings;
  const { realm, name, browser: portal } = pending;
  const agent = agentOf(exchange.head.userAgent);
  const fresh = { realm, app, person: person.id, name, portal, agent, ...proved };
  return deps.sessions.begin(fresh, { id: claim.id, notAfter });
}

/** The session that the sign-in was made in, if it has not come to its end on the way. */
async function livingSession(deps: GatewayDeps, pending: Pending): Promise<Session | undefined> {
  const found = pending.session === undefined ? undefined : await deps.sessions.read(pending.session);
  return found !== undefined && !isOver(deps, found) ? found : undefined;
}

function isOver(deps: GatewayDeps, session: Session): boolean {
  const now = deps.clock.now();
  return now >= session.absoluteEnd || now >= deps.sessions.idleEnd(session);
}

async function endOther(deps: GatewayDeps, other: Session): Promise<void> {
  await deps.ends.one(other, 'other-account');
  if (other.portal !== undefined) await deps.ends.ofBrowser(other.portal, 'other-account');
}

function knownCookie(deps: GatewayDeps, exchange: Exchange, pending: Pending): string {
  const value = deps.known.issue(pending.realm, pending.name, exchange.cookie(cookieNames.known));
  return setCookie(cookieNames.known, value, 180 * 24 * 60 * 60);
}

/**
 * decide() on the page first asked for, with what the person now holds. Where that is a page of a group that she is not
 * in, on the app's first page: she is somebody here, and told at that page that it is not for her.
 */
function decisionFor(
  deps: GatewayDeps,
  exchange: Exchange,
  { name, location, passed }: { name: string; location: string; passed: NonNullable<Pending['passed']> },
): Decision {
  const now = deps.clock.now();
  const byTrust = passed.trust !== undefined;
  const holds = { level: passed.level, factorAt: passed.at, byTrust, idleEnd: now + 1, absoluteEnd: now + 1 };
  const ask = (page: string) =>
    admit(deps.sessions, {
      app: exchange.app,
      method: 'GET',
      target: readTarget(page),
      entry: undefined,
      session: undefined,
      person: { name, holds },
      now,
    }).decision;
  const decision = ask(location);
  return isGroupDenial(decision) ? ask(exchange.app.settings.preset.landing) : decision;
}

/** Where she wanted to be: the page first asked for, else where the app's answer led, else the first page. Never off this app's origin. */
function landingOf(exchange: Exchange, pending: Pending): string {
  const { origin, preset } = exchange.app.settings;
  const candidates = [pending.target, exchange.app.rewriteLocation(pending.quarantine.location ?? '')];
  for (const candidate of candidates) {
    const path = candidate === '' ? undefined : pathWithin(origin, candidate);
    if (path !== undefined && !path.startsWith('/_sluis')) return path;
  }
  return preset.landing;
}
