import type { Hono } from 'hono';
import { sealedCodec } from '../kernel/codec.ts';
import { sha256 } from '../kernel/hash.ts';
import type { FirstFactor, Identity } from '../operator/first-factor.ts';
import { addressOf, consoleRealm, type Operator, type Outside } from '../operator/operator.ts';
import type { ConsoleSignIn } from '../operator/sign-in.ts';
import { toProviderPage } from '../ui/pages-console-first.tsx';
import type { ConsoleEnv } from './deps.ts';
import { type Entrance, toOf } from './entrance.ts';
import type { ConsoleContext } from './view.ts';

/** Where the first factor is shown, on the way of an invitation. */
export const firstSteps = {
  local: '/new-password',
  ldap: '/own-password',
  oidc: '/provider',
} as const satisfies Record<FirstFactor['kind'], string>;

const kept = '__Host-sluis-console-provider';
/** As long as somebody may be busy at the provider. */
const roundTime = 15 * 60_000;

/** What goes with a browser to the provider and back: sealed, and bound to what the console knows that browser by. */
interface Round {
  /** Of the provider's side: state, nonce, verifier. */
  readonly text: string;
  readonly at: number;
  readonly to: string;
  /** The invitation that it is about; undefined: a sign-in. */
  readonly invitation: string | undefined;
}

type ByProvider = Extract<FirstFactor, { kind: 'oidc' }>;

/** Signing in at a provider. Nothing is written before she is back: whoever opens the address costs no more than a page. */
export function mountProvider(app: Hono<ConsoleEnv>, entrance: Entrance, factor: ByProvider): void {
  app.get('/provider', c => entrance.withSignIn(c, signIn => showProvider(c, entrance, factor, signIn)));
  app.get('/sign-in/provider', c => leave(c, entrance, factor));
  app.get('/sign-in/callback', c => comeBack(c, entrance, factor));
}

async function showProvider(
  c: ConsoleContext,
  { view }: Entrance,
  { title: provider }: ByProvider,
  { purpose, email: account }: ConsoleSignIn,
): Promise<Response> {
  if (purpose !== 'invitation') return view.halt(c, 'gone');
  const href = `${view.at('/sign-in/provider')}?for=invitation`;
  return view.html(c, toProviderPage(view.page(c), { provider, account, href }));
}

async function leave(c: ConsoleContext, entrance: Entrance, { provider }: ByProvider): Promise<Response> {
  const { deps, view, signIns } = entrance;
  const browser = view.browser(c);
  const signIn = c.req.query('for') === 'invitation' ? await signIns.find(browser) : undefined;
  const begun = await provider.begin(callbackOf(entrance));
  if (begun === 'unavailable') return view.halt(c, 'unavailable');
  const invitation = signIn?.purpose === 'invitation' ? signIn.id : undefined;
  const round: Round = { text: begun.kept, at: deps.clock.now(), to: toOf(c), invitation };
  view.setCookie(c, kept, codecOf(entrance).encode(browser, round));
  return view.goOut(c, begun.address);
}

async function comeBack(c: ConsoleContext, entrance: Entrance, { provider }: ByProvider): Promise<Response> {
  const { deps, view } = entrance;
  const browser = view.knownBrowser(c);
  const cookie = view.cookie(c, kept);
  const round = browser === undefined || cookie === undefined ? undefined : codecOf(entrance).decode(browser, cookie);
  view.dropCookie(c, kept);
  if (browser === undefined || round === undefined || deps.clock.now() - round.at > roundTime)
    return view.halt(c, 'gone');
  // Once in the whole fleet, and before anything is asked with it.
  if (!(await deps.store.consume(`console-provider:{${sha256(round.text)}}`, roundTime))) return view.halt(c, 'gone');
  // Each costs a question to the provider: of one source, few.
  const { source } = c.env;
  const account = `provider ${sha256(browser).slice(0, 22)}`;
  const request = { pool: 'sign-in', realm: consoleRealm, account, source } as const;
  const attempt = await deps.attempts.begin(request);
  if (!attempt.allowed) {
    if (await deps.attempts.firstRefusal(request, attempt)) await entrance.refused('', 'delayed', source);
    return entrance.delayed(c, attempt.until, '/sign-in');
  }
  const came = new URL(callbackOf(entrance));
  came.search = new URL(c.req.url).search;
  const found = await provider.finish(came, round.text);
  if (found === 'unavailable') await attempt.refund();
  if (typeof found === 'string') return refused(c, entrance, found);
  const identity = { ...found, email: found.email === undefined ? undefined : (addressOf(found.email) ?? found.email) };
  const answer = await (round.invitation === undefined
    ? signIn(c, entrance, { identity, browser, to: round.to })
    : accept(c, entrance, { identity, browser, invitation: round.invitation }));
  if (answer === undefined) return refused(c, entrance, 'wrong', identity.email);
  await attempt.succeeded();
  return answer;
}

/** Never a new operator: one who has a mandate on record, by this very identity, or by her address for the first time. */
async function signIn(
  c: ConsoleContext,
  { deps, signIns, view }: Entrance,
  { identity, browser, to }: { identity: Identity; browser: string; to: string },
): Promise<Response | undefined> {
  const { operators } = deps;
  const linked = await operators.byIdentity(identity.issuer, identity.subject);
  const operator = linked ?? (identity.email === undefined ? undefined : await operators.byEmail(identity.email));
  if (operator === undefined || operator.ended !== undefined) return undefined;
  if (linked === undefined && isOthers(operator, identity)) return undefined;
  const { id, email } = operator;
  await signIns.begin(browser, { operator: id, email, purpose: 'sign-in', to, outside: outsideOf(identity) });
  return view.go(c, '/second-step');
}

/** The code said whose invitation it is; who came back must not be known as somebody else. */
async function accept(
  c: ConsoleContext,
  { deps, signIns, view }: Entrance,
  { identity, browser, invitation }: { identity: Identity; browser: string; invitation: string },
): Promise<Response | undefined> {
  const open = await signIns.find(browser);
  if (open === undefined || open.id !== invitation) return view.halt(c, 'gone');
  if (identity.email !== undefined && identity.email !== open.email) return undefined;
  const linked = await deps.operators.byIdentity(identity.issuer, identity.subject);
  if (linked !== undefined && linked.id !== open.operator) return undefined;
  const step = await signIns.step(browser, open, { outside: outsideOf(identity) });
  return step === undefined ? view.halt(c, 'gone') : view.go(c, '/set-up');
}

async function refused(
  c: ConsoleContext,
  entrance: Entrance,
  reason: 'wrong' | 'unavailable',
  name = '',
): Promise<Response> {
  await entrance.refused(name, reason, c.env.source);
  return entrance.view.halt(c, reason === 'wrong' ? 'identity' : 'unavailable');
}

/** Linked to another identity of the same provider: an address that went to somebody else takes nothing along. */
function isOthers({ outside }: Operator, { issuer }: Identity): boolean {
  return outside?.kind === 'oidc' && outside.issuer === issuer;
}

function outsideOf({ issuer, subject }: Identity): Outside {
  return { kind: 'oidc', issuer, subject };
}

function callbackOf({ deps, view }: Entrance): string {
  return `${deps.console.origin}${view.at('/sign-in/callback')}`;
}

function codecOf({ deps }: Entrance) {
  return sealedCodec<Round>(deps.ring, 'console-provider');
}
