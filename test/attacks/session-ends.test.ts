import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Sessions } from '../../src/session/sessions.ts';
import { enter, type Inside } from '../support/inside.ts';
import { html, type MaliciousApp, startMaliciousApp } from '../support/malicious-app.ts';
import { appClient, handoffOf, passFirstGate, signInFully, signOut } from '../support/person.ts';
import { RawConnection } from '../support/raw-http.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

const anna = { name: 'anna', password: 'Anna-Test-2026' };
const minute = 60_000;
let app: MaliciousApp;
let sluis: TestSluis;
let clock: TestClock;
let inside: Inside;

beforeEach(async () => {
  clock = new TestClock();
  app = await startMaliciousApp();
  sluis = await startSluis([{ id: 'demo', upstream: app.url, preset: 'demo' }], { clock });
  inside = await enter(sluis, 'demo', 'anna', { GPSESSIE: 'kluis', GPAUTH: 'ingelogd' });
});

afterEach(async () => {
  await sluis.close();
  await app.close();
});

async function isOpen(client = inside.client): Promise<boolean> {
  const before = app.seen.length;
  const got = await client.get('/map');
  expect([got.status, app.seen.length - before]).toEqual(got.status === 200 ? [200, 1] : [303, 0]);
  return got.status === 200;
}

describe('R24: a session ends by itself', () => {
  it('after 30 minutes without use', async () => {
    clock.advance(30 * minute - 1);
    expect(await isOpen()).toBe(true);
    clock.advance(30 * minute - 1);
    expect(await isOpen()).toBe(true);
    clock.advance(30 * minute);
    expect(await isOpen()).toBe(false);
  });

  it('after 12 hours however much it is used, to the millisecond', async () => {
    for (let passed = 0; passed < 12 * 60 - 20; passed += 20) {
      clock.advance(20 * minute);
      expect(await isOpen()).toBe(true);
    }
    clock.advance(20 * minute - 1);
    expect(await isOpen()).toBe(true);
    clock.advance(1);
    expect(await isOpen()).toBe(false);
  });

  it.each(['/api/nieuw', '/API/nieuw', '/api//nieuw', '/api/nieuw?x=1', '/api/./nieuw', '/api/nieuw;x'])(
    'polling %s keeps nobody signed in',
    async path => {
      for (let round = 0; round < 2; round += 1) {
        clock.advance(14 * minute);
        expect((await inside.client.get(path)).status).toBe(200);
      }
      clock.advance(2 * minute);
      expect(await isOpen()).toBe(false);
    },
  );

  it('what is refused is no use either', async () => {
    for (const send of [
      () => inside.client.get('/map?gebruiker=a&wachtwoord=b'),
      () => inside.client.get('/_sluis/sign-out'),
      () => inside.client.get('/_sluis/nergens'),
    ]) {
      clock.advance(9 * minute);
      await send();
    }
    clock.advance(3 * minute);
    expect(await isOpen()).toBe(false);
  });

  it('an end is kept by other instances that have seen less', async () => {
    const other = new Sessions({ ...sluis.core, settings: sluis.core.settings.session });
    await sluis.core.sessions.end(inside.session.id);
    const cookie = inside.client.jar.get('__Host-sluis') ?? '';
    expect(await other.find(cookie, 'demo')).toBeUndefined();
    expect(await isOpen()).toBe(false);
  });
});

/** A download of which the first part has come; the app never ends it. */
async function download(): Promise<RawConnection> {
  app.answers.set(
    '/download',
    socket => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\neerste-deel'),
  );
  const connection = await RawConnection.open(sluis.port);
  const begun = new Promise(resolve => connection.socket.once('data', resolve));
  connection.write(inside.client.bytes('GET', '/download'));
  await begun;
  return connection;
}

describe('R24: the end of a session cuts what is running', () => {
  it.each(['by its own sign-out', 'by the app', 'by another instance', 'by the portal'])('%s', async how => {
    const connection = await download();
    const dropped = app.dropped('/download');
    if (how === 'by its own sign-out') {
      await signOut(inside.client);
    } else if (how === 'by the app') {
      app.answers.set('/uit', html('dag', ['Set-Cookie: GPAUTH=weg; Path=/']));
      await inside.client.get('/uit');
    } else if (how === 'by another instance') {
      await new Sessions({ ...sluis.core, settings: sluis.core.settings.session }).end(inside.session.id);
      await sluis.core.sessions.confirm();
    } else await sluis.core.sessions.end(inside.session.id);
    const text = (await connection.readAll()).toString('latin1');
    expect(text).toContain('eerste-deel');
    await dropped;
    expect(await isOpen()).toBe(false);
  });

  it('and an answer that has not begun', async () => {
    const asked = Promise.withResolvers<(text: string) => void>();
    app.answers.set('/traag', socket => asked.resolve(text => void socket.write(text)));
    const connection = await RawConnection.open(sluis.port);
    connection.write(inside.client.bytes('GET', '/traag'));
    const write = await asked.promise;
    await sluis.core.sessions.end(inside.session.id);
    write(html('geheim', ['Set-Cookie: GPTEKST=geheim']));
    expect((await connection.readAll()).toString('latin1')).not.toContain('geheim');
  });
});

describe('R24: signing out is a POST with the token of this session from this host', () => {
  const tokenOf = async (who: Inside) =>
    /name="csrf" value="([^"]+)"/.exec((await who.client.get('/_sluis/sign-out')).text)?.[1] ?? '';

  it.each([
    { name: 'GET', send: (csrf: string) => inside.client.get(`/_sluis/sign-out?csrf=${csrf}`) },
    { name: 'no token', send: () => inside.client.post('/_sluis/sign-out', {}) },
    { name: 'an empty token', send: () => inside.client.post('/_sluis/sign-out', { csrf: '' }) },
    { name: 'a token too long', send: (csrf: string) => inside.client.post('/_sluis/sign-out', { csrf: `${csrf}x` }) },
    {
      name: 'another site',
      send: (csrf: string) =>
        inside.client.post(
          '/_sluis/sign-out',
          { csrf },
          { Origin: 'http://kwaad.test', 'Sec-Fetch-Site': 'cross-site' },
        ),
    },
    {
      name: 'a site beside',
      send: (csrf: string) =>
        inside.client.post('/_sluis/sign-out', { csrf }, { Origin: sluis.portalOrigin, 'Sec-Fetch-Site': 'same-site' }),
    },
    {
      name: 'no origin at all',
      send: (csrf: string) =>
        inside.client.post('/_sluis/sign-out', { csrf }, { Origin: undefined, 'Sec-Fetch-Site': undefined }),
    },
    {
      name: 'origin null alone',
      send: (csrf: string) =>
        inside.client.post('/_sluis/sign-out', { csrf }, { Origin: 'null', 'Sec-Fetch-Site': undefined }),
    },
    {
      name: 'the token in the address',
      send: (csrf: string) => inside.client.post(`/_sluis/sign-out?csrf=${csrf}`, {}),
    },
  ])('$name does not', async ({ send }) => {
    const got = await send(await tokenOf(inside));
    expect([200, 403]).toContain(got.status);
    expect(await isOpen()).toBe(true);
  });

  it("another session's token does not", async () => {
    const bram = await enter(sluis, 'demo', 'bram');
    expect((await inside.client.post('/_sluis/sign-out', { csrf: await tokenOf(bram) })).status).toBe(403);
    expect(await isOpen()).toBe(true);
  });

  it('her own does: the cookies go, and copies of them are worth nothing', async () => {
    const thief = inside.client.copy();
    const got = await inside.client.post('/_sluis/sign-out', { csrf: await tokenOf(inside) });
    expect([got.status, got.location]).toEqual([303, '/_sluis/signed-out']);
    expect([...inside.client.jar.keys()]).toEqual([]);
    expect(await isOpen(thief)).toBe(false);
    expect((await inside.client.get('/_sluis/signed-out')).status).toBe(200);
  });
});

describe('D10: script on the host of an app', () => {
  const reach = [
    { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' },
    { 'Sec-Fetch-Mode': 'same-origin', 'Sec-Fetch-Dest': 'empty' },
    { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'script' },
    { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' },
    { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'object' },
    { 'Sec-Fetch-Mode': undefined, 'Sec-Fetch-Dest': undefined },
    { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': undefined },
  ];

  it.each(reach)('%j gets no page of the portal in single-host mode', async headers => {
    const single = await startSluis([{ id: 'demo', upstream: app.url, preset: 'demo' }], { clock, singleHost: true });
    try {
      const browser = appClient(single, 'demo');
      await passFirstGate(browser, 'demo', anna);
      const handoff = await handoffOf(browser);
      for (const path of [handoff, '/_sluis/portal/', '/_sluis/portal/sign-out', '/_sluis/portal/start']) {
        const got = await browser.get(path, headers);
        expect([path, got.status]).toEqual([path, 403]);
        expect(got.text).not.toMatch(/<form|anna/);
        expect((await browser.post(path, { code: '123456' }, headers)).status).toBe(403);
      }
      // The handoff is not used up by it.
      const page = await browser.get(handoff);
      expect([200, 303]).toContain(page.status);
      const headersOf = Object.fromEntries(page.headers.map(([name, value]) => [name.toLowerCase(), value]));
      if (page.status === 200) expect(headersOf['cross-origin-opener-policy']).toBe('same-origin');
    } finally {
      await single.close();
    }
  });

  it.each(['/', '/p/x', '/c/x', '/start', '/security', '/sign-out', '/codes'])(
    'finds no page of the portal under /_sluis%s of an app',
    async path => {
      const got = await inside.client.get(`/_sluis${path === '/sign-out' ? '/portal/sign-out' : path}`);
      expect(got.status).toBe(404);
      expect(app.seen).toEqual([]);
    },
  );

  it('CORS: no page of ours says that another site may read it', async () => {
    for (const path of ['/_sluis/sign-out', '/_sluis/signed-out', '/_sluis/next', '/map']) {
      const got = await appClient(sluis, 'demo').get(path, { Origin: 'http://kwaad.test' });
      expect(got.headers.map(([name]) => name.toLowerCase()).filter(name => name.startsWith('access-control'))).toEqual(
        [],
      );
    }
  });
});

describe('R24: signing out on one host ends the other', () => {
  it('the sign-out of the portal ends the session of the app', async () => {
    const { app: browser, portal } = await signInFully(sluis, 'demo', 'demo', anna);
    expect(await isOpen(browser)).toBe(true);
    const page = await portal.get('/');
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const attempt = /name="attempt" value="([^"]*)"/.exec(page.text)?.[1] ?? '';
    const out = await portal.post('/sign-out', { csrf, attempt });
    expect(out.status).toBe(303);
    expect(await isOpen(browser)).toBe(false);
  });
});
