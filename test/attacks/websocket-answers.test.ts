import type { Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { enter, type Inside } from '../support/inside.ts';
import { type MaliciousApp, startMaliciousApp } from '../support/malicious-app.ts';
import { header, headers, type RawAnswer } from '../support/raw-http.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { accept, echo, frame, handshake, switching, upgrade } from '../support/web-socket.ts';

let app: MaliciousApp;
let sluis: TestSluis;
let inside: Inside;

beforeAll(async () => {
  app = await startMaliciousApp();
  const upstream = `{ url: '${app.url}', timeouts: { head: 2s } }`;
  sluis = await startSluis([{ id: 'demo', upstream, preset: 'demo' }]);
});

beforeEach(async () => {
  app.answers.clear();
  app.seen.length = 0;
  inside = await enter(sluis, 'demo', 'anna', { GPSESSIE: 'kluis', GPAUTH: 'ingelogd' });
});

afterAll(async () => {
  await sluis.close();
  await app.close();
});

interface Opened {
  readonly answer: RawAnswer;
  /** What came behind the head, until the other side closed. */
  readonly rest: string;
}

/** What a client gets of an app that gives this answer; resolves when its connection and the app's are closed. */
async function openTo(answer: string | Buffer, target = '/ws', extra: Record<string, string> = {}): Promise<Opened> {
  app.answers.set(target, answer);
  const dropped = app.dropped(target);
  const opened = await upgrade(sluis.port, handshake(inside.client, sluis.origin('demo'), target, extra));
  const rest = (await opened.connection.readAll()).toString('latin1');
  await dropped;
  return { answer: opened.answer, rest };
}

const line = 'HTTP/1.1 101 Switching Protocols\r\n';
const good = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n`;

/** Everything but a good 101, with a secret in it that no client may see. */
const bad: readonly (readonly [name: string, answer: string])[] = [
  ['200', 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\nSet-Cookie: geheim=1\r\n\r\ngeheim'],
  ['200 with chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ngeheim\r\n0\r\n\r\n'],
  ['200 without end', 'HTTP/1.1 200 OK\r\nX: geheim\r\n\r\ngeheim'],
  ['200 with the headers of an upgrade', `HTTP/1.1 200 OK\r\n${good}\r\ngeheim`],
  ['204', 'HTTP/1.1 204 No Content\r\nSet-Cookie: geheim=1\r\n\r\n'],
  [
    '302 with Set-Cookie',
    'HTTP/1.1 302 F\r\nLocation: /geheim\r\nSet-Cookie: GPAUTH=geheim\r\nContent-Length: 0\r\n\r\n',
  ],
  ['401', 'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=geheim\r\nContent-Length: 6\r\n\r\ngeheim'],
  ['426', 'HTTP/1.1 426 Upgrade Required\r\nX: geheim\r\nContent-Length: 0\r\n\r\n'],
  ['500', 'HTTP/1.1 500 Oeps\r\nContent-Length: 6\r\n\r\ngeheim'],
  ['garbage', 'geheim geheim\r\n\r\n'],
  ['another protocol', 'SSH-2.0-geheim\r\n'],
  ['two heads', `HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: geheim\r\n\r\n${switching()}geheim`],
  ['a second head behind 100', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ngeheim'],
  [
    'a refusal behind 103',
    'HTTP/1.1 103 Early Hints\r\nLink: </geheim>\r\n\r\nHTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n',
  ],
  ['101 in another version', switching().replace('HTTP/1.1', 'HTTP/1.0')],
  ['101 without Sec-WebSocket-Accept', `${line}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\ngeheim`],
  ['101 for another key', `${switching().replace(accept, 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=')}geheim`],
  ['101 with an empty Accept', `${switching().replace(accept, '')}geheim`],
  ['101 with two Accepts', `${switching(`Sec-WebSocket-Accept: ${accept}`)}geheim`],
  ['101 with two Accepts, one wrong', `${switching('Sec-WebSocket-Accept: geheim')}geheim`],
  ['101 to h2c', `${switching().replace('Upgrade: websocket', 'Upgrade: h2c')}geheim`],
  ['101 to two protocols', `${switching('Upgrade: h2c')}geheim`],
  ['101 to a list', `${switching().replace('Upgrade: websocket', 'Upgrade: websocket, h2c')}geheim`],
  ['101 with a subprotocol nobody offered', `${switching('Sec-WebSocket-Protocol: geheim')}geheim`],
  ['101 with an extension nobody offered', `${switching('Sec-WebSocket-Extensions: geheim')}geheim`],
  ['101 with a folded header', `${switching('X: a\r\n geheim')}geheim`],
  ['101 with NUL in a header', `${switching('X: a\0geheim')}geheim`],
  ['101 with a bare CR in a header', `${switching('X: a\rSet-Cookie: geheim=1')}geheim`],
  ['101 with two ways of framing', `${switching('Content-Length: 6', 'Transfer-Encoding: chunked')}geheim`],
  ['101 without Upgrade', `${line}Sec-WebSocket-Accept: ${accept}\r\n\r\ngeheim`],
  [
    '101 whose Connection does not name Upgrade',
    `${switching().replace('Connection: Upgrade', 'Connection: x')}geheim`,
  ],
];

/** What is no answer yet, and never becomes one. */
const silent: readonly (readonly [name: string, answer: string])[] = [
  ['100 and no more', 'HTTP/1.1 100 Continue\r\nX: geheim\r\n\r\n'],
  ['nothing', ''],
  ['half a head', `${line}Upgrade: websocket\r\nX: geheim`],
];

describe('rule 11, R08: an answer that is no good 101 never reaches the client', () => {
  it.each([
    ...bad.map(([name, sent]) => ({ name, sent, status: 502 })),
    ...silent.map(([name, sent]) => ({ name, sent, status: 504 })),
  ])('$name', async ({ sent, status }) => {
    const { answer, rest } = await openTo(sent);
    expect([answer.status, answer.interim]).toEqual([status, []]);
    expect(header(answer, 'connection')).toBe('close');
    expect(rest).toBe('');
    expect(JSON.stringify(answer.headers) + answer.body.toString('utf8')).not.toMatch(/geheim|GPAUTH|127\.0\.0\.1/);
    expect(headers(answer, 'set-cookie')).toEqual([]);
  });

  it('a connection that is cut off', async () => {
    app.answers.set('/ws', (socket: Socket) => socket.resetAndDestroy());
    const { answer } = await upgrade(sluis.port, handshake(inside.client, sluis.origin('demo')));
    expect(answer.status).toBe(502);
  });

  it('an app that is not there', async () => {
    const gone = await startMaliciousApp();
    const other = await startSluis([{ id: 'demo', upstream: gone.url, preset: 'demo' }]);
    await gone.close();
    const { client } = await enter(other, 'demo', 'anna');
    const { answer } = await upgrade(other.port, handshake(client, other.origin('demo')));
    expect([answer.status, header(answer, 'connection')]).toEqual([502, 'close']);
    await other.close();
  });
});

/** Opens, and reads the head of the 101; the connection is closed again. */
async function headOf(answer: Parameters<typeof app.answers.set>[1], extra: Record<string, string> = {}) {
  app.answers.set('/ws', answer);
  const opened = await upgrade(sluis.port, handshake(inside.client, sluis.origin('demo'), '/ws', extra));
  opened.connection.destroy();
  return opened.answer;
}

describe('rule 11, R08: cookies in a 101', () => {
  it('a raw Set-Cookie is sealed, and opens for the next request', async () => {
    const answer = await headOf(echo('Set-Cookie: kleur=rood; Path=/', 'Set-Cookie: GPTEKST=groot'));
    expect(answer.status).toBe(101);
    const lines = headers(answer, 'set-cookie');
    expect(lines).toEqual([
      expect.stringMatching(/^__Host-s\.[^;]*; Path=\/; Secure; HttpOnly; SameSite=Lax$/),
      // The preset says that scripts of the app must read this one.
      expect.stringMatching(/^GPTEKST=groot; Path=\/; Secure; SameSite=Lax$/),
    ]);
    expect(JSON.stringify(answer.headers)).not.toContain('rood');
    const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(lines[0] ?? '') ?? [];
    inside.client.jar.set(name, value);
    await inside.client.get('/map');
    expect(app.seen.at(-1)?.lines).toContain('cookie: GPSESSIE=kluis; GPAUTH=ingelogd; kleur=rood');
  });

  it('proof in it is withheld, and the session ends: nobody becomes somebody by this door', async () => {
    const { answer, rest } = await openTo(`${switching('Set-Cookie: GPAUTH=bram; Path=/')}geheim`);
    expect([answer.status, rest]).toEqual([401, '']);
    expect(JSON.stringify(answer.headers)).not.toMatch(/bram|GPAUTH/);
    expect((await inside.client.get('/map')).status).toBe(303);
    expect(sluis.log.join('')).toContain('proof.outside-sign-in');
  });

  it('a sign-out in it ends the session, and there is no WebSocket of somebody who is gone', async () => {
    const gone = switching('Set-Cookie: GPAUTH=; Path=/; Max-Age=0');
    const { answer, rest } = await openTo(`${gone}geheim`, '/uit');
    expect([answer.status, rest]).toEqual([401, '']);
    expect((await inside.client.get('/map')).status).toBe(303);
  });
});

describe('rule 11: headers of a 101', () => {
  it('carries what the handshake settled once, and nothing that reaches over our cookies and paths', async () => {
    const answer = await headOf(
      echo(
        'Clear-Site-Data: "*"',
        'Service-Worker-Allowed: /',
        'Alt-Svc: h3=":443"',
        'Set-Cookie2: a=b',
        'Keep-Alive: timeout=5',
        'Content-Length: 0',
        'Sec-WebSocket-Version: 8',
        'Sec-WebSocket-Location: ws://127.0.0.1/',
        'X-App: ja',
      ),
    );
    const names = answer.headers.map(([name]) => name.toLowerCase());
    expect([answer.status, names]).toEqual([101, ['upgrade', 'connection', 'sec-websocket-accept', 'x-app']]);
  });

  it('carries the subprotocol and the extensions that were offered', async () => {
    const answer = await headOf(
      echo('Sec-WebSocket-Protocol: chat', 'Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover'),
      {
        'Sec-WebSocket-Protocol': 'mail, chat',
        'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
      },
    );
    expect(header(answer, 'sec-websocket-protocol')).toBe('chat');
    expect(header(answer, 'sec-websocket-extensions')).toBe('permessage-deflate; server_no_context_takeover');
    const asked = app.seen.at(-1)?.lines ?? [];
    expect(asked).toContain('sec-websocket-protocol: mail, chat');
    expect(asked).toContain('sec-websocket-extensions: permessage-deflate; client_max_window_bits');
  });

  it.each([100, 103])('a %d before it is dropped, with its cookies', async interim => {
    const before = `HTTP/1.1 ${interim} X\r\nSet-Cookie: geheim=1\r\nLink: </geheim>\r\n\r\n`;
    const answer = await headOf((socket: Socket) => void socket.write(before + switching()));
    expect([answer.status, answer.interim]).toEqual([101, []]);
    expect(JSON.stringify(answer.headers)).not.toContain('geheim');
  });

  it('frames in the same piece as the head arrive behind it', async () => {
    const hello = frame(1, Buffer.from('hallo'));
    app.answers.set('/ws', Buffer.concat([Buffer.from(switching(), 'latin1'), hello]));
    const { connection, answer } = await upgrade(sluis.port, handshake(inside.client, sluis.origin('demo')));
    expect([answer.status, await connection.take(hello.length)]).toEqual([101, hello]);
    connection.destroy();
  });

  it('a head in pieces of one byte is one head', async () => {
    const answer = await headOf((socket: Socket) => {
      socket.setNoDelay(true);
      const bytes = [...switching('Set-Cookie: kleur=rood')];
      const next = () => {
        const byte = bytes.shift();
        if (byte !== undefined) socket.write(byte, () => setImmediate(next));
      };
      next();
    });
    expect([answer.status, headers(answer, 'set-cookie').length]).toEqual([101, 1]);
  });
});
