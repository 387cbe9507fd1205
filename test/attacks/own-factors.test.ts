import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import type { Person } from '../../src/factor/person.ts';
import { sha256 } from '../../src/kernel/hash.ts';
import { passwords } from '../support/apps.ts';
import type { Client, ClientAnswer } from '../support/client.ts';
import { actionOf, addTotp, beginChange, prove, tokensOf } from '../support/own.ts';
import {
  browserOf,
  follow,
  freshCode,
  hiddenFields,
  openPortal,
  passFirstGate,
  releaseOn,
  type SignedIn,
  secretOn,
  signInFully,
  titleOf,
} from '../support/person.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';
import { sessionsOf } from '../support/thief.ts';
import { codeAt } from '../vectors/code-at.ts';

const home = '/my-security';
const who = { name: 'anna', password: passwords.anna } as const;
const bramWho = { name: 'bram', password: passwords.bram } as const;
let demo: DemoApp;
let sluis: TestSluis;
/** At her own browser, signed in. */
let anna: SignedIn;
/** A colleague with an account and a factor of his own. */
let bram: SignedIn;
/** The factor that she always has. */
let first: string;
/** One more, for all who try to remove it: her only one could not be removed anyway. */
let second: string;

beforeAll(async () => {
  demo = await startDemoApp();
  sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }], {
    clock: new TestClock(),
    extra: 'limits: { pendings: 100 }\nsession: { idle: 12h, absolute: 24h }',
  });
  anna = await signInFully(sluis, 'demo', 'demo', who);
  bram = await signInFully(sluis, 'demo', 'demo', bramWho);
  first = (await person()).factors[0]?.id ?? '';
  await addTotp(sluis, anna.portal, anna.secret, 'Reserve');
  second = (await person()).factors[1]?.id ?? '';
});
afterAll(async () => {
  await sluis?.close();
  await demo?.close();
});
// Delays of the test before are over; who is out is in again.
beforeEach(async () => {
  sluis.clock.advance(60_000);
  if ((await anna.portal.get(home)).status !== 200) anna = await signInFully(sluis, 'demo', 'demo', who);
  if ((await bram.portal.get(home)).status !== 200) bram = await signInFully(sluis, 'demo', 'demo', bramWho);
});

async function person(name = 'anna'): Promise<Person> {
  const found = await sluis.core.people.byName('gemeente', name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

/** All that an attack may not change. */
async function standing(): Promise<unknown> {
  const { factors, recovery, setUps } = await person();
  const kept = factors.map(({ id, label, level }) => [id, label, level]);
  const told = sluis.log.filter(line => /"(?:factor\.|recovery-codes\.made|set-up\.)/.test(line)).length;
  return { kept, codes: recovery?.hashes, allowed: setUps.length, told, sessions: await sessionsOf(sluis, 'anna') };
}

/** Pages may answer what they like, as long as none shows a new key, recovery codes or a way into the app. */
function expectBare(answers: readonly ClientAnswer[]): void {
  for (const answer of answers) {
    expect([secretOn(answer), releaseOn(answer)]).toEqual([undefined, undefined]);
    expect(answer.text).not.toMatch(/<code class="utrecht-code">|otpauth:/);
  }
}

interface Thief {
  readonly app: Client;
  readonly portal: Client;
  /** His pending sign-in, with her password: id, and the page that asks for her code. */
  readonly pending: string;
  readonly page: ClientAnswer;
}

/** He has her password, and nothing else. */
async function withPassword(): Promise<Thief> {
  const { app, portal } = browserOf(sluis, 'demo');
  await passFirstGate(app, 'demo', who);
  const page = await openPortal(app, portal);
  return { app, portal, pending: /\/challenge\/([^/"]+)/.exec(actionOf(page))?.[1] ?? '', page };
}

type Answers = readonly ClientAnswer[];

const post = async (portal: Client, path: string, fields: Record<string, string>) =>
  follow(portal, await portal.post(path, fields));

describe('R31 R38 with only the password nobody adds, removes, renames or resets a factor', () => {
  const forms: readonly (readonly [string, string, Record<string, string>])[] = [
    ['add', home, { act: 'add' }],
    ['make recovery codes', home, { act: 'codes' }],
    ['remove', `${home}/factor/SECOND`, { act: 'remove' }],
    ['rename', `${home}/factor/SECOND`, { act: 'rename', label: 'Van mij' }],
    ['sign out', `${home}/sessions`, { act: 'all' }],
  ];

  it.each(forms)('%s: the form posted with the tokens of his own pending', async (_, path, fields) => {
    const thief = await withPassword();
    const before = await standing();
    const tokens = hiddenFields(thief.page.text);
    const answer = await post(thief.portal, path.replace('SECOND', second), { ...tokens, ...fields });
    expect([answer.status, titleOf(answer)]).toEqual([403, 'Log eerst in']);
    expect(await standing()).toEqual(before);
  });

  it.each(forms)('%s: with the tokens and the id of her own page, learnt elsewhere', async (_, path, fields) => {
    const thief = await withPassword();
    const before = await standing();
    const answer = await post(thief.portal, path.replace('SECOND', second), {
      ...(await tokensOf(anna.portal)),
      ...fields,
    });
    expect([answer.status, titleOf(answer)]).toEqual([403, 'Log eerst in']);
    expect(await standing()).toEqual(before);
  });

  const cookies: readonly (readonly [string, (thief: Thief) => string])[] = [
    ['none', () => ''],
    ['made up', () => 'A'.repeat(43)],
    ['what the store keeps of hers', () => sha256(anna.portal.jar.get('__Host-sluis-realm') ?? '')],
    ['his portal cookie', ({ portal }) => portal.jar.get('__Host-sluis-portal') ?? ''],
    ['the id of his pending', ({ pending }) => pending],
    ['bram’s, twice', () => `${bram.portal.jar.get('__Host-sluis-realm')}; __Host-sluis-realm=x`],
  ];
  it.each(cookies)('a realm cookie of his own choosing: %s', async (_, cookie) => {
    const thief = await withPassword();
    thief.portal.jar.set('__Host-sluis-realm', cookie(thief));
    const answers = [await thief.portal.get(home), await thief.portal.get(`${home}/factor/${first}`)];
    for (const answer of answers) expect([answer.status, titleOf(answer)]).toEqual([403, 'Log eerst in']);
    expect(answers.some(({ text }) => text.includes('anna'))).toBe(false);
  });

  /** Each does what it can with her half-done change and gives what it was shown. */
  const intrusions: readonly (readonly [string, (thief: Thief, own: string) => Promise<Answers>])[] = [
    ['asks for its challenge', async ({ portal }, own) => [await portal.get(`/challenge/${own}/totp`)]],
    [
      'answers its challenge, with a right code of his own factor',
      async ({ portal, page }, own) => [
        await post(portal, `/challenge/${own}/totp`, {
          ...hiddenFields(page.text),
          code: freshCode(sluis, bram.secret),
        }),
      ],
    ],
    ['asks for the new key', async ({ portal }, own) => [await portal.get(`/set-up/${own}/totp`)]],
    ['asks for its kinds', async ({ portal }, own) => [await portal.get(`/set-up/${own}/kinds`)]],
    ['asks for recovery codes', async ({ portal }, own) => [await portal.get(`/recovery-codes/${own}`)]],
    ['asks for its end', async ({ portal }, own) => [await portal.get(`${home}/done/${own}`)]],
    ['asks for the way out', async ({ portal }, own) => [await portal.get(`/go/${own}`)]],
  ];
  it.each(intrusions)('a change that she has begun, and proved, in her own browser: he %s', async (_, intrude) => {
    const shown = await prove(sluis, anna.portal, await beginChange(anna.portal, 'add'), anna.secret);
    const own = /\/set-up\/([^/"]+)/.exec(actionOf(shown))?.[1] ?? '';
    expect(secretOn(shown)).toMatch(/^[A-Z2-7]{32}$/);
    const thief = await withPassword();
    const before = await standing();
    const answers = await intrude(thief, own);
    expectBare(answers);
    for (const { status } of answers) expect([303, 410]).toContain(status);
    expect(await standing()).toEqual(before);
  });

  it('his own pending has none of the pages of a change', async () => {
    const { portal, pending, page } = await withPassword();
    const before = await standing();
    const tokens = hiddenFields(page.text);
    for (const path of [
      `/set-up/${pending}`,
      `/set-up/${pending}/kinds`,
      `/set-up/${pending}/totp`,
      `/recovery-codes/${pending}`,
      `${home}/done/${pending}`,
    ]) {
      expectBare([await follow(portal, await portal.get(path))]);
      expectBare([await post(portal, path, { ...tokens, kind: 'totp', act: 'again', code: '123456' })]);
    }
    expect(await standing()).toEqual(before);
  });
});

describe('R07 R08 a colleague who is signed in himself changes nothing of hers', () => {
  it.each([
    ['remove', { act: 'remove' }],
    ['rename', { act: 'rename', label: 'Van bram' }],
  ])('%s: the id of her factor is as one that nobody has', async (_, fields) => {
    const before = await standing();
    const path = `${home}/factor/${second}`;
    expect((await bram.portal.get(path)).status).toBe(404);
    expect((await bram.portal.post(path, { ...(await tokensOf(bram.portal)), ...fields })).status).toBe(404);
    expect(await standing()).toEqual(before);
  });

  it('her session is not ended by its id', async () => {
    const hers = await sluis.core.sessions.ofPerson((await person()).id);
    expect(hers.length).toBeGreaterThan(0);
    for (const { id: session } of hers)
      await bram.portal.post(`${home}/sessions`, { ...(await tokensOf(bram.portal)), act: 'end', session });
    expect(await sessionsOf(sluis, 'anna')).toBe(hers.length);
  });

  it('his form names her in vain', async () => {
    const names = { person: (await person()).id, name: 'anna', username: 'anna', account: 'anna', on: first };
    const shown = await prove(
      sluis,
      bram.portal,
      await post(bram.portal, home, { ...(await tokensOf(bram.portal)), act: 'add', ...names }),
      bram.secret,
    );
    const fields = { ...hiddenFields(shown.text), ...names, code: freshCode(sluis, secretOn(shown) ?? '') };
    await bram.portal.post(actionOf(shown), fields);
    expect((await person()).factors.map(({ id }) => id)).toEqual([first, second]);
    expect((await person('bram')).factors.length).toBeGreaterThan(1);
  });

  it('both in one browser: it is nobody’s', async () => {
    const portal = anna.portal.jar.get('__Host-sluis-realm') ?? '';
    const other = await person('bram');
    const factor = other.factors[0]?.id ?? '';
    const fresh = { realm: 'gemeente', app: 'demo', person: other.id, name: 'bram', level: 2, factor };
    await sluis.core.sessions.begin({ ...fresh, factorAt: sluis.clock.now(), portal: sha256(portal) });
    expect((await anna.portal.get(home)).status).toBe(403);
  });
});

describe('CWE-352: a form that her browser sends, and she did not make', () => {
  const elsewhere: readonly (readonly [string, Record<string, string | undefined>])[] = [
    ['another site', { Origin: 'https://evil.test', 'Sec-Fetch-Site': 'cross-site' }],
    ['the app’s own page, with a script in it', { Origin: 'APP', 'Sec-Fetch-Site': 'same-site' }],
    ['another site that hides itself', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }],
    ['nowhere', { Origin: undefined, 'Sec-Fetch-Site': undefined }],
    ['a media type that no form has', { 'Content-Type': 'text/plain' }],
    ['a script, as JSON', { 'Content-Type': 'application/json' }],
  ];
  it.each(elsewhere)('from %s', async (_, headers) => {
    const before = await standing();
    const own = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value === 'APP' ? sluis.origin('demo') : value]),
    );
    for (const [path, act] of [
      [home, 'codes'],
      [`${home}/factor/${second}`, 'remove'],
      [`${home}/sessions`, 'all'],
    ] as const) {
      const answer = await anna.portal.post(path, { ...(await tokensOf(anna.portal)), act }, own);
      expect([answer.status, titleOf(answer)]).toEqual([403, 'Dit formulier is niet meer geldig']);
    }
    expect(await standing()).toEqual(before);
  });

  it('without a token, with that of somebody else, of another form, or of another browser of hers', async () => {
    const own = await tokensOf(anna.portal);
    const other = await signInFully(sluis, 'demo', 'demo', who);
    const before = await standing();
    const signOut = hiddenFields((await anna.portal.get('/')).text);
    const challenge = hiddenFields((await beginChange(anna.portal, 'add')).text);
    for (const csrf of [
      '',
      `${own['csrf']}x`,
      (await tokensOf(bram.portal))['csrf'] ?? '',
      (await tokensOf(other.portal))['csrf'] ?? '',
      signOut['csrf'] ?? '',
      challenge['csrf'] ?? '',
    ]) {
      const answer = await anna.portal.post(home, { ...own, csrf, act: 'codes' });
      expect([csrf, answer.status]).toEqual([csrf, 403]);
    }
    expect((await anna.portal.post(home, { ...own, attempt: '', act: 'codes' })).status).toBe(403);
    expect(await standing()).toEqual(before);
  });

  it('an address that is opened, fetched ahead or asked for by another method does nothing', async () => {
    const before = await standing();
    const own = new URLSearchParams({ ...(await tokensOf(anna.portal)), act: 'remove' });
    const [hers] = await sluis.core.sessions.ofPerson((await person()).id);
    for (const path of [
      `${home}?${own}`,
      `${home}/factor/${second}?${own}`,
      `${home}/sessions?act=all&${own}`,
      `${home}/sessions?act=end&session=${hers?.id}`,
    ]) {
      for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH']) await anna.portal.request(method, path);
      await anna.portal.get(path, { 'Sec-Purpose': 'prefetch' });
    }
    expect(await standing()).toEqual(before);
  });
});

describe('R31 at her own browser, or with all its cookies, and without her factor', () => {
  const guesses = ['000000', '123456', '', '0000000', '١٢٣٤٥٦', "1' or '1'='1"];
  it.each([
    ['remove', { factor: true }],
    ['rename', { factor: true, label: 'Van mij' }],
    ['codes', {}],
    ['add', {}],
  ])('%s: guesses, a code of somebody else, one that was used, and a recovery code', async (act, more) => {
    const asked = { ...('label' in more ? { label: 'Van mij' } : {}), ...('factor' in more ? { factor: second } : {}) };
    const page = await beginChange(anna.portal, act, asked);
    expect(actionOf(page)).toMatch(/^\/challenge\//);
    // She signs in elsewhere: the code that she typed there is used.
    await signInFully(sluis, 'demo', 'demo', who);
    const used = codeAt(anna.secret, sluis.clock.now());
    const before = await standing();
    for (const code of [
      ...guesses,
      freshCode(sluis, bram.secret),
      used,
      anna.recoveryCodes[0] ?? 'AAAAA-AAAAA-AAAAA',
    ]) {
      const answer = await post(anna.portal, actionOf(page), { ...hiddenFields(page.text), code });
      expect([code, [422, 429].includes(answer.status)]).toEqual([code, true]);
      expectBare([answer]);
      sluis.clock.advance(20_000);
    }
    expect(await standing()).toEqual(before);
    // The longest delay of all these mistakes is over.
    sluis.clock.advance(16 * 60_000);
  });

  it('the pages behind the challenge stay shut, and so does the way of a recovery code', async () => {
    const before = await standing();
    const page = await beginChange(anna.portal, 'codes');
    const own = /\/challenge\/([^/"]+)/.exec(actionOf(page))?.[1] ?? '';
    const tokens = hiddenFields(page.text);
    for (const path of [
      `/recovery-codes/${own}`,
      `/set-up/${own}`,
      `/set-up/${own}/kinds`,
      `/set-up/${own}/totp`,
      `/recovery/${own}`,
      `${home}/done/${own}`,
      `/go/${own}`,
    ]) {
      expectBare([await follow(anna.portal, await anna.portal.get(path))]);
      const fields = { ...tokens, act: 'again', kind: 'totp', personal: 'yes', code: '123456' };
      expectBare([await post(anna.portal, path, fields)]);
    }
    const other = await follow(anna.portal, await anna.portal.get(`/other-ways/${own}`));
    expect(other.text).not.toMatch(/\/recovery\/|\/set-up\//);
    expect(await standing()).toEqual(before);
  });

  it('a factor below her highest is not even asked for', async () => {
    const credential = { id: 'k', publicKey: '', transports: [], backupEligible: false, counter: 0, aaguid: '' };
    const { id, factors } = await person();
    const key = { ...factors[0], id: 'key', kind: 'webauthn', level: 4, label: 'Blauw', credential };
    await sluis.core.people.update(id, hers => ({ ...hers, factors: [...hers.factors, key] as Person['factors'] }));
    const before = await standing();
    const page = await beginChange(anna.portal, 'remove', { factor: 'key' });
    expect(actionOf(page)).toMatch(/\/webauthn$/);
    const path = actionOf(page).replace('webauthn', 'totp');
    const fields = { ...hiddenFields(page.text), code: freshCode(sluis, anna.secret) };
    expect(actionOf(await post(anna.portal, path, fields))).toMatch(/\/webauthn$/);
    expect(await standing()).toEqual(before);
    await sluis.core.people.update(id, hers => ({ ...hers, factors }));
  });
});

describe('R13 R31 what has ended opens nothing', () => {
  const ends: readonly (readonly [string, () => Promise<void>])[] = [
    ['signed out in another tab', async () => sluis.core.ends.ofBrowser(browserHash(), 'signed-out')],
    ['idle for too long', async () => sluis.clock.advance(12 * 60 * 60_000 + 1)],
    ['past its last hour', async () => sluis.clock.advance(24 * 60 * 60_000 + 1)],
    [
      'by a factor that is hers no longer',
      async () => {
        for (const session of await sluis.core.sessions.ofPerson((await person()).id))
          await sluis.core.sessions.renew(session, { ...session, factor: 'gone' });
      },
    ],
    [
      'by grace, holding no level',
      async () => {
        for (const session of await sluis.core.sessions.ofPerson((await person()).id))
          await sluis.core.sessions.renew(session, { ...session, level: 0 });
      },
    ],
  ];
  it.each(ends)('a session that is %s: neither the page nor a change that was begun and proved', async (_, end) => {
    const fields = { ...(await tokensOf(anna.portal)), act: 'codes' };
    const shown = await prove(sluis, anna.portal, await beginChange(anna.portal, 'add'), anna.secret);
    const secret = secretOn(shown) ?? '';
    await end();
    const before = await standing();
    expect(titleOf(await anna.portal.get(home))).toBe('Log eerst in');
    expect(titleOf(await post(anna.portal, home, fields))).toBe('Log eerst in');
    const bind = { ...hiddenFields(shown.text), code: freshCode(sluis, secret) };
    expect((await post(anna.portal, actionOf(shown), bind)).status).toBe(410);
    expect(await standing()).toEqual(before);
  });

  it('a session of another realm in the same browser is nobody here', async () => {
    const { id } = await person();
    await sluis.core.ends.ofPerson(id, 'signed-out');
    const fresh = { realm: 'elders', app: 'demo', person: id, name: 'anna', level: 2, factor: first };
    await sluis.core.sessions.begin({ ...fresh, factorAt: sluis.clock.now(), portal: browserHash() });
    expect(titleOf(await anna.portal.get(home))).toBe('Log eerst in');
  });

  function browserHash(): string {
    return sha256(anna.portal.jar.get('__Host-sluis-realm') ?? '');
  }
});

describe('R31 what its owner does', () => {
  // Nobody above could, and for her it takes one code: that is all that was between them and it.
  beforeAll(async () => {
    sluis.clock.advance(60_000);
    if ((await anna.portal.get(home)).status !== 200) anna = await signInFully(sluis, 'demo', 'demo', who);
    await prove(sluis, anna.portal, await beginChange(anna.portal, 'remove', { factor: second }), anna.secret);
    expect((await person()).factors.map(({ id }) => id)).toEqual([first]);
  });

  it('R37, a.30: she adds, names, uses and removes; forms and codes sent again do nothing more; all is written down', async () => {
    const { secret, page } = await addTotp(sluis, anna.portal, anna.secret, 'Tablet\u202e');
    expect(titleOf(page)).toBe('Het is gelukt');
    const tablet = (await person()).factors.at(-1);
    expect(tablet).toMatchObject({ label: 'Tablet', boundBy: 'own-factor', personal: true });
    const id = tablet?.id ?? '';

    const renaming = await beginChange(anna.portal, 'rename', { factor: id, label: 'Werk' });
    // Who comes back to a browser in which somebody else began sees what her code would be for.
    expect(renaming.text).toContain('U geeft een tweede stap een andere naam: Werk.');
    const code = freshCode(sluis, anna.secret);
    const sent = { ...hiddenFields(renaming.text), code };
    expect(titleOf(await post(anna.portal, actionOf(renaming), sent))).toBe('Het is gelukt');
    expect((await person()).factors.at(-1)?.label).toBe('Werk');

    // What was proved for the name is no use for removing: neither its code nor its form.
    const removing = await beginChange(anna.portal, 'remove', { factor: id });
    const reused = await post(anna.portal, actionOf(removing), { ...hiddenFields(removing.text), code });
    expect([reused.status, reused.text.includes('al gebruikt')]).toEqual([422, true]);
    await post(anna.portal, actionOf(removing), sent);
    await post(anna.portal, actionOf(renaming), { ...sent, label: 'Nog eens', act: 'remove', on: id });
    expect((await person()).factors.at(-1)).toMatchObject({ id, label: 'Werk' });

    const last = { ...hiddenFields(removing.text), code: freshCode(sluis, secret) };
    const answers = await Promise.all(Array.from({ length: 10 }, () => anna.portal.post(actionOf(removing), last)));
    expect(new Set(answers.map(({ location }) => location)).size).toBe(1);
    expect((await person()).factors.map(factor => factor.id)).toEqual([first]);
    const told = (type: string) => sluis.log.filter(line => line.includes(`"${type}"`) && line.includes(id)).length;
    const story = ['factor.added', 'factor.renamed', 'challenge.passed', 'factor.removed'];
    expect(story.map(told)).toEqual([1, 1, 1, 1]);
  });

  it('her last one is not removed, and of two removals at once one stays', async () => {
    const refused = await beginChange(anna.portal, 'remove', { factor: first });
    expect(refused.text).toContain('U kunt deze nu niet verwijderen');
    const { secret } = await addTotp(sluis, anna.portal, anna.secret, 'Tablet');
    const id = (await person()).factors.at(-1)?.id ?? '';
    const both = [
      { page: await beginChange(anna.portal, 'remove', { factor: first }), code: freshCode(sluis, anna.secret) },
      { page: await beginChange(anna.portal, 'remove', { factor: id }), code: freshCode(sluis, secret) },
    ];
    await Promise.all(
      both.map(({ page, code }) => anna.portal.post(actionOf(page), { ...hiddenFields(page.text), code })),
    );
    const [left, ...more] = (await person()).factors;
    expect([more, [first, id].includes(left?.id ?? '')]).toEqual([[], true]);
    if (left?.id === first) return;
    // For the tests that follow.
    first = id;
    await signInFully(sluis, 'demo', 'demo', { ...who, secret });
  });

  it('a.31: removing ends what stood on it: sessions in by it, here and elsewhere', async () => {
    const other = await signInFully(sluis, 'demo', 'demo', who);
    const { secret } = await addTotp(sluis, anna.portal, anna.secret, 'Tablet');
    const tablet = await signInFully(sluis, 'demo', 'demo', { ...who, secret });
    const id = (await person()).factors.at(-1)?.id ?? '';
    const page = await beginChange(other.portal, 'remove', { factor: id });
    const done = await prove(sluis, other.portal, page, anna.secret);
    expect(titleOf(done)).toBe('Het is gelukt');
    expect((await tablet.app.get('/wie')).status).toBe(303);
    // The sessions first: a store that is lost before the second leaves none that outlives its factor.
    const [ended, removed] = ['"reason":"factor-removed"', '"type":"factor.removed"'].map(told =>
      sluis.log.findLastIndex(line => line.includes(told)),
    );
    expect([ended !== -1, Number(ended) < Number(removed)]).toEqual([true, true]);
    expect((await anna.app.get('/wie')).status).toBe(200);
    // She signs in by that one no more; and this helper knows the secret of before.
    await signInFully(sluis, 'demo', 'demo', { ...who, secret: anna.secret });
  });

  it('R32: new recovery codes are shown once, after her factor; those of before are void', async () => {
    const before = (await person()).recovery?.salt;
    const shown = await prove(sluis, anna.portal, await beginChange(anna.portal, 'codes'), anna.secret);
    expect([...shown.text.matchAll(/<code class="utrecht-code">/g)]).toHaveLength(10);
    expect((await person()).recovery?.salt).not.toBe(before);
    const own = actionOf(shown);
    expectBare([await anna.portal.get(own)]);
    expect(titleOf(await post(anna.portal, own, { ...hiddenFields(shown.text), act: 'saved' }))).toBe(
      'Mijn beveiliging',
    );
  });

  it('R13: she ends one session, or all; the page tells which browser and since when', async () => {
    await sluis.core.ends.ofPerson((await person()).id, 'signed-out');
    anna = await signInFully(sluis, 'demo', 'demo', who);
    const other = await signInFully(sluis, 'demo', 'demo', who);
    const page = await anna.portal.get(home);
    expect(page.text.match(/Chrome op Linux/g)).toHaveLength(2);
    const ids = [...page.text.matchAll(/name="session" value="([^"]+)"/g)].map(([, id = '']) => id);
    expect(page.text.indexOf('Dit is de browser')).toBeGreaterThan(0);
    await anna.portal.post(`${home}/sessions`, { ...(await tokensOf(anna.portal)), act: 'end', session: ids[1] ?? '' });
    expect((await other.app.get('/wie')).status).toBe(303);
    const again = await signInFully(sluis, 'demo', 'demo', who);
    const all = await post(anna.portal, `${home}/sessions`, { ...(await tokensOf(anna.portal)), act: 'all' });
    expect(titleOf(all)).toBe('U bent uitgelogd');
    for (const { app } of [anna, again]) expect((await app.get('/wie')).status).toBe(303);
    expect(await sessionsOf(sluis, 'anna')).toBe(0);
  });

  it('R37: she sees what happened, of herself alone', async () => {
    await post(anna.portal, home, { ...(await tokensOf(anna.portal)), act: 'codes' });
    const { text } = await anna.portal.get(home);
    expect(text).toContain('U logde in bij demo');
    expect(text).not.toContain('bram');
    expect(text.match(/<li><p class="utrecht-paragraph sluis-small">/g)?.length).toBeLessThanOrEqual(20);
  });
});
