import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { passwords } from '../support/apps.ts';
import type { Client } from '../support/client.ts';
import {
  appClient,
  browserOf,
  freshCode,
  handoffOf,
  hiddenFields,
  openLogin,
  openPortal,
  passChallenge,
  passFirstGate,
  portalClient,
  postPassword,
  release,
  releaseOn,
  type SignedIn,
  setUp,
  signInFully,
  titleOf,
} from '../support/person.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';
import { expectNothing, expectNothingIn, sessionsBegun } from '../support/thief.ts';

/** Values of one browser in another: copied by a thief who has her password too, and has no factor. */
const place = { app: 'demo', kind: 'demo' } as const;
const anna = { name: 'anna', password: passwords.anna } as const;
const bram = { name: 'bram', password: passwords.bram } as const;

let demo: DemoApp;
let sluis: TestSluis;
beforeAll(async () => {
  demo = await startDemoApp();
  sluis = await startSluis(
    [
      { id: 'demo', upstream: demo.url, preset: 'demo' },
      { id: 'ander', upstream: demo.url, preset: 'demo' },
    ],
    { clock: new TestClock(), extra: 'limits: { pendings: 100 }' },
  );
  await signInFully(sluis, 'demo', 'demo', anna);
  await signInFully(sluis, 'demo', 'demo', bram);
});
afterAll(async () => {
  await sluis?.close();
  await demo?.close();
});
beforeEach(() => sluis.clock.advance(20 * 60_000));

/** A browser of the thief with nothing but what he was told. */
function thiefWith(cookies: Readonly<Record<string, string | undefined>>, app = 'demo'): Client {
  const thief = appClient(sluis, app);
  for (const [name, value] of Object.entries(cookies)) if (value !== undefined) thief.jar.set(name, value);
  return thief;
}

describe('R08: values of her way in, in another browser', () => {
  it('her visit, before and after she signs in', async () => {
    const her = browserOf(sluis, 'demo');
    const form = await openLogin(her.app, 'demo');
    const thief = her.app.copy();
    const answers = [await thief.get('/login')];
    await postPassword(her.app, 'demo', form, anna);
    answers.push(await thief.get('/login'));
    await expectNothing(sluis, place, thief, answers);
    await expectNothing(sluis, place, her.app.copy(), answers);
  });

  it('her pending and her handoff show the thief the challenge that his password shows him', async () => {
    const her = browserOf(sluis, 'demo');
    await passFirstGate(her.app, 'demo', anna);
    const thief = { app: her.app.copy(), portal: portalClient(sluis) };
    expect(titleOf(await openPortal(thief.app, thief.portal))).not.toBe('');
    await expectNothing(sluis, place, thief.app, []);
  });

  it('a handoff opens once', async () => {
    const her = browserOf(sluis, 'demo');
    await passFirstGate(her.app, 'demo', anna);
    const handoff = await handoffOf(her.app);
    expect((await her.portal.get(handoff)).status).toBe(303);
    const thief = portalClient(sluis);
    expect((await thief.get(handoff)).status).toBe(410);
    expect((await her.portal.get(handoff)).status).toBe(410);
  });

  it('a handoff is over after 30 seconds', async () => {
    const her = browserOf(sluis, 'demo');
    await passFirstGate(her.app, 'demo', anna);
    const handoff = await handoffOf(her.app);
    sluis.clock.advance(30_001);
    expect((await her.portal.get(handoff)).status).toBe(410);
  });

  it('pages of her challenge are not for another portal browser', async () => {
    const her = browserOf(sluis, 'demo');
    await passFirstGate(her.app, 'demo', anna);
    const page = await openPortal(her.app, her.portal);
    const id = /\/challenge\/([\w-]{22})\/totp/.exec(page.text)?.[1] ?? '';
    const { secret } = await signInFully(sluis, 'demo', 'demo', anna);
    const strangers = [portalClient(sluis), (await signInFully(sluis, 'demo', 'demo', bram)).portal];
    for (const stranger of strangers) {
      for (const path of ['challenge', 'set-up', 'recovery', 'go', 'recovery-codes', 'other-ways', 'no-code']) {
        const answer = await stranger.get(`/${path}/${id}`);
        expect([path, answer.status, releaseOn(answer)]).toEqual([path, 410, undefined]);
      }
      // Even a right code, with the tokens of her form.
      const posted = await stranger.post(`/challenge/${id}/totp`, {
        ...hiddenFields(page.text),
        code: freshCode(sluis, secret),
      });
      expect(posted.status).toBe(410);
    }
    expect(releaseOn(await passChallenge(sluis, her.portal, page, secret))).toBeDefined();
  });

  it("a form of another sign-in's tokens is refused", async () => {
    const [one, two] = [browserOf(sluis, 'demo'), browserOf(sluis, 'demo')];
    await passFirstGate(one.app, 'demo', anna);
    await passFirstGate(two.app, 'demo', bram);
    const [page, other] = [await openPortal(one.app, one.portal), await openPortal(two.app, two.portal)];
    const { secret } = await signInFully(sluis, 'demo', 'demo', anna);
    const action = /action="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const answer = await one.portal.post(action, { ...hiddenFields(other.text), code: freshCode(sluis, secret) });
    expect([answer.status, releaseOn(answer)]).toEqual([403, undefined]);
  });

  /** She has passed; her portal shows the step back, with its code. The thief holds part of that. */
  const parts: { name: string; try(pending: Client, address: string): Promise<Client> }[] = [
    { name: 'her code without her pending', try: async (_her, address) => visit(thiefWith({}), address) },
    {
      name: 'her code with a pending of his own',
      try: async (_her, address) => {
        const thief = appClient(sluis, 'demo');
        await passFirstGate(thief, 'demo', anna);
        return visit(thief, address);
      },
    },
    { name: 'her pending with no code', try: async her => visit(her.copy(), '/_sluis/release') },
    { name: 'her pending with an empty code', try: async her => visit(her.copy(), '/_sluis/release?code=') },
    { name: 'her pending with a guess', try: async her => visit(her.copy(), `/_sluis/release?code=${'A'.repeat(32)}`) },
    {
      name: 'her pending with the code of another',
      try: async her => {
        const other = browserOf(sluis, 'demo');
        await passFirstGate(other.app, 'demo', bram);
        const { secret } = await signInFully(sluis, 'demo', 'demo', bram);
        const hop = await passChallenge(sluis, other.portal, await openPortal(other.app, other.portal), secret);
        return visit(her.copy(), releaseOn(hop) ?? '');
      },
    },
    {
      name: 'her pending and her code at another app',
      try: async (her, address) =>
        visit(thiefWith({ '__Host-sluis-pending': her.jar.get('__Host-sluis-pending') }, 'ander'), address),
    },
    {
      name: 'her pending twice in one header',
      try: async (her, address) => {
        const thief = thiefWith({});
        const cookie = her.jar.get('__Host-sluis-pending');
        await thief.get(address, { Cookie: `__Host-sluis-pending=${cookie}; __Host-sluis-pending=${cookie}` });
        return thief;
      },
    },
    {
      name: 'her pending and her code too late',
      try: async (her, address) => {
        sluis.clock.advance(30_001);
        return visit(her.copy(), address);
      },
    },
    {
      name: 'her pending and her code after the thief took the pending to his portal',
      try: async (her, address) => {
        const thief = { app: her.copy(), portal: portalClient(sluis) };
        await openPortal(thief.app, thief.portal);
        return visit(thief.app, address);
      },
    },
    {
      name: 'her pending with its identifier alone',
      try: async (her, address) => {
        const id = her.jar.get('__Host-sluis-pending')?.split('.')[0];
        return visit(thiefWith({ '__Host-sluis-pending': `${id}.${'A'.repeat(43)}` }), address);
      },
    },
    {
      name: 'her pending after she gave it up',
      try: async (her, address) => {
        const copy = her.copy();
        await her.get('/_sluis/restart');
        return visit(copy, address);
      },
    },
  ];

  it.each(parts)('$name releases nothing', async ({ try: attempt }) => {
    const her = browserOf(sluis, 'demo');
    await passFirstGate(her.app, 'demo', anna);
    const { secret } = await signInFully(sluis, 'demo', 'demo', anna);
    const hop = await passChallenge(sluis, her.portal, await openPortal(her.app, her.portal), secret);
    const address = releaseOn(hop) ?? '';
    expect(address).toMatch(/code=[\w-]{32}$/);
    const begun = sessionsBegun(sluis);
    const thief = await attempt(her.app.copy(), address);
    // At most somebody who was helped along with a factor of her own.
    expect(sessionsBegun(sluis) - begun).toBeLessThanOrEqual(1);
    expect(thief.jar.has('__Host-sluis')).toBe(false);
    const at = { app: thief.bytes('GET', '/').includes('Host: ander') ? 'ander' : 'demo', kind: 'demo' } as const;
    await expectNothing(sluis, at, thief, []);
  });

  async function visit(client: Client, address: string): Promise<Client> {
    expectNothingIn('demo', await client.get(address));
    return client;
  }

  it('what she got at the release, she gets once more within 30 seconds, and a thief with her code never', async () => {
    const her = browserOf(sluis, 'demo');
    await passFirstGate(her.app, 'demo', anna);
    const { secret } = await signInFully(sluis, 'demo', 'demo', anna);
    const hop = await passChallenge(sluis, her.portal, await openPortal(her.app, her.portal), secret);
    const before = her.app.copy();
    const first = await release(her.app, hop);
    const thief = await visit(thiefWith({}), releaseOn(hop) ?? '');
    await expectNothing(sluis, place, thief, []);
    // A lost answer: her own browser asks again and gets the same session.
    const again = await before.get(releaseOn(hop) ?? '');
    expect([again.location, before.jar.get('__Host-sluis')]).toEqual([first.location, her.app.jar.get('__Host-sluis')]);
    sluis.clock.advance(30_001);
    const late = her.app.copy();
    late.jar.delete('__Host-sluis');
    await visit(late, releaseOn(hop) ?? '');
    await expectNothing(sluis, place, late, []);
  });

  it('what was released is not released again after she signed out', async () => {
    const her = browserOf(sluis, 'demo');
    await passFirstGate(her.app, 'demo', anna);
    const { secret } = await signInFully(sluis, 'demo', 'demo', anna);
    const hop = await passChallenge(sluis, her.portal, await openPortal(her.app, her.portal), secret);
    const before = her.app.copy();
    await release(her.app, hop);
    await her.app.get('/uit');
    const answer = await before.get(releaseOn(hop) ?? '');
    for (const page of ['/postvak', '/wie']) expect((await before.get(page)).status).toBe(303);
    expect(answer.text).not.toMatch(/Aangemeld/);
  });
});

describe('R08: a challenge sent to her', () => {
  it('that she passes in her own browser opens nothing of the thief', async () => {
    const { secret } = await signInFully(sluis, 'demo', 'demo', anna);
    const thief = browserOf(sluis, 'demo');
    await passFirstGate(thief.app, 'demo', anna);
    const mail = await handoffOf(thief.app);
    const her = browserOf(sluis, 'demo');
    const hop = await passChallenge(sluis, her.portal, await follow303(her.portal, mail), secret);
    expect(releaseOn(hop)).toBeDefined();
    await expectNothing(sluis, place, thief.app, []);
    // The thief takes his pending back: the challenge begins anew.
    expect(releaseOn(await openPortal(thief.app, thief.portal))).toBeUndefined();
    await expectNothing(sluis, place, thief.app, []);
    // Nor does her browser hold anything by it.
    await expectNothing(sluis, place, her.app, [await her.app.get(releaseOn(hop) ?? '')]);
  });

  it('while she has a session passes at once, in her browser only', async () => {
    const her = await signInFully(sluis, 'demo', 'demo', anna);
    const thief = browserOf(sluis, 'demo');
    await passFirstGate(thief.app, 'demo', anna);
    const mail = await handoffOf(thief.app);
    const second = await handoffOf(thief.app);
    const hop = await follow303(her.portal, mail);
    expect(releaseOn(hop)).toBeDefined();
    expect(releaseOn(await follow303(thief.portal, second))).toBeUndefined();
    await expectNothing(sluis, place, thief.app, []);
    expect((await her.app.get('/postvak')).status).toBe(200);
  });

  it('of a race between her arrival and his taking it back, he never holds a release', async () => {
    const her = await signInFully(sluis, 'demo', 'demo', anna);
    for (let round = 0; round < 20; round += 1) {
      const thief = browserOf(sluis, 'demo');
      await passFirstGate(thief.app, 'demo', anna);
      const [mail, back] = [await handoffOf(thief.app), await handoffOf(thief.app)];
      await thief.portal.get('/help');
      const [, his] = await Promise.all([follow303(her.portal, mail), follow303(thief.portal, back)]);
      const pages = [his, await openPortal(thief.app, thief.portal).catch(() => his)];
      expect(pages.map(releaseOn)).toEqual([undefined, undefined]);
      await thief.app.get('/_sluis/restart');
    }
  });

  it('that asks for a set-up uses her activation code up for nobody', async () => {
    const code = await sluis.invite('carla');
    const carla = { name: 'carla', password: passwords.carla } as const;
    const thief = browserOf(sluis, 'demo');
    await passFirstGate(thief.app, 'demo', carla);
    const her = browserOf(sluis, 'demo');
    const bound = await setUp(sluis, her.portal, await follow303(her.portal, await handoffOf(thief.app)), code);
    expect(releaseOn(bound.hop)).toBeDefined();
    expect(titleOf(await openPortal(thief.app, thief.portal))).not.toBe('');
    await expectNothing(sluis, place, thief.app, []);
    // Carla holds her factor and signs in by herself.
    const signedIn = await signInFully(sluis, 'demo', 'demo', { ...carla, secret: bound.secret });
    expect((await signedIn.app.get('/wie')).text).toContain('id="wie">carla<');
  });

  async function follow303(portal: Client, path: string) {
    let answer = await portal.get(path);
    for (let i = 0; i < 5 && answer.location !== undefined; i += 1) {
      answer = await portal.get(new URL(answer.location, 'http://own.invalid').pathname);
    }
    return answer;
  }
});

describe('R08 D4: session cookies that we did not give', () => {
  let her: SignedIn;
  let claims: { sid: string; jti: string; kid: string; exp: number };
  beforeAll(async () => {
    her = await signInFully(sluis, 'demo', 'demo', anna);
    const [head = '', body = ''] = (her.app.jar.get('__Host-sluis') ?? '').split('.').map(decodePart);
    claims = {
      ...(JSON.parse(body) as { sid: string; jti: string; exp: number }),
      kid: (JSON.parse(head) as { kid: string }).kid,
    };
  });
  beforeEach(async () => {
    // What is forged below is forged of a living session.
    sluis.clock.advance(-20 * 60_000);
    expect((await her.app.get('/postvak')).status).toBe(200);
  });

  const token = (change: { audience?: string; kid?: string; typ?: string; alg?: string; sid?: string } = {}) =>
    new SignJWT({ sid: change.sid ?? claims.sid })
      .setProtectedHeader({
        alg: change.alg ?? 'HS256',
        typ: change.typ ?? 'sluis-session+jwt',
        kid: change.kid ?? claims.kid,
      })
      .setIssuer('sluis')
      .setAudience(change.audience ?? 'demo')
      .setJti(claims.jti)
      .setIssuedAt()
      .setExpirationTime(claims.exp);
  const guess = Buffer.alloc(32, 1);
  /** A key of ours for another purpose, as if one of those had leaked. */
  const derived = (purpose: string) => sluis.core.ring.derive(purpose) as Buffer;

  const forged: { name: string; value(): Promise<string> | string }[] = [
    { name: 'empty', value: () => '' },
    { name: 'of three dots', value: () => '...' },
    { name: 'a session id', value: () => claims.sid },
    { name: 'without a signature', value: () => `${own()[0]}.${own()[1]}.` },
    { name: 'with half a signature', value: () => `${own()[0]}.${own()[1]}.${own()[2]?.slice(0, 20)}` },
    {
      name: 'with algorithm none',
      value: () =>
        new UnsecuredJWT({
          sid: claims.sid,
          jti: claims.jti,
          iss: 'sluis',
          aud: 'demo',
          iat: 0,
          exp: claims.exp,
        }).encode(),
    },
    {
      name: 'with algorithm none in its own head',
      value: () => `${encodePart({ alg: 'none', typ: 'sluis-session+jwt', kid: claims.kid })}.${own()[1]}.`,
    },
    {
      name: 'with algorithm None',
      value: () => `${encodePart({ alg: 'None', typ: 'sluis-session+jwt', kid: claims.kid })}.${own()[1]}.${own()[2]}`,
    },
    { name: 'signed by a guess', value: () => token().sign(guess) },
    { name: 'signed by nothing', value: () => token().sign(Buffer.alloc(32)) },
    { name: 'signed by the key id', value: () => token().sign(Buffer.from(claims.kid.padEnd(32, '\0'))) },
    { name: 'signed by the key of visits', value: () => token().sign(derived('visit')) },
    { name: 'signed by the key of portal cookies', value: () => token().sign(derived('portal-cookie')) },
    { name: 'under a key id of nobody', value: () => token({ kid: 'x' }).sign(derived('session cookie')) },
    { name: 'under a key id that climbs', value: () => token({ kid: '../../../dev/null' }).sign(Buffer.alloc(32)) },
    { name: 'under a key id of prototypes', value: () => token({ kid: '__proto__' }).sign(guess) },
    { name: 'of another type', value: () => token({ typ: 'JWT' }).sign(derived('session cookie')) },
    {
      name: 'of another algorithm',
      value: () => token({ alg: 'HS512' }).sign(Buffer.concat([derived('session cookie'), derived('session cookie')])),
    },
    { name: 'for another app', value: () => token({ audience: 'ander' }).sign(derived('session cookie')) },
    { name: 'for a session of nobody', value: () => token({ sid: 'A'.repeat(22) }).sign(derived('session cookie')) },
    {
      name: 'for a record that is no session',
      value: () => token({ sid: '../person' }).sign(derived('session cookie')),
    },
    {
      name: 'with another body',
      value: () => `${own()[0]}.${encodePart({ ...JSON.parse(decodePart(own()[1] ?? '')), exp: 9e9 })}.${own()[2]}`,
    },
    { name: 'with a space behind it', value: () => `${her.app.jar.get('__Host-sluis')}%20` },
    { name: 'in quotes', value: () => `"${her.app.jar.get('__Host-sluis')}"` },
    { name: 'twice', value: () => `x; __Host-sluis=${her.app.jar.get('__Host-sluis')}` },
  ];

  it('one that is made as we make them opens: what is wrong with the others is what their names say', async () => {
    const thief = her.app.copy();
    thief.jar.set('__Host-sluis', await token().sign(derived('session cookie')));
    expect((await thief.get('/postvak')).status).toBe(200);
  });

  it.each(forged)('$name opens nothing', async ({ value }) => {
    const thief = her.app.copy();
    thief.jar.set('__Host-sluis', await value());
    for (const page of ['/postvak', '/wie', '/api/mail.json', '/bericht/1']) {
      const navigation = await thief.get(page);
      expect([page, navigation.status]).toEqual([page, 303]);
      const curl = await thief.request('GET', page);
      expect([page, curl.status]).toEqual([page, 401]);
      for (const answer of [navigation, curl]) expectNothingIn('demo', answer);
    }
  });

  it.each(['__Host-Sluis', '__host-sluis', 'sluis', '__Secure-sluis', ' __Host-sluis\u00a0'])(
    'her own cookie under the name %j opens nothing',
    async name => {
      const thief = thiefWith({ [name]: her.app.jar.get('__Host-sluis') });
      await expectNothing(sluis, place, thief, []);
    },
  );

  it("her cookie opens no other app, nor another app's hers", async () => {
    const thief = thiefWith(Object.fromEntries(her.app.jar), 'ander');
    for (const page of ['/postvak', '/wie']) {
      const answer = await thief.get(page);
      expect(answer.status).toBe(303);
      expectNothingIn('demo', answer);
    }
  });

  function own(): string[] {
    return (her.app.jar.get('__Host-sluis') ?? '').split('.');
  }
});

function decodePart(part: string): string {
  return Buffer.from(part, 'base64url').toString('utf8');
}

function encodePart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
