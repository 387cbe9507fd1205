import { expect } from 'vitest';
import { Client, type ClientAnswer } from './client.ts';
import { appClient, type KindName, kinds, openLogin } from './person.ts';
import type { TestSluis } from './sluis.ts';

/** One way to try: a request as it goes over the wire, made from what the login form holds. */
export interface Way {
  readonly name: string;
  readonly method?: string;
  readonly target: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Whether the app itself, without Sluis before it, lets somebody in by it: asked of the app too. */
  readonly opens: boolean;
}

/** Cookies of the app, or ones that open something, in an answer: there must be none. */
function cookiesOf(kind: KindName, answer: ClientAnswer): string[] {
  const names = answer.setCookies.map(line => line.slice(0, line.indexOf('=')));
  const values = answer.setCookies.filter(line => /^__Host-sluis=[^;]/.test(line));
  return [...names.filter(name => !name.startsWith('__Host-') || kinds[kind].cookies.test(name)), ...values];
}

/** What only people who are signed in see, in head or body of this answer. */
export function leakIn(kind: KindName, answer: ClientAnswer): string | undefined {
  const head = answer.headers.map(([name, value]) => `${name}: ${value}`).join('\n');
  return kinds[kind].signedIn.exec(answer.text)?.[0] ?? kinds[kind].signedIn.exec(head)?.[0];
}

/** How many sessions began so far: the trail's own word. */
export function sessionsBegun(sluis: TestSluis): number {
  return sluis.log.filter(line => line.includes('"session.began"')).length;
}

/** Living sessions of this person, from the store. */
export async function sessionsOf(sluis: TestSluis, name: string): Promise<number> {
  const person = await sluis.core.people.byName('gemeente', name);
  return person === undefined ? 0 : (await sluis.core.sessions.ofPerson(person.id)).length;
}

/**
 * The password got nowhere: no answer so far shows or sets anything, and with every cookie received neither pages nor
 * scripts nor the login page nor a release shows anything now.
 */
export async function expectNothing(
  sluis: TestSluis,
  place: { readonly app: string; readonly kind: KindName },
  thief: Client,
  answers: readonly ClientAnswer[],
): Promise<void> {
  const begun = sessionsBegun(sluis);
  for (const answer of answers) expectNothingIn(place.kind, answer);
  for (const page of kinds[place.kind].pages) await expectClosed(place.kind, thief, page);
  for (const address of ['/_sluis/release', `/_sluis/release?code=${'A'.repeat(32)}`, kinds[place.kind].loginPage]) {
    expectNothingIn(place.kind, await thief.get(address));
  }
  expect(thief.jar.has('__Host-sluis')).toBe(false);
  expect(sessionsBegun(sluis)).toBe(begun);
}

export function expectNothingIn(kind: KindName, answer: ClientAnswer): void {
  expect({ leak: leakIn(kind, answer), cookies: cookiesOf(kind, answer) }).toEqual({ leak: undefined, cookies: [] });
}

/** A page that needs a sign-in: a navigation is led to a login page or a challenge, curl and scripts are told. */
async function expectClosed(kind: KindName, client: Client, page: string): Promise<void> {
  const navigation = await client.get(page);
  expect([
    page,
    navigation.status,
    [kinds[kind].loginPage, '/_sluis/next'].includes(navigation.location ?? ''),
  ]).toEqual([page, 303, true]);
  const curl = await client.request('GET', page, undefined, { Accept: '*/*' });
  expect([page, curl.status]).toEqual([page, 401]);
  for (const answer of [navigation, curl]) expectNothingIn(kind, answer);
}

/** Whether the app itself lets somebody in by this way: a cookie that proves it, or a page that shows it. */
export async function opensAtApp(
  upstream: string,
  kind: KindName,
  way: (form: Record<string, string>) => Way,
): Promise<boolean> {
  const { host, port } = new URL(upstream);
  // One app serves all tests at once: a feed that it is writing anew for another of them says nothing yet.
  for (let tries = 0; tries < 3; tries += 1) {
    const client = new Client(Number(port), { host });
    const answer = await send(client, way(await openLogin(client, kind)));
    if (proofIn(kind, answer) || leakIn(kind, answer) !== undefined || /<boolean>1</.test(answer.text)) return true;
  }
  return false;
}

function proofIn(kind: KindName, answer: ClientAnswer): boolean {
  const proofs = {
    demo: /^GPAUTH=(?!weg)[^;]/,
    roundcube: /^roundcube_sessauth=(?!-del-)[^;]/,
    dokuwiki: /^DW[0-9a-f]{32}=(?!deleted)[^;]/,
  } as const;
  return answer.setCookies.some(line => proofs[kind].test(line));
}

/** Tries it in a new browser that has opened the login page before; gives browser and answer. */
export async function tryWay(
  sluis: TestSluis,
  place: { readonly app: string; readonly kind: KindName },
  way: (form: Record<string, string>) => Way,
): Promise<{ thief: Client; answer: ClientAnswer }> {
  const thief = appClient(sluis, place.app);
  const answer = await send(thief, way(await openLogin(thief, place.kind)));
  return { thief, answer };
}

function send(client: Client, { method = 'POST', target, body, headers }: Way): Promise<ClientAnswer> {
  const all = { 'Sec-Fetch-Site': undefined, 'Content-Type': form, ...headers };
  if (method === 'POST') return client.post(target, body ?? '', { ...all, 'Sec-Fetch-Site': 'same-origin' });
  const type = body === undefined ? { ...all, 'Content-Type': headers?.['Content-Type'] } : all;
  return client.request(method, target, body, { ...navigation, ...type });
}

export const form = 'application/x-www-form-urlencoded';

const navigation = {
  Accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-Dest': 'document',
  'Sec-Fetch-Site': 'same-origin',
} as const;

export function encode(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString();
}

export function multipart(fields: Readonly<Record<string, string>>): { body: string; headers: Record<string, string> } {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--grens\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return {
    body: `${parts.join('')}--grens--\r\n`,
    headers: { 'Content-Type': 'multipart/form-data; boundary=grens' },
  };
}

export function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}
