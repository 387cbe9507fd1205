import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ClientAnswer } from '../support/client.ts';
import { enter } from '../support/inside.ts';
import { html, type MaliciousApp, startMaliciousApp, whole } from '../support/malicious-app.ts';
import { appClient } from '../support/person.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

let app: MaliciousApp;
let sluis: TestSluis;
const clock = new TestClock();
const sockets: Socket[] = [];

beforeAll(async () => {
  app = await startMaliciousApp();
  const upstream = `{ url: "${app.url}", connections: 2, timeouts: { head: 2s } }`;
  sluis = await startSluis([{ id: 'app', upstream, preset: 'demo', extra: '    readable: [XSRF-TOKEN]' }], { clock });
});

afterEach(() => {
  app.answers.clear();
  for (const socket of sockets.splice(0)) socket.destroy();
});

afterAll(async () => {
  await sluis?.close();
  await app?.close();
});

const values = (answer: ClientAnswer, name: string) =>
  answer.headers.filter(([found]) => found.toLowerCase() === name).map(([, value]) => value);
const cookieSent = () => app.seen.at(-1)?.lines.find(line => /^cookie:/i.test(line));
const form = { formtoken: 'A'.repeat(22), gebruiker: 'anna', wachtwoord: 'fout' };

describe('answers to a visit are for this once', () => {
  const kept = ['Cache-Control: public, max-age=3600', 'Expires: Tue, 01 Jan 2041 00:00:00 GMT', 'ETag: "een"'];
  const more = ['Pragma: cache', 'Last-Modified: Tue, 01 Jan 2019 00:00:00 GMT', 'X-Odd: cache-control'];

  const expectUnkept = (answer: ClientAnswer) => {
    expect(values(answer, 'cache-control')).toEqual(['no-store']);
    for (const name of ['expires', 'pragma', 'etag', 'last-modified']) expect(values(answer, name)).toEqual([]);
  };

  it('a login page that the app wants kept is not', async () => {
    app.answers.set('/login', html('<form method="post"></form>', [...kept, ...more]));
    expectUnkept(await appClient(sluis, 'app').get('/login'));
  });

  it('a login page is not kept where another header has the value that we look for', async () => {
    app.answers.set('/login', html('<form method="post"></form>', ['X-Odd: cache-control']));
    expectUnkept(await appClient(sluis, 'app').get('/login'));
  });

  it('the page of a failed sign-in is not kept', async () => {
    const client = appClient(sluis, 'app');
    await client.get('/login');
    const weg = 'Set-Cookie: GPAUTH=weg; Path=/';
    app.answers.set('/login', whole('401 Unauthorized', ['Content-Type: text/html', weg, ...kept, ...more], 'nee'));
    const answer = await client.post('/login', form);
    expect(answer.status).toBe(401);
    expectUnkept(answer);
  });
});

describe('a cookie that scripts of the app must read', () => {
  const token = 'Set-Cookie: XSRF-TOKEN=abc; Path=/';

  it('is set as it is on a login page, sent back to it, and never sealed', async () => {
    const client = appClient(sluis, 'app');
    app.answers.set('/login', html('<form method="post"></form>', [token, 'Set-Cookie: GPSESSIE=kluis; Path=/']));
    const page = await client.get('/login');
    expect(page.setCookies.filter(line => line.startsWith('XSRF-TOKEN='))).toEqual([
      'XSRF-TOKEN=abc; Path=/; Secure; SameSite=Lax',
    ]);
    expect(page.setCookies.some(line => line.startsWith('GPSESSIE='))).toBe(false);
    await client.get('/login');
    expect(cookieSent()).toMatch(/GPSESSIE=kluis/);
    expect(cookieSent()?.match(/XSRF-TOKEN=abc/g)).toHaveLength(1);
  });

  it('goes with a sign-in, and is set by a failed one only where the app sets it', async () => {
    const client = appClient(sluis, 'app');
    app.answers.set('/login', html('<form method="post"></form>', [token]));
    await client.get('/login');
    const failed = (...lines: string[]) =>
      whole('401 Unauthorized', ['Content-Type: text/html', 'Set-Cookie: GPAUTH=weg; Path=/', ...lines], 'nee');
    const xsrf = (answer: ClientAnswer) => answer.setCookies.filter(line => line.startsWith('XSRF-TOKEN='));
    app.answers.set('/login', failed());
    const first = await client.post('/login', form);
    expect([first.status, xsrf(first)]).toEqual([401, []]);
    expect(cookieSent()).toMatch(/XSRF-TOKEN=abc/);
    app.answers.set('/login', failed('Set-Cookie: XSRF-TOKEN=def; Path=/'));
    expect(xsrf(await client.post('/login', form))).toEqual(['XSRF-TOKEN=def; Path=/; Secure; SameSite=Lax']);
    await client.get('/login');
    expect(cookieSent()).toMatch(/XSRF-TOKEN=def/);
  });

  it('in a session goes once, as the script left it, though a sealed copy is there from before', async () => {
    const anna = await enter(sluis, 'app', 'anna', { 'XSRF-TOKEN': 'oud', GPAUTH: 'ingelogd' });
    anna.client.jar.set('XSRF-TOKEN', 'nieuw');
    await anna.client.get('/iets');
    expect(cookieSent()).toMatch(/XSRF-TOKEN=nieuw/);
    expect(cookieSent()).not.toMatch(/oud/);
    const before = anna.client.jar.size;
    app.answers.set('/iets', html('x', ['Set-Cookie: XSRF-TOKEN=; Path=/; Max-Age=0']));
    await anna.client.get('/iets');
    anna.client.jar.delete('XSRF-TOKEN');
    expect(anna.client.jar.size).toBe(before - 2);
    await anna.client.get('/iets');
    expect(cookieSent()).not.toMatch(/XSRF-TOKEN/);
  });
});

describe('strangers and those who are signed in', () => {
  it('a stranger who reads nothing of a long file keeps nobody from the app', async () => {
    const long = whole('200 OK', ['Content-Type: text/css'], 'x'.repeat(20_000_000));
    app.answers.set('/opmaak/groot.css', long);
    const anna = await enter(sluis, 'app', 'anna');
    const before = app.seen.length;
    for (let n = 0; n < 4; n += 1) {
      const stranger = connect(sluis.port, '127.0.0.1');
      sockets.push(stranger);
      stranger.on('error', () => undefined);
      stranger.pause();
      stranger.write(`GET /opmaak/groot.css HTTP/1.1\r\nHost: ${sluis.host('app')}\r\n\r\n`);
    }
    await expect.poll(() => app.seen.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(before + 2);
    expect((await anna.client.get('/iets')).status).toBe(200);
  });

  it('strangers who hold public files keep nobody from the login page', async () => {
    const held = () => app.seen.filter(({ target }) => target === '/opmaak/vast.css').length;
    app.answers.set('/opmaak/vast.css', () => undefined);
    for (let n = 0; n < 4; n += 1) {
      const stranger = connect(sluis.port, '127.0.0.1');
      sockets.push(stranger);
      stranger.write(`GET /opmaak/vast.css HTTP/1.1\r\nHost: ${sluis.host('app')}\r\n\r\n`);
    }
    // As many as the app is asked for at once; the others wait in line.
    await expect.poll(held, { timeout: 20_000 }).toBe(2);
    expect((await appClient(sluis, 'app').get('/login')).status).toBe(200);
    // It did not wait behind them.
    expect(held()).toBe(2);
  });
});

describe('what a session may send and is shown', () => {
  it('R08 a sign-in as JSON under the name of a form does not arrive whole', async () => {
    const anna = await enter(sluis, 'app', 'anna');
    const count = app.seen.length;
    const part = (name: string) =>
      `--g\r\nContent-Disposition: form-data; name*0="${name.slice(0, 4)}"; name*1="${name.slice(4)}"\r\n\r\nbram\r\n`;
    const body = '{"gebruiker":"bram","wachtwoord":"x"}';
    const multipart = { 'Content-Type': 'multipart/form-data; boundary=g' };
    const answers = [
      await anna.client.post('/api', body),
      await anna.client.post('/api', body, multipart),
      await anna.client.post('/api', `${part('gebruiker')}${part('wachtwoord')}--g--\r\n`, multipart),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400]);
    expect(app.seen.slice(count)).toEqual([]);
  });

  it.each(['//evil.test/', '//evil.test/a?b', '/.//evil.test/'])(
    'the page for an app that fails on %s leads to no other host',
    async target => {
      const anna = await enter(sluis, 'app', 'anna');
      app.answers.set(target.split('?', 1)[0] ?? '', socket => socket.destroy());
      const answer = await anna.client.get(target);
      expect(answer.status).toBe(502);
      const links = [...answer.text.matchAll(/(?:href|action|content)="([^"]*)"/g)].map(([, link = '']) => link);
      expect(links).toContain('/postvak');
      expect(links.filter(link => link.includes('evil'))).toEqual([]);
    },
  );

  it('the page for an app that fails leads back to the page asked for, where that is ours', async () => {
    const anna = await enter(sluis, 'app', 'anna');
    app.answers.set('/iets', socket => socket.destroy());
    expect((await anna.client.get('/iets?a=b')).text).toContain('href="/iets?a=b"');
  });
});

describe('a sign-in that was refused before anything was sent', () => {
  it('R09 is tried anew when its time has come: the refusal is not the answer to the same form', async () => {
    const weg = 'Set-Cookie: GPAUTH=weg; Path=/';
    const refused = whole('401 Unauthorized', ['Content-Type: text/html', weg], 'nee');
    const page = html('<form method="post"></form>');
    app.answers.set('/login', (socket, request) => socket.write(request.method === 'POST' ? refused : page));
    const bram = { ...form, gebruiker: 'bram' };
    for (let n = 0; n < 20; n += 1) {
      const client = appClient(sluis, 'app');
      await client.get('/login');
      const tab = client.copy();
      if ((await client.post('/login', bram)).status === 401) continue;
      // Too many: that tab still has its form, and its visit was not used.
      clock.advance(15 * 60_000);
      expect((await tab.post('/login', bram)).status).toBe(401);
      return;
    }
    expect.unreachable('nothing was refused');
  });
});
