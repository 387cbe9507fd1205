import { request } from 'node:http';
import { generate } from 'otplib';
import { password, user } from './load.ts';

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: Buffer;
}

/** As much of a browser as a sign-in needs: cookies by host, forms, and the one hop that our pages make by themselves. */
export class SignInBrowser {
  readonly #port: number;
  readonly #cookies = new Map<string, Map<string, string>>();

  constructor(port: number) {
    this.#port = port;
  }

  cookie(host: string): string {
    return [...(this.#cookies.get(host) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  get(host: string, path: string): Promise<Answer> {
    return this.#send(host, 'GET', path, undefined);
  }

  post(host: string, path: string, fields: Readonly<Record<string, string>>): Promise<Answer> {
    return this.#send(host, 'POST', path, new URLSearchParams(fields).toString());
  }

  #send(host: string, method: string, path: string, body: string | undefined): Promise<Answer> {
    const form = { Origin: `http://${host}`, 'Content-Type': 'application/x-www-form-urlencoded' };
    const cookie = this.cookie(host);
    const headers = {
      Host: host,
      Accept: 'text/html',
      'Sec-Fetch-Site': 'same-origin',
      'Sec-Fetch-Mode': 'navigate',
      'Sec-Fetch-Dest': 'document',
      ...(cookie === '' ? {} : { Cookie: cookie }),
      ...(body === undefined ? {} : form),
    };
    return new Promise((resolve, reject) => {
      const sent = request({ port: this.#port, host: '127.0.0.1', method, path, headers, agent: false }, response => {
        this.#keep(host, response.headers['set-cookie'] ?? []);
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status = 0, headers: answered } = response;
          resolve({ status, location: answered.location, body: Buffer.concat(chunks) });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  #keep(host: string, lines: readonly string[]): void {
    const jar = this.#cookies.get(host) ?? new Map<string, string>();
    this.#cookies.set(host, jar);
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^=;]*)=([^;]*)/.exec(line) ?? [];
      if (/;\s*max-age=0\b/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
  }
}

/** Signs in at the app itself, as people would without Sluis: its cookies for the bare proxies. */
export async function signInAtApp(port: number, host: string): Promise<string> {
  const browser = new SignInBrowser(port);
  expect(await postPassword(browser, host), '/postvak');
  return browser.cookie(host);
}

export interface SluisHosts {
  readonly app: string;
  readonly portal: string;
}

/** The whole way in: password in the app's own form, activation code, first TOTP code, release. Gives the app host's cookies. */
export async function signInThroughSluis(port: number, hosts: SluisHosts, activation: string): Promise<string> {
  const browser = new SignInBrowser(port);
  const { app, portal } = hosts;
  expect(await postPassword(browser, app), '/_sluis/next');
  const handoff = pathIn(await browser.get(app, '/_sluis/next'), `http://${portal}`);
  const setUp = expect(await browser.get(portal, handoff), '/set-up/');
  const totp = expect(await postStep(browser, portal, setUp, { code: activation }), '/set-up/');
  const { body } = await browser.get(portal, totp);
  const secret = /sluis-secret">([A-Z2-7 ]+)</.exec(body.toString('utf8'))?.[1]?.replaceAll(' ', '') ?? '';
  const codes = expect(
    await postStep(browser, portal, totp, { personal: 'yes', code: await generate({ secret }) }),
    '/recovery-codes/',
  );
  const leave = expect(await postStep(browser, portal, codes, { act: 'saved' }), '/go/');
  const release = pathIn(await browser.get(portal, leave), `http://${app}`);
  expect(await browser.get(app, release), '/');
  return browser.cookie(app);
}

async function postPassword(browser: SignInBrowser, host: string): Promise<Answer> {
  const page = await browser.get(host, '/login');
  return browser.post(host, '/login', {
    formtoken: fieldOf(page, 'formtoken'),
    gebruiker: user,
    wachtwoord: password,
  });
}

async function postStep(
  browser: SignInBrowser,
  portal: string,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<Answer> {
  const page = await browser.get(portal, path);
  return browser.post(portal, path, { csrf: fieldOf(page, 'csrf'), attempt: fieldOf(page, 'attempt'), ...fields });
}

function fieldOf(page: Answer, name: string): string {
  const found = new RegExp(`name="${name}" value="([^"]*)"`).exec(page.body.toString('utf8'))?.[1];
  if (found === undefined) throw new Error(`no field ${name} in a page with status ${page.status}`);
  return found;
}

/** The address on another host that a page goes on to. */
function pathIn(page: Answer, origin: string): string {
  const html = page.body.toString('utf8');
  const at = html.indexOf(`${origin}/`);
  const path = at < 0 ? undefined : /^[^"'<\s]+/.exec(html.slice(at + origin.length))?.[0];
  if (path === undefined) throw new Error(`a page with status ${page.status} does not lead to ${origin}`);
  return path;
}

function expect(answer: Answer, place: string): string {
  const { status, location = '' } = answer;
  const path = location.replace(/^https?:\/\/[^/]+/, '');
  if (status === 303 && path.startsWith(place)) return path;
  throw new Error(`the sign-in stopped: ${status} ${location}, where a way to ${place} was expected`);
}
