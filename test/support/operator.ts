import type { Role } from '../../src/operator/role.ts';
import { codeAt } from '../vectors/code-at.ts';
import { Client, type ClientAnswer } from './client.ts';
import type { TestSluis } from './sluis.ts';

/** An operator as a test knows her. */
export interface TestOperator {
  readonly email: string;
  readonly password: string;
  /** Base32 of her authenticator app. */
  readonly secret: string;
}

export const password = 'een heel gewone zin over fietsen';
const day = 24 * 60 * 60_000;

/** A browser of somebody at the console. */
export class ConsoleBrowser {
  readonly client: Client;
  readonly path: string;
  readonly #sluis: TestSluis;

  constructor(sluis: TestSluis, client?: Client) {
    this.#sluis = sluis;
    const settings = sluis.core.settings.console;
    if (settings === undefined) throw new Error('no console');
    this.path = settings.path;
    this.client = client ?? new Client(sluis.port, { host: new URL(settings.origin).host });
  }

  get(place: string): Promise<ClientAnswer> {
    return this.client.get(`${this.path}${place}`);
  }

  /** Opens a page, through redirects of the console. */
  async open(place: string): Promise<ClientAnswer> {
    return this.follow(await this.get(place));
  }

  async follow(answer: ClientAnswer): Promise<ClientAnswer> {
    let now = answer;
    for (let hops = 0; now.location !== undefined && hops < 8; hops += 1) {
      const { pathname, search } = new URL(now.location);
      now = await this.client.get(`${pathname}${search}`);
    }
    return now;
  }

  /** Sends the form on a page that is posted to a place, with its hidden fields. */
  async post(page: ClientAnswer, place: string, fields: Readonly<Record<string, string>> = {}): Promise<ClientAnswer> {
    const form = formOf(page.text, `${this.path}${place}`);
    if (form === undefined) throw new Error(`no form for ${place}: ${page.status} ${titleOf(page)}`);
    return this.client.post(form.action, { ...form.hidden, ...fields });
  }

  /** The same, and on to where it leads. */
  async submit(
    page: ClientAnswer,
    place: string,
    fields: Readonly<Record<string, string>> = {},
  ): Promise<ClientAnswer> {
    return this.follow(await this.post(page, place, fields));
  }

  /** An invitation from its code to the first page inside; gives what she signs in with from now on. */
  async accept(email: string, code: string): Promise<TestOperator> {
    const asked = await this.open('/invitation');
    const chosen = await this.submit(asked, '/invitation', { email, code });
    const kinds = await this.submit(chosen, '/new-password', { password, again: password });
    const setUp = await this.submit(kinds, '/set-up', { kind: 'totp' });
    const secret = secretOf(setUp.text);
    const inside = await this.submit(setUp, '/set-up/totp', { code: codeAt(secret, this.#sluis.clock.now()) });
    if (titleOf(inside) !== 'Vandaag') throw new Error(`not in: ${inside.status} ${titleOf(inside)}`);
    return { email, password, secret };
  }

  /** Both factors; the clock goes on first, for each code opens once. */
  async signIn(operator: TestOperator, place = '/'): Promise<ClientAnswer> {
    const { email, password: typed } = operator;
    const asked = await this.submit(await this.open(place), '/sign-in', { email, password: typed });
    return this.showFactor(asked, operator);
  }

  async showFactor(page: ClientAnswer, { secret }: TestOperator): Promise<ClientAnswer> {
    this.#sluis.clock.advance(30_000);
    return this.submit(page, '/challenge/totp', { code: codeAt(secret, this.#sluis.clock.now()) });
  }
}

/** An invitation where the first factor is kept elsewhere: `prove` goes from the page after the code to the one for the second step. */
export async function acceptOutside(
  sluis: TestSluis,
  browser: ConsoleBrowser,
  { email, code, prove }: { email: string; code: string; prove(page: ClientAnswer): Promise<ClientAnswer> },
): Promise<{ page: ClientAnswer; secret: string }> {
  const asked = await browser.submit(await browser.open('/invitation'), '/invitation', { email, code });
  const kinds = await prove(asked);
  if (formOf(kinds.text, `${browser.path}/set-up`) === undefined) return { page: kinds, secret: '' };
  const setUp = await browser.submit(kinds, '/set-up', { kind: 'totp' });
  const secret = secretOf(setUp.text);
  return { page: await browser.submit(setUp, '/set-up/totp', { code: codeAt(secret, sluis.clock.now()) }), secret };
}

/** An operator who accepted her invitation, in a browser in which she is signed in. */
export async function operatorOf(
  sluis: TestSluis,
  role: Role,
  email = `${role}@gemeente.test`,
): Promise<{ browser: ConsoleBrowser; operator: TestOperator; id: string }> {
  const until = sluis.core.clock.now() + 90 * day;
  const asked = { email, name: `De ${role}`, role, until, reason: 'test', source: 'test' };
  const { code, operator: made } = await sluis.core.operators.invite(asked, { command: 'test' });
  const browser = new ConsoleBrowser(sluis);
  const operator = await browser.accept(email, code);
  return { browser, operator, id: made.id };
}

export function titleOf({ text }: Pick<ClientAnswer, 'text'>): string {
  return /<h1[^>]*>([^<]*)<\/h1>/.exec(text)?.[1] ?? '';
}

export function secretOf(html: string): string {
  return /sluis-secret">([^<]+)</.exec(html)?.[1]?.replaceAll(' ', '') ?? '';
}

/** The form of a page that is posted to this path, whatever its query. */
export function formOf(html: string, path: string): { action: string; hidden: Record<string, string> } | undefined {
  for (const [whole, action = ''] of html.matchAll(/<form method="post" action="([^"]+)"[\s\S]*?<\/form>/g)) {
    if (action.split('?', 1)[0] !== path) continue;
    const fields = whole.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g);
    return {
      action: action.replaceAll('&amp;', '&'),
      hidden: Object.fromEntries(Array.from(fields, ([, name = '', value = '']) => [name, value])),
    };
  }
  return undefined;
}
