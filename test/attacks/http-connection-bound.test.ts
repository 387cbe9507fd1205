import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { enter, type Inside } from '../support/inside.ts';
import {
  html,
  type MaliciousApp,
  startMaliciousApp,
  type WireAnswer,
  type WireRequest,
  whole,
} from '../support/malicious-app.ts';
import { appClient, openLogin, postPassword } from '../support/person.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';

let app: MaliciousApp;
let sluis: TestSluis;
let anna: Inside;
let bram: Inside;
/** Whom the app takes each of its connections for, as Windows authentication does (RFC 4559 6). */
let known: WeakMap<Socket, string>;

beforeAll(async () => {
  app = await startMaliciousApp();
  // One connection: what is not closed is the next person's.
  sluis = await startSluis([{ id: 'demo', upstream: `{ url: "${app.url}", connections: 1 }`, preset: 'demo' }]);
  anna = await enter(sluis, 'demo', 'anna', { GPAUTH: 'anna' });
  bram = await enter(sluis, 'demo', 'bram', { GPAUTH: 'bram' });
});

afterEach(() => {
  app.answers.clear();
  app.seen.length = 0;
  sluis.log.length = 0;
});

afterAll(async () => {
  await sluis.close();
  await app.close();
});

/** Signs the connection in for whoever comes first with a cookie, and answers everybody else on it as that person. */
function signsConnectionsIn(answer: (name: string) => string): WireAnswer {
  known = new WeakMap();
  return (socket: Socket, request: WireRequest) => {
    const name = known.get(socket) ?? /GPAUTH=(\w+)/.exec(request.lines.join('\n'))?.[1] ?? 'niemand';
    known.set(socket, name);
    socket.write(answer(name));
  };
}

const marks: readonly string[] = [
  'WWW-Authenticate: NTLM',
  'WWW-Authenticate: Negotiate',
  'WWW-Authenticate: Negotiate oYG2MIGzoAMKAQCigasEgag=',
  'WWW-Authenticate: Basic realm="x", Negotiate',
  'WWW-Authenticate: Basic realm="x"\r\nWWW-Authenticate: NTLM',
  'www-authenticate:\tntlm TlRMTVNTUAACAAAA',
  'WWW-Authenticate: Nego2',
  'WWW-Authenticate: Kerberos',
  'Proxy-Authenticate: NTLM',
  'Proxy-Authenticate: Negotiate',
  'Persistent-Auth: true',
  'Proxy-Support: Session-Based-Authentication',
];

describe.each(marks)("a connection that the app takes for a person is nobody else's: %s", mark => {
  it.each(['200 OK', '401 Unauthorized', '407 Proxy Authentication Required'])('%s', async status => {
    app.answers.set(
      '/postvak',
      signsConnectionsIn(name => whole(status, mark.split('\r\n'), `post van ${name}`)),
    );
    app.answers.set(
      '/wie',
      signsConnectionsIn(name => html(`dit is ${name}`)),
    );
    const dropped = app.dropped('/postvak');
    const got = await anna.client.get('/postvak');
    expect([got.status, got.text.includes('post van')]).toEqual([502, false]);
    expect(got.text).not.toMatch(/ntlm|negotiate|windows/i);
    await dropped;
    const other = await bram.client.get('/wie');
    expect([other.status, other.text]).toEqual([200, 'dit is bram']);
    const [first, second] = app.seen.map(({ connection }) => connection);
    expect(second).not.toBe(first);
  });
});

describe('an answer that belongs to the connection', () => {
  it('is kept back where it has no body, and before 200', async () => {
    app.answers.set('/leeg', 'HTTP/1.1 204 No Content\r\nWWW-Authenticate: Negotiate\r\n\r\n');
    expect((await anna.client.get('/leeg')).status).toBe(502);
    app.answers.set('/kop', 'HTTP/1.1 200 OK\r\nPersistent-Auth: true\r\nContent-Length: 4\r\n\r\n');
    expect((await anna.client.request('HEAD', '/kop')).status).toBe(502);
  });

  it('says in the log what to do, once', async () => {
    // A clock of its own begins the ten minutes anew.
    const other = await startSluis([{ id: 'demo', upstream: app.url, preset: 'demo' }]);
    try {
      const inside = await enter(other, 'demo', 'anna');
      app.answers.set('/postvak', whole('401 Unauthorized', ['WWW-Authenticate: NTLM']));
      await inside.client.get('/postvak');
      await inside.client.get('/postvak');
      const lines = other.log.filter(line => /NTLM or Negotiate/.test(line));
      expect(lines.map(line => JSON.parse(line))).toMatchObject([{ level: 'error', app: 'demo' }]);
      expect(lines.join()).toMatch(/switch Windows authentication off/);
    } finally {
      await other.close();
    }
  });

  it.each([
    { name: 'a login page', path: '/login' },
    { name: 'a public file', path: '/opmaak/a.css' },
  ])('is kept back for $name', async ({ path }) => {
    app.answers.set(path, whole('401 Unauthorized', ['WWW-Authenticate: NTLM'], 'geheim'));
    const dropped = app.dropped(path);
    const got = await appClient(sluis, 'demo').get(path);
    expect([got.status, got.text.includes('geheim')]).toEqual([502, false]);
    await dropped;
  });

  it('ends a sign-in without a session', async () => {
    const client = appClient(sluis, 'demo');
    const form = await openLogin(client, 'demo');
    app.answers.set(
      '/login',
      whole('303 See Other', ['Location: /postvak', 'Set-Cookie: GPAUTH=x', 'Persistent-Auth: true']),
    );
    const dropped = app.dropped('/login');
    const got = await postPassword(client, 'demo', form, { name: 'anna', password: 'Anna-Test-2026' });
    await dropped;
    expect(got.location).not.toBe('/_sluis/next');
    expect(client.jar.has('__Host-sluis-pending')).toBe(false);
  });

  it('leaves apps alone that ask for a password with each request', async () => {
    for (const scheme of ['Basic realm="ntlm"', 'Digest realm="x", nonce="y"', 'Bearer']) {
      app.answers.set('/dav', whole('401 Unauthorized', [`WWW-Authenticate: ${scheme}`], 'eigen pagina'));
      const got = await anna.client.get('/dav');
      expect([got.status, got.text]).toEqual([401, 'eigen pagina']);
    }
  });
});
