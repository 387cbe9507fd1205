import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client, ClientAnswer } from '../support/client.ts';
import { enter, type Inside } from '../support/inside.ts';
import { html, type MaliciousApp, startMaliciousApp, type WireAnswer, whole } from '../support/malicious-app.ts';
import { appClient } from '../support/person.ts';
import { RawConnection } from '../support/raw-http.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

let app: MaliciousApp;
let sluis: TestSluis;
const clock = new TestClock();
let anna: Inside;
const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);

beforeAll(async () => {
  process.on('unhandledRejection', note);
  app = await startMaliciousApp();
  const upstream = `{ url: ${app.url}, connections: 2, timeouts: { connect: 2s, head: 2s, body: 2s } }`;
  sluis = await startSluis([{ id: 'demo', upstream, preset: 'demo' }], { clock });
});

beforeEach(async () => {
  app.seen.length = 0;
  anna = await enter(sluis, 'demo', 'anna', { GPSESSIE: 'kluis', GPAUTH: 'ingelogd' });
});

afterEach(() => {
  app.answers.clear();
  expect(unhandled).toEqual([]);
});

afterAll(async () => {
  await sluis.close();
  await app.close();
  process.off('unhandledRejection', note);
});

function names(answer: ClientAnswer): string[] {
  return answer.headers.map(([name]) => name.toLowerCase());
}

/** What an answer of ours must not say: where the app is, what went wrong, where in our code. */
function expectPublic(answer: ClientAnswer): void {
  const all = `${JSON.stringify(answer.headers)}${answer.text}`;
  expect(all).not.toMatch(
    new RegExp(`127\\.0\\.0\\.1|:${app.port}\\b|undici|ECONN|HPE_|Error:|node:|\\.ts:\\d|geheim`),
  );
}

interface Way {
  readonly name: string;
  readonly answer: WireAnswer;
}

const raw = (text: string): WireAnswer => text;
const ended =
  (text: string): WireAnswer =>
  socket =>
    socket.end(Buffer.from(text, 'latin1'));

/** Answers that are none, or have two readings. Each carries `geheim`, which must not come through. */
const invalid: readonly Way[] = [
  { name: 'no HTTP', answer: ended('GEMEENTEPOST/2.4 OK geheim\r\n\r\n') },
  { name: 'HTTP/2', answer: ended('HTTP/2 200\r\n\r\ngeheim') },
  { name: 'HTTP/0.9', answer: ended('<html>geheim') },
  { name: 'nothing at all', answer: ended('') },
  { name: 'half a status line', answer: ended('HTTP/1.1 20') },
  { name: 'half a head', answer: ended('HTTP/1.1 200 OK\r\nX-Geheim: geh') },
  {
    name: 'two Content-Length that differ',
    answer: raw('HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Length: 2\r\n\r\ngeheim'),
  },
  {
    name: 'length and chunks',
    answer: raw('HTTP/1.1 200 OK\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ngeheim\r\n0\r\n\r\n'),
  },
  { name: 'a length that is no number', answer: raw('HTTP/1.1 200 OK\r\nContent-Length: 6x\r\n\r\ngeheim') },
  { name: 'a negative length', answer: raw('HTTP/1.1 200 OK\r\nContent-Length: -6\r\n\r\ngeheim') },
  { name: 'status 42', answer: raw('HTTP/1.1 42 OK\r\nContent-Length: 6\r\n\r\ngeheim') },
  { name: 'status 099', answer: raw('HTTP/1.1 099 OK\r\nContent-Length: 6\r\n\r\ngeheim') },
  { name: 'status 2000', answer: raw('HTTP/1.1 2000 OK\r\nContent-Length: 6\r\n\r\ngeheim') },
  { name: 'a header without a colon', answer: raw('HTTP/1.1 200 OK\r\ngeheim\r\nContent-Length: 0\r\n\r\n') },
  { name: 'a space before a colon', answer: raw('HTTP/1.1 200 OK\r\nX-A : geheim\r\nContent-Length: 0\r\n\r\n') },
  { name: 'a NUL in a value', answer: raw('HTTP/1.1 200 OK\r\nX-A: ge\0heim\r\nContent-Length: 0\r\n\r\n') },
  {
    name: 'a bare CR in a value',
    answer: raw('HTTP/1.1 200 OK\r\nX-A: a\rSet-Cookie: b=geheim\r\nContent-Length: 0\r\n\r\n'),
  },
  {
    name: 'a control character in a value',
    answer: raw('HTTP/1.1 200 OK\r\nX-A: geheim\x01\r\nContent-Length: 0\r\n\r\n'),
  },
  {
    name: 'a delete character in a value',
    answer: raw('HTTP/1.1 200 OK\r\nX-A: geheim\x7f\r\nContent-Length: 0\r\n\r\n'),
  },
  {
    name: '101 that nobody asked for',
    answer: raw('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\ngeheim'),
  },
  {
    name: '101 without Upgrade',
    answer: ended('HTTP/1.1 101 Switching Protocols\r\nSet-Cookie: GPAUTH=geheim\r\n\r\n'),
  },
  { name: 'headers without end', answer: socket => endless(socket) },
  { name: 'one header without end', answer: raw(`HTTP/1.1 200 OK\r\nX-A: ${'geheim'.repeat(20_000)}`) },
  { name: 'only 1xx, then the end', answer: ended('HTTP/1.1 103 Early Hints\r\nSet-Cookie: a=geheim\r\n\r\n') },
  { name: 'a reset', answer: socket => void socket.resetAndDestroy() },
];

function endless(socket: Parameters<Exclude<WireAnswer, string | Buffer>>[0]): void {
  const line = `X-${'geheim'.repeat(10)}: 1\r\n`.repeat(50);
  const more = () => {
    while (!socket.destroyed && socket.write(line));
    if (!socket.destroyed) socket.once('drain', more);
  };
  socket.write('HTTP/1.1 200 OK\r\n');
  more();
}

/** The three states in which an answer of the app reaches somebody. */
const states: readonly { state: string; path: string; client: () => Client }[] = [
  { state: 'in a session', path: '/postvak', client: () => anna.client },
  { state: 'on the login page', path: '/login', client: () => appClient(sluis, 'demo') },
  { state: 'for a public file', path: '/opmaak/a.css', client: () => appClient(sluis, 'demo') },
];

describe.each(states)('rules 7, 11: what is no answer becomes 502 with a fixed text, $state', ({ path, client }) => {
  it.each(invalid)('$name', async ({ answer }) => {
    app.answers.set(path, answer);
    const got = await client().get(path);
    expect([got.status, got.reason]).toEqual([502, 'Bad Gateway']);
    expect(got.setCookies.filter(line => !line.startsWith('__Host-sluis'))).toEqual([]);
    expectPublic(got);
    // The pool of two lives on.
    app.answers.set(path, html('goed'));
    expect((await client().get(path)).text).toContain('goed');
  });
});

describe('rule 7: an app that does not answer', () => {
  it('504 where no head comes in time', async () => {
    app.answers.set('/postvak', () => undefined);
    const got = await anna.client.get('/postvak');
    expect(got.status).toBe(504);
    expectPublic(got);
  });

  it('the connection breaks where a body stops: half an answer does not look whole', async () => {
    app.answers.set('/postvak', raw('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'));
    await expect(anna.client.get('/postvak')).rejects.toThrow(/the connection ended/);
    app.answers.set('/postvak', ended('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'));
    await expect(anna.client.get('/postvak')).rejects.toThrow(/the connection ended/);
  });

  it('502 where nobody listens', async () => {
    const gone = await startMaliciousApp();
    await gone.close();
    const other = await startSluis([{ id: 'demo', upstream: gone.url, preset: 'demo' }]);
    try {
      const inside = await enter(other, 'demo', 'anna');
      const got = await inside.client.get('/postvak');
      expect(got.status).toBe(502);
      expect(got.text).not.toMatch(new RegExp(`127\\.0\\.0\\.1|${gone.port}|ECONN`));
    } finally {
      await other.close();
    }
  });

  it('a client that goes away takes its request to the app along', async () => {
    const asked = Promise.withResolvers<void>();
    app.answers.set('/postvak', () => asked.resolve());
    const dropped = app.dropped('/postvak');
    const connection = await RawConnection.open(sluis.port);
    connection.write(anna.client.bytes('GET', '/postvak'));
    await asked.promise;
    connection.destroy();
    await dropped;
    expect(app.seen.map(({ target }) => target)).toEqual(['/postvak']);
  });

  it('a client that goes away in the middle of an answer ends it too', async () => {
    app.answers.set('/postvak', raw('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'));
    const dropped = app.dropped('/postvak');
    const connection = await RawConnection.open(sluis.port);
    connection.write(anna.client.bytes('GET', '/postvak'));
    await new Promise(resolve => connection.socket.once('data', resolve));
    connection.destroy();
    await dropped;
    expect(app.seen.map(({ target }) => target)).toEqual(['/postvak']);
  });
});

/** Headers of the app that must stop here, with what none of our answers may then contain. */
const stopped: readonly { readonly name: string; readonly lines: readonly string[]; readonly not: RegExp }[] = [
  ...[
    'Clear-Site-Data: "*"',
    'Service-Worker-Allowed: /',
    'WWW-Authenticate: Basic realm="x"',
    'Proxy-Authenticate: Basic realm="x"',
    'Proxy-Connection: keep-alive',
    'Trailer: X-Later',
    'Upgrade: h2c',
    'Alt-Svc: h3=":443"',
    'Set-Cookie2: a=b',
    'X-Accel-Redirect: /etc',
    'X-Sendfile: /etc',
  ].map(line => ({
    name: line.split(':', 1)[0] ?? '',
    lines: [line],
    not: new RegExp(`^${line.split(':', 1)[0]}$`, 'im'),
  })),
  { name: 'a header that Connection names', lines: ['Connection: x-eigen', 'X-Eigen: 1'], not: /^x-eigen$/im },
  { name: 'Keep-Alive of the app', lines: ['Keep-Alive: timeout=77'], not: /timeout=77/ },
  { name: 'an inner address in Location', lines: ['Location: http://127.0.0.1:PORT/x'], not: /127\.0\.0\.1/ },
  {
    name: 'two Locations with an inner address',
    lines: ['Location: http://127.0.0.1:PORT/x', 'Location: http://127.0.0.1:PORT/y'],
    not: /127\.0\.0\.1/,
  },
  { name: 'an inner address without scheme', lines: ['Location: //127.0.0.1:PORT/x'], not: /127\.0\.0\.1/ },
  {
    name: 'an inner address in Content-Location',
    lines: ['Content-Location: http://127.0.0.1:PORT/x'],
    not: /127\.0\.0\.1/,
  },
];

describe.each(states)('rule 11: heads of the app are filtered, $state', ({ path, client }) => {
  it.each(stopped)('$name', async ({ lines, not }) => {
    app.answers.set(
      path,
      html(
        'goed',
        lines.map(line => line.replace('PORT', String(app.port))),
      ),
    );
    const got = await client().get(path);
    expect(got.status).toBe(200);
    expect(
      got.headers.map(([name, value]) => (not.source.startsWith('^') ? name : `${name}: ${value}`)).join('\n'),
    ).not.toMatch(not);
  });
});

const ours = [
  '__Host-sluis',
  '__Host-sluis-visit',
  '__Host-sluis-pending',
  '__Host-sluis-known',
  '__Host-s.AAAAAA.AAAAAAAAAAAA.0',
];

describe('rule 11: what an app sets as a cookie', () => {
  it.each(ours)('%s of the app is sealed under another name and never overwrites ours', async name => {
    app.answers.set(
      '/postvak',
      html('x', [`Set-Cookie: ${name}=van-de-app; Path=/; Secure`, `Set-Cookie: ${name}=; Max-Age=0; Path=/; Secure`]),
    );
    const got = await anna.client.get('/postvak');
    expect(got.status).toBe(200);
    expect(got.setCookies.filter(line => line.startsWith(`${name}=`))).toEqual([]);
    expect(got.setCookies.join()).not.toContain('van-de-app');
    expect((await anna.client.get('/opnieuw')).status).toBe(200);
  });

  it('a cookie of the app is sealed: its name and value are not to be read', async () => {
    app.answers.set('/postvak', html('x', ['Set-Cookie: KLANT=geheim; Path=/']));
    const got = await anna.client.get('/postvak');
    expect(got.setCookies).toHaveLength(1);
    expect(got.setCookies[0]).toMatch(
      /^__Host-s\.[\w-]{6}\.[\w-]{12}\.0=[\w.-]+; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    );
    expect(got.setCookies.join()).not.toMatch(/KLANT|geheim/);
    await anna.client.get('/terug');
    expect(cookieSeen()).toContain('KLANT=geheim');
  });

  // Nobody asked to be told to go on (RFC 9110 10.1.1): with a 100, what the app says next is not its answer to this.
  it.each([
    { status: '100 Continue', outcome: 502, body: /is nu niet te bereiken/ },
    { status: '102 Processing', outcome: 200, body: /^goed$/ },
    { status: '103 Early Hints', outcome: 200, body: /^goed$/ },
  ])('$status with Set-Cookie sets none', async ({ status, outcome, body }) => {
    app.answers.set(
      '/postvak',
      raw(`HTTP/1.1 ${status}\r\nSet-Cookie: GPTEKST=groot\r\nLink: </x>\r\n\r\n${html('goed')}`),
    );
    const got = await anna.client.get('/postvak');
    expect([got.interim, got.setCookies]).toEqual([[], []]);
    expect(names(got)).not.toContain('link');
    expect([got.status, got.text]).toEqual([outcome, expect.stringMatching(body)]);
  });

  it('trailers do not pass, cookies in them neither', async () => {
    app.answers.set(
      '/postvak',
      raw(
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Set-Cookie\r\n\r\n4\r\ngoed\r\n0\r\nSet-Cookie: GPTEKST=groot\r\nX-Laat: 1\r\n\r\n',
      ),
    );
    const connection = await RawConnection.open(sluis.port);
    connection.write(anna.client.bytes('GET', '/postvak'));
    const text = (await connection.readAll()).toString('latin1');
    expect(text).toMatch(/goed/);
    expect(text).not.toMatch(/GPTEKST|X-Laat|Trailer/i);
  });

  it('public files set none and get none', async () => {
    app.answers.set('/opmaak/a.css', html('x', ['Set-Cookie: KLANT=geheim', 'Set-Cookie: GPAUTH=geheim']));
    const visitor = appClient(sluis, 'demo');
    await visitor.get('/login');
    const got = await visitor.get('/opmaak/a.css', { Cookie: `${visitor.cookie()}; GPAUTH=ingelogd` });
    expect(got.setCookies).toEqual([]);
    expect(app.seen.at(-1)?.lines.filter(line => /^cookie:/i.test(line))).toEqual([]);
  });

  it('a cookie of 4,067 bytes goes through sealed and comes back whole', async () => {
    const value = randomBytes(4_067).toString('base64url').slice(0, 4_067);
    app.answers.set('/postvak', html('x', [`Set-Cookie: SOGo=${value}; Path=/`]));
    const got = await anna.client.get('/postvak');
    expect(got.setCookies.length).toBeGreaterThan(1);
    // RFC 6265 6.1: browsers keep at least 4,096 bytes a cookie, and no more.
    for (const line of got.setCookies) expect(line.split(';', 1)[0]?.length).toBeLessThan(4_096);
    await anna.client.get('/terug');
    expect(cookieSeen()).toContain(`SOGo=${value}`);
  });

  it.each([
    {
      name: 'the first part is missing',
      spoil: (jar: Map<string, string>, [first]: string[]) => jar.delete(first ?? ''),
    },
    {
      name: 'the last part is missing',
      spoil: (jar: Map<string, string>, parts: string[]) => jar.delete(parts.at(-1) ?? ''),
    },
    {
      name: 'the parts have changed places',
      spoil: (jar: Map<string, string>, [a = '', b = '']: string[]) => {
        const kept = jar.get(a) ?? '';
        jar.set(a, jar.get(b) ?? '');
        jar.set(b, kept);
      },
    },
    {
      name: 'a letter is changed',
      spoil: (jar: Map<string, string>, [a = '']: string[]) => jar.set(a, `${jar.get(a)?.slice(0, -5)}AAAAA`),
    },
  ])('a long cookie of which $name is not sent on', async ({ spoil }) => {
    app.answers.set('/postvak', html('x', [`Set-Cookie: SOGo=${'a'.repeat(4_067)}; Path=/`]));
    const got = await anna.client.get('/postvak');
    spoil(
      anna.client.jar,
      got.setCookies.map(line => line.split('=', 1)[0] ?? ''),
    );
    const next = await anna.client.get('/terug');
    expect(cookieSeen()).not.toMatch(/SOGo/);
    expect(cookieSeen()).toContain('GPAUTH=ingelogd');
    expect(next.setCookies.every(line => line.includes('Max-Age=0'))).toBe(true);
  });

  it('keeps the path of a cookie: other paths do not get it', async () => {
    app.answers.set(
      '/postvak',
      html('x', ['Set-Cookie: A=1; Path=/map', 'Set-Cookie: A=2; Path=/', 'Set-Cookie: B=3; Path=/MAP']),
    );
    await anna.client.get('/postvak');
    const sent = async (path: string) => {
      await anna.client.get(path);
      return cookieSeen()
        ?.slice('cookie: '.length)
        .split('; ')
        .filter(pair => /^[AB]=/.test(pair));
    };
    expect(await sent('/map/x')).toEqual(['A=1', 'A=2']);
    expect(await sent('/map')).toEqual(['A=1', 'A=2']);
    expect(await sent('/mappen')).toEqual(['A=2']);
    expect(await sent('/MAP')).toEqual(expect.arrayContaining(['B=3', 'A=2']));
  });

  it('keeps the end of a cookie, which the browser is not told', async () => {
    app.answers.set('/postvak', html('x', ['Set-Cookie: KORT=1; Path=/; Max-Age=60']));
    await anna.client.get('/postvak');
    await anna.client.get('/terug');
    expect(cookieSeen()).toContain('KORT=1');
    clock.advance(61_000);
    await anna.client.get('/terug');
    expect(cookieSeen()).not.toContain('KORT');
  });

  it('deletes what the app deletes', async () => {
    app.answers.set('/postvak', html('x', ['Set-Cookie: WEG=1; Path=/']));
    await anna.client.get('/postvak');
    app.answers.set('/postvak', html('x', ['Set-Cookie: WEG=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT']));
    await anna.client.get('/postvak');
    await anna.client.get('/terug');
    expect(cookieSeen()).not.toContain('WEG');
  });
});

function cookieSeen(): string | undefined {
  return app.seen.at(-1)?.lines.find(line => /^cookie:/i.test(line));
}

describe('rule 11: answers without a body wait for the verdict too', () => {
  it.each([
    {
      name: 'HEAD',
      method: 'HEAD',
      status: 200,
      answer: 'HTTP/1.1 200 OK\r\nX-Van: app\r\nContent-Length: 40\r\n\r\n',
    },
    { name: 'HEAD of an error', method: 'HEAD', status: 500, answer: 'HTTP/1.1 500 Fout\r\nX-Van: app\r\n\r\n' },
    { name: '204', method: 'GET', status: 204, answer: 'HTTP/1.1 204 No Content\r\nX-Van: app\r\n\r\n' },
    { name: '304', method: 'GET', status: 304, answer: 'HTTP/1.1 304 Not Modified\r\nX-Van: app\r\n\r\n' },
    {
      name: 'length 0',
      method: 'GET',
      status: 302,
      answer: 'HTTP/1.1 302 Found\r\nX-Van: app\r\nContent-Length: 0\r\n\r\n',
    },
  ])('$name on the login page', async ({ method, status, answer }) => {
    app.answers.set('/login', raw(answer));
    const got = await appClient(sluis, 'demo').request(method, '/login');
    expect([got.status, names(got).includes('x-van')]).toEqual([status, true]);
    expect(got.setCookies.map(line => line.split('=', 1)[0])).toEqual(['__Host-sluis-visit']);
  });

  it.each(['HEAD', 'GET'])('%s with a proof is withheld', async method => {
    app.answers.set(
      '/login',
      raw('HTTP/1.1 200 OK\r\nX-Van: app\r\nSet-Cookie: GPAUTH=geheim; Path=/\r\nContent-Length: 0\r\n\r\n'),
    );
    const got = await appClient(sluis, 'demo').request(method, '/login');
    expect([got.status, names(got).includes('x-van')]).toEqual([502, false]);
    app.answers.set(
      '/map',
      raw('HTTP/1.1 200 OK\r\nX-Van: app\r\nSet-Cookie: GPAUTH=ander; Path=/\r\nContent-Length: 0\r\n\r\n'),
    );
    const inside = await anna.client.request(method, '/map', undefined, {
      'Sec-Fetch-Mode': 'cors',
      'Sec-Fetch-Dest': 'empty',
    });
    expect([inside.status, names(inside).includes('x-van')]).toEqual([401, false]);
  });
});

describe('what honest apps of every age send, passes', () => {
  it.each([
    { name: 'latin1 in a header', lines: ['X-Naam: caf\xe9'], at: 'x-naam', value: 'caf\xe9' },
    {
      name: 'UTF-8 in a header',
      lines: ['Content-Disposition: attachment; filename="\xc3\xa9.pdf"'],
      at: 'content-disposition',
      value: 'attachment; filename="\xc3\xa9.pdf"',
    },
    {
      name: '__proto__',
      lines: ['__proto__: x', '__proto__: y'],
      at: 'content-type',
      value: 'text/html; charset=utf-8',
    },
    {
      name: 'constructor',
      lines: ['constructor: x', 'constructor: y', 'toString: z'],
      at: 'content-type',
      value: 'text/html; charset=utf-8',
    },
    {
      name: 'a Location elsewhere',
      lines: ['Location: https://elders.test/x'],
      at: 'location',
      value: 'https://elders.test/x',
    },
    {
      name: 'a Location of a path',
      lines: ['Location: /x?y=http://127.0.0.1/'],
      at: 'location',
      value: '/x?y=http://127.0.0.1/',
    },
  ])('$name', async ({ lines, at, value }) => {
    app.answers.set('/postvak', html('goed', lines));
    const got = await anna.client.get('/postvak');
    expect([got.status, got.text]).toEqual([200, 'goed']);
    expect(got.headers.find(([name]) => name.toLowerCase() === at)?.[1]).toBe(value);
  });

  it.each([
    { name: 'HTTP/1.0 that closes', answer: ended('HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\ngoed') },
    { name: 'HTTP/1.1 that closes', answer: ended('HTTP/1.1 200 OK\r\n\r\ngoed') },
    {
      name: 'chunks',
      answer: raw('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\ngo\r\n2\r\ned\r\n0\r\n\r\n'),
    },
    {
      name: 'chunks and the end of the connection',
      answer: ended('HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngoed\r\n0\r\n\r\n'),
    },
    { name: 'no reason', answer: raw('HTTP/1.1 200 \r\nContent-Length: 4\r\n\r\ngoed') },
    { name: 'another reason', answer: raw('HTTP/1.1 200 Prima\r\nContent-Length: 4\r\n\r\ngoed') },
  ])('$name', async ({ answer }) => {
    app.answers.set('/postvak', answer);
    expect((await anna.client.get('/postvak')).text).toBe('goed');
  });

  it('204 and HEAD with a length keep the connection in step', async () => {
    app.answers.set('/leeg', raw('HTTP/1.1 204 No Content\r\n\r\n'));
    app.answers.set('/kop', raw('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n'));
    expect((await anna.client.get('/leeg')).status).toBe(204);
    expect((await anna.client.request('HEAD', '/kop')).status).toBe(200);
    expect((await anna.client.get('/wie')).text).toContain('anna');
  });
});

describe('CVE-2026-48931: an answer that nobody asked for reaches nobody', () => {
  const extra = html('geheim van een ander', ['Set-Cookie: GPAUTH=van-een-ander']);
  it.each([
    { name: 'in the same packet', answer: (socket => socket.write(html('eigen') + extra)) as WireAnswer },
    { name: 'behind 204', answer: (socket => socket.write(`HTTP/1.1 204 No Content\r\n\r\n${extra}`)) as WireAnswer },
    {
      name: 'as the body of 304',
      answer: (socket =>
        socket.write(`HTTP/1.1 304 Not Modified\r\nContent-Length: ${extra.length}\r\n\r\n${extra}`)) as WireAnswer,
    },
    {
      name: 'behind a length that is too short',
      answer: (socket => socket.write(html('eigen').replace('Length: 5', 'Length: 2') + extra)) as WireAnswer,
    },
  ])('$name', async ({ answer }) => {
    app.answers.set('/vergif', answer);
    const bram = await enter(sluis, 'demo', 'bram', { GPAUTH: 'bram' });
    for (let round = 0; round < 3; round += 1) {
      await anna.client.get('/vergif');
      const got = await bram.client.get('/wie');
      expect([got.status, got.text]).toEqual([200, '<strong id="wie">anna</strong>']);
      expect(got.setCookies).toEqual([]);
    }
  });

  it('on an idle connection: it is closed before anybody else may have it', async () => {
    const sockets: Parameters<Exclude<WireAnswer, string | Buffer>>[0][] = [];
    app.answers.set('/vergif', socket => {
      sockets.push(socket);
      socket.write(html('eigen'));
    });
    const bram = await enter(sluis, 'demo', 'bram', { GPAUTH: 'bram' });
    for (let round = 0; round < 3; round += 1) {
      await anna.client.get('/vergif');
      const dropped = app.dropped('/vergif');
      sockets.at(-1)?.write(extra);
      await dropped;
      const got = await bram.client.get('/wie');
      expect([got.status, got.text, got.setCookies]).toEqual([200, '<strong id="wie">anna</strong>', []]);
    }
  });
});

describe('rule 7: an app that fails', () => {
  it('its own error pages pass inside a session', async () => {
    app.answers.set('/fout', whole('500 Internal Server Error', ['Content-Type: text/html'], 'fout in regel 42'));
    const got = await anna.client.get('/fout');
    expect([got.status, got.text]).toEqual([500, 'fout in regel 42']);
  });
});
