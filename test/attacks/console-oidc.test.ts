import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { hashPassword } from '../../src/operator/password.ts';
import { freePort } from '../support/free-port.ts';
import {
  clientSecret,
  type IdentityProvider,
  providerCertificates,
  startIdentityProvider,
} from '../support/identity-provider.ts';
import { acceptOutside, ConsoleBrowser, titleOf } from '../support/operator.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';

const day = 24 * 60 * 60_000;
const signInTitle = 'Inloggen bij het beheer';
const notKnown = 'U komt hiermee niet bij het beheer';
const anna = { email: 'anna@gemeente.test', sub: 'a-1' } as const;

describe('D11 R52: operators who sign in at a provider', () => {
  let demo: DemoApp;
  let provider: IdentityProvider;
  let sluis: TestSluis;
  let secret = '';
  beforeAll(async () => {
    demo = await startDemoApp();
    const port = await freePort();
    const certificates = providerCertificates();
    const oidc = [
      `issuer: "https://localhost:${port}", title: Gemeenteaccount, clientId: sluis, clientSecretFile: secret`,
      'ca: ca.pem, addressClaim: email, timeout: 5',
    ].join(', ');
    sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }], {
      ...{ console: 'own', consoleMore: `firstFactor: { oidc: { ${oidc} } }` },
      files: { 'ca.pem': certificates.ca.pem, secret: `${clientSecret}\n` },
    });
    const redirectUri = `${sluis.core.settings.console?.origin}/sign-in/callback`;
    provider = await startIdentityProvider({ port, redirectUri, certificates });
    const known = { email_verified: true } as const;
    provider.accounts.set(anna.sub, { email: anna.email, ...known });
    provider.accounts.set('b-1', { email: 'bram@gemeente.test', ...known });
    const { code } = await invite(anna.email);
    const browser = new ConsoleBrowser(sluis);
    const come = await acceptOutside(sluis, browser, {
      ...{ email: anna.email, code },
      prove: page => prove(page.text, browser, anna.sub),
    });
    expect(titleOf(come.page)).toBe('Vandaag');
    secret = come.secret;
  });
  afterAll(async () => {
    await sluis?.close();
    await provider?.close();
    await demo?.close();
  });

  const invite = (email: string) => {
    const until = sluis.clock.now() + 30 * day;
    const asked = { email, name: 'Iemand', role: 'admin', until, reason: 'test', source: 'test' } as const;
    return sluis.core.operators.invite(asked, { command: 'test' });
  };
  /** From a page with the link to the provider, through it, and back. */
  const prove = async (html: string, browser: ConsoleBrowser, sub: string) => {
    const href = /href="([^"]*\/sign-in\/provider[^"]*)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const sent = await browser.client.get(href);
    const back = await provider.signIn(sent.location ?? '', sub);
    return browser.follow(await browser.client.get(`${back.pathname}${back.search}`));
  };
  const signIn = async (sub: string, browser = new ConsoleBrowser(sluis)) => {
    const page = await prove((await browser.open('/sign-in')).text, browser, sub);
    return { browser, page };
  };

  it('comes in by the provider, and always by her second step after it', async () => {
    const { browser, page } = await signIn(anna.sub);
    expect(titleOf(page)).toBe('Vul de code in');
    expect(titleOf(await browser.open('/people'))).toBe(signInTitle);
    const shown = await browser.showFactor(page, { email: anna.email, password: '', secret });
    expect(titleOf(shown)).toBe('Vandaag');
    expect((await sluis.core.operators.byEmail(anna.email))?.outside).toMatchObject({
      kind: 'oidc',
      subject: anna.sub,
    });
  });

  it('never makes an operator: who has no mandate, or one that ended, is refused like any other', async () => {
    expect(titleOf((await signIn('b-1')).page)).toBe(notKnown);
    const { operator } = await invite('bram@gemeente.test');
    // Invited, and has set nothing up: there is no second step to show.
    expect(titleOf((await signIn('b-1')).page)).not.toMatch(/Vul|Vandaag|Kies/);
    await sluis.core.operators.end(operator.id, { reason: 'test', source: 'test' }, { command: 'test' });
    expect(titleOf((await signIn('b-1')).page)).toBe(notKnown);
    expect(await sluis.core.operators.byEmail('niemand@gemeente.test')).toBeUndefined();
  });

  it('an address that is not verified is no name, and one that went to somebody else takes nothing along', async () => {
    provider.accounts.set('x-1', { email: anna.email, email_verified: false });
    expect(titleOf((await signIn('x-1')).page)).toBe(notKnown);
    provider.accounts.set('x-2', { email: anna.email, email_verified: true });
    expect(titleOf((await signIn('x-2')).page)).toBe(notKnown);
    // And she is herself still, whatever her address there becomes.
    provider.accounts.set(anna.sub, { email: 'anna.nieuw@gemeente.test', email_verified: false });
    expect(titleOf((await signIn(anna.sub)).page)).toBe('Vul de code in');
    provider.accounts.set(anna.sub, { email: anna.email, email_verified: true });
  });

  it('who was an operator before is linked once both factors were right, and not by the first alone', async () => {
    const email = 'carla@gemeente.test';
    const { operator } = await invite(email);
    await sluis.core.operators.settle(operator.id, {
      password: await hashPassword(sluis.core.random, 'een oude zin over fietsen'),
    });
    const factors = (await sluis.core.people.byName('@console', anna.email))?.factors ?? [];
    await sluis.core.people.update(operator.id, person => ({ ...person, factors }));
    provider.accounts.set('c-1', { email, email_verified: true });
    const { browser, page } = await signIn('c-1');
    expect(titleOf(page)).toBe('Vul de code in');
    expect((await sluis.core.operators.byId(operator.id))?.outside).toBeUndefined();
    expect(titleOf(await browser.showFactor(page, { email, password: '', secret }))).toBe('Vandaag');
    expect((await sluis.core.operators.byId(operator.id))?.outside).toMatchObject({ subject: 'c-1' });
    // Her password of before opens nothing.
    const typed = new ConsoleBrowser(sluis);
    const form = await typed.open('/sign-in/password');
    const refused = await typed.submit(form, '/sign-in/password', { email, password: 'een oude zin over fietsen' });
    expect(refused.status).toBe(422);
  });

  it('R38: the code of an invitation, and the provider’s word that it is somebody else, set nothing up', async () => {
    const email = 'dirk@gemeente.test';
    const { code } = await invite(email);
    const thief = new ConsoleBrowser(sluis);
    const asked = await thief.submit(await thief.open('/invitation'), '/invitation', { email, code });
    for (const place of ['/set-up', '/set-up/totp', '/new-password', '/second-step'])
      expect([place, titleOf(await thief.open(place))]).not.toEqual([place, expect.stringMatching(/Kies|QR|code/)]);
    expect(titleOf(await prove(asked.text, thief, 'b-1'))).toBe(notKnown);
    // Hers already: not another one's too.
    provider.accounts.set(anna.sub, { email, email_verified: true });
    expect(titleOf(await prove(asked.text, thief, anna.sub))).toBe(notKnown);
    provider.accounts.set(anna.sub, { email: anna.email, email_verified: true });
  });

  it('CSRF and replay: an answer of the provider is good for the browser that was sent there, once', async () => {
    const victim = new ConsoleBrowser(sluis);
    const thief = new ConsoleBrowser(sluis);
    const sent = await thief.get('/sign-in/provider');
    const back = await provider.signIn(sent.location ?? '', anna.sub);
    const came = `${back.pathname}${back.search}`;
    await victim.open('/sign-in');
    await victim.get('/sign-in/provider');
    // The answer to another one's question, in a browser that has asked one of its own.
    expect(titleOf(await victim.follow(await victim.client.get(came)))).toBe(notKnown);
    const fresh = new ConsoleBrowser(sluis);
    expect(titleOf(await fresh.follow(await fresh.client.get(came)))).toBe('Deze pagina is verlopen');
    const copy = new ConsoleBrowser(sluis, thief.client.copy());
    expect(titleOf(await thief.follow(await thief.client.get(came)))).toBe('Vul de code in');
    expect(titleOf(await copy.follow(await copy.client.get(came)))).toBe('Deze pagina is verlopen');
  });

  it('leads to the provider and to no other address, with PKCE, state and nonce', async () => {
    const browser = new ConsoleBrowser(sluis);
    const { location } = await browser.get('/sign-in/provider?to=//kwaad.test&redirect_uri=https://kwaad.test');
    const { origin, searchParams } = new URL(location ?? 'x:');
    const settings = sluis.core.settings.console;
    expect(settings?.firstFactor?.kind === 'oidc' && new URL(settings.firstFactor.issuer).origin).toBe(origin);
    expect(searchParams.get('redirect_uri')).toBe(`${settings?.origin}/sign-in/callback`);
    expect(searchParams.get('code_challenge_method')).toBe('S256');
    for (const name of ['state', 'nonce', 'code_challenge']) expect(searchParams.get(name)?.length).toBeGreaterThan(40);
  });

  it('R09: one source cannot keep asking the provider with codes that it made up', async () => {
    const guess = async () => {
      const browser = new ConsoleBrowser(sluis);
      const state = new URL((await browser.get('/sign-in/provider')).location ?? 'x:').searchParams.get('state');
      return (await browser.get(`/sign-in/callback?code=x&state=${state}`)).status;
    };
    expect(await guess()).toBe(403);
    const given = { pool: 'sign-in', realm: '@console', source: '127.0.0.1' } as const;
    for (let account = 0; account < 110; account += 1)
      await sluis.core.attempts.begin({ ...given, account: `x${account}` });
    expect(await guess()).toBe(429);
    const refused = (await sluis.core.audit.tail(50)).map(({ event }) => event);
    expect(refused).toContainEqual(expect.objectContaining({ type: 'operator.refused', reason: 'delayed' }));
    sluis.clock.advance(60 * 60_000);
  });

  it('a provider that is away lets nobody in and is told of; a password of the machine does', async () => {
    await provider.close();
    const browser = new ConsoleBrowser(sluis);
    sluis.clock.advance(2 * 60 * 60_000);
    const page = await browser.get('/sign-in/provider');
    expect([page.status, titleOf(page)]).toEqual([503, 'Inloggen kan nu even niet']);
    expect(sluis.log.join()).toContain('the provider of operators did not answer');
    const { id } = (await sluis.core.operators.byEmail(anna.email)) ?? { id: '' };
    const hash = await hashPassword(sluis.core.random, 'K7PM-3XQ2-9DTR-5W0N-ABCD');
    const spare = { hash, until: sluis.clock.now() + day };
    await sluis.core.operators.spare(id, spare, { reason: 'weg', source: 'test' }, 'test');
    const form = await browser.open('/sign-in/password');
    const fields = { email: anna.email, password: 'K7PM-3XQ2-9DTR-5W0N-ABCD' };
    expect(titleOf(await browser.submit(form, '/sign-in/password', fields))).toBe('Vul de code in');
  });
});
