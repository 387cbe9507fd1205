import type { Hono } from 'hono';
import QRCode from 'qrcode';
import type { Level } from '../config/settings.ts';
import { type BindOutcome, bindFactor, type NewFactor } from '../enrolment/bind.ts';
import type { Verdict } from '../factor/kind.ts';
import type { Factor, KindName, Person } from '../factor/person.ts';
import { factorKinds, levelOf } from '../factor/registry.ts';
import { normaliseCode } from '../factor/totp/credential.ts';
import { beginTotp, totpUri } from '../factor/totp/enrol.ts';
import { verifyTotp } from '../factor/totp/verify.ts';
import { relyingPartyOf } from '../factor/webauthn/credential.ts';
import { beginRegistration, claimKey, verifyRegistration } from '../factor/webauthn/enrol.ts';
import { addressOf, consoleRealm } from '../operator/operator.ts';
import { hashPassword, passwordFault } from '../operator/password.ts';
import type { ConsoleSignIn } from '../operator/sign-in.ts';
import { givenName } from '../ui/factor-name.ts';
import { type InvitationMistake, invitationPage, newPasswordPage, type PasswordMistake } from '../ui/pages-console.tsx';
import { type OwnPasswordMistake, ownPasswordPage } from '../ui/pages-console-first.tsx';
import { kindsPage } from '../ui/pages-kinds.tsx';
import { totpPage } from '../ui/pages-set-up.tsx';
import { keyMistakes, keySetUpPage } from '../ui/pages-webauthn.tsx';
import type { ConsoleDeps, ConsoleEnv } from './deps.ts';
import type { Entrance } from './entrance.ts';
import type { PostedForm } from './form.ts';
import { firstSteps } from './outside.ts';
import type { ConsoleContext } from './view.ts';

type SetUpKind = 'totp' | 'webauthn';

interface Invited {
  readonly signIn: ConsoleSignIn;
  readonly browser: string;
  readonly person: Person;
}

type Step = (c: ConsoleContext, entrance: Entrance, invited: Invited) => Promise<Response>;

/**
 * An invitation: its code, a password, a factor. The code is an activation code of the person that the operator is (R38):
 * counted before it is looked at, used up by the binding, and of two at once one binds. The password counts from then on.
 */
export function mountInvitation(app: Hono<ConsoleEnv>, entrance: Entrance): void {
  app.get('/invitation', c => showInvitation(c, entrance));
  app.post('/invitation', c => acceptInvitation(c, entrance));
  const step = (place: string, show: Step, answer: Step) => {
    app.get(place, c => invited(c, entrance, show));
    app.post(place, c => invited(c, entrance, answer));
  };
  const { kind } = entrance.deps.firstFactor;
  if (kind === 'local') step(firstSteps.local, showPassword, choosePassword);
  if (kind === 'ldap') step(firstSteps.ldap, showOwn, proveOwn);
  step('/set-up', showKinds, chooseKind);
  step('/set-up/totp', showTotp, bindTotp);
  step('/set-up/webauthn', showKey, bindKey);
}

async function showInvitation(c: ConsoleContext, entrance: Entrance, mistake?: InvitationMistake): Promise<Response> {
  const { view } = entrance;
  const tokens = entrance.tokens(view.browser(c), '/invitation');
  const props = { action: view.at('/invitation'), tokens, signIn: view.at('/sign-in') };
  const html = invitationPage(view.page(c), mistake === undefined ? props : { ...props, mistake });
  return view.html(c, html, mistake === undefined ? 200 : 422);
}

async function acceptInvitation(c: ConsoleContext, entrance: Entrance): Promise<Response> {
  const { deps, view } = entrance;
  const browser = view.knownBrowser(c);
  const form = browser === undefined ? undefined : await entrance.readForm(c, browser);
  if (form === undefined || browser === undefined) return view.refuse(c, 'form', { next: c.req.path });
  const [email, code] = [addressOf(form.field('email')), form.field('code')];
  if (email === undefined || code.trim() === '') return showInvitation(c, entrance, 'missing');
  const { source } = c.env;
  const answer = { realm: consoleRealm, name: email, code, source, browser: entrance.budgetOf(c, email) };
  const result = await deps.activation.accept(answer);
  if (result.outcome === 'delayed') return entrance.delayed(c, result.until);
  if (result.outcome === 'expired') return showInvitation(c, entrance, 'expired');
  const operator = await deps.operators.byEmail(email);
  if (result.outcome !== 'accepted' || operator === undefined || operator.ended !== undefined)
    return showInvitation(c, entrance, 'wrong');
  const begun = { operator: operator.id, email, purpose: 'invitation', to: '/', setUp: result.permission } as const;
  await entrance.signIns.begin(browser, begun);
  return view.go(c, firstSteps[deps.firstFactor.kind]);
}

/** Somebody whose code was accepted in this browser. */
function invited(c: ConsoleContext, entrance: Entrance, step: Step): Promise<Response> {
  return entrance.withSignIn(c, async (signIn, browser) => {
    const person = await entrance.deps.people.byId(signIn.operator);
    if (signIn.purpose !== 'invitation' || person === undefined) return entrance.view.halt(c, 'gone');
    // One thing after the other: no second factor before the first is there.
    const first = firstSteps[entrance.deps.firstFactor.kind];
    if (firstOf(entrance, signIn) === undefined && entrance.view.placeOf(c) !== first)
      return entrance.view.go(c, first);
    return step(c, entrance, { signIn, browser, person });
  });
}

async function withForm(
  c: ConsoleContext,
  entrance: Entrance,
  { browser }: Invited,
  then: (form: PostedForm) => Promise<Response>,
): Promise<Response> {
  const form = await entrance.readForm(c, browser);
  return form === undefined ? entrance.view.refuse(c, 'form', { next: c.req.path }) : then(form);
}

const showPassword: Step = (c, entrance, who) => passwordPage(c, entrance, who);

async function passwordPage(
  c: ConsoleContext,
  entrance: Entrance,
  who: Invited,
  mistake?: PasswordMistake,
): Promise<Response> {
  const props = formOf(entrance, who, '/new-password');
  const html = newPasswordPage(entrance.view.page(c), mistake === undefined ? props : { ...props, mistake });
  return entrance.view.html(c, html, mistake === undefined ? 200 : 422);
}

const choosePassword: Step = (c, entrance, who) =>
  withForm(c, entrance, who, async form => {
    const password = form.field('password');
    const fault =
      passwordFault(password, who.signIn.email) ?? (password === form.field('again') ? undefined : 'differs');
    if (fault !== undefined) return passwordPage(c, entrance, who, fault);
    const hash = await hashPassword(entrance.deps.random, password);
    const kept = await entrance.signIns.step(who.browser, who.signIn, { password: hash });
    return kept === undefined ? entrance.view.halt(c, 'gone') : entrance.view.go(c, '/set-up');
  });

const showOwn: Step = (c, entrance, who) => ownPassword(c, entrance, who);

async function ownPassword(
  c: ConsoleContext,
  entrance: Entrance,
  who: Invited,
  mistake?: OwnPasswordMistake,
): Promise<Response> {
  const { view } = entrance;
  const props = formOf(entrance, who, firstSteps.ldap);
  const html = ownPasswordPage(view.page(c), mistake === undefined ? props : { ...props, mistake });
  return view.html(c, html, mistake === undefined ? 200 : mistake === 'unavailable' ? 503 : 422);
}

/** The code alone is not hers: who holds it shows that the directory knows her as whose invitation it is. */
const proveOwn: Step = (c, entrance, who) =>
  withForm(c, entrance, who, async form => {
    const { view, signIns } = entrance;
    const typed = await entrance.typed(c, who.signIn.email, form.field('password'));
    if (typed.outcome === 'delayed') return entrance.delayed(c, typed.until);
    if (typed.outcome !== 'right') return ownPassword(c, entrance, who, typed.outcome);
    const kept = await signIns.step(who.browser, who.signIn, { outside: { kind: 'ldap' } });
    return kept === undefined ? view.halt(c, 'gone') : view.go(c, '/set-up');
  });

/** Of the kind that counts here: a password that was chosen before the configuration changed is none. */
function firstOf({ deps }: Entrance, { password, outside }: ConsoleSignIn) {
  if (deps.firstFactor.kind === 'local') return password === undefined ? undefined : { password };
  return outside?.kind === deps.firstFactor.kind ? { outside } : undefined;
}

const showKinds: Step = async (c, entrance, who) => {
  const kinds = kindsFor(entrance.deps);
  const html = kindsPage(entrance.view.page(c), { ...formOf(entrance, who, '/set-up'), kinds, missing: false });
  return entrance.view.html(c, html);
};

const chooseKind: Step = (c, entrance, who) =>
  withForm(c, entrance, who, async form => {
    const { deps, view } = entrance;
    const kind = kindsFor(deps).find(one => one === form.field('kind'));
    if (kind === undefined) {
      const props = { ...formOf(entrance, who, '/set-up'), kinds: kindsFor(deps), missing: true };
      return view.html(c, kindsPage(view.page(c), props), 422);
    }
    const secret = kind === 'totp' ? beginTotp(deps, who.person, titleOf(entrance, c)).secret : '';
    const kept = await entrance.signIns.step(who.browser, who.signIn, { draft: { kind, secret } });
    return kept === undefined ? view.halt(c, 'gone') : view.go(c, `/set-up/${kind}`);
  });

/** Those that reach what the console demands, the strongest first. */
function kindsFor({ console: { origin, level = 2 }, webauthn }: ConsoleDeps): readonly SetUpKind[] {
  const keys = webauthn !== undefined && relyingPartyOf(origin) !== undefined;
  const offered: readonly SetUpKind[] = keys ? ['webauthn', 'totp'] : ['totp'];
  return offered.filter(kind => factorKinds[kind].level >= level);
}

function titleOf({ view }: Entrance, c: ConsoleContext): string {
  const { t, site } = view.page(c);
  return t('console.of', { organisation: site.organisation });
}

const showTotp: Step = (c, entrance, who) => totpSetUp(c, entrance, who);

async function totpSetUp(
  c: ConsoleContext,
  entrance: Entrance,
  who: Invited,
  mistake?: 'wrong' | 'malformed',
): Promise<Response> {
  const { view } = entrance;
  const secret = secretOf(who, 'totp');
  if (secret === undefined) return view.go(c, '/set-up');
  const uri = totpUri(who.person, titleOf(entrance, c), secret);
  const picture = await QRCode.toString(uri, { type: 'svg', errorCorrectionLevel: 'M', margin: 2 });
  const props = {
    ...formOf(entrance, who, '/set-up/totp'),
    secret: secret.match(/.{1,4}/g)?.join(' ') ?? secret,
    uri,
    picture: `data:image/svg+xml;base64,${Buffer.from(picture).toString('base64')}`,
  };
  const html = totpPage(view.page(c), mistake === undefined ? props : { ...props, mistake });
  return view.html(c, html, mistake === undefined ? 200 : 422);
}

const bindTotp: Step = (c, entrance, who) =>
  withForm(c, entrance, who, async form => {
    const secret = secretOf(who, 'totp');
    if (secret === undefined) return entrance.view.go(c, '/set-up');
    const answer = form.field('code');
    if (!/^[0-9]{6}$/.test(normaliseCode(answer))) return totpSetUp(c, entrance, who, 'malformed');
    const factor = { kind: 'totp', level: 2, label: '', credential: { secret } } as const;
    const confirm = ({ id }: Factor) =>
      verifyTotp(entrance.deps, { person: who.person, factor: { id, credential: factor.credential }, answer });
    return bound(c, entrance, who, { factor, confirm }, () => totpSetUp(c, entrance, who, 'wrong'));
  });

const showKey: Step = (c, entrance, who) => keySetUp(c, entrance, who);

async function keySetUp(c: ConsoleContext, entrance: Entrance, who: Invited, mistake?: string): Promise<Response> {
  const { deps, view } = entrance;
  const party = relyingPartyOf(deps.console.origin);
  if (secretOf(who, 'webauthn') === undefined || party === undefined) return view.go(c, '/set-up');
  const { person, signIn } = who;
  const attested = deps.webauthn?.metadata !== undefined;
  const asked = { pending: signIn.id, person, party, title: titleOf(entrance, c), attested };
  const options = await beginRegistration(deps, asked);
  const props = {
    ...formOf(entrance, who, '/set-up/webauthn'),
    kinds: view.at('/set-up'),
    strongest: attested,
    options,
  };
  const told = mistake === undefined ? {} : { mistake: keyMistakes.find(one => one === mistake) ?? 'wrong' };
  return view.html(c, keySetUpPage(view.page(c), { ...props, ...told }), mistake === undefined ? 200 : 422);
}

const bindKey: Step = (c, entrance, who) =>
  withForm(c, entrance, who, async form => {
    const { deps } = entrance;
    const answer = form.field('code');
    if (form.field('personal') !== 'yes') return keySetUp(c, entrance, who, 'personal');
    if (answer === '' || answer.startsWith('error:'))
      return keySetUp(c, entrance, who, answer === '' ? 'script' : 'cancelled');
    if (deps.webauthn === undefined || secretOf(who, 'webauthn') === undefined) return entrance.view.go(c, '/set-up');
    const { person, signIn } = who;
    const made = await verifyRegistration(deps, { pending: signIn.id, person, answer, rules: deps.webauthn });
    if ('refused' in made) return keySetUp(c, entrance, who, 'wrong');
    if (made.level < (deps.console.level ?? 2)) return keySetUp(c, entrance, who, 'too-weak');
    const { credential } = made;
    const label = givenName(form.field('label'), 'webauthn.label-first');
    const factor = { kind: 'webauthn', level: made.level as Level, label, credential } as const;
    const confirm = () => claimKey(deps, { credential, person });
    return bound(c, entrance, who, { factor, confirm }, () => keySetUp(c, entrance, who, 'wrong'));
  });

function secretOf({ signIn: { draft } }: Invited, kind: KindName): string | undefined {
  return draft?.kind === kind ? draft.secret : undefined;
}

function formOf(entrance: Entrance, { signIn, browser }: Invited, place: string) {
  return { account: signIn.email, action: entrance.view.at(place), tokens: entrance.tokens(browser, place) };
}

/** The factor first: a password counts for nobody who has none, and of two at once one gets this far. */
async function bound(
  c: ConsoleContext,
  entrance: Entrance,
  { signIn, browser, person }: Invited,
  made: { readonly factor: NewFactor; confirm(factor: Factor): Promise<Verdict> },
  wrong: () => Promise<Response>,
): Promise<Response> {
  const { deps, view } = entrance;
  const { setUp: permission } = signIn;
  const first = firstOf(entrance, signIn);
  if (permission === undefined || first === undefined) return view.halt(c, 'gone');
  const result: BindOutcome = await bindFactor(deps, { ...made, person, permission, source: c.env.source });
  if (result.outcome === 'wrong') return wrong();
  const operator = result.outcome === 'bound' ? await deps.operators.settle(person.id, first) : undefined;
  if (result.outcome !== 'bound' || operator === undefined) {
    await entrance.signIns.end(browser);
    return view.halt(c, 'gone');
  }
  const { factor } = result;
  return entrance.enter(c, { signIn, browser, operator }, { factor: factor.id, level: levelOf(factor) });
}
