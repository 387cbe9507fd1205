import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import { OidcProvider, type ProviderServer, type ProviderTrouble } from './oidc-provider.ts';

const redirect = 'http://beheer.localhost:8080/sign-in/callback';
const keys = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const [own, foreign] = [keys(), keys()];

/** A provider that says what a test tells it to, also what no provider should. */
describe('D11: what a provider of identities says', () => {
  let server: Server;
  let issuer = '';
  /** Changes what it answers. */
  let odd: {
    metadata?: Readonly<Record<string, unknown>>;
    claims?: JWTPayload;
    token?: (claims: JWTPayload) => Promise<string>;
    status?: number;
    /** The one that it takes; any, without this. */
    secret?: string;
    refused?: string;
  } = {};
  let nonce = '';
  const asked: string[] = [];
  const told: ProviderTrouble[] = [];

  beforeAll(async () => {
    server = createServer((req, res) => {
      const path = new URL(req.url ?? '', issuer).pathname;
      asked.push(path);
      void Promise.all([answer(path), text(req)]).then(([body, form]) => {
        const shown = new URLSearchParams(form).get('client_secret') ?? odd.secret;
        const error = path !== '/token' || shown === odd.secret ? odd.refused : 'invalid_client';
        const refused = path === '/token' && odd.secret !== undefined && error !== undefined;
        res.writeHead(refused ? 400 : (odd.status ?? 200), { 'content-type': 'application/json' });
        res.end(JSON.stringify(refused ? { error } : body));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    odd = {};
    asked.length = 0;
  });
  afterAll(() => server.close());

  const now = () => Math.floor(Date.now() / 1000);
  async function answer(path: string): Promise<unknown> {
    if (path.endsWith('/openid-configuration'))
      return {
        ...{ issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` },
        ...{ jwks_uri: `${issuer}/keys`, response_types_supported: ['code'], subject_types_supported: ['public'] },
        ...{ id_token_signing_alg_values_supported: ['RS256'], authorization_response_iss_parameter_supported: true },
        ...odd.metadata,
      };
    if (path === '/keys')
      return { keys: [{ ...(await exportJWK(own.publicKey)), kid: '1', alg: 'RS256', use: 'sig' }] };
    const claims = {
      ...{ iss: issuer, sub: 'a-1', aud: 'sluis', nonce, iat: now(), exp: now() + 300 },
      ...{ email: 'anna@gemeente.test', email_verified: true },
      ...odd.claims,
    };
    const id_token = await (odd.token ?? signed(own.privateKey))(claims);
    return { access_token: 'x', token_type: 'Bearer', id_token };
  }
  const signed = (key: typeof own.privateKey) => (claims: JWTPayload) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: '1' }).sign(key);

  const made = (more: Partial<ProviderServer> = {}, clock: { now(): number } = systemClock) =>
    new OidcProvider({
      clock,
      tell: trouble => told.push(trouble),
      server: () => ({
        ...{ issuer, clientId: 'sluis', clientSecret: 'geheim', ca: undefined, addressClaim: 'email' },
        ...{ administered: false, timeout: 2_000, ...more },
      }),
    });
  /** Out and back; `change` is what somebody does to the answer on its way. */
  const round = async (provider: OidcProvider, change: (came: URL) => void = () => undefined) => {
    const begun = await provider.begin(redirect);
    if (begun === 'unavailable') return begun;
    const { searchParams } = new URL(begun.address);
    nonce = searchParams.get('nonce') ?? '';
    const came = new URL(redirect);
    for (const [name, value] of [
      ['code', 'c'],
      ['state', searchParams.get('state') ?? ''],
      ['iss', issuer],
    ] as const)
      came.searchParams.set(name, value);
    change(came);
    return provider.finish(came, begun.kept);
  };

  it('who came back, by issuer and subject, with the address that it vouches for', async () => {
    const provider = made();
    const anna = { issuer, subject: 'a-1', email: 'anna@gemeente.test' };
    expect(await round(provider)).toEqual(anna);
    expect(await round(provider)).toEqual(anna);
    // Its own settings and keys are read once.
    expect(asked.filter(path => path !== '/token')).toHaveLength(2);
    expect(await provider.probe()).toBeUndefined();
    await provider.close();
  });

  it.each([
    ['signed by somebody else', { token: signed(foreign.privateKey) }],
    ['not signed', { token: async (claims: JWTPayload) => new UnsecuredJWT(claims).encode() }],
    [
      'signed with the client’s secret',
      {
        token: (claims: JWTPayload) =>
          new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from('geheim'.padEnd(32, '.'))),
      },
    ],
    ['of another issuer', { claims: { iss: 'https://kwaad.test' } }],
    ['for another client', { claims: { aud: 'elders' } }],
    ['for several, by another', { claims: { aud: ['sluis', 'elders'], azp: 'elders' } }],
    ['of another sign-in', { claims: { nonce: 'x' } }],
    ['without a nonce', { claims: { nonce: undefined } }],
    ['out of date', { claims: { exp: 1_600_000_000 } }],
    ['without a subject', { claims: { sub: undefined } }],
    ['with a subject that is no name', { claims: { sub: '' } }],
  ])('a token %s is nobody’s', async (_what, change) => {
    odd = change as typeof odd;
    expect(await round(made())).toMatch(/^(?:wrong|unavailable)$/);
  });

  it.each([
    ['another state', (came: URL) => came.searchParams.set('state', 'x')],
    ['no state', (came: URL) => came.searchParams.delete('state')],
    ['two states', (came: URL) => came.searchParams.append('state', 'x')],
    ['another issuer (RFC 9207)', (came: URL) => came.searchParams.set('iss', 'https://kwaad.test')],
    ['no issuer, where it says that it names it', (came: URL) => came.searchParams.delete('iss')],
    ['a refusal', (came: URL) => came.searchParams.set('error', 'access_denied')],
    ['no code', (came: URL) => came.searchParams.delete('code')],
    ['two codes', (came: URL) => came.searchParams.append('code', 'x')],
    ['two errors', (came: URL) => came.searchParams.append('error', 'a')],
    ['a whole answer as a token', (came: URL) => came.searchParams.set('response', 'e30.e30.')],
    ['a token of its own', (came: URL) => came.searchParams.set('id_token', 'e30.e30.')],
    ['an access token of its own', (came: URL) => came.searchParams.set('token', 'x')],
    ['nothing', (came: URL) => (came.search = '')],
  ])('an answer with %s is wrong, and asks the provider nothing', async (_what, change) => {
    expect(await round(made(), change)).toBe('wrong');
    expect(asked).not.toContain('/token');
  });

  it('what a browser brings along as an error is its own word: it counts, and nothing is read again for it', async () => {
    const provider = made();
    for (const error of ['server_error', 'temporarily_unavailable'])
      expect(await round(provider, came => came.searchParams.set('error', error))).toBe('wrong');
    expect(asked).toHaveLength(1);
    await provider.close();
  });

  it.each([
    [{ email_verified: false }, {}, undefined],
    [{ email_verified: 'true' }, {}, undefined],
    [{ email_verified: undefined }, {}, undefined],
    [{ email: ['anna@gemeente.test'] }, {}, undefined],
    [{}, { addressClaim: undefined }, undefined],
    [{ upn: 'bram@gemeente.test' }, { addressClaim: 'upn' }, undefined],
    [{ upn: 'bram@gemeente.test' }, { addressClaim: 'upn', administered: true }, 'bram@gemeente.test'],
  ] as const)('vouched for is what somebody stands for: %j with %j', async (claims, more, email) => {
    odd = { claims };
    expect(await round(made(more))).toMatchObject({ subject: 'a-1', email });
  });

  it('settings of another issuer, or none, are no settings; a client without a secret asks nobody', async () => {
    odd = { metadata: { issuer: `${issuer}/` } };
    expect(await round(made())).toBe('unavailable');
    odd = { status: 500 };
    expect(await round(made())).toBe('unavailable');
    expect(await made().probe()).toMatchObject({ at: 'settings' });
    asked.length = 0;
    expect(await round(made({ clientSecret: '' }))).toBe('unavailable');
    expect(asked).toEqual([]);
    expect(JSON.stringify(told)).not.toMatch(/geheim|anna|eyJ/);
  });

  it('a client secret that was changed holds at the next sign-in, and not an hour later', async () => {
    let clientSecret = 'geheim';
    const provider = new OidcProvider({
      ...{ clock: systemClock, tell: trouble => told.push(trouble) },
      server: () => ({
        ...{ issuer, clientId: 'sluis', clientSecret, ca: undefined, addressClaim: 'email' },
        ...{ administered: false, timeout: 2_000 },
      }),
    });
    expect(await round(provider)).toMatchObject({ subject: 'a-1' });
    odd = { secret: 'nieuw' };
    expect(await round(provider)).toBe('unavailable');
    clientSecret = 'nieuw';
    expect(await round(provider)).toMatchObject({ subject: 'a-1' });
    // Codes that somebody made up are no reason to read anything again.
    odd = { secret: 'nieuw', refused: 'invalid_grant' };
    asked.length = 0;
    expect(await round(provider)).toBe('wrong');
    expect(await round(provider)).toBe('wrong');
    expect(asked).toEqual(['/token', '/token']);
    await provider.close();
  });

  it('however many ask while it is away, it is asked once in five seconds, and told of once', async () => {
    odd = { status: 500 };
    let time = Date.now();
    const provider = made({}, { now: () => time });
    const before = told.length;
    await Promise.all(Array.from({ length: 20 }, () => provider.begin(redirect)));
    // Nor one after the other: strangers open that page as often as they like.
    for (let again = 0; again < 5; again += 1) expect(await provider.begin(redirect)).toBe('unavailable');
    expect([asked.length, told.length - before]).toEqual([1, 1]);
    odd = {};
    time += 5_000;
    expect(await round(provider)).toMatchObject({ subject: 'a-1' });
  });
});
