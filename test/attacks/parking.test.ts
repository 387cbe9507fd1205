import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { passwords } from '../support/apps.ts';
import type { Client, ClientAnswer } from '../support/client.ts';
import { enter } from '../support/inside.ts';
import {
  appClient,
  browserOf,
  hiddenFields,
  openLogin,
  openPortal,
  passChallenge,
  postPassword,
  release,
  type SignedIn,
  signInFully,
  signOut,
  titleOf,
} from '../support/person.ts';
import { header, RawConnection } from '../support/raw-http.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

const minute = 60_000;
const anna = { name: 'anna', password: passwords.anna } as const;
const bram = { name: 'bram', password: passwords.bram } as const;
const letter = { onderwerp: 'Notulen', tekst: 'Geachte heer, hierbij de stukken' };
const routes =
  '    routes: [{ path: /echo/*, methods: [POST], level: 2, maxAge: 5m }, { path: /ophalen, level: 2, maxAge: 5m }, { path: /postvak, methods: [POST], level: 2, maxAge: 5m }]';
const form = 'application/x-www-form-urlencoded';

/** The demo app, described as one whose forms carry no token of the session. */
const surviving = `    signIn:
      loginPage: /login
      action: /login
      userField: gebruiker
      passwordField: wachtwoord
      otherFields: { formtoken: { pattern: '[A-Za-z0-9_-]{22}' }, terug: { pattern: '.{0,200}', optional: true } }
      proofCookie: GPAUTH
      proofNot: [weg]
      failure: { status: 401 }
      whoami: { from: request, path: /wie, body: '<strong id="wie">([a-z]+)</strong>' }
      landing: /postvak
      formTokenSurvives: true
`;

let sluis: TestSluis;
let demo: DemoApp;

beforeAll(async () => {
  demo = await startDemoApp({ echo: true });
  sluis = await startSluis(
    [
      { id: 'een', upstream: demo.url, preset: 'demo', extra: routes },
      { id: 'drie', upstream: demo.url, preset: 'generic', extra: `${surviving}${routes}` },
      { id: 'twee', upstream: demo.url, preset: 'demo', extra: routes },
    ],
    { clock: new TestClock(), extra: 'limits: { pendings: 50, parked: 20KiB, body: 300KiB }' },
  );
});
afterAll(async () => {
  await sluis?.close();
  await demo?.close();
});
beforeEach(() => {
  demo.control.seen.length = 0;
});

/** Signed in, and her code too old for the route by now. */
async function signedIn(app = 'een', who: typeof anna | typeof bram = anna): Promise<SignedIn> {
  const her = await signInFully(sluis, app, 'demo', who);
  sluis.clock.advance(6 * minute);
  demo.control.seen.length = 0;
  return her;
}

/** Through both gates without the way there: the same, for what needs no challenge. */
async function someone(): Promise<Client> {
  const { client } = await enter(sluis, 'een', 'anna');
  sluis.clock.advance(6 * minute);
  return client;
}

/** A letter that waits for somebody whose code is fresh. */
async function waiting(): Promise<Client> {
  const { client, session } = await enter(sluis, 'een', 'anna');
  await sluis.core.parked.park(session, {
    why: 'step-up',
    framed: false,
    target: '/echo/brief',
    contentType: form,
    origin: sluis.origin('een'),
    referer: undefined,
    body: Buffer.from(new URLSearchParams(letter).toString()).toString('base64'),
  });
  return client;
}

/** What reached the app of her letter. */
function arrived(): string[] {
  return demo.control.seen
    .filter(({ method, target }) => method === 'POST' && target.startsWith('/echo'))
    .map(({ body }) => body);
}

/** Through the challenge that a step-up asks; gives where the release leads. */
async function stepUp(her: SignedIn, app = her.app): Promise<string> {
  const page = await openPortal(app, her.portal);
  return (await release(app, await passChallenge(sluis, her.portal, page, her.secret))).location ?? '';
}

function press(app: Client, page: ClientAnswer, act = 'send', extra: Record<string, string | undefined> = {}) {
  return app.post('/_sluis/send', { ...hiddenFields(page.text), act }, extra);
}

async function parkedOf(app: Client, id = 'een'): Promise<unknown> {
  const cookie = app.jar.get('__Host-sluis') ?? '';
  const open = await sluis.core.sessions.find(cookie, id);
  const session = open?.session ?? (await sluis.core.sessions.expired(cookie, id));
  return session === undefined ? undefined : sluis.core.parked.of(session);
}

const events = (type: string) => sluis.log.filter(line => line.includes(`"${type}"`));

describe('R25: a form that meets a step-up', () => {
  it('waits for its person, who sees what it is and presses Send; the app gets it once, as it was', async () => {
    const her = await signedIn();
    const referer = `${sluis.origin('een')}/opstellen?aan=bram`;
    const posted = await her.app.post('/echo/brief?x=%20', letter, { Referer: referer });
    expect([posted.status, posted.location, arrived()]).toEqual([303, '/_sluis/next', []]);
    expect(await stepUp(her)).toBe('/_sluis/send');
    const page = await her.app.get('/_sluis/send');
    expect([page.status, titleOf(page)]).toEqual([200, 'Wilt u dit nog versturen?']);
    expect(page.text).toContain(letter.tekst);
    expect(page.text).toContain('/opstellen?aan=bram');
    expect(header(page, 'content-security-policy')).toContain("frame-ancestors 'none'");
    expect(header(page, 'cross-origin-opener-policy')).toBe('same-origin');
    const answer = await press(her.app, page);
    const echo = JSON.parse(answer.text) as { target: string; rawHeaders: string[]; body: string };
    expect([answer.status, echo.target]).toEqual([200, '/echo/brief?x=%20']);
    expect(Buffer.from(echo.body, 'base64').toString()).toBe(new URLSearchParams(letter).toString());
    const got = pairs(echo.rawHeaders);
    expect([got['content-type'], got['origin'], got['referer'], got['content-length']]).toEqual([
      form,
      sluis.origin('een'),
      referer,
      String(new URLSearchParams(letter).toString().length),
    ]);
    expect(got['cookie']).toMatch(/GPAUTH=/);
    expect(got['cookie']).not.toContain('__Host-');
    expect(arrived()).toHaveLength(1);
  });

  it('is thrown away when she says so', async () => {
    const her = await signedIn();
    await her.app.post('/echo/brief', letter, { Referer: `${sluis.origin('een')}/opstellen` });
    await stepUp(her);
    const page = await her.app.get('/_sluis/send');
    expect((await press(her.app, page, 'drop')).location).toBe('/opstellen');
    expect((await press(her.app, page)).status).toBe(410);
    expect([arrived(), await parkedOf(her.app)]).toEqual([[], undefined]);
  });

  it('of two the later one is kept, and the page says so', async () => {
    const her = await signedIn();
    await her.app.post('/echo/brief', letter);
    await her.app.post('/echo/brief', { tekst: 'de tweede' });
    await stepUp(her);
    const page = await her.app.get('/_sluis/send');
    expect(page.text).toContain('de tweede');
    expect(page.text).not.toContain(letter.tekst);
    expect(page.text).toContain('Alleen het laatste is bewaard');
    await press(her.app, page);
    expect(arrived()).toEqual(['tekst=de+tweede']);
  });

  it('is asked for a code again where she took longer than the route allows, and is still there', async () => {
    const her = await signedIn();
    await her.app.post('/echo/brief', letter);
    await stepUp(her);
    const page = await her.app.get('/_sluis/send');
    sluis.clock.advance(6 * minute);
    expect((await press(her.app, page)).location).toBe('/_sluis/next');
    expect(arrived()).toEqual([]);
    expect(await stepUp(her)).toBe('/_sluis/send');
    expect((await press(her.app, await her.app.get('/_sluis/send'))).status).toBe(200);
    expect(arrived()).toHaveLength(1);
  });

  it('and finds the app signed out: it is not lost, and her text is given back after the sign-in', async () => {
    const her = await signedIn();
    await her.app.post('/postvak', letter);
    await stepUp(her);
    const page = await her.app.get('/_sluis/send');
    demo.control.endSessions('anna');
    expect((await press(her.app, page)).location).toBe('/login');
    const released = await postPassword(her.app, 'demo', await openLogin(her.app, 'demo'), anna);
    expect((await her.app.get(released.location ?? '')).location).toBe('/_sluis/send');
    const back = await her.app.get('/_sluis/send');
    expect([titleOf(back), back.text.includes(letter.tekst)]).toEqual(['Uw tekst is bewaard', true]);
    expect((await press(her.app, page)).status).toBe(410);
  });

  it('is gone after its time', async () => {
    const her = await signedIn();
    await her.app.post('/echo/brief', letter);
    await stepUp(her);
    const page = await her.app.get('/_sluis/send');
    sluis.clock.advance(11 * minute);
    expect((await press(her.app, page)).status).toBe(410);
    expect((await her.app.get('/_sluis/send')).status).toBe(410);
    expect(arrived()).toEqual([]);
  });

  it.each([
    [
      'parts',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="tekst"\r\n\r\nhoi\r\n--x--\r\n',
    ],
    ['text', 'text/plain; charset=UTF-8', 'tekst=hoi\r\n'],
  ])('is sent byte for byte as %s', async (_kind, type, body) => {
    const her = await signedIn();
    await her.app.post('/echo/brief', body, { 'Content-Type': type });
    await stepUp(her);
    const answer = JSON.parse((await press(her.app, await her.app.get('/_sluis/send'))).text) as Record<string, string>;
    expect(Buffer.from(answer['body'] ?? '', 'base64').toString('latin1')).toBe(body);
  });

  it('from a frame leads the whole window on, and its answer gives way to a page of ours', async () => {
    const her = await signedIn();
    const posted = await her.app.post('/echo/brief', letter, { 'Sec-Fetch-Dest': 'iframe' });
    expect([posted.status, posted.text.includes('data-leads')]).toEqual([401, true]);
    expect(header(posted, 'content-security-policy')).toContain("frame-ancestors 'self'");
    expect(await stepUp(her)).toBe('/_sluis/send');
    const answer = await press(her.app, await her.app.get('/_sluis/send'));
    expect([answer.status, titleOf(answer), arrived().length]).toEqual([200, 'Verstuurd', 1]);
  });
});

describe('CWE-352: nothing foreign is kept or sent', () => {
  it.each([
    ['a foreign Origin', { Origin: 'https://evil.test', 'Sec-Fetch-Site': 'cross-site' }],
    ['a foreign Origin alone', { Origin: 'https://evil.test', 'Sec-Fetch-Site': undefined }],
    ['a foreign Origin that calls itself same-origin', { Origin: 'https://evil.test' }],
    ['null and a foreign site', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }],
    ['null alone', { Origin: 'null', 'Sec-Fetch-Site': undefined }],
    ['no Origin, cross-site', { Origin: undefined, 'Sec-Fetch-Site': 'cross-site' }],
    ['no Origin, a sibling host', { Origin: undefined, 'Sec-Fetch-Site': 'same-site' }],
    ['a sibling host', { Origin: 'http://twee.localhost', 'Sec-Fetch-Site': 'same-site' }],
    ['no Origin, typed', { Origin: undefined, 'Sec-Fetch-Site': 'none' }],
    ['the same Origin, cross-site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['neither', { Origin: undefined, 'Sec-Fetch-Site': undefined }],
    ['an Origin with another port', { Origin: 'http://een.localhost:1' }],
    ['an https Origin', { Origin: 'https://een.localhost' }],
  ])('%s, at a step-up and at the end of a session', async (_what, headers) => {
    const her = await someone();
    const posted = await her.post('/echo/brief', letter, headers);
    expect([posted.location, await parkedOf(her)]).toEqual(['/_sluis/next', undefined]);
    sluis.clock.advance(31 * minute);
    const late = await her.post('/echo/brief', letter, headers);
    expect([late.status, await parkedOf(her)]).toEqual([401, undefined]);
    expect(arrived()).toEqual([]);
  });

  it.each([
    ['without a token', { csrf: '' }, {}],
    ["with another session's token", { csrf: 'A'.repeat(43) }, {}],
    ['from a foreign page', {}, { Origin: 'https://evil.test', 'Sec-Fetch-Site': 'cross-site' }],
    ['from a sibling host', {}, { 'Sec-Fetch-Site': 'same-site' }],
    ['by a script', {}, { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty', 'Sec-Fetch-User': undefined }],
    ['by a script that nobody pressed for', {}, { 'Sec-Fetch-User': undefined }],
    ['in a frame', {}, { 'Sec-Fetch-Dest': 'iframe' }],
    ['by the name of another one', { attempt: 'A'.repeat(22) }, {}],
    ['with an unknown act', { act: 'verstuur' }, {}],
  ])('Send %s sends nothing, and what waits goes on waiting', async (_what, fields, headers) => {
    const her = await waiting();
    const page = await her.get('/_sluis/send');
    const answer = await her.post('/_sluis/send', { ...hiddenFields(page.text), act: 'send', ...fields }, headers);
    expect([answer.status < 400 && answer.location === undefined, arrived()]).toEqual([false, []]);
    expect(await parkedOf(her)).toBeDefined();
  });

  it.each([
    ['fetch', { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' }],
    ['a frame', { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' }],
    ['a picture', { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' }],
    ['a service worker', { 'Sec-Fetch-Mode': 'same-origin', 'Sec-Fetch-Dest': 'empty' }],
  ])('a script of the app cannot read the page by %s', async (_what, headers) => {
    const her = await waiting();
    const page = await her.get('/_sluis/send', headers);
    expect([page.status, page.text.includes('csrf')]).toEqual([403, false]);
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('Send by %s sends nothing', async method => {
    const her = await waiting();
    const fields = new URLSearchParams({ ...hiddenFields((await her.get('/_sluis/send')).text), act: 'send' });
    await her.request(method, `/_sluis/send?${fields}`, undefined, {
      'Sec-Fetch-Site': 'same-origin',
      'Sec-Fetch-Mode': 'navigate',
      'Sec-Fetch-Dest': 'document',
      'Sec-Fetch-User': '?1',
    });
    expect([arrived(), (await parkedOf(her)) !== undefined]).toEqual([[], true]);
  });
});

describe('sent once or not at all', () => {
  it('a double click, two tabs and a replayed form: once; the others are told', async () => {
    const her = await waiting();
    const [one, two] = [await her.get('/_sluis/send'), await her.get('/_sluis/send')];
    const answers = await Promise.all([press(her, one), press(her, one), press(her, two)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410, 410]);
    const replayed = await press(her, two);
    expect([replayed.status, titleOf(replayed)]).toEqual([410, 'Dit is al verstuurd']);
    expect(arrived()).toHaveLength(1);
    expect(events('submission.sent').filter(line => line.includes(JSON.stringify(letter.tekst)))).toEqual([]);
  });

  it('200 at once', async () => {
    const her = await waiting();
    const page = await her.get('/_sluis/send');
    const answers = await Promise.all(Array.from({ length: 200 }, () => press(her, page)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(arrived()).toHaveLength(1);
  });

  it('Send and Throw away at once: sent or thrown away, and gone either way', async () => {
    const her = await waiting();
    const page = await her.get('/_sluis/send');
    await Promise.all([press(her, page), press(her, page, 'drop')]);
    expect(arrived().length).toBeLessThanOrEqual(1);
    await press(her, page);
    expect([arrived().length <= 1, await parkedOf(her)]).toEqual([true, undefined]);
  });
});

describe('R08: bound to person, app, browser and session', () => {
  it('another person in the same browser gets nothing of it, and it is deleted', async () => {
    const her = await signedIn();
    await her.app.post('/echo/brief', letter);
    const before = events('submission.dropped').length;
    demo.control.endSessions('anna');
    expect((await her.app.get('/postvak')).location).toBe('/login');
    await signInFully(sluis, 'een', 'demo', bram, { app: her.app, portal: her.portal });
    expect((await her.app.get('/_sluis/send')).status).toBe(410);
    expect([arrived(), events('submission.dropped').length - before]).toEqual([[], 1]);
  });

  it('another person who signs in after the session ran out gets nothing of it, and it is deleted', async () => {
    const her = await signedIn();
    sluis.clock.advance(31 * minute);
    expect((await her.app.post('/echo/brief', letter)).location).toBe('/login');
    const old = her.app.copy();
    expect(await parkedOf(old)).toBeDefined();
    const his = await signInFully(sluis, 'een', 'demo', bram, { app: her.app, portal: her.portal });
    expect(his.landing).toBe('/postvak');
    expect((await his.app.get('/_sluis/send')).status).toBe(410);
    expect(await parkedOf(old)).toBeUndefined();
  });

  it('it is of one app: her session at another one does not have it', async () => {
    const her = await signedIn();
    await her.app.post('/echo/brief', letter);
    const other = await signInFully(sluis, 'twee', 'demo', anna, { app: appClient(sluis, 'twee'), portal: her.portal });
    expect(other.landing).toBe('/postvak');
    expect((await other.app.get('/_sluis/send')).status).toBe(410);
    await stepUp(her);
    const page = await her.app.get('/_sluis/send');
    expect((await press(other.app, page)).status).toBe(403);
    expect(arrived()).toEqual([]);
  });

  it('it is of one session: her other browser does not have it', async () => {
    const her = await signedIn();
    await her.app.post('/echo/brief', letter);
    await stepUp(her);
    const page = await her.app.get('/_sluis/send');
    const elsewhere = await signInFully(sluis, 'een', 'demo', anna, browserOf(sluis, 'een'));
    expect((await elsewhere.app.get('/_sluis/send')).status).toBe(410);
    expect((await press(elsewhere.app, page)).status).toBe(403);
    expect(arrived()).toEqual([]);
  });

  it('signing out deletes it', async () => {
    const her = await signedIn();
    await her.app.post('/echo/brief', letter);
    await stepUp(her);
    const [page, old] = [await her.app.get('/_sluis/send'), her.app.copy()];
    await signOut(her.app);
    expect((await press(old, page)).status).toBe(303);
    const again = await signInFully(sluis, 'een', 'demo', anna, { app: old, portal: her.portal });
    expect([again.landing, arrived()]).toEqual(['/postvak', []]);
  });

  it('signing out of a session that ran out deletes it, by the form of that session only (CWE-352)', async () => {
    const her = await someone();
    const csrf = hiddenFields((await her.get('/_sluis/sign-out')).text)['csrf'] ?? '';
    sluis.clock.advance(31 * minute);
    await her.post('/echo/brief', letter);
    const beside = { Origin: sluis.portalOrigin, 'Sec-Fetch-Site': 'same-site' };
    for (const posted of [await her.post('/_sluis/sign-out', {}), await her.post('/_sluis/sign-out', { csrf }, beside)])
      expect(posted.status).toBe(403);
    expect(await parkedOf(her)).toBeDefined();
    const other = her.copy();
    expect((await her.post('/_sluis/sign-out', { csrf })).location).toBe('/_sluis/signed-out');
    expect(await parkedOf(other)).toBeUndefined();
  });

  it('R31: the desk ends all that she has, of a session that ran out too', async () => {
    const her = await signedIn();
    const person = (await sluis.core.people.byName('gemeente', 'anna'))?.id ?? '';
    sluis.clock.advance(31 * minute);
    await her.app.post('/echo/brief', letter);
    expect(await parkedOf(her.app)).toBeDefined();
    await sluis.core.ends.ofPerson(person, 'by-operator');
    expect(await parkedOf(her.app)).toBeUndefined();
  });

  it('signing out at the portal deletes that of a session that ran out', async () => {
    const her = await signedIn();
    sluis.clock.advance(31 * minute);
    await her.app.post('/echo/brief', letter);
    const start = await her.portal.get('/');
    const action = /<form method="post" action="([^"]+)"/.exec(start.text)?.[1] ?? '';
    await her.portal.post(action, hiddenFields(start.text));
    expect(await parkedOf(her.app)).toBeUndefined();
  });
});

describe('a form that meets a session that ran out', () => {
  it('is kept for its person; after her sign-in the text is given back, and nothing is sent', async () => {
    const her = await signedIn();
    sluis.clock.advance(31 * minute);
    const posted = await her.app.post('/echo/brief', { ...letter, formtoken: 'x'.repeat(22), wachtwoord: 'Geheim-1' });
    expect([posted.status, posted.location]).toEqual([303, '/login']);
    expect((await her.app.get('/login')).text).toContain('Wat u wilde versturen, is bewaard');
    const again = await signInFully(sluis, 'een', 'demo', anna, { app: her.app, portal: her.portal });
    expect(again.landing).toBe('/_sluis/send');
    const page = await her.app.get('/_sluis/send');
    expect([page.status, titleOf(page), page.text.includes(letter.tekst)]).toEqual([200, 'Uw tekst is bewaard', true]);
    expect(page.text).not.toMatch(/Geheim-1|xxxxxxxx/);
    expect((await press(her.app, page)).location).toBe('/_sluis/send');
    expect(arrived()).toEqual([]);
    await press(her.app, page, 'drop');
    expect((await her.app.get('/_sluis/send')).status).toBe(410);
  });

  it('is sent on by its person after her sign-in, where the app takes a form of before', async () => {
    const her = await signedIn('drie');
    sluis.clock.advance(31 * minute);
    await her.app.post('/echo/brief', letter);
    await signInFully(sluis, 'drie', 'demo', anna, { app: her.app, portal: her.portal });
    const page = await her.app.get('/_sluis/send');
    expect([titleOf(page), arrived()]).toEqual(['Wilt u dit nog versturen?', []]);
    const answers = await Promise.all([press(her.app, page), press(her.app, page)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
    expect(arrived()).toEqual([new URLSearchParams(letter).toString()]);
  });

  it('SECURITY a.40: with the cookie of a session that was ended nothing is kept', async () => {
    const her = await signedIn();
    const thief = her.app.copy();
    const session = (await sluis.core.sessions.find(her.app.jar.get('__Host-sluis') ?? '', 'een'))?.session;
    await signOut(her.app);
    const posted = await thief.post('/echo/brief', letter);
    sluis.clock.advance(31 * minute);
    const late = await thief.post('/echo/brief', letter);
    expect([posted.status, late.status]).toEqual([401, 401]);
    expect(await sluis.core.store.get(`parked:{${session?.id}}`)).toBeUndefined();
  });

  it('nor with one that ran out longer ago than an hour, nor with none, nor with a forged one', async () => {
    const her = await signedIn();
    sluis.clock.advance(91 * minute);
    const stranger = appClient(sluis, 'een');
    const forged = her.app.copy();
    forged.jar.set('__Host-sluis', `${(her.app.jar.get('__Host-sluis') ?? '').slice(0, -4)}AAAA`);
    for (const client of [her.app, stranger, forged]) {
      expect((await client.post('/echo/brief', letter)).status).toBe(401);
    }
    expect(await parkedOf(her.app)).toBeUndefined();
  });

  it('a password thief with the cookie of a session that ran out reads nothing and sends nothing', async () => {
    const her = await signedIn();
    const thief = { app: her.app.copy(), portal: browserOf(sluis, 'een').portal };
    sluis.clock.advance(31 * minute);
    await her.app.post('/echo/brief', letter);
    const form = await openLogin(thief.app, 'demo');
    expect((await postPassword(thief.app, 'demo', form, anna)).location).toBe('/_sluis/next');
    const page = await thief.app.get('/_sluis/send');
    expect(page.text).not.toContain(letter.tekst);
    expect((await thief.app.post('/_sluis/send', { act: 'send', attempt: 'A'.repeat(22), csrf: '' })).status).not.toBe(
      200,
    );
    expect(arrived()).toEqual([]);
  });

  it('after the absolute end too', async () => {
    const her = await signedIn();
    for (let turn = 0; turn < 35; turn += 1) {
      sluis.clock.advance(20 * minute);
      expect((await her.app.get('/wie')).status).toBe(200);
    }
    sluis.clock.advance(20 * minute);
    expect((await her.app.post('/echo/brief', letter)).location).toBe('/login');
    expect(await parkedOf(her.app)).toBeDefined();
  });
});

describe('never kept', () => {
  it.each([
    ['a name and a password', { gebruiker: 'anna', wachtwoord: 'x' }],
    ['a name here and a password in the query', { gebruiker: 'anna' }, '?wachtwoord=x'],
  ])('what signs in by another door: %s', async (_what, fields, query = '') => {
    const her = await someone();
    expect((await her.post(`/echo/brief${query}`, fields)).status).toBe(400);
    sluis.clock.advance(31 * minute);
    expect((await her.post(`/echo/brief${query}`, fields)).status).toBe(400);
    expect([await parkedOf(her), arrived()]).toEqual([undefined, []]);
  });

  it('a form that may carry a name and a password: she is asked for her code, and posts it again', async () => {
    const her = await someone();
    const posted = await her.post('/ophalen', { gebruiker: 'x', wachtwoord: 'y' });
    expect([posted.location, await parkedOf(her)]).toEqual(['/_sluis/next', undefined]);
  });

  it.each([
    ['packed', { 'Content-Encoding': 'gzip' }],
    ['in letters of two bytes', { 'Content-Type': `${form}; charset=utf-16` }],
  ])('what Sluis cannot read: %s', async (_what, headers) => {
    const her = await someone();
    expect((await her.post('/echo/brief', letter, headers)).status).toBe(400);
    expect(await parkedOf(her)).toBeUndefined();
  });

  it.each([
    ['fetch', { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' }],
    ['an old script', { 'Sec-Fetch-Mode': undefined, 'Sec-Fetch-Dest': undefined, Accept: '*/*' }],
  ])(
    'what a script posted (%s): it is told in the body and in a header, and never redirected',
    async (_what, headers) => {
      const her = await someone();
      const asked = await her.post('/echo/brief?x=1', letter, headers);
      const url = '/_sluis/challenge?method=POST&target=%2Fecho%2Fbrief%3Fx%3D1';
      expect([asked.status, asked.location]).toEqual([401, undefined]);
      expect(JSON.parse(asked.text)).toEqual({ error: 'step-up', level: 2, maxAge: 300, url });
      expect(header(asked, 'sluis-challenge')).toBe(`step-up; level=2; max-age=300; url="${url}"`);
      sluis.clock.advance(31 * minute);
      const gone = await her.post('/echo/brief', letter, headers);
      expect([gone.status, gone.location, header(gone, 'sluis-challenge')]).toEqual([
        401,
        undefined,
        'sign-in; url="/_sluis/challenge"',
      ]);
      expect(await parkedOf(her)).toBeUndefined();
    },
  );

  it('the address of that header leads through the challenge, and back to the page that opened it', async () => {
    const her = await signedIn();
    const url = '/_sluis/challenge?method=POST&target=%2Fecho%2Fbrief';
    const went = await her.app.get(url, { Referer: `${sluis.origin('een')}/opstellen` });
    expect(went.location).toBe('/_sluis/next');
    expect(await stepUp(her)).toBe('/opstellen');
    expect((await her.app.get(url)).location).toBe('/postvak');
    expect((await her.app.get('/_sluis/challenge?target=//evil.test/')).location).toBe('/postvak');
    expect((await her.app.get(url, { Referer: 'https://evil.test/x' })).location).toBe('/postvak');
  });
});

describe('too large', () => {
  const long = 'a'.repeat(30 * 1024);

  it('to be kept: said at once with what she wrote; nothing is kept or sent', async () => {
    const her = await someone();
    const answer = await her.post('/echo/brief', { ...letter, lang: long });
    expect([answer.status, titleOf(answer), header(answer, 'connection')]).toEqual([413, 'Dit is te groot', 'close']);
    expect(answer.text).toContain(letter.tekst);
    expect([await parkedOf(her), arrived()]).toEqual([undefined, []]);
  });

  it('of the very limit: kept', async () => {
    const her = await someone();
    await her.post('/echo/brief', `tekst=${'a'.repeat(20 * 1024 - 6)}`);
    expect(await parkedOf(her)).toBeDefined();
    expect((await her.post('/echo/brief', `tekst=${'a'.repeat(20 * 1024 - 5)}`)).status).toBe(413);
  });

  it('for the app: the page gives the text back and names the file; scripts get 413', async () => {
    const her = await someone();
    const body = [
      '--x\r\nContent-Disposition: form-data; name="tekst"\r\n\r\nGeachte heer\r\n',
      `--x\r\nContent-Disposition: form-data; name="bijlage"; filename="film.mp4"\r\n\r\n${'a'.repeat(400 * 1024)}\r\n--x--\r\n`,
    ].join('');
    const headers = { 'Content-Type': 'multipart/form-data; boundary=x' };
    const answer = await her.post('/opstellen', body, headers);
    expect([answer.status, header(answer, 'connection')]).toEqual([413, 'close']);
    expect(answer.text).toContain('Geachte heer');
    expect(answer.text).toContain('film.mp4');
    expect(answer.text).not.toContain('aaaaaaaaaa');
    const script = { ...headers, 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' };
    const told = await her.post('/opstellen', body, script);
    expect([told.status, JSON.parse(told.text)]).toEqual([413, { error: 'too-large', limit: 300 * 1024 }]);
    expect(demo.control.seen.filter(({ target }) => target === '/opstellen')).toEqual([]);
  });

  it.each([
    ['for the app', 400],
    ['to be kept', 30],
  ])('%s, with her text behind the file: it is given back all the same', async (_what, kilobytes) => {
    const her = await someone();
    const body = [
      `--x\r\nContent-Disposition: form-data; name="bijlage"; filename="film.mp4"\r\n\r\n${'a'.repeat(kilobytes * 1024)}\r\n`,
      '--x\r\nContent-Disposition: form-data; name="tekst"\r\n\r\nGeachte heer\r\n--x--\r\n',
    ].join('');
    const target = kilobytes > 300 ? '/opstellen' : '/echo/brief';
    const answer = await her.post(target, body, { 'Content-Type': 'multipart/form-data; boundary=x' });
    expect([answer.status, titleOf(answer)]).toEqual([413, 'Dit is te groot']);
    expect(answer.text).toContain('Geachte heer');
    expect(answer.text).toContain('film.mp4');
    expect(answer.text).not.toMatch(/aaaaaaaaaa|niet bewaard/);
  });

  it('CWE-770: is read on with one at a time, as one that is kept: the first of two gives way', async () => {
    const her = await someone();
    const said = { Accept: 'text/html', 'Content-Type': form, Origin: sluis.origin('een') };
    const first = await RawConnection.open(sluis.port);
    first.write(her.bytes('POST', '/echo/brief', `tekst=${long}`, { ...said, 'Content-Length': '100000' }));
    // All of it was taken by then, and its end does not come.
    await her.get('/postvak');
    expect((await her.post('/echo/brief', { lang: long })).status).toBe(413);
    expect(await first.readAll()).toHaveLength(0);
  });

  it('and more than is given back: says that the rest was not kept', async () => {
    const her = await someone();
    const answer = await her.post('/opstellen', `tekst=${'Geachte+heer+'.repeat(30 * 1024)}`);
    expect(answer.status).toBe(413);
    expect(answer.text).toMatch(/Geachte heer Geachte heer[\s\S]*De rest is niet bewaard/);
  });
});

describe('at rest and in the trail', () => {
  it('R-D4: the store, the log and the audit show nothing of what she wrote', async () => {
    const her = await signedIn();
    await her.app.post('/echo/brief', letter, { Referer: `${sluis.origin('een')}/opstellen?geheim=1` });
    const session = (await sluis.core.sessions.find(her.app.jar.get('__Host-sluis') ?? '', 'een'))?.session;
    const record = await sluis.core.store.get(`parked:{${session?.id}}`);
    const sealed = Buffer.from(record?.value.split('.')[1] ?? '', 'base64url');
    expect(sealed.length).toBeGreaterThan(100);
    for (const plain of [
      'Notulen',
      'stukken',
      'anna',
      '/echo',
      Buffer.from('Geachte').toString('base64').slice(0, 8),
    ]) {
      expect(sealed.includes(plain) || (record?.value.includes(plain) ?? true), plain).toBe(false);
    }
    expect(sluis.log.join('\n')).not.toMatch(/Notulen|Geachte|stukken|geheim=1/);
    expect(events('submission.parked').at(-1)).toContain('"bytes"');
  });

  it('what was written for one session opens for no other', async () => {
    const [her, his] = [await signedIn(), await signedIn('een', bram)];
    await her.app.post('/echo/brief', letter);
    const [hers, other] = await Promise.all(
      [her, his].map(
        async ({ app }) => (await sluis.core.sessions.find(app.jar.get('__Host-sluis') ?? '', 'een'))?.session,
      ),
    );
    const record = await sluis.core.store.get(`parked:{${hers?.id}}`);
    await sluis.core.store.create(`parked:{${other?.id}}`, record?.value ?? '', 60_000);
    expect((await his.app.get('/_sluis/send')).status).toBe(410);
  });
});

function pairs(raw: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: raw.length / 2 }, (_, i) => [(raw[2 * i] ?? '').toLowerCase(), raw[2 * i + 1] ?? '']),
  );
}
