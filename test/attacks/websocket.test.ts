import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../support/client.ts';
import { enter, type Inside } from '../support/inside.ts';
import { type MaliciousApp, startMaliciousApp } from '../support/malicious-app.ts';
import { appClient, openLogin, passFirstGate } from '../support/person.ts';
import { header, RawConnection } from '../support/raw-http.ts';
import { until } from '../support/redis.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';
import { echo, frame, handshake, upgrade } from '../support/web-socket.ts';

const anna = { name: 'anna', password: 'Anna-Test-2026' };
const minute = 60_000;
const clock = new TestClock();
let app: MaliciousApp;
let sluis: TestSluis;
let inside: Inside;

beforeAll(async () => {
  app = await startMaliciousApp();
  const extra = '    routes:\n      - { path: /beheer/*, level: 2, maxAge: 10m }\n';
  const limits = 'limits: { webSockets: 4, webSocketsPerSession: 2 }';
  sluis = await startSluis(
    [
      { id: 'demo', upstream: app.url, preset: 'demo', extra },
      { id: 'ander', upstream: app.url, preset: 'demo' },
      { id: 'wiki', upstream: app.url, preset: 'dokuwiki' },
    ],
    { clock, extra: limits },
  );
});

beforeEach(async () => {
  app.answers.clear();
  app.answers.set('/ws', echo());
  app.answers.set('/beheer/ws', echo());
  app.seen.length = 0;
  inside = await enter(sluis, 'demo', 'anna', { GPSESSIE: 'kluis', GPAUTH: 'ingelogd' });
});

afterAll(async () => {
  await sluis.close();
  await app.close();
});

/** The one answer to these bytes, after which the connection is closed and the app has seen nothing. */
async function refusal(bytes: Buffer | string) {
  const before = app.bytes().length;
  const connection = await RawConnection.open(sluis.port);
  connection.write(bytes);
  const answer = await connection.read();
  expect((await connection.readAll()).toString('latin1')).toBe('');
  expect(app.bytes().slice(before)).toBe('');
  expect(header(answer, 'connection')).toBe('close');
  return answer;
}

const ask = (client: Client, target = '/ws', extra: Record<string, string | undefined> = {}) =>
  handshake(client, sluis.origin('demo'), target, extra);

/** Opens one, and closes it again. */
async function statusOf(bytes: Buffer): Promise<number> {
  const { connection, answer } = await upgrade(sluis.port, bytes);
  connection.destroy();
  return answer.status;
}

describe('R01, rule 1: a WebSocket is for who passed both gates', () => {
  it('an anonymous client gets 401, as scripts do', async () => {
    const answer = await refusal(ask(appClient(sluis, 'demo')));
    expect([answer.status, answer.body.toString()]).toEqual([401, '{"fout":"afgemeld"}']);
    expect(header(answer, 'sluis-challenge')).toMatch(/^sign-in; url="/);
  });

  it('nor does a visit, nor a password without the second factor', async () => {
    const client = appClient(sluis, 'demo');
    await openLogin(client, 'demo');
    expect((await refusal(ask(client))).status).toBe(401);
    await passFirstGate(client, 'demo', anna);
    expect(client.jar.has('__Host-sluis-pending')).toBe(true);
    expect((await refusal(ask(client))).status).toBe(401);
  });

  it('nor an ended session, with the same cookie', async () => {
    expect(await statusOf(ask(inside.client))).toBe(101);
    await sluis.core.ends.one(inside.session, 'signed-out');
    expect((await refusal(ask(inside.client))).status).toBe(401);
  });

  it('nor one that was idle for too long', async () => {
    clock.advance(30 * minute);
    expect((await refusal(ask(inside.client))).status).toBe(401);
  });

  it('nor the session of another app', async () => {
    const other = await enter(sluis, 'ander', 'anna');
    expect((await refusal(ask(copyTo(other.client)))).status).toBe(401);
  });

  it('nor one of a realm that the app has left: there her name is somebody else', async () => {
    const { session } = inside;
    const { cookie } = await sluis.core.sessions.begin({ ...session, realm: 'provincie' });
    inside.client.jar.set('__Host-sluis', cookie);
    expect((await refusal(ask(inside.client))).status).toBe(401);
  });

  it.each(['', 'x', 'eyJhbGciOiJub25lIn0.e30.', '"'])('nor a made-up cookie %j', async value => {
    const client = appClient(sluis, 'demo');
    client.jar.set('__Host-sluis', value);
    expect((await refusal(ask(client))).status).toBe(401);
  });

  it('nor two session cookies, of which one is good', async () => {
    const cookie = `${inside.client.cookie()}; __Host-sluis=x`;
    expect((await refusal(ask(inside.client, '/ws', { Cookie: cookie }))).status).toBe(401);
  });

  it('R03: a factor that is too old for the route is asked for, as scripts are told', async () => {
    clock.advance(10 * minute + 1);
    const answer = await refusal(ask(inside.client, '/beheer/ws'));
    expect([answer.status, JSON.parse(answer.body.toString())]).toMatchObject([401, { error: 'step-up', level: 2 }]);
    expect(header(answer, 'sluis-challenge')).toMatch(/^step-up; level=2; max-age=600; url="/);
    expect(await statusOf(ask(inside.client))).toBe(101);
  });

  it('a door for programs stays closed', async () => {
    const { client } = await enter(sluis, 'wiki', 'anna');
    const bytes = handshake(client, sluis.origin('wiki'), '/lib/exe/xmlrpc.php');
    expect((await refusal(bytes)).status).toBe(403);
  });

  it.each(['/_sluis/next', '/_sluis', '/%5fsluis/release?code=x', '/_SLUIS/sign-out', '/x/../_sluis/'])(
    'nothing of ours is behind one: %s',
    async target => {
      expect((await refusal(ask(inside.client, target))).status).toBe(404);
    },
  );

  it('nor on the portal, nor on a host that is not known', async () => {
    expect((await refusal(ask(inside.client, '/ws', { Host: sluis.portalHost }))).status).toBe(501);
    expect((await refusal(ask(inside.client, '/ws', { Host: 'elders.test' }))).status).toBe(421);
  });

  it('R08: a name and a password in the address are refused', async () => {
    expect((await refusal(ask(inside.client, '/ws?gebruiker=bram&wachtwoord=x'))).status).toBe(400);
  });

  it('handshakes keep nobody signed in: a page reconnects by itself', async () => {
    clock.advance(20 * minute);
    expect(await statusOf(ask(inside.client))).toBe(101);
    clock.advance(10 * minute);
    expect((await refusal(ask(inside.client))).status).toBe(401);
  });
});

function copyTo(client: Client): Client {
  const other = appClient(sluis, 'demo');
  for (const [name, value] of client.jar) other.jar.set(name, value);
  return other;
}

describe('cross-site WebSocket hijacking (CWE-1385, ASVS 4.4.2)', () => {
  const foreign: readonly (readonly [string, () => Record<string, string | undefined>])[] = [
    ['no Origin', () => ({ Origin: undefined })],
    ['null', () => ({ Origin: 'null' })],
    ['an empty one', () => ({ Origin: '' })],
    ['another site', () => ({ Origin: 'https://kwaad.test' })],
    ['the portal', () => ({ Origin: sluis.portalOrigin })],
    ['another app of the realm', () => ({ Origin: sluis.origin('ander') })],
    ['another scheme', () => ({ Origin: sluis.origin('demo').replace('http:', 'https:') })],
    ['another port', () => ({ Origin: `${sluis.origin('demo')}0` })],
    ['no port', () => ({ Origin: 'http://demo.localhost' })],
    ['capital letters', () => ({ Origin: sluis.origin('demo').replace('demo', 'Demo') })],
    ['a slash behind it', () => ({ Origin: `${sluis.origin('demo')}/` })],
    ['a name that ends in ours', () => ({ Origin: sluis.origin('demo').replace('demo', 'kwaad-demo') })],
    ['two in one', () => ({ Origin: `${sluis.origin('demo')}, ${sluis.origin('demo')}` })],
    ['ours, but of a cross-site page', () => ({ 'Sec-Fetch-Site': 'cross-site' })],
    ['ours, but of a page of a sibling', () => ({ 'Sec-Fetch-Site': 'same-site' })],
  ];

  it.each(foreign)('%s', async (_name, extra) => {
    const answer = await refusal(ask(inside.client, '/ws', extra()));
    expect(answer.status).toBe(403);
  });

  it('R37: which site it was stands in the audit', async () => {
    sluis.clock.advance(60_000);
    await refusal(ask(inside.client, '/ws?geheim=1', { Origin: 'https://kwaad.test' }));
    const told = () => sluis.log.find(line => line.includes('"access.refused"') && line.includes('https://kwaad.test'));
    await until(async () => told() !== undefined);
    for (const what of ['"reason":"foreign-web-socket"', '"path":"/ws"']) expect(told()).toContain(what);
    expect(told()).not.toContain('geheim');
  });

  it('its own page gets through', async () => {
    const fetched = { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'websocket', 'Sec-Fetch-Dest': 'websocket' };
    expect(await statusOf(ask(inside.client, '/ws', fetched))).toBe(101);
  });
});

describe('rule 2: a handshake has one reading', () => {
  const bad: readonly (readonly [name: string, extra: Record<string, string | undefined>, status: number])[] = [
    ['h2c', { Upgrade: 'h2c', Connection: 'Upgrade, HTTP2-Settings', 'HTTP2-Settings': 'AAMAAABkAAQAAP__' }, 501],
    ['another protocol', { Upgrade: 'TLS/1.0' }, 501],
    ['a list of protocols', { Upgrade: 'websocket, h2c' }, 501],
    ['h2c first', { Upgrade: 'h2c, websocket' }, 501],
    ['no protocol', { Upgrade: '' }, 501],
    ['no version', { 'Sec-WebSocket-Version': undefined }, 426],
    ['an older version', { 'Sec-WebSocket-Version': '8' }, 426],
    ['a version that no backend knows', { 'Sec-WebSocket-Version': '1337' }, 426],
    ['two versions', { 'Sec-WebSocket-Version': '13, 8' }, 426],
    ['a version twice', { 'Sec-WebSocket-Version': '13', 'sec-websocket-version': '13' }, 426],
    ['no key', { 'Sec-WebSocket-Key': undefined }, 400],
    ['an empty key', { 'Sec-WebSocket-Key': '' }, 400],
    ['a short key', { 'Sec-WebSocket-Key': 'AAAA' }, 400],
    ['a long key', { 'Sec-WebSocket-Key': 'AAECAwQFBgcICQoLDA0ODxA=' }, 400],
    ['a key that is no base64', { 'Sec-WebSocket-Key': '!!ECAwQFBgcICQoLDA0ODw==' }, 400],
    ['a key with loose bits', { 'Sec-WebSocket-Key': 'AAECAwQFBgcICQoLDA0ODx==' }, 400],
    ['two keys', { 'sec-websocket-key': 'AAECAwQFBgcICQoLDA0ODw==' }, 400],
    ['a subprotocol twice', { 'Sec-WebSocket-Protocol': 'chat, chat' }, 400],
    ['a subprotocol with a space', { 'Sec-WebSocket-Protocol': 'chat room' }, 400],
    ['a length', { 'Content-Length': '0' }, 501],
    ['a body', { 'Content-Length': '5' }, 400],
    ['chunks', { 'Transfer-Encoding': 'chunked' }, 400],
    ['an expectation', { Expect: '100-continue' }, 400],
    ['a page that navigates', { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }, 400],
    ['Connection without Upgrade', { Connection: 'keep-alive' }, 501],
    ['Connection with a word like it', { Connection: 'keep-alive, not-upgrade' }, 501],
  ];

  it.each(bad)('%s', async (_name, extra, status) => {
    const answer = await refusal(ask(inside.client, '/ws', extra));
    expect(answer.status).toBe(status);
    if (status === 426) expect(header(answer, 'sec-websocket-version')).toBe('13');
  });

  it.each(['POST', 'DELETE', 'OPTIONS', 'PUT', 'PROPFIND'])('%s', async method => {
    const bytes = ask(inside.client).toString('latin1').replace('GET', method);
    expect((await refusal(bytes)).status).toBe(501);
  });

  it('HTTP/1.0', async () => {
    const bytes = ask(inside.client).toString('latin1').replace('HTTP/1.1', 'HTTP/1.0');
    expect((await refusal(bytes)).status).toBeGreaterThanOrEqual(400);
  });

  it.each(['http://elders.test/ws', '//x\\y', 'ws', '*', '/ws#x', '/w\x00s', '/ws%00', '/ws%zz'])(
    'the target %j (an absolute one would lead elsewhere)',
    async target => {
      const bytes = ask(inside.client).toString('latin1').replace(' /ws ', ` ${target} `);
      expect((await refusal(bytes)).status).toBe(400);
    },
  );

  it.each([{ Upgrade: 'WebSocket' }, { Connection: 'keep-alive, Upgrade' }, { Connection: 'UPGRADE' }])(
    'what browsers send besides passes: %j',
    async extra => expect(await statusOf(ask(inside.client, '/ws', extra))).toBe(101),
  );
});

describe('request smuggling by a refused upgrade (CWE-444)', () => {
  const smuggled = () => inside.client.bytes('GET', '/map', undefined, { Connection: 'keep-alive' });
  const refused: readonly (readonly [string, Record<string, string | undefined>])[] = [
    ['h2c', { Upgrade: 'h2c' }],
    ['a version that is refused', { 'Sec-WebSocket-Version': '1337' }],
    ['a key that is refused', { 'Sec-WebSocket-Key': 'x' }],
    ['a foreign page', { Origin: 'https://kwaad.test' }],
    ['nobody', { Cookie: undefined }],
    ['an unknown host', { Host: 'elders.test' }],
    ['a body that is none', { 'Content-Length': '3' }],
  ];

  it.each(refused)('%s: what is pipelined behind it is never read', async (_name, extra) => {
    await refusal(Buffer.concat([ask(inside.client, '/ws', extra), smuggled()]));
    expect(app.seen).toEqual([]);
  });

  it('an app that refuses: what was sent behind it goes nowhere', async () => {
    app.answers.set('/ws', 'HTTP/1.1 426 No\r\nContent-Length: 0\r\n\r\n');
    const connection = await RawConnection.open(sluis.port);
    connection.write(Buffer.concat([ask(inside.client), smuggled()]));
    expect((await connection.read()).status).toBe(502);
    expect((await connection.readAll()).length).toBe(0);
    expect(app.seen.map(one => one.target)).toEqual(['/ws']);
  });

  it('an upgrade behind a request under way is answered by nothing: it would stand in the middle of that answer', async () => {
    let answerNow: () => void = () => undefined;
    app.answers.set('/map', socket => {
      answerNow = () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngoed');
    });
    const connection = await RawConnection.open(sluis.port);
    connection.write(Buffer.concat([smuggled(), ask(inside.client)]));
    expect((await connection.readAll()).toString()).toBe('');
    answerNow();
    expect(app.seen.filter(one => one.target === '/ws')).toEqual([]);
  });

  it('an upgrade behind a refused head is not read', async () => {
    const connection = await RawConnection.open(sluis.port);
    connection.write(Buffer.concat([ask(inside.client, '/%zz', { Upgrade: undefined }), ask(inside.client)]));
    const text = (await connection.readAll()).toString('latin1');
    expect(text.match(/^HTTP\/1\.1 \d+/gm)?.length ?? 0).toBeLessThanOrEqual(1);
    expect(app.seen).toEqual([]);
  });

  it('an upgrade on a connection whose requests are answered passes: balancers do so', async () => {
    const connection = await RawConnection.open(sluis.port);
    connection.write(smuggled());
    expect((await connection.read()).status).toBe(200);
    connection.write(ask(inside.client));
    expect((await connection.read()).status).toBe(101);
    connection.destroy();
  });
});

describe('rule 4: what reaches the app', () => {
  it('is the handshake, what may pass, the opened cookies, and what we say of the client', async () => {
    const status = await statusOf(
      ask(inside.client, '/ws', {
        Connection: 'Upgrade, X-Named, Cookie',
        'X-Named': '1',
        Authorization: 'Basic YTpi',
        'Proxy-Authorization': 'Basic YTpi',
        'X-Forwarded-For': '10.0.0.1',
        'X-Forwarded-User': 'beheer',
        X_Auth_User: 'beheer',
        'Remote-User': 'beheer',
        TE: 'trailers',
        'Keep-Alive': '5',
        Trailer: 'x',
        'Sec-WebSocket-Key1': 'x',
        'Sec-WebSocket-Accept': 'x',
        'Sec-WebSocket-Location': 'ws://elders.test',
        ['__proto__']: 'x',
        'X-Eigen': 'blijft',
      }),
    );
    expect(status).toBe(101);
    const [seen] = app.seen;
    const names = (seen?.lines ?? []).map(line => line.split(':', 1)[0]);
    expect(names).toEqual([
      ...['host', 'user-agent', 'accept-language', 'origin', 'x-eigen'],
      ...['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'cookie'],
      ...['upgrade', 'connection', 'sec-websocket-version', 'sec-websocket-key'],
    ]);
    expect(seen?.lines).toContain('x-forwarded-for: 127.0.0.1');
    expect(seen?.lines).toContain('cookie: GPSESSIE=kluis; GPAUTH=ingelogd');
    expect(seen?.lines).toContain('connection: Upgrade');
  });

  it('no cookie of ours, and none that was sealed for somebody else', async () => {
    const bram = await enter(sluis, 'demo', 'bram', { GPAUTH: 'van-bram' });
    for (const [name, value] of bram.client.jar) if (name.startsWith('__Host-s.')) inside.client.jar.set(name, value);
    inside.client.jar.set('vreemd', '1');
    expect(await statusOf(ask(inside.client))).toBe(101);
    expect(app.seen[0]?.lines.join()).not.toMatch(/van-bram|__Host|vreemd/);
  });

  it.each([
    ...['/', '//', '//elders.test/x', '/a//b', '/a/./b', '/a/../b', '/a/%2e%2e/b', '/%2fb', '/a%5cb', '/a;b=c/d'],
    ...['/?', '/a?', '/a??b', '/a?b?c=/../d', '/a?b=%20&b=+', '/a/', '/%41', '/~a', "/a'b", '/a"<b>|{}^`', '/a?//x'],
    ...['/http://elders.test/', '/:80/x', '/@x', '/a?x=http://elders.test/'],
  ])('the path %s, byte for byte', async target => {
    app.answers.set(target.split('?', 1)[0] ?? '', echo());
    expect(await statusOf(ask(inside.client, target))).toBe(101);
    expect(app.seen[0]?.target).toBe(target);
  });

  it('any path that the strict head takes', async () => {
    const piece = fc.constantFrom(...'/?.;:@&=+,~!*\'()[]{}|^`"<>aA0', '..', '//', '%2e', '%2F', '%5C', '%3f', '%25');
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async pieces => {
        const target = `/${pieces.join('')}`;
        app.answers.set(target.split('?', 1)[0] ?? '', echo());
        app.seen.length = 0;
        expect(await statusOf(ask(inside.client, target))).toBe(101);
        expect(app.seen.map(one => one.target)).toEqual([target]);
      }),
      { numRuns: 60 },
    );
  });

  it('what was sent before the 101 arrives behind it, and is no request', async () => {
    const early = frame(1, Buffer.from('GET /map HTTP/1.1\r\n\r\n'), { mask: Buffer.alloc(4) });
    const { connection, answer } = await upgrade(sluis.port, Buffer.concat([ask(inside.client), early]));
    expect([answer.status, await connection.take(early.length)]).toEqual([101, early]);
    expect(app.seen.map(one => one.target)).toEqual(['/ws']);
    connection.destroy();
  });
});
