import * as client from 'openid-client';
import { Agent, fetch as fetchBy } from 'undici';
import type { Identity, Provider } from '../operator/first-factor.ts';

/** As it is configured; secrets in the clear. */
export interface ProviderServer {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly ca: string | undefined;
  readonly addressClaim: string | undefined;
  readonly administered: boolean;
  /** Of one question, in milliseconds. */
  readonly timeout: number;
}

/** For the operator: what could not be done, and what was said; no code, no token, no name. */
export interface ProviderTrouble {
  readonly at: 'settings' | 'answer';
  readonly said: string;
}

interface ProviderOptions {
  /** Read when the provider's own settings are: once an hour, and after it could not be asked. Throws 'config.unreadable'. */
  server(): ProviderServer;
  readonly clock: { now(): number };
  tell(trouble: ProviderTrouble): void;
}

/** What goes with a browser, and comes back with it. */
interface Kept {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

interface Known {
  readonly server: ProviderServer;
  readonly configuration: client.Configuration;
  readonly at: number;
}

/** Larger answers are of no provider. */
const longestAnswer = 1024 * 1024;
/** Keys and addresses of a provider change now and then. */
const knownFor = 60 * 60_000;
/** Whoever opens the page would have it asked, and the log written, as often as he likes. */
const awayFor = 5_000;

/**
 * A provider of identities: the code flow with PKCE, state and nonce (OpenID Connect Core 1.0, 3.1; RFC 7636; RFC 9700).
 * The issuer is that of the configuration to the letter, in its settings, in the answer (RFC 9207) and in the token.
 */
export class OidcProvider implements Provider {
  readonly #options: ProviderOptions;
  #known: Promise<Known> | undefined;
  #awayUntil = 0;
  #agent: Agent | undefined;

  constructor(options: ProviderOptions) {
    this.#options = options;
  }

  async begin(redirectUri: string): Promise<{ readonly address: string; readonly kept: string } | 'unavailable'> {
    const known = await this.#settings();
    if (known === undefined) return 'unavailable';
    const verifier = client.randomPKCECodeVerifier();
    const kept: Kept = { state: client.randomState(), nonce: client.randomNonce(), verifier };
    const address = client.buildAuthorizationUrl(known.configuration, {
      redirect_uri: redirectUri,
      scope: scopeOf(known.server),
      response_type: 'code',
      state: kept.state,
      nonce: kept.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return { address: address.href, kept: JSON.stringify(kept) };
  }

  async finish(came: URL, kept: string): Promise<Identity | 'wrong' | 'unavailable'> {
    const known = await this.#settings();
    if (known === undefined) return 'unavailable';
    try {
      const { state, nonce, verifier } = JSON.parse(kept) as Kept;
      const tokens = await client.authorizationCodeGrant(known.configuration, came, {
        ...{ pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true },
      });
      return this.#identityOf(known.server, tokens.claims());
    } catch (error) {
      this.#options.tell({ at: 'answer', said: saidOf(error) });
      if (!isAway(error)) return 'wrong';
      // Its addresses may have changed, or our secret there: read again at the next sign-in, and not in an hour.
      if ((await this.#known?.catch(() => undefined)) === known) this.#known = undefined;
      return 'unavailable';
    }
  }

  /** Whether it answers as it should; undefined where all is well. */
  async probe(): Promise<ProviderTrouble | undefined> {
    let trouble: ProviderTrouble | undefined;
    const asked = new OidcProvider({ ...this.#options, tell: told => (trouble = told) });
    await asked.#settings();
    await asked.close();
    return trouble;
  }

  async close(): Promise<void> {
    await this.#agent?.close();
  }

  #identityOf(server: ProviderServer, claims: { readonly [name: string]: unknown } | undefined): Identity | 'wrong' {
    const [issuer, subject] = [claims?.['iss'], claims?.['sub']];
    // OpenID Connect Core 1.0, 2: at most 255 ASCII characters.
    if (issuer !== server.issuer || typeof subject !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(subject))
      return 'wrong';
    return { issuer, subject, email: addressIn(server, claims ?? {}) };
  }

  /** Undefined where they cannot be read now. */
  async #settings(): Promise<Known | undefined> {
    const now = this.#options.clock.now();
    if (now < this.#awayUntil) return undefined;
    // Who comes while it is being read waits for the same answer: however many open the page, the provider is asked once.
    this.#known ??= this.#read(now);
    const asked = this.#known;
    try {
      const known = await asked;
      if (now - known.at < knownFor) return known;
    } catch (error) {
      if (this.#known !== asked) return undefined;
      this.#known = undefined;
      this.#awayUntil = this.#options.clock.now() + awayFor;
      this.#options.tell({ at: 'settings', said: saidOf(error) });
      return undefined;
    }
    if (this.#known === asked) this.#known = undefined;
    return this.#settings();
  }

  async #read(now: number): Promise<Known> {
    const server = this.#options.server();
    const { issuer, clientId, clientSecret, ca, timeout } = server;
    if (clientSecret === '') throw new Error('there is no client secret');
    const tls = ca === undefined ? {} : { ca };
    // The one of before is left to whoever is in the middle of a sign-in; its connections end by themselves.
    const agent = new Agent({ connect: { timeout, ...tls }, maxResponseSize: longestAnswer, allowH2: false });
    this.#agent = agent;
    const insecure = issuer.startsWith('http:') ? [client.allowInsecureRequests] : [];
    const configuration = await client.discovery(
      new URL(issuer),
      clientId,
      // The library goes by the machine's clock: this is how far ours is from it.
      { client_secret: clientSecret, [client.clockSkew]: Math.round((now - Date.now()) / 1000) },
      undefined,
      {
        [client.customFetch]: (url, options) =>
          fetchBy(url, { ...options, dispatcher: agent } as Parameters<
            typeof fetchBy
          >[1]) as unknown as Promise<Response>,
        timeout: timeout / 1000,
        // The signature too, though the token comes from the provider itself (Core 3.1.3.7, 6 would let it pass).
        execute: [client.enableNonRepudiationChecks, ...insecure],
      },
    );
    if (configuration.serverMetadata().issuer !== issuer)
      throw new Error(`its issuer is ${configuration.serverMetadata().issuer}, and not the one in the configuration`);
    return { server, configuration, at: now };
  }
}

/** Her address, where somebody vouches for it: the provider for email, who wrote the configuration for any other claim. */
function addressIn(
  { addressClaim, administered }: ProviderServer,
  claims: { readonly [name: string]: unknown },
): string | undefined {
  if (addressClaim === undefined) return undefined;
  const address = claims[addressClaim];
  const vouched = administered || (addressClaim === 'email' && claims['email_verified'] === true);
  return vouched && typeof address === 'string' ? address : undefined;
}

function scopeOf({ addressClaim }: ProviderServer): string {
  if (addressClaim === undefined) return 'openid';
  return addressClaim === 'email' ? 'openid email' : 'openid email profile';
}

/** The provider does not answer, answers nonsense, or does not know us: nothing that she could do better. */
function isAway(error: unknown): boolean {
  // It came with the browser: whoever likes can write there that the provider is away, and would be counted no more (R09).
  if (error instanceof client.AuthorizationResponseError) return false;
  if (error instanceof client.ResponseBodyError) return error.error !== 'invalid_grant';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return !code.startsWith('OAUTH_') || /TIMEOUT|ABORT|NOT_JSON|NOT_CONFORM|PARSE/.test(code);
}

/** One line, by what went wrong: answers of a provider may hold what nobody should read in a log. */
function saidOf(error: unknown): string {
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError)
    return `the provider said ${error.error.replace(/[^\w.-]/g, '').slice(0, 60)}`;
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  const text = error instanceof Error ? error.message : String(error);
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${text}${code}${cause}`.replace(/\s+/g, ' ').slice(0, 300);
}
