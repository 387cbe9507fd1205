import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import type { Client, ClientAnswer } from '../support/client.ts';
import { enter } from '../support/inside.ts';
import { html, type MaliciousApp, startMaliciousApp } from '../support/malicious-app.ts';
import { appClient, openLogin, passFirstGate, postPassword, signInFully } from '../support/person.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

const anna = { name: 'anna', password: 'Anna-Test-2026' };
const bram = { name: 'bram', password: 'Bram-Test-2026' };
const clock = new TestClock();
let demo: DemoApp;
let bare: MaliciousApp;
let sluis: TestSluis;
let inside: Client;

beforeAll(async () => {
  // Silent: whoever gets a password through has the session, and no cookie says so.
  demo = await startDemoApp({ promote: 'silent', echo: true });
  bare = await startMaliciousApp();
  sluis = await startSluis(
    [
      { id: 'demo', upstream: demo.url, preset: 'demo' },
      { id: 'kaal', upstream: bare.url, preset: 'demo' },
      { id: 'post', upstream: bare.url, preset: 'roundcube' },
      { id: 'wiki', upstream: bare.url, preset: 'dokuwiki' },
    ],
    { clock },
  );
});

beforeEach(async () => {
  bare.answers.clear();
  bare.seen.length = 0;
  inside = (await enter(sluis, 'demo', 'anna', { GPSESSIE: await appSession() })).client;
  demo.control.seen.length = 0;
});

afterAll(async () => {
  await sluis.close();
  await demo.close();
  await bare.close();
});

/** A session of the app itself in which anna is signed in, as it stands sealed in hers. */
async function appSession(): Promise<string> {
  const page = await fetch(`${demo.url}/login`);
  const id = /GPSESSIE=([\w-]+)/.exec(page.headers.get('set-cookie') ?? '')?.[1] ?? '';
  const token = /name="formtoken" value="([\w-]+)"/.exec(await page.text())?.[1] ?? '';
  const body = new URLSearchParams({ formtoken: token, gebruiker: anna.name, wachtwoord: anna.password });
  await fetch(`${demo.url}/login`, { method: 'POST', body, headers: { cookie: `GPSESSIE=${id}` }, redirect: 'manual' });
  return id;
}

interface Door {
  readonly name: string;
  readonly method?: string;
  readonly target: string;
  readonly type?: string;
  readonly body?: string;
}

const form = 'application/x-www-form-urlencoded';
const multipart = 'multipart/form-data; boundary=b';
const query = 'gebruiker=bram&wachtwoord=Bram-Test-2026';
const field = (name: string, value: string) =>
  `--b\r\nContent-Disposition: form-data; name=${name}\r\n\r\n${value}\r\n`;
const fields = `${field('"gebruiker"', 'bram')}${field('"wachtwoord"', bram.password)}--b--\r\n`;
const json = `{"gebruiker":"bram","wachtwoord":"${bram.password}"}`;

/** B's name and password, at any door of the app but its form, inside A's session. */
const doors: readonly Door[] = [
  { name: 'in the address of the first page', target: `/?${query}` },
  { name: 'in the address of any page', target: `/wie?x=1&${query}` },
  { name: 'in the address, reversed', target: `/wie?wachtwoord=Bram-Test-2026&gebruiker=bram` },
  { name: 'in the address, escaped', target: '/wie?%67ebruiker=bram&wacht%77oord=Bram-Test-2026' },
  { name: 'in the address, behind semicolons', target: '/wie?a=b;gebruiker=bram;wachtwoord=Bram-Test-2026' },
  { name: 'in the address, twice', target: `/wie?gebruiker=anna&${query}` },
  { name: 'in the address of the form', target: `/login?${query}` },
  { name: 'in the address of an exception', target: `/ophalen?${query}` },
  { name: 'in the address of HEAD', method: 'HEAD', target: `/wie?${query}` },
  {
    name: 'name in the address, password in the body',
    target: '/login?gebruiker=bram',
    type: form,
    body: 'wachtwoord=Bram-Test-2026',
  },
  {
    name: 'password in the address, name in the body',
    target: '/wie?wachtwoord=Bram-Test-2026',
    type: form,
    body: 'gebruiker=bram',
  },
  { name: 'the form at another address', target: '/wie', type: form, body: query },
  { name: 'the form with a query', target: '/login?x=1', type: form, body: query },
  { name: 'the form with a field too many', target: '/login', type: form, body: `${query}&formtoken=x&do=admin` },
  { name: 'the form with a field twice', target: '/login', type: form, body: `${query}&gebruiker=carla` },
  {
    name: 'the form, one letter escaped',
    target: '/wie',
    type: form,
    body: 'gebr%75iker=bram&w%61chtwoord=Bram-Test-2026',
  },
  {
    name: 'the form behind semicolons',
    target: '/wie',
    type: form,
    body: 'x=y;gebruiker=bram;wachtwoord=Bram-Test-2026',
  },
  { name: 'the form behind much else', target: '/login?x', type: form, body: `x=${'a'.repeat(70_000)}&${query}` },
  {
    name: 'the form, held too long to be a sign-in',
    target: '/login',
    type: form,
    body: `x=${'a'.repeat(70_000)}&${query}`,
  },
  { name: 'the form with PUT', method: 'PUT', target: '/login', type: form, body: query },
  { name: 'the form as text', target: '/login', type: 'text/plain', body: query },
  { name: 'the form without a type', target: '/login', body: query },
  { name: 'multipart', target: '/login', type: multipart, body: fields },
  { name: 'multipart elsewhere', target: '/opstellen', type: multipart, body: fields },
  { name: 'multipart without quotes', target: '/login', type: multipart, body: fields.replaceAll('"', '') },
  { name: 'multipart in single quotes', target: '/login', type: multipart, body: fields.replaceAll('"', "'") },
  {
    name: 'multipart as files',
    target: '/login',
    type: multipart,
    body: fields.replaceAll('name="gebruiker"', 'name="gebruiker"; filename="x"'),
  },
  { name: 'multipart with a preamble', target: '/login', type: multipart, body: `x\r\n${fields}` },
  { name: 'multipart with bare LF', target: '/login', type: multipart, body: fields.replaceAll('\r\n', '\n') },
  {
    name: 'multipart with an extended name',
    target: '/login',
    type: multipart,
    body: fields.replace('name="gebruiker"', "name*=UTF-8''gebruiker"),
  },
  { name: 'multipart of another kind', target: '/login', type: 'multipart/mixed; boundary=b', body: fields },
  { name: 'JSON', target: '/api/login', type: 'application/json', body: json },
  { name: 'JSON as text', target: '/api/login', type: 'text/plain', body: json },
  { name: 'JSON without a type', target: '/api/login', body: json },
  { name: 'JSON as a file', target: '/api/login', type: 'application/octet-stream', body: json },
  {
    name: 'JSON with escapes',
    target: '/api/login',
    type: 'application/json',
    body: json.replace('gebruiker', '\\u0067ebruiker'),
  },
  {
    name: 'JSON, all in escapes',
    target: '/api/login',
    type: 'application/json',
    body: json.replace('wachtwoord', [...'wachtwoord'].map(c => `\\u00${c.charCodeAt(0).toString(16)}`).join('')),
  },
  { name: 'JSON deep down', target: '/api/login', type: 'application/json', body: `{"a":[{"b":${json}}]}` },
  { name: 'JSON with a mark in front', target: '/api/login', type: 'application/json', body: `\ufeff${json}` },
  {
    name: 'JSON with white space',
    target: '/api/login',
    type: 'application/json',
    body: json.replaceAll(':', ' \r\n\t: '),
  },
  { name: 'JSON of another name', target: '/api/login', type: 'application/vnd.api+json', body: json },
  { name: 'packed', target: '/api/login', type: 'application/json', body: json },
  { name: 'an exception that another reading leaves', target: '/ophalen;/../login', type: form, body: query },
  { name: 'an exception with a slash too many', target: '/ophalen//..//login', type: form, body: query },
  { name: 'an exception in other letters', target: '/OPHALEN', type: form, body: query },
  { name: 'an exception with another method', method: 'PUT', target: '/ophalen', type: form, body: query },
];

function send(
  client: Client,
  door: Door,
  extra: Readonly<Record<string, string | undefined>> = {},
): Promise<ClientAnswer> {
  const { target, type, body } = door;
  const method = door.method ?? (body === undefined ? 'GET' : 'POST');
  const coding = door.name === 'packed' ? { 'Content-Encoding': 'gzip' } : {};
  return client.request(method, target, body, {
    Origin: sluis.origin('demo'),
    'Content-Type': type,
    ...coding,
    ...extra,
  });
}

async function expectStillAnna(): Promise<void> {
  const page = await inside.get('/wie');
  expect(page.text).toContain('<strong id="wie">anna</strong>');
}

describe("R08: B's password inside the session of A gives nothing of B", () => {
  it.each(doors)('$name', async door => {
    const got = await send(inside, door);
    expect([400, 413]).toContain(got.status);
    expect(got.text).not.toContain('bram');
    expect(demo.control.seen).toEqual([]);
    await expectStillAnna();
  });

  it.each(doors.filter(({ body, type }) => body !== undefined && body.length < 500 && type !== undefined))(
    '$name, a letter at a time',
    async door => {
      const letters = [...Buffer.from(door.body ?? '', 'utf8').toString('latin1')];
      const chunks = `${letters.map(letter => `1\r\n${letter}\r\n`).join('')}0\r\n\r\n`;
      const bytes = Buffer.from(chunks, 'latin1');
      const got = await inside.request(door.method ?? 'POST', door.target, bytes, {
        Origin: sluis.origin('demo'),
        'Content-Type': door.type,
        'Content-Length': undefined,
        'Transfer-Encoding': 'chunked',
        ...(door.name === 'packed' ? { 'Content-Encoding': 'gzip' } : {}),
      });
      expect(got.status).toBe(400);
      expect(demo.control.seen).toEqual([]);
      await expectStillAnna();
    },
  );

  it('an address that the preset names as an exception takes both', async () => {
    const page = await inside.get('/ophalen');
    const token = /name="formtoken" value="([\w-]+)"/.exec(page.text)?.[1] ?? '';
    const got = await inside.post('/ophalen', `${query}&formtoken=${token}`);
    expect(got.status).toBe(200);
    await expectStillAnna();
  });

  it('her form, posted inside his session, leaves his alone until she has passed', async () => {
    const before = new Map(inside.jar);
    const old = await postPassword(inside, 'demo', { formtoken: 'A'.repeat(22) }, bram);
    expect([old.status, old.location]).toEqual([303, '/login']);
    expect(demo.control.seen).toEqual([]);
    const page = await inside.get('/login');
    const token = /name="formtoken" value="([\w-]+)"/.exec(page.text)?.[1] ?? '';
    expect(page.text).not.toContain('bram');
    const posted = await postPassword(inside, 'demo', { formtoken: token }, bram);
    // Silent: the app says nothing by cookie, so nothing is proved.
    expect(posted.text).not.toMatch(/id="wie"|Aangemeld/);
    expect(inside.jar.get('__Host-sluis')).toBe(before.get('__Host-sluis'));
    await expectStillAnna();
  });

  it.each([
    '/lib/exe/xmlrpc.php',
    '/lib/exe/XMLRPC.php',
    '/lib/exe/xmlrpc.php/',
    '/lib//exe/xmlrpc.php',
    '/lib/exe/%78mlrpc.php',
    '/x/../lib/exe/jsonrpc.php/core.login',
  ])('the door for programs %s is closed inside a session too', async target => {
    const { client } = await enter(sluis, 'wiki', 'anna');
    const call = '<?xml version="1.0"?><methodCall><methodName>dokuwiki.login</methodName></methodCall>';
    for (const got of [await client.post(target, call, { 'Content-Type': 'text/xml' }), await client.get(target)]) {
      expect(got.status).toBe(403);
    }
    expect(bare.seen).toEqual([]);
  });
});

const proofs = {
  demo: ['GPAUTH=nieuw; Path=/'],
  roundcube: ['roundcube_sessid=oud; Path=/', 'roundcube_sessauth=nieuw; Path=/'],
  anna: [`DW${'0'.repeat(32)}=${Buffer.from('anna').toString('base64')}%7C0%7CeHl6; Path=/`],
  bram: [`DW${'0'.repeat(32)}=${Buffer.from('bram').toString('base64')}%7C0%7CeHl6; Path=/`],
} as const;

/** Answers inside a session that carry a new proof which no sign-in asked for. */
const rotations: readonly { name: string; app: string; cookies: readonly string[]; passes: boolean }[] = [
  { name: 'where the preset names no rotation', app: 'kaal', cookies: proofs.demo, passes: false },
  {
    name: 'the removal first, the proof last',
    app: 'kaal',
    cookies: ['GPAUTH=weg; Path=/; Max-Age=0', ...proofs.demo],
    passes: false,
  },
  {
    name: 'the proof first, the removal at another path',
    app: 'kaal',
    cookies: ['GPAUTH=nieuw; Path=/', 'GPAUTH=weg; Path=/x; Max-Age=0'],
    passes: false,
  },
  { name: 'beside an unchanged session', app: 'post', cookies: ['roundcube_sessauth=nieuw; Path=/'], passes: true },
  { name: 'with the session sent again unchanged', app: 'post', cookies: proofs.roundcube, passes: true },
  {
    name: 'with another session',
    app: 'post',
    cookies: ['roundcube_sessid=ander; Path=/', 'roundcube_sessauth=nieuw; Path=/'],
    passes: false,
  },
  {
    name: 'with two sessions, the right one last',
    app: 'post',
    cookies: ['roundcube_sessid=ander; Path=/', ...proofs.roundcube],
    passes: false,
  },
  {
    name: 'with another session at another path',
    app: 'post',
    cookies: ['roundcube_sessid=ander; Path=/mail', 'roundcube_sessauth=nieuw; Path=/'],
    passes: false,
  },
  { name: 'that names the same account', app: 'wiki', cookies: proofs.anna, passes: true },
  { name: 'that names another account', app: 'wiki', cookies: proofs.bram, passes: false },
  {
    name: 'that names two accounts',
    app: 'wiki',
    cookies: [...proofs.anna, `DW${'1'.repeat(32)}=${Buffer.from('bram').toString('base64')}%7C0%7CeHl6; Path=/`],
    passes: false,
  },
  { name: 'that names nobody', app: 'wiki', cookies: [`DW${'0'.repeat(32)}=zzz; Path=/`], passes: false },
];

describe('R08: a new proof inside a session', () => {
  it.each(rotations)('$name: passes only as the preset says ($passes)', async ({ app, cookies, passes }) => {
    const { client } = await enter(sluis, app, 'anna', {
      roundcube_sessid: 'oud',
      roundcube_sessauth: 'oud',
      GPAUTH: 'oud',
    });
    const events = sluis.log.length;
    bare.answers.set(
      '/map',
      html(
        'geheim',
        cookies.map(cookie => `Set-Cookie: ${cookie}`),
      ),
    );
    const copy = client.copy();
    const got = await client.get('/map');
    const audited = sluis.log.slice(events).join('\n').includes('proof.outside-sign-in');
    expect([got.status, got.text.includes('geheim'), audited]).toEqual([passes ? 200 : 303, passes, !passes]);
    // What she had before is worth nothing either once the session has ended.
    bare.answers.clear();
    expect((await copy.get('/map')).status).toBe(passes ? 200 : 303);
    expect((await client.get('/map')).status).toBe(passes ? 200 : 303);
  });

  it('a script is told, and gets nothing', async () => {
    const { client } = await enter(sluis, 'kaal', 'anna', { GPAUTH: 'oud' });
    bare.answers.set('/map', html('geheim', ['Set-Cookie: GPAUTH=nieuw; Path=/']));
    const got = await client.get('/map', { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' });
    expect([got.status, got.text]).toEqual([401, '{"fout":"afgemeld"}']);
    expect(got.setCookies.every(line => line.includes('Max-Age=0'))).toBe(true);
  });
});

describe('rule 10: proof in front of the first gate', () => {
  it.each([
    { name: 'a login page that signs in', app: 'kaal', path: '/login', cookies: proofs.demo },
    { name: 'a login page of Roundcube that signs in', app: 'post', path: '/', cookies: proofs.roundcube },
  ])('$name is withheld, reported, and its visit is worth nothing', async ({ app, path, cookies }) => {
    const visitor = appClient(sluis, app);
    const target = path === '/' ? '/?_task=login' : path;
    await visitor.get(target);
    const thief = visitor.copy();
    const events = sluis.log.length;
    bare.answers.set(
      path,
      html(
        'geheim',
        cookies.map(cookie => `Set-Cookie: ${cookie}`),
      ),
    );
    const got = await visitor.get(target);
    expect([got.status, got.text.includes('geheim')]).toEqual([502, false]);
    expect(got.setCookies.filter(line => line.startsWith('__Host-s.') && !line.includes('Max-Age=0'))).toEqual([]);
    expect(sluis.log.slice(events).join('\n')).toContain('proof.outside-sign-in');
    bare.answers.clear();
    bare.seen.length = 0;
    await thief.get(target);
    expect(bare.seen.map(({ lines }) => lines.filter(line => /^cookie/i.test(line)))).toEqual([[]]);
  });

  it('a sign-in that proves two accounts proves none', async () => {
    const two = [...proofs.anna, `DW${'1'.repeat(32)}=${Buffer.from('bram').toString('base64')}%7C0%7CeHl6; Path=/`];
    bare.answers.set('/doku.php', (socket, { method }) =>
      socket.write(
        method === 'POST'
          ? html(
              'geheim',
              two.map(cookie => `Set-Cookie: ${cookie}`),
            )
          : html('<form>'),
      ),
    );
    const visitor = appClient(sluis, 'wiki');
    await visitor.get('/doku.php?id=start&do=login');
    const got = await visitor.post('/doku.php?id=start', { do: 'login', u: 'anna', p: 'x' });
    expect([got.status, got.text.includes('geheim'), visitor.jar.has('__Host-sluis-pending')]).toEqual([
      303,
      false,
      false,
    ]);
    expect(got.location).toBe('/doku.php?id=start&do=login');
  });

  it('a public file that signs in gives no cookie', async () => {
    bare.answers.set('/opmaak/a.css', html('x', ['Set-Cookie: GPAUTH=nieuw; Path=/']));
    expect((await appClient(sluis, 'kaal').get('/opmaak/a.css')).setCookies).toEqual([]);
  });
});

describe('R24: signing out by the app', () => {
  it.each([
    {
      name: 'that answers with the proof removed',
      path: '/uit',
      cookies: ['GPAUTH=weg; Path=/; Max-Age=0'],
      ends: true,
    },
    { name: 'whose answer removes nothing', path: '/uit', cookies: [], ends: false },
    {
      name: 'whose answer removes something else',
      path: '/uit',
      cookies: ['GPTEKST=; Path=/; Max-Age=0'],
      ends: false,
    },
  ])('$name ends ours: $ends', async ({ path, cookies, ends }) => {
    const { client } = await enter(sluis, 'kaal', 'anna', { GPAUTH: 'oud' });
    const thief = client.copy();
    bare.answers.set(
      path,
      html(
        'dag',
        cookies.map(cookie => `Set-Cookie: ${cookie}`),
      ),
    );
    expect((await client.get(path)).text).toContain('dag');
    expect(client.jar.has('__Host-sluis')).toBe(!ends);
    bare.seen.length = 0;
    expect((await thief.get('/map')).status).toBe(ends ? 303 : 200);
    expect(bare.seen).toHaveLength(ends ? 0 : 1);
  });

  it('the proof removed elsewhere leads to the login page, and ours waits', async () => {
    const { client } = await enter(sluis, 'kaal', 'anna', { GPAUTH: 'oud' });
    bare.answers.set('/map', html('geheim', ['Set-Cookie: GPAUTH=weg; Path=/']));
    const got = await client.get('/map');
    expect([got.status, got.location, got.text]).toEqual([303, '/login', '']);
    expect(client.jar.has('__Host-sluis')).toBe(true);
    expect((await client.get('/ander')).status).toBe(200);
  });
});

describe("R30: the app's own session has ended", () => {
  it('the same account goes on with the password alone; another needs a factor of its own', async () => {
    const cookieApp = await startDemoApp();
    const other = await startSluis([{ id: 'demo', upstream: cookieApp.url, preset: 'demo' }], { clock });
    try {
      const { app } = await signInFully(other, 'demo', 'demo', anna);
      const old = app.copy();
      cookieApp.control.endSessions('anna');
      const led = await app.get('/bericht/1');
      expect([led.status, led.location]).toEqual([303, '/login']);
      // Nobody becomes anybody meanwhile.
      expect((await app.get('/login')).text).not.toMatch(/id="wie"/);
      const wrong = await postPassword(app, 'demo', await openLogin(app, 'demo'), bram);
      expect(wrong.location).toBe('/_sluis/next');
      expect((await app.get('/wie')).text).not.toContain('bram');
      const form = await openLogin(await fresh(app), 'demo');
      const posted = await postPassword(app, 'demo', form, anna);
      expect(posted.location).toMatch(/^\/_sluis\/release\?code=/);
      const released = await app.get(posted.location ?? '');
      expect(released.status).toBe(303);
      expect((await app.get('/wie')).text).toContain('<strong id="wie">anna</strong>');
      // R39: a new identifier; the one before works ten seconds longer and no more.
      clock.advance(10_001);
      expect((await old.get('/wie')).status).toBe(303);
      expect((await app.get('/wie')).status).toBe(200);
    } finally {
      await other.close();
      await cookieApp.close();
    }
  });
});

/** Gives a pending sign-in up, as her link "not you?" does. */
async function fresh(app: Client): Promise<Client> {
  await app.get('/_sluis/restart');
  return app;
}

describe('R24, R08: sessions do not travel', () => {
  it('a session of one app opens no other', async () => {
    const { client } = await enter(sluis, 'kaal', 'anna');
    const thief = appClient(sluis, 'post');
    for (const [name, value] of client.jar) thief.jar.set(name, value);
    expect((await thief.get('/?_task=mail')).status).toBe(303);
    expect(bare.seen).toEqual([]);
  });

  it('the cookies of one session open nothing in another of the same app', async () => {
    const a = await enter(sluis, 'kaal', 'anna', { GPAUTH: 'van-anna' });
    const b = await enter(sluis, 'kaal', 'bram', { GPAUTH: 'van-bram' });
    for (const [name, value] of a.client.jar) if (name !== '__Host-sluis') b.client.jar.set(name, value);
    await b.client.get('/map');
    const sent = bare.seen.map(({ lines }) => lines.filter(line => /^cookie/i.test(line)).join());
    expect(sent).toEqual(['cookie: GPAUTH=van-bram']);
  });

  it('neither does a pending sign-in', async () => {
    const pending = appClient(sluis, 'kaal');
    await passFirstGate(pending, 'demo', anna);
    bare.seen.length = 0;
    const thief = pending.copy();
    const value = thief.jar.get('__Host-sluis-pending') ?? '';
    thief.jar.set('__Host-sluis', value);
    expect([(await thief.get('/map')).location, bare.seen.length]).toEqual(['/_sluis/next', 0]);
  });
});
