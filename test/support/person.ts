import { codeAt } from '../vectors/code-at.ts';
import { Client, type ClientAnswer } from './client.ts';
import type { TestSluis } from './sluis.ts';

/** What a test must know of an app to be a person, or a thief, in front of it. */
export interface Kind {
  readonly loginPage: string;
  /** Where its form posts to. */
  readonly action: string;
  readonly user: string;
  readonly password: string;
  /** Occurs on pages of somebody who is signed in, and nowhere else. */
  readonly signedIn: RegExp;
  /** Pages that need a sign-in, each showing something that `signedIn` finds. */
  readonly pages: readonly string[];
  /** Names of the app's own cookies: none of them may reach a browser in the clear. */
  readonly cookies: RegExp;
}

export const kinds = {
  demo: {
    loginPage: '/login',
    action: '/login',
    user: 'gebruiker',
    password: 'wachtwoord',
    signedIn: /Aangemeld: |id="wie"|"gebruiker":|href="\/uit"|"nieuw":|"welkom":/,
    pages: ['/postvak', '/wie', '/bericht/1', '/api/mail.json', '/api/nieuw', '/beheer'],
    cookies: /^(?:GPSESSIE|GPAUTH)$/,
  },
  roundcube: {
    loginPage: '/?_task=login',
    action: '/?_task=login',
    user: '_user',
    password: '_pass',
    signedIn: /_task=logout|Uitloggen|header-title username|id="messagelist"|rcmail\.redirect|"username":"[a-z]/,
    pages: ['/?_task=mail', '/?_task=settings', '/?_task=addressbook'],
    cookies: /^roundcube_/,
  },
  dokuwiki: {
    loginPage: '/doku.php?id=start&do=login',
    action: '/doku.php?id=start',
    user: 'u',
    password: 'p',
    signedIn: /Welkom op de kennisbank|Werkinstructie|Controleer de identiteit|do=logout|Ingelogd als|Anna de Vries/,
    pages: ['/doku.php?id=start', '/doku.php?id=werkinstructies:paspoort', '/doku.php?id=start&do=index'],
    cookies: /^DW|^DokuWiki$/,
  },
} as const satisfies Readonly<Record<string, Kind>>;
export type KindName = keyof typeof kinds;

export interface PersonName {
  readonly name: string;
  readonly password: string;
  /** Base32; without it the one that this Sluis knows from an earlier sign-in, else a factor is set up. */
  readonly secret?: string | undefined;
}

export interface SignedIn {
  /** On the app's host, with its session. */
  readonly app: Client;
  /** On the portal's host; the same client where both are one host. */
  readonly portal: Client;
  readonly secret: string;
  /** Shown at this set-up; empty where a factor was there. */
  readonly recoveryCodes: readonly string[];
  /** Where the release led, path and query. */
  readonly landing: string;
}

export function appClient(sluis: TestSluis, app: string, headers: Readonly<Record<string, string>> = {}): Client {
  return new Client(sluis.port, { host: sluis.host(app), headers });
}

export function portalClient(sluis: TestSluis, headers: Readonly<Record<string, string>> = {}): Client {
  return new Client(sluis.port, { host: sluis.portalHost, headers });
}

/** Both hosts of one browser. */
export function browserOf(sluis: TestSluis, app: string): { app: Client; portal: Client } {
  const client = appClient(sluis, app);
  return { app: client, portal: sluis.portalHost === sluis.host(app) ? client : portalClient(sluis) };
}

/** Opens the login page as a visit and gives what its form would send, without name and password. */
export async function openLogin(client: Client, kind: KindName): Promise<Record<string, string>> {
  return formFields(await follow(client, await client.get(kinds[kind].loginPage)));
}

/** Name, password and the form's other fields, posted as the form does. */
export function postPassword(
  client: Client,
  kind: KindName,
  form: Readonly<Record<string, string>>,
  who: { readonly name: string; readonly password: string },
): Promise<ClientAnswer> {
  const { action, user, password } = kinds[kind];
  return client.post(action, { ...form, [user]: who.name, [password]: who.password });
}

/** Both at once: ends with a pending sign-in where the password is right. */
export async function passFirstGate(
  client: Client,
  kind: KindName,
  who: { readonly name: string; readonly password: string },
): Promise<ClientAnswer> {
  const answer = await postPassword(client, kind, await openLogin(client, kind), who);
  if (answer.location !== '/_sluis/next') throw new Error(`no pending: ${answer.status} ${answer.location}`);
  return answer;
}

/** The address of the step to the portal: a handoff that works once, for 30 s. */
export async function handoffOf(client: Client): Promise<string> {
  const hop = await client.get('/_sluis/next');
  const found = /href="(http[^"]*\/p\/[\w-]+)"/.exec(hop.text)?.[1];
  if (found === undefined) throw new Error(`no handoff: ${hop.status} ${hop.location}`);
  return new URL(found).pathname;
}

/** Takes the pending to the portal and gives the page where it stands. */
export async function openPortal(app: Client, portal: Client): Promise<ClientAnswer> {
  return follow(portal, await portal.get(await handoffOf(app)));
}

/** Posts the one form of a portal page, and goes on to where that leads. */
export async function submit(
  portal: Client,
  page: ClientAnswer,
  fields: Readonly<Record<string, string>>,
): Promise<ClientAnswer> {
  const action = /<form method="post" action="([^"]+)"/.exec(page.text)?.[1];
  if (action === undefined) throw new Error(`no form on this page: ${page.status} ${titleOf(page)}`);
  return follow(portal, await portal.post(action, { ...hiddenFields(page.text), ...fields }));
}

/** From the page that asks for the activation code to the step back; binds a factor. */
export async function setUp(
  sluis: TestSluis,
  portal: Client,
  page: ClientAnswer,
  activation: string,
): Promise<{ hop: ClientAnswer; secret: string; recoveryCodes: string[] }> {
  const totp = await submit(portal, page, { code: activation });
  const secret = secretOn(totp);
  if (secret === undefined) throw new Error(`no secret: ${totp.status} ${titleOf(totp)}`);
  const codes = await submit(portal, totp, { code: freshCode(sluis, secret) });
  const recoveryCodes = [...codes.text.matchAll(/<code class="utrecht-code">([^<]+)<\/code>/g)].map(([, c = '']) => c);
  return { hop: await submit(portal, codes, {}), secret, recoveryCodes };
}

/** From the challenge page to the step back. */
export async function passChallenge(
  sluis: TestSluis,
  portal: Client,
  page: ClientAnswer,
  secret: string,
): Promise<ClientAnswer> {
  return submit(portal, page, { code: freshCode(sluis, secret) });
}

/** The step back's address on the app's host, with its code; undefined where the page holds none. */
export function releaseOn(page: ClientAnswer): string | undefined {
  return /\/_sluis\/release\?code=[\w-]+/.exec(page.text)?.[0];
}

/** Opens the second gate with what the portal's last page says; gives the answer, which is not followed. */
export async function release(app: Client, page: ClientAnswer): Promise<ClientAnswer> {
  const address = releaseOn(page);
  if (address === undefined) throw new Error(`no release: ${page.status} ${titleOf(page)}`);
  return app.get(address);
}

const secrets = new WeakMap<TestSluis, Map<string, string>>();
/** Base32, of who was set up at this Sluis. */
export function secretOf(sluis: TestSluis, name: string): string {
  return secrets.get(sluis)?.get(name) ?? '';
}

const steps = new WeakMap<TestSluis, Map<string, number>>();

/**
 * Through both gates in a new browser, or in `browser`: with the factor that this Sluis knows of her, else setting one
 * up with an activation code. Moves the clock on where the last code's step is used up.
 */
export async function signInFully(
  sluis: TestSluis,
  appId: string,
  kind: KindName,
  who: PersonName,
  browser: { app: Client; portal: Client } = browserOf(sluis, appId),
): Promise<SignedIn> {
  const { app, portal } = browser;
  const known = secrets.get(sluis) ?? new Map<string, string>();
  secrets.set(sluis, known);
  const secret = who.secret ?? known.get(who.name);
  const activation = secret === undefined ? await sluis.invite(who.name) : '';
  await passFirstGate(app, kind, who);
  const page = await openPortal(app, portal);
  const passed =
    releaseOn(page) !== undefined
      ? { hop: page, secret: secret ?? '', recoveryCodes: [] }
      : secret === undefined
        ? await setUp(sluis, portal, page, activation)
        : { hop: await passChallenge(sluis, portal, page, secret), secret, recoveryCodes: [] };
  known.set(who.name, passed.secret);
  const answer = await release(app, passed.hop);
  if (answer.status !== 303 || !app.jar.has('__Host-sluis')) throw new Error(`no session: ${answer.status}`);
  return {
    app,
    portal,
    secret: passed.secret,
    recoveryCodes: passed.recoveryCodes,
    landing: answer.location ?? '',
  };
}

/** By Sluis's own button at the app. */
export async function signOut(app: Client): Promise<void> {
  const page = await app.get('/_sluis/sign-out');
  const answer = await app.post('/_sluis/sign-out', { csrf: hiddenFields(page.text)['csrf'] ?? '' });
  if (answer.location !== '/_sluis/signed-out') throw new Error(`not signed out: ${answer.status} ${answer.location}`);
}

/** The code of this moment; where its step was given before, of the next one. */
export function freshCode(sluis: TestSluis, secret: string): string {
  const used = steps.get(sluis) ?? new Map<string, number>();
  steps.set(sluis, used);
  const step = () => Math.floor(sluis.clock.now() / 30_000);
  while ((used.get(secret) ?? 0) >= step()) sluis.clock.advance(30_000);
  used.set(secret, step());
  return codeAt(secret, sluis.clock.now());
}

/** Redirects on the client's own host, and no further. */
export async function follow(client: Client, answer: ClientAnswer): Promise<ClientAnswer> {
  let current = answer;
  for (let hops = 0; hops < 6 && current.location !== undefined; hops += 1) {
    const url = new URL(current.location, 'http://own.invalid');
    current = await client.get(`${url.pathname}${url.search}`);
  }
  return current;
}

/** What the app's form that posts would send: every input but its name and password fields. */
export function formFields(page: ClientAnswer): Record<string, string> {
  const form = /<form[^>]*method="post"[\s\S]*?<\/form>/.exec(page.text)?.[0] ?? '';
  const inputs = [...form.matchAll(/<input[^>]*>/g)].map(([input]) => input);
  const hidden = inputs.filter(input => /type="hidden"/.test(input));
  return Object.fromEntries(hidden.map(input => [attribute(input, 'name'), attribute(input, 'value')]));
}

/** What its form holds unseen; and her word that what she sets up is hers alone, which every set-up asks for. */
export function hiddenFields(html: string): Record<string, string> {
  const found = html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g);
  const fields = Object.fromEntries(Array.from(found, ([, name = '', value = '']) => [name, value]));
  return html.includes('name="personal" value="yes"') ? { ...fields, personal: 'yes' } : fields;
}

/** The new key in base32, where the page shows one. */
export function secretOn(page: ClientAnswer): string | undefined {
  return /sluis-secret">([A-Z2-7 ]+)</.exec(page.text)?.[1]?.replaceAll(' ', '');
}

export function titleOf(page: ClientAnswer): string {
  return /<h1[^>]*>([^<]*)<\/h1>/.exec(page.text)?.[1] ?? '';
}

function attribute(tag: string, name: string): string {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
  return value.replaceAll('&amp;', '&');
}
