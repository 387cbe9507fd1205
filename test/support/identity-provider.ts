import { once } from 'node:events';
import { createServer } from 'node:https';
import { Provider } from 'oidc-provider';
import { Agent, fetch } from 'undici';
import type { Issued } from './certificates.ts';
import { issue } from './certificates.ts';

export const clientSecret = 'een geheim van dertig tekens lang';

export interface Account {
  readonly email: string;
  readonly email_verified: boolean;
}

/** Certificates of a provider that listens later: the configuration names the CA before it is there. */
export function providerCertificates(): { readonly ca: Issued; readonly own: Issued } {
  const ca = issue({ name: { CN: 'Test CA' }, ca: true });
  return { ca, own: issue({ name: { CN: 'localhost' }, issuer: ca, dns: 'localhost' }) };
}

export interface IdentityProvider {
  /** By `sub`. */
  readonly accounts: Map<string, Account>;
  /** Signs in there as this `sub`, from the address that Sluis sent her to; resolves to the address that it sends her back to. */
  signIn(address: string, sub: string): Promise<URL>;
  close(): Promise<void>;
}

/** A real OpenID provider over HTTPS on loopback: oidc-provider, with its own forms. */
export async function startIdentityProvider(options: {
  readonly port: number;
  readonly redirectUri: string;
  readonly certificates: ReturnType<typeof providerCertificates>;
}): Promise<IdentityProvider> {
  const { port, redirectUri, certificates } = options;
  const accounts = new Map<string, Account>();
  const provider = new Provider(`https://localhost:${port}`, {
    clients: [{ client_id: 'sluis', client_secret: clientSecret, redirect_uris: [redirectUri] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    cookies: { keys: ['for a test'] },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
    features: { devInteractions: { enabled: true } },
    findAccount: (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ sub, ...accounts.get(sub) }),
    }),
  });
  const key = certificates.own.key.export({ type: 'pkcs8', format: 'pem' });
  const server = createServer({ key, cert: certificates.own.pem }, provider.callback()).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent({ connect: { ca: certificates.ca.pem } });
  return {
    accounts,
    signIn: (address, sub) => new Visitor(agent, redirectUri).signIn(address, sub),
    close: async () => {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await agent.close();
    },
  };
}

/** A browser of somebody at the provider. */
class Visitor {
  readonly #agent: Agent;
  readonly #back: string;
  readonly #jar = new Map<string, string>();

  constructor(agent: Agent, back: string) {
    this.#agent = agent;
    this.#back = back;
  }

  async signIn(address: string, sub: string): Promise<URL> {
    let next = new URL(address);
    let body: URLSearchParams | undefined;
    for (let step = 0; step < 20; step += 1) {
      const answer = await this.#send(next, body);
      body = undefined;
      const location = answer.headers.get('location');
      if (location !== null) {
        next = new URL(location, next);
        if (next.href.startsWith(this.#back)) return next;
        continue;
      }
      const html = await answer.text();
      const action = /<form[^>]*action="([^"]+)"/.exec(html)?.[1];
      const prompt = /name="prompt" value="([^"]+)"/.exec(html)?.[1];
      if (action === undefined || prompt === undefined) throw new Error(`${answer.status} ${html.slice(0, 400)}`);
      next = new URL(action, next);
      body = new URLSearchParams({ prompt, ...(prompt === 'login' ? { login: sub, password: 'x' } : {}) });
    }
    throw new Error('the provider leads nowhere');
  }

  async #send(address: URL, body: URLSearchParams | undefined) {
    const cookie = [...this.#jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(address, {
      ...{ dispatcher: this.#agent, redirect: 'manual', headers: { cookie } },
      ...(body === undefined ? {} : { method: 'POST', body }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      if (/expires=Thu, 01 Jan 1970/i.test(line)) this.#jar.delete(pair.slice(0, at));
      else this.#jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return answer;
  }
}
