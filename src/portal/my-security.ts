import type { Hono } from 'hono';
import { deleteCookie } from 'hono/cookie';
import { cleanLabel, mayRemove } from '../enrolment/remove.ts';
import type { Factor } from '../factor/person.ts';
import { levelOf } from '../factor/registry.ts';
import { highestLevel, kindsOf } from '../factor/ways.ts';
import { isAboveCodes } from '../recovery/recovery-codes.ts';
import { factorName } from '../ui/factor-name.ts';
import { mySecurityPage, type ShownFactor, signInFirstPage } from '../ui/pages-my-security.tsx';
import { ownDonePage, ownFactorPage } from '../ui/pages-own-factor.tsx';
import { type OwnIntent, ownApp } from '../visit/pending.ts';
import type { Owner, OwnSecurity, PortalDeps, PortalEnv } from './deps.ts';
import { formTokens, type PostedForm, readForm } from './form-guard.ts';
import { beginOwn } from './own-act.ts';
import { shownEvents, shownSessions } from './own-shown.ts';
import { issuePortalCookie, portalCookieName } from './portal-cookie.ts';
import { realmCookieName } from './realm-cookie.ts';
import { findSignIn, placeOf, usableFor } from './sign-in.ts';
import { devicesPart } from './trust.ts';
import type { PortalContext, View } from './view.ts';

export interface OwnParts {
  readonly deps: PortalDeps;
  readonly view: View;
  readonly own: OwnSecurity;
}

/** Somebody whose living session this browser holds, and the cookie that her forms are bound to. */
export interface Here {
  readonly owner: Owner;
  readonly browser: string;
  readonly portalCookie: string;
}

export const home = '/my-security';

/**
 * "My security": what a person has, where she is signed in, what happened. She gets in by a living session in this very
 * browser; each change of a factor begins a challenge of its own (`own-act.ts`).
 *
 * Who has only the password has no session, so he gets the page that says to sign in. Who sits at her browser, or stole its
 * cookies, can look and can sign her out; a change asks for a factor that he does not have.
 */
export function mountMySecurity(app: Hono<PortalEnv>, deps: PortalDeps, view: View): void {
  const { own } = deps;
  if (own === undefined) return;
  const parts = { deps, view, own };
  app.get(home, c => shown(c, parts, here => overview(c, parts, here)));
  app.post(home, c => posted(c, parts, (here, form) => begin(c, parts, here, intentOf(form))));
  app.get(`${home}/factor/:factor`, c => shown(c, parts, here => factorPage(c, parts, here)));
  app.post(`${home}/factor/:factor`, c => posted(c, parts, (here, form) => change(c, parts, here, form)));
  app.post(`${home}/sessions`, c => posted(c, parts, (here, form) => endSessions(c, parts, here, form)));
  app.get(`${home}/done/:id`, c => doneIn(c, parts));
}

/** For parts of "My security" that have pages of their own: whoever is here, else the page that says to sign in. */
export async function shown(
  c: PortalContext,
  parts: OwnParts,
  show: (here: Here) => Response | Promise<Response>,
): Promise<Response> {
  const { deps, view } = parts;
  const existing = view.portalCookie(c);
  const found = await whoIsHere(c, parts);
  if (found === undefined) return signInFirst(c, view);
  const portalCookie = existing ?? issuePortalCookie(deps);
  if (existing === undefined) view.setCookie(c, portalCookieName, portalCookie);
  return show({ ...found, portalCookie });
}

/** The same for a form: one of ours, made for this browser and this person. */
export async function posted(
  c: PortalContext,
  parts: OwnParts,
  act: (here: Here, form: PostedForm) => Response | Promise<Response>,
): Promise<Response> {
  const { deps, view } = parts;
  const found = await whoIsHere(c, parts);
  if (found === undefined) return signInFirst(c, view);
  const portalCookie = view.portalCookie(c);
  const expected = { origin: deps.realm.portalOrigin, scope: scopeOf(found.owner) };
  const form =
    portalCookie === undefined ? undefined : await readForm(deps.ring, c.req.raw, { ...expected, portalCookie });
  if (form === undefined || portalCookie === undefined) return view.refuse(c, 'form', { next: view.at(home) });
  return act({ ...found, portalCookie }, form);
}

async function whoIsHere(c: PortalContext, { view, own }: OwnParts): Promise<Omit<Here, 'portalCookie'> | undefined> {
  const browser = view.browser(c);
  const owner = browser === undefined ? undefined : await own.who(browser);
  return browser === undefined || owner === undefined ? undefined : { owner, browser };
}

function signInFirst(c: PortalContext, view: View): Response {
  return view.html(c, signInFirstPage(view.page(c), { apps: view.apps }), 403);
}

function scopeOf({ person }: Owner): string {
  return `my-security ${person.id}`;
}

export function tokensOf({ deps }: OwnParts, { owner, portalCookie }: Here) {
  return formTokens(deps, portalCookie, scopeOf(owner));
}

async function overview(c: PortalContext, parts: OwnParts, here: Here): Promise<Response> {
  const { deps, view, own } = parts;
  const { person } = here.owner;
  const [sessions, events] = await Promise.all([own.sessions(person), own.events(person)]);
  const html = mySecurityPage(view.page(c), {
    account: person.name,
    timeZone: deps.realm.timeZone,
    tokens: tokensOf(parts, here),
    action: view.at(home),
    sessionsAction: view.at(`${home}/sessions`),
    factors: person.factors.map(factor => shownFactor(c, view, factor)),
    codes: isAboveCodes(person) ? 'above' : (person.recovery?.hashes.length ?? 0),
    sessions: shownSessions(sessions, deps.apps, here.browser),
    events: shownEvents(events, deps.apps),
    parts: devicesPart(c, parts),
    apps: view.apps,
  });
  return view.html(c, html);
}

function shownFactor(c: PortalContext, view: View, factor: Factor): ShownFactor {
  const { id, kind, boundAt, lastUsedAt, level } = factor;
  const label = factorName(view.page(c).t, factor);
  const href = view.at(`${home}/factor/${id}`);
  return { kind, label, level: levelOf({ kind, level }), boundAt, usedAt: lastUsedAt, href };
}

/** Hers and no other's: an id of somebody else's is as one that nobody has. */
function factorOf(c: PortalContext, { owner }: Here): Factor | undefined {
  return owner.person.factors.find(({ id }) => id === c.req.param('factor'));
}

function factorPage(c: PortalContext, parts: OwnParts, here: Here, mistake?: 'empty'): Response {
  const { view } = parts;
  const factor = factorOf(c, here);
  if (factor === undefined) return view.refuse(c, 'not-found', { next: view.at(home) });
  const may = mayRemove(here.owner.person, factor.id);
  const html = ownFactorPage(view.page(c), {
    factor: shownFactor(c, view, factor),
    action: view.at(`${home}/factor/${factor.id}`),
    tokens: tokensOf(parts, here),
    back: view.at(home),
    removable: may === 'no' ? 'last' : may,
    ...(mistake === undefined ? {} : { mistake }),
  });
  return view.html(c, html, mistake === undefined ? 200 : 422);
}

function change(c: PortalContext, parts: OwnParts, here: Here, form: PostedForm): Response | Promise<Response> {
  const factor = factorOf(c, here);
  if (factor === undefined) return parts.view.refuse(c, 'not-found', { next: parts.view.at(home) });
  const { id: on } = factor;
  if (form.field('act') === 'remove') {
    // Told on its page; asked for all the same, it is not begun.
    return mayRemove(here.owner.person, on) === 'yes'
      ? begin(c, parts, here, { act: 'remove', on })
      : factorPage(c, parts, here);
  }
  if (form.field('act') !== 'rename') return begin(c, parts, here, undefined);
  const label = cleanLabel(form.field('label'));
  return label === '' ? factorPage(c, parts, here, 'empty') : begin(c, parts, here, { act: 'rename', on, label });
}

function intentOf(form: PostedForm): Intent | undefined {
  const act = form.field('act');
  return act === 'add' || act === 'codes' ? { act } : undefined;
}

type Intent = Omit<OwnIntent, 'person' | 'result'>;

async function begin(
  c: PortalContext,
  { deps, view }: OwnParts,
  here: Here,
  intent: Intent | undefined,
): Promise<Response> {
  const { owner, portalCookie } = here;
  if (intent === undefined || (intent.act === 'codes' && isAboveCodes(owner.person)))
    return view.refuse(c, 'bad-request', { next: view.at(home) });
  const failed = (result: 'many' | 'no-way') =>
    ownDonePage(view.page(c), { act: intent.act, result, back: view.at(home) });
  // A code by mail is for the apps that take one, and this is none: she must read what to do instead.
  const { person } = owner;
  const usable = usableFor(deps, { app: ownApp });
  if (kindsOf(person, highestLevel(person), usable).length === 0) return view.html(c, failed('no-way'), 409);
  const pending = await beginOwn(deps, { owner, portalCookie, source: c.env.source }, intent);
  if (pending !== undefined) return view.go(c, placeOf({ pending, person, usable }));
  return view.html(c, failed('many'), 429);
}

/** Closes doors and opens none, so it asks for no factor: who lost hers must be able to. */
async function endSessions(
  c: PortalContext,
  { view, own }: OwnParts,
  { owner }: Here,
  form: PostedForm,
): Promise<Response> {
  if (form.field('act') === 'end') {
    await own.endSession(owner.person, form.field('session'));
    return view.go(c, home);
  }
  if (form.field('act') !== 'all') return view.refuse(c, 'bad-request', { next: view.at(home) });
  await own.endAll(owner.person);
  deleteCookie(c, realmCookieName, { path: '/', secure: true });
  // Not the storage, as in signing out: the key of the very phone that she does this on may be in it.
  c.header('clear-site-data', '"cache"');
  return view.go(c, '/signed-out');
}

/** How it ended. Asks for no session: the one that stood on a factor which she removed is over. */
async function doneIn(c: PortalContext, { deps, view }: OwnParts): Promise<Response> {
  const signIn = await findSignIn(deps, c.req.param('id') ?? '', view.portalCookie(c));
  const own = signIn?.pending.own;
  if (own?.result === undefined) return view.go(c, home);
  const { act, result } = own;
  const status = result === 'done' ? 200 : 409;
  return view.html(c, ownDonePage(view.page(c), { act, result, back: view.at(home) }), status);
}
