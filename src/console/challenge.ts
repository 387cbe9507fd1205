import type { Hono } from 'hono';
import type { KindName, Person } from '../factor/person.ts';
import { kindsOf, waysOf } from '../factor/ways.ts';
import { relyingPartyOf } from '../factor/webauthn/credential.ts';
import { beginAuthentication } from '../factor/webauthn/verify.ts';
import { consoleApp, consoleRealm, isAble, type Operator } from '../operator/operator.ts';
import { type ConsoleSignIn, demandedOf } from '../operator/sign-in.ts';
import type { Page } from '../ui/layout.tsx';
import { type ChallengeMistake, challengePage } from '../ui/pages-challenge.tsx';
import { consoleOtherWaysPage } from '../ui/pages-console.tsx';
import { keyMistakes, keyPage } from '../ui/pages-webauthn.tsx';
import { sessionCookie } from './cookies.ts';
import type { ConsoleDeps, ConsoleEnv } from './deps.ts';
import { type Entrance, toOf } from './entrance.ts';
import { whoIsIn } from './gate.ts';
import { firstSteps } from './outside.ts';
import type { ConsoleContext } from './view.ts';

/** Kinds that the console has a page for; no other opens it (rule 2). */
const kinds = ['totp', 'hardware-token', 'webauthn'] as const satisfies readonly KindName[];
type ConsoleKind = (typeof kinds)[number];

/** An answer of an authenticator is some kilobytes. */
const longest = 12 * 1024;

/** Asks for the second factor: on the way in, and once more before an act with consequences. */
export function mountChallenge(app: Hono<ConsoleEnv>, entrance: Entrance): void {
  app.get('/again', c => again(c, entrance));
  app.get('/second-step', c => entrance.withSignIn(c, signIn => second(c, entrance, signIn)));
  app.get('/other-ways', c => entrance.withSignIn(c, signIn => otherWays(c, entrance, signIn)));
  for (const kind of kinds) {
    const place = `/challenge/${kind}`;
    app.get(place, c => entrance.withSignIn(c, (signIn, browser) => show(c, entrance, { kind, signIn, browser })));
    app.post(place, c => entrance.withSignIn(c, (signIn, browser) => answer(c, entrance, { kind, signIn, browser })));
  }
}

interface Asked {
  readonly kind: ConsoleKind;
  readonly signIn: ConsoleSignIn;
  readonly browser: string;
}

/** Who is in shows her factor once more, and goes on to what she was about to do. */
async function again(c: ConsoleContext, { deps, view, signIns }: Entrance): Promise<Response> {
  const who = await whoIsIn(deps, view, c);
  if (typeof who === 'string') return view.go(c, `/sign-in?to=${encodeURIComponent(toOf(c))}`);
  const { id: operator, email } = who.operator;
  await signIns.begin(view.browser(c), { operator, email, purpose: 'fresh', to: toOf(c), session: who.session.id });
  return view.go(c, '/second-step');
}

async function second(c: ConsoleContext, { deps, view }: Entrance, signIn: ConsoleSignIn): Promise<Response> {
  if (signIn.purpose === 'invitation') return view.go(c, firstSteps[deps.firstFactor.kind]);
  const [kind] = openKinds(await deps.people.byId(signIn.operator), deps);
  return kind === undefined ? view.halt(c, 'level') : view.go(c, `/challenge/${kind}`);
}

async function otherWays(c: ConsoleContext, { deps, view }: Entrance, signIn: ConsoleSignIn): Promise<Response> {
  const person = await deps.people.byId(signIn.operator);
  const ways = openKinds(person, deps).map(kind => ({ kind, href: view.at(`/challenge/${kind}`) }));
  return view.html(c, consoleOtherWaysPage(view.page(c), { kinds: ways, restart: view.at('/sign-in') }));
}

function openKinds(person: Person | undefined, { console: { level } }: ConsoleDeps): readonly ConsoleKind[] {
  return kindsOf(person, demandedOf(person, level)).filter((kind): kind is ConsoleKind =>
    kinds.some(known => known === kind),
  );
}

async function show(c: ConsoleContext, entrance: Entrance, asked: Asked, mistake?: string): Promise<Response> {
  const { deps, view } = entrance;
  const person = await deps.people.byId(asked.signIn.operator);
  if (!isOpen(entrance, asked, person)) return view.go(c, '/second-step');
  const html = await pageOf(view.page(c), entrance, asked, { person, mistake });
  return view.html(c, html, mistake === undefined ? 200 : 422);
}

function isOpen({ deps }: Entrance, { kind, signIn }: Asked, person: Person | undefined): person is Person {
  return signIn.purpose !== 'invitation' && openKinds(person, deps).includes(kind);
}

async function pageOf(
  page: Page,
  entrance: Entrance,
  { kind, signIn, browser }: Asked,
  { person, mistake }: { person: Person; mistake: string | undefined },
): Promise<string> {
  const { deps, view } = entrance;
  const place = `/challenge/${kind}`;
  const props = {
    account: signIn.email,
    action: view.at(place),
    tokens: entrance.tokens(browser, place),
    otherWays: view.at('/other-ways'),
  };
  if (kind !== 'webauthn') {
    const told = mistake === undefined ? {} : { mistake: mistake as ChallengeMistake };
    return challengePage(page, { ...props, kind, ...told });
  }
  const told = mistake === undefined ? {} : { mistake: keyMistakes.find(one => one === mistake) ?? 'wrong' };
  return keyPage(page, { ...props, options: await keyOptions(deps, signIn, person), ...told });
}

async function keyOptions(deps: ConsoleDeps, signIn: ConsoleSignIn, person: Person) {
  const party = relyingPartyOf(deps.console.origin);
  if (party === undefined) return undefined;
  const level = demandedOf(person, deps.console.level);
  const keys = waysOf(person, level).flatMap(way => (way.kind === 'webauthn' ? [way.credential] : []));
  return beginAuthentication(deps, { pending: signIn.id, person, keys, party, appId: deps.webauthn?.appId });
}

async function answer(c: ConsoleContext, entrance: Entrance, asked: Asked): Promise<Response> {
  const { deps, view } = entrance;
  const { signIn, browser, kind } = asked;
  const form = await entrance.readForm(c, browser);
  if (form === undefined) return view.refuse(c, 'form', { next: c.req.path });
  const [operator, person] = [await deps.operators.byId(signIn.operator), await deps.people.byId(signIn.operator)];
  if (operator === undefined || !isOpen(entrance, asked, person)) return view.go(c, '/second-step');
  const typed = form.field('code').slice(0, longest);
  const slip = slipOf(kind, typed);
  if (slip !== undefined) return show(c, entrance, asked, slip);
  const result = await deps.challenge.answer({
    person,
    kind,
    level: demandedOf(person, deps.console.level),
    answer: typed,
    challenge: signIn.id,
    source: c.env.source,
    browser: entrance.budgetOf(c, operator.email),
    app: consoleApp,
  });
  if (result.outcome === 'delayed') return entrance.delayed(c, result.until);
  if (result.outcome !== 'passed') return show(c, entrance, asked, result.outcome === 'wrong' ? 'wrong' : 'used');
  return passed(c, entrance, { ...asked, operator }, result);
}

/** Not a guess but a slip: told apart before an attempt is spent on it. */
function slipOf(kind: ConsoleKind, typed: string): string | undefined {
  if (kind !== 'webauthn') return /^[0-9 ]{6,12}$/.test(typed.trim()) ? undefined : 'malformed';
  if (typed === '') return 'script';
  if (!typed.startsWith('error:')) return undefined;
  const name = typed.slice('error:'.length);
  return name === 'NotAllowedError' || name === 'AbortError' ? 'cancelled' : 'unsupported';
}

async function passed(
  c: ConsoleContext,
  entrance: Entrance,
  { signIn, browser, operator }: Asked & { readonly operator: Operator },
  result: { readonly factor: string; readonly level: number },
): Promise<Response> {
  const { deps, view } = entrance;
  // Told now and not before: who has the password alone learns nothing of mandates.
  if (!isAble(operator, deps.clock.now())) {
    await entrance.signIns.end(browser);
    const { email: name } = operator;
    const told = { realm: consoleRealm, name, source: c.env.source } as const;
    await deps.audit.record({ type: 'operator.refused', reason: 'mandate', ...told });
    return view.halt(c, 'mandate');
  }
  if (signIn.purpose === 'sign-in') return entrance.enter(c, { signIn, browser, operator }, result);
  return refreshed(c, entrance, { signIn, browser }, result);
}

/** The session that asked for it, in the browser that holds it: its identifier is new, and its factor is fresh. */
async function refreshed(
  c: ConsoleContext,
  { deps, view, signIns }: Entrance,
  { signIn, browser }: Pick<Asked, 'signIn' | 'browser'>,
  result: { readonly factor: string; readonly level: number },
): Promise<Response> {
  const who = await whoIsIn(deps, view, c);
  if (!(await signIns.end(browser)) || typeof who === 'string' || who.session.id !== signIn.session)
    return view.halt(c, 'gone');
  const proved = { ...result, factorAt: deps.clock.now(), portal: undefined };
  const renewed = await deps.sessions.renew(who.session, proved);
  if (renewed === undefined) return view.halt(c, 'gone');
  view.setCookie(c, sessionCookie, renewed.cookie);
  return view.go(c, signIn.to);
}
