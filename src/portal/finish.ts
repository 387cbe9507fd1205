import type { Hono } from 'hono';
import type { KindName } from '../factor/person.ts';
import { highestLevel, kindsOf } from '../factor/ways.ts';
import { SluisError } from '../kernel/errors.ts';
import { sha256 } from '../kernel/hash.ts';
import type { Language } from '../kernel/language.ts';
import { otherWaysPage } from '../ui/pages-challenge.tsx';
import { notEnoughPage } from '../ui/pages-kinds.tsx';
import { ownOtherWaysPage } from '../ui/pages-own-act.tsx';
import { notInvitedPage, recoveryCodesPage, recoveryCodesShownPage } from '../ui/pages-set-up.tsx';
import { hopPage } from '../ui/pages-start.tsx';
import { pendingHardEnd } from '../visit/pending.ts';
import type { PortalDeps, PortalEnv } from './deps.ts';
import { issuePortalCookie, portalCookieName } from './portal-cookie.ts';
import { realmCookieName } from './realm-cookie.ts';
import { placeOf, type SignIn, signInOf } from './sign-in.ts';
import { hasFactor, type Steps } from './steps.ts';
import { isTrustOffered, passByTrust, renewDeviceCookie } from './trust.ts';
import type { PortalContext, View } from './view.ts';

interface Parts {
  readonly deps: PortalDeps;
  readonly view: View;
  readonly steps: Steps;
}

/** How a sign-in comes to the portal, where it may turn, and how it leaves. */
export function mountSignIn(app: Hono<PortalEnv>, parts: Parts): void {
  const { view } = parts;
  app.get('/p/:handoff', c => arrive(c, parts));
  app.get('/other-ways/:id', c => withSignIn(c, parts, signIn => otherWays(c, parts, signIn)));
  app.get('/challenge/:id', c => withSignIn(c, parts, async signIn => view.go(c, placeOf(signIn))));
  app.get('/not-enough/:id', c => withSignIn(c, parts, signIn => notEnough(c, parts, signIn)));
  app.get('/no-code/:id', c => withSignIn(c, parts, signIn => noCode(c, parts, signIn)));
  app.get('/recovery-codes/:id', c => withSignIn(c, parts, signIn => showCodes(c, parts, signIn)));
  app.post('/recovery-codes/:id', c => withSignIn(c, parts, signIn => answerCodes(c, parts, signIn)));
  app.get('/go/:id', c => withSignIn(c, parts, signIn => leave(c, parts, signIn)));
}

async function withSignIn(
  c: PortalContext,
  { steps }: Parts,
  then: (signIn: SignIn) => Promise<Response>,
): Promise<Response> {
  const signIn = await steps.find(c);
  return signIn === undefined ? steps.gone(c) : then(signIn);
}

/**
 * Takes a pending sign-in over from an app's host.
 *
 * Who has only the password may send his own handoff to its victim and hope that she types her code: her browser takes
 * the pending over, and the code that releases it appears in her browser only, while the cookie that release also
 * demands is in his. Taking it back starts the challenge anew.
 */
async function arrive(c: PortalContext, parts: Parts): Promise<Response> {
  const { deps, view, steps } = parts;
  const existing = view.portalCookie(c);
  const portalCookie = existing ?? issuePortalCookie(deps);
  if (existing === undefined) view.setCookie(c, portalCookieName, portalCookie);
  const pending = await deps.pendings.attach(c.req.param('handoff') ?? '', portalCookie);
  if (pending === undefined || pending.released !== undefined || pending.realm !== deps.realm.name)
    return steps.gone(c);
  const browser = view.browser(c);
  const proved = await alreadyProved(deps, pending, browser);
  if (proved !== undefined && browser !== undefined) {
    await deps.pendings.pass(pending, portalCookie, { ...proved, browser });
    return view.go(c, `/go/${pending.id}`);
  }
  const person = await deps.people.byName(pending.realm, pending.name);
  const signIn = signInOf(deps, { pending, person, portalCookie });
  return view.go(c, (await passByTrust(c, parts, signIn)) ? `/go/${pending.id}` : placeOf(signIn));
}

/** A browser without a realm cookie holds no session, so nothing is asked on its behalf. */
async function alreadyProved(deps: PortalDeps, pending: SignIn['pending'], browser: string | undefined) {
  if (browser === undefined || pending.passed !== undefined) return undefined;
  return deps.alreadyProved?.(pending, browser);
}

async function otherWays(c: PortalContext, { view }: Parts, signIn: SignIn): Promise<Response> {
  const { pending, person } = signIn;
  if (pending.passed !== undefined || !hasFactor(person)) return view.go(c, placeOf(signIn));
  const several = kindsOf(person, pending.demands.level, signIn.usable);
  const kinds = several.length > 1 ? several : [];
  if (pending.own !== undefined) return ownOtherWays(c, view, signIn, kinds);
  const html = otherWaysPage(view.page(c), {
    recovery: view.at(`/recovery/${pending.id}`),
    activation: person.activation === undefined ? undefined : view.at(`/set-up/${pending.id}`),
    challenge: view.at(placeOf(signIn)),
    kinds: kinds.map(kind => ({ kind, href: view.at(`/challenge/${pending.id}/${kind}`) })),
    account: pending.name,
    restart: view.restart(pending),
  });
  return view.html(c, html);
}

/** No recovery code here: it stands for a factor that is lost, and nothing was lost by who is in. */
function ownOtherWays(c: PortalContext, view: View, { pending, person }: SignIn, kinds: readonly KindName[]): Response {
  const raises = pending.own?.act === 'add' && (person?.activation?.upTo ?? 0) > highestLevel(person);
  const html = ownOtherWaysPage(view.page(c), {
    kinds: kinds.map(kind => ({ kind, href: view.at(`/challenge/${pending.id}/${kind}`) })),
    activation: raises ? view.at(`/set-up/${pending.id}?code=1`) : undefined,
    back: view.at('/my-security'),
  });
  return view.html(c, html);
}

async function notEnough(c: PortalContext, { view, deps }: Parts, signIn: SignIn): Promise<Response> {
  const { pending, person } = signIn;
  if (placeOf(signIn) !== `/not-enough/${pending.id}`) return view.go(c, placeOf(signIn));
  const raises = (person?.activation?.upTo ?? 0) >= pending.demands.level;
  const app = deps.apps.find(candidate => candidate.id === pending.app);
  const html = notEnoughPage(view.page(c), {
    haveCode: raises ? view.at(`/set-up/${pending.id}?code=1`) : undefined,
    back: { href: `${app?.origin ?? ''}/`, app: app?.title ?? '' },
  });
  return view.html(c, html, 403);
}

async function noCode(c: PortalContext, { view }: Parts, signIn: SignIn): Promise<Response> {
  const { pending } = signIn;
  if (pending.passed !== undefined) return view.go(c, placeOf(signIn));
  return view.html(c, notInvitedPage(view.page(c), view.notInvited(pending)));
}

/**
 * Ten new recovery codes, once for each set-up (R32). Open only to who has just bound a factor in this browser: who has
 * the password alone never has a pending that passed.
 */
async function showCodes(c: PortalContext, parts: Parts, signIn: SignIn): Promise<Response> {
  const { view, steps, deps } = parts;
  const { pending } = signIn;
  if (!mayMakeCodes(signIn)) return view.go(c, placeOf(signIn));
  // Marked before they are made: of two tabs one shows codes that work, never both a different set.
  if (await deps.store.consume(`recovery-codes-shown:${pending.id}`, pendingHardEnd)) return newCodes(c, parts, signIn);
  const html = recoveryCodesShownPage(view.page(c), {
    goOn: view.at(`/go/${pending.id}`),
    action: view.at(`/recovery-codes/${pending.id}`),
    tokens: steps.tokens(signIn),
  });
  return view.html(c, html);
}

async function answerCodes(c: PortalContext, parts: Parts, signIn: SignIn): Promise<Response> {
  const { view, steps, deps } = parts;
  const form = await steps.readForm(c, signIn);
  if (form === undefined) return view.refuse(c, 'form', { next: c.req.path });
  if (!mayMakeCodes(signIn)) return view.go(c, placeOf(signIn));
  if (form.field('act') !== 'again') return view.go(c, `/go/${signIn.pending.id}`);
  const first = await deps.store.consume(`recovery-codes-again:${sha256(form.attempt)}`, pendingHardEnd);
  return first ? newCodes(c, parts, signIn) : view.go(c, `/recovery-codes/${signIn.pending.id}`);
}

/** After a set-up of a sign-in, or where she asked for new ones and passed a factor for that (R32). */
function mayMakeCodes({ pending: { setUp, passed, own }, person }: SignIn): boolean {
  if (passed === undefined || !hasFactor(person)) return false;
  return own === undefined ? setUp !== undefined : own.act === 'codes' && own.result === 'done';
}

async function newCodes(c: PortalContext, { deps, view, steps }: Parts, signIn: SignIn): Promise<Response> {
  const { pending, person } = signIn;
  const factor = pending.passed?.factor ?? '';
  try {
    const codes = await deps.recovery.make({ id: person?.id ?? '' }, { factor, source: c.env.source });
    const action = view.at(`/recovery-codes/${pending.id}`);
    const made = person?.factors.find(({ id }) => id === factor);
    const lesser = made?.kind === 'webauthn' && made.level < 4 && (pending.setUp?.upTo ?? 0) >= 4;
    return view.html(c, recoveryCodesPage(view.page(c), { codes, action, tokens: steps.tokens(signIn), lesser }));
  } catch (error) {
    // The factor was replaced in the meantime; whether she may go in is for the release to say.
    if (error instanceof SluisError && error.code === 'enrolment.refused') return view.go(c, `/go/${pending.id}`);
    throw error;
  }
}

/**
 * The way back to the app. Who has only the password gets no further than `placeOf`: a release code is made only for a
 * pending that passed, and is worth nothing without the pending cookie on the app's host.
 */
async function leave(c: PortalContext, parts: Parts, signIn: SignIn): Promise<Response> {
  const { deps, view, steps } = parts;
  const { pending } = signIn;
  if (pending.own !== undefined && pending.passed !== undefined) return view.go(c, '/my-security');
  if (pending.passed === undefined) return view.go(c, placeOf(signIn));
  const [offered] = await Promise.all([isTrustOffered(c, parts, signIn), renewDeviceCookie(c, parts, signIn)]);
  if (offered) return view.go(c, `/trust/${pending.id}`);
  // The answer that brought the realm cookie may have been lost on the way.
  if (pending.browser === signIn.browser) view.setCookie(c, realmCookieName, signIn.realmCookie);
  const app = deps.apps.find(candidate => candidate.id === pending.app);
  const code = app === undefined ? undefined : await deps.pendings.releaseCode(pending);
  if (app === undefined || code === undefined) return steps.gone(c);
  const page = view.page(c);
  await rememberLanguage(deps, signIn.person, page.language);
  const to = `${app.origin}/_sluis/release?code=${code}`;
  return view.html(c, hopPage(page, { to, app: app.title }));
}

/** In which she is told by mail what happens to her account. Only of who passed: nobody else chooses it for her. */
async function rememberLanguage({ people }: PortalDeps, person: SignIn['person'], language: Language): Promise<void> {
  if (person === undefined || person.language === language) return;
  await people.update(person, current => ({ ...current, language }));
}
