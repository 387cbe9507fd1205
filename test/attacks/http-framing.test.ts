import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { enter } from '../support/inside.ts';
import { html, type MaliciousApp, startMaliciousApp } from '../support/malicious-app.ts';
import { RawConnection, sendRaw } from '../support/raw-http.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';

let app: MaliciousApp;
let sluis: TestSluis;
let host = '';
let cookie = '';

beforeAll(async () => {
  app = await startMaliciousApp();
  // Two connections only: what wedges one of them shows at once.
  sluis = await startSluis([{ id: 'demo', upstream: `{ url: ${app.url}, connections: 2 }`, preset: 'demo' }], {
    extra: 'limits: { headTime: 1s }',
  });
  host = `Host: ${sluis.host('demo')}\r\n`;
  const { client } = await enter(sluis, 'demo', 'anna', { GPSESSIE: 'kluis', GPAUTH: 'ingelogd' });
  cookie = `Cookie: ${client.cookie()}\r\n`;
});

beforeEach(() => {
  app.seen.length = 0;
});

afterAll(async () => {
  await sluis.close();
  await app.close();
});

/** A public file and a page of hers: whichever is reached shows that the second request was read. */
const smuggled = ['/opmaak/gesmokkeld.css', '/gesmokkeld'] as const;

interface Way {
  readonly name: string;
  /** `<H>` stands for a right Host line, `<C>` for the cookies of a session. */
  readonly bytes: string;
  /** 0: the connection ends without an answer. */
  readonly status: readonly number[];
}

const long = 'a'.repeat(9_000);
const many = Array.from({ length: 120 }, (_none, i) => `X-${i}: 1\r\n`).join('');
const post = (lines: string, body = '') => `POST /postvak HTTP/1.1\r\n<H>${lines}<C>\r\n${body}`;
const get = (lines: string) => `GET /postvak HTTP/1.1\r\n${lines}<C>\r\n`;
const target = (text: string) => `GET ${text} HTTP/1.1\r\n<H><C>\r\n`;
const te = (line: string) => post(`${line}\r\n`, '0\r\n\r\n');
const both = 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n';

/** One request each, that has two readings or none. Behind each of them stands a second one that must never be read. */
const refused: readonly Way[] = [
  { name: 'Content-Length and chunked (CL.TE)', bytes: post(both, '0\r\n\r\n'), status: [400] },
  {
    name: 'chunked and Content-Length (TE.CL)',
    bytes: post('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', '0\r\n\r\n'),
    status: [400],
  },
  { name: 'two Content-Length that differ', bytes: post('Content-Length: 0\r\nContent-Length: 40\r\n'), status: [400] },
  { name: 'two Content-Length that agree', bytes: post('Content-Length: 0\r\nContent-Length: 0\r\n'), status: [400] },
  { name: 'a list of lengths', bytes: post('Content-Length: 0, 0\r\n'), status: [400] },
  { name: 'a length with a sign', bytes: post('Content-Length: +0\r\n'), status: [400] },
  { name: 'a negative length', bytes: post('Content-Length: -1\r\n'), status: [400] },
  { name: 'a hexadecimal length', bytes: post('Content-Length: 0x0\r\n'), status: [400] },
  { name: 'a length with an underscore', bytes: post('Content-Length: 1_0\r\n'), status: [400] },
  { name: 'an empty length', bytes: post('Content-Length: \r\n'), status: [400] },
  { name: 'a length beyond all numbers', bytes: post('Content-Length: 99999999999999999999\r\n'), status: [400] },
  { name: 'a space before the colon of the length', bytes: post('Content-Length : 0\r\n'), status: [400] },
  {
    name: 'two Transfer-Encoding',
    bytes: te('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked'),
    status: [400],
  },
  {
    name: 'two Transfer-Encoding, one false',
    bytes: te('Transfer-Encoding: identity\r\nTransfer-Encoding: chunked'),
    status: [400, 501],
  },
  { name: 'gzip, chunked', bytes: te('Transfer-Encoding: gzip, chunked'), status: [400, 501] },
  { name: 'chunked, identity', bytes: te('Transfer-Encoding: chunked, identity'), status: [400, 501] },
  { name: 'identity', bytes: te('Transfer-Encoding: identity'), status: [400, 501] },
  { name: 'xchunked', bytes: te('Transfer-Encoding: xchunked'), status: [400, 501] },
  { name: 'chunked in quotes', bytes: te('Transfer-Encoding: "chunked"'), status: [400, 501] },
  { name: 'chunked;q=1', bytes: te('Transfer-Encoding: chunked;q=1'), status: [400, 501] },
  { name: 'a vertical tab before chunked', bytes: te('Transfer-Encoding: \x0bchunked'), status: [400] },
  { name: 'a letter that is no token in chunked', bytes: te('Transfer-Encoding: chun\xeded'), status: [400, 501] },
  { name: 'a space before the colon of chunked', bytes: te('Transfer-Encoding : chunked'), status: [400] },
  { name: 'a tab before the colon of chunked', bytes: te('Transfer-Encoding\t: chunked'), status: [400] },
  { name: 'a folded Transfer-Encoding', bytes: te('Transfer-Encoding:\r\n chunked'), status: [400, 501] },
  { name: 'a header that begins with a space', bytes: te(' Transfer-Encoding: chunked'), status: [400] },
  { name: 'Transfer-Encoding behind a bare LF', bytes: te('X: y\nTransfer-Encoding: chunked'), status: [400] },
  { name: 'Transfer-Encoding behind a bare CR', bytes: te('X: y\rTransfer-Encoding: chunked'), status: [400] },
  { name: 'no name before the colon', bytes: get('<H>: chunked\r\n'), status: [400] },
  { name: 'a NUL in a name', bytes: get('<H>X\0Y: 1\r\n'), status: [400] },
  { name: 'a NUL in a value', bytes: get('<H>X: 1\0\r\n'), status: [400] },
  { name: 'a control character in a value', bytes: get('<H>X: 1\x01\r\n'), status: [400] },
  { name: 'a delete character in a value', bytes: get('<H>X: 1\x7f\r\n'), status: [400] },
  { name: 'a folded header', bytes: get('<H>X: 1\r\n 2\r\n'), status: [400] },
  { name: 'heads that end in bare LF', bytes: 'GET /postvak HTTP/1.1\n<H>\n\n', status: [400] },
  {
    name: 'chunked in HTTP/1.0',
    bytes: post('Transfer-Encoding: chunked\r\n', '0\r\n\r\n').replace('1.1', '1.0'),
    status: [400],
  },
  { name: 'GET with a length', bytes: `${get('<H>Content-Length: 5\r\n')}abcde`, status: [400] },
  { name: 'GET with chunks', bytes: `${get('<H>Transfer-Encoding: chunked\r\n')}0\r\n\r\n`, status: [400] },
  {
    name: 'HEAD with a length',
    bytes: `${get('<H>Content-Length: 5\r\n').replace('GET', 'HEAD')}abcde`,
    status: [400],
  },
  { name: 'Expect: y 100-continue', bytes: post('Expect: y 100-continue\r\nContent-Length: 0\r\n'), status: [417] },
  { name: 'Expect: 100-continue, 100-continue', bytes: post('Expect: 100-continue, 100-continue\r\n'), status: [417] },
  { name: 'Expect twice', bytes: post('Expect: 100-continue\r\nExpect: 100-continue\r\n'), status: [400] },
  { name: 'Expect: x', bytes: post('Expect: x\r\n'), status: [417] },
  { name: 'no Host', bytes: get(''), status: [400] },
  { name: 'an empty Host', bytes: get('Host:\r\n'), status: [400] },
  { name: 'two Hosts', bytes: get('<H><H>'), status: [400] },
  { name: 'two Hosts, the second another', bytes: get('<H>Host: elders.test\r\n'), status: [400] },
  { name: 'two Hosts, the first another', bytes: get('Host: elders.test\r\n<H>'), status: [400] },
  { name: 'a Host with a path', bytes: get('Host: demo.localhost/x\r\n'), status: [400] },
  { name: 'a Host with a user', bytes: get('Host: a@demo.localhost\r\n'), status: [400] },
  { name: 'a Host with a comma', bytes: get('Host: demo.localhost, elders.test\r\n'), status: [400] },
  { name: 'a Host that is not ours', bytes: get('Host: elders.test\r\n'), status: [421] },
  { name: 'a Host that ends as ours does', bytes: get('Host: evildemo.localhost\r\n'), status: [421] },
  { name: 'our Host without its port', bytes: get('Host: demo.localhost\r\n'), status: [421] },
  { name: 'our Host with a dot behind it', bytes: get('Host: demo.localhost.\r\n'), status: [421] },
  { name: 'the upstream as Host', bytes: get('Host: 127.0.0.1\r\n'), status: [421] },
  { name: 'absolute form', bytes: target('http://demo.localhost/postvak'), status: [400] },
  { name: 'absolute form of another scheme', bytes: target('file:///etc/passwd'), status: [400] },
  { name: 'asterisk form', bytes: target('*'), status: [400] },
  { name: 'OPTIONS *', bytes: 'OPTIONS * HTTP/1.1\r\n<H><C>\r\n', status: [400] },
  { name: 'a fragment', bytes: target('/opmaak/gemeentepost.css#/../postvak'), status: [400] },
  { name: 'a backslash', bytes: target('/opmaak\\..\\postvak'), status: [400] },
  { name: 'a letter outside ASCII', bytes: target('/postv\xe1k'), status: [400] },
  { name: 'a raw NUL in the target', bytes: target('/postvak\0'), status: [400] },
  { name: 'an encoded NUL', bytes: target('/postvak%00'), status: [400] },
  { name: 'encoded CR and LF', bytes: target('/postvak%0d%0aX:%20y'), status: [400] },
  { name: 'a broken escape', bytes: target('/postvak%2'), status: [400] },
  { name: 'an escape of 16 bits', bytes: target('/%u0070ostvak'), status: [400] },
  { name: 'a space in the target', bytes: target('/postvak x'), status: [400] },
  { name: 'a tab in the target', bytes: target('/postvak\tx'), status: [400] },
  { name: 'a target without a slash', bytes: target('postvak'), status: [400] },
  { name: 'HTTP/0.9', bytes: 'GET /postvak\r\n', status: [0, 400] },
  { name: 'HTTP/1.2', bytes: get('<H>').replace('1.1', '1.2'), status: [400, 505] },
  { name: 'HTTP/2.0', bytes: get('<H>').replace('1.1', '2.0'), status: [400, 505] },
  { name: 'the HTTP/2 preface', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', status: [0, 400, 505] },
  { name: 'HTTP/1.0 without Host', bytes: 'GET /postvak HTTP/1.0\r\n<C>\r\n', status: [400] },
  { name: 'TRACE', bytes: get('<H>').replace('GET', 'TRACE'), status: [405] },
  { name: 'CONNECT', bytes: 'CONNECT demo.localhost:443 HTTP/1.1\r\n<H><C>\r\n', status: [0, 405] },
  { name: 'a method of nobody', bytes: get('<H>').replace('GET', 'GEHEIM'), status: [400, 501] },
  { name: 'PURGE', bytes: get('<H>').replace('GET', 'PURGE'), status: [501] },
  { name: 'get in small letters', bytes: get('<H>').replace('GET', 'get'), status: [400, 501] },
  { name: 'a target of 9,000 letters', bytes: target(`/${long}`), status: [414] },
  { name: 'a head of 40,000 bytes', bytes: get(`<H>X: ${'a'.repeat(40_000)}\r\n`), status: [431] },
  { name: '120 headers', bytes: get(`<H>${many}`), status: [431] },
  { name: 'two Cookie headers', bytes: get('<H>Cookie: a=b\r\nCookie: c=d\r\n').replace('<C>', ''), status: [400] },
  {
    name: 'two Content-Type',
    bytes: post('Content-Type: a/b\r\nContent-Type: c/d\r\nContent-Length: 0\r\n'),
    status: [400],
  },
  { name: 'two Origin', bytes: get('<H>Origin: http://a.test\r\nOrigin: null\r\n'), status: [400] },
  {
    name: 'two Destination',
    bytes: get('<H>Destination: /a\r\nDestination: /b\r\n').replace('GET', 'MOVE'),
    status: [400],
  },
  { name: 'Upgrade: websocket', bytes: get('<H>Connection: Upgrade\r\nUpgrade: websocket\r\n'), status: [426] },
  {
    name: 'Upgrade: h2c',
    bytes: get('<H>Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n'),
    status: [501],
  },
  { name: 'an Upgrade that Connection does not name', bytes: get('<H>Upgrade: websocket\r\n'), status: [501] },
  {
    name: 'an Upgrade with a body',
    bytes: post('Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n', 'abc'),
    status: [501],
  },
  {
    name: 'an Upgrade to a public file',
    bytes: target('/opmaak/a.css').replace('<H><C>', '<H>Connection: Upgrade\r\nUpgrade: x\r\n'),
    status: [501],
  },
];

/** Answers and the bytes that came, until the other side closes. */
async function answersTo(bytes: string): Promise<{ statuses: number[]; text: string }> {
  const connection = await RawConnection.open(sluis.port);
  try {
    connection.write(bytes);
    const text = (await connection.readAll()).toString('latin1');
    return { statuses: [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status)), text };
  } finally {
    connection.destroy();
  }
}

function fill(bytes: string, cookies: string): string {
  return bytes.replaceAll('<H>', host).replaceAll('<C>', cookies);
}

/** An honest request after all: what was sent on before it has arrived before it is answered. */
async function fence(): Promise<void> {
  const bytes = `GET /opmaak/slot.css HTTP/1.1\r\n${host}Connection: close\r\n\r\n`;
  const [answer] = await sendRaw(sluis.port, bytes);
  expect(answer?.status).toBe(200);
}

function targets(): string[] {
  return app.seen.map(({ target: seen }) => seen);
}

describe('rules 1, 2: a head with two readings has none, and nothing behind it is read', () => {
  it.each(refused)('$name', async ({ bytes, status }) => {
    for (const [cookies, second] of [
      ['', smuggled[0]],
      [cookie, smuggled[1]],
    ] as const) {
      const next = `GET ${second} HTTP/1.1\r\n${host}${cookies}\r\n`;
      const { statuses, text } = await answersTo(fill(bytes, cookies) + next);
      expect(statuses.length === 0 ? [0] : statuses, text).toEqual([
        expect.toSatisfy(got => status.includes(got as number)),
      ]);
      expect(text).not.toMatch(/127\.0\.0\.1:|at .*\.ts|node:/);
    }
    await fence();
    expect(targets()).toEqual(['/opmaak/slot.css']);
  });
});

interface Odd {
  readonly name: string;
  /** With `<H>` and `<C>`; sent inside a session. */
  readonly bytes: string;
  /** What the app must have read. */
  readonly reads: { readonly method: string; readonly body: string };
}

const chunks = (text: string) =>
  `POST /postvak HTTP/1.1\r\n<H><C>Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${text}`;
const lone = (method: string, lines: string, body = '') =>
  `${method} /postvak HTTP/1.1\r\n<H><C>Connection: close\r\n${lines}\r\n${body}`;

/** Allowed, but each has wedged or confused a proxy: undici throws on some of these if they are passed to it. */
const odd: readonly Odd[] = [
  { name: 'a chunked body', bytes: chunks('3\r\nabc\r\n0\r\n\r\n'), reads: { method: 'POST', body: 'abc' } },
  {
    name: 'chunk extensions',
    bytes: chunks('3;a=b;c="d"\r\nabc\r\n0;e\r\n\r\n'),
    reads: { method: 'POST', body: 'abc' },
  },
  {
    name: 'trailers that name headers',
    bytes: chunks('3\r\nabc\r\n0\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n'),
    reads: { method: 'POST', body: 'abc' },
  },
  {
    name: 'Expect: 100-continue',
    bytes: lone('POST', 'Expect: 100-continue\r\nContent-Length: 3\r\n', 'abc'),
    reads: { method: 'POST', body: 'abc' },
  },
  {
    name: 'Expect without a body',
    bytes: lone('POST', 'Expect: 100-continue\r\n'),
    reads: { method: 'POST', body: '' },
  },
  {
    name: 'GET with Content-Length: 0',
    bytes: lone('GET', 'Content-Length: 0\r\n'),
    reads: { method: 'GET', body: '' },
  },
  {
    name: 'DELETE with a body',
    bytes: lone('DELETE', 'Content-Length: 3\r\n', 'abc'),
    reads: { method: 'DELETE', body: 'abc' },
  },
  {
    name: 'OPTIONS with a body',
    bytes: lone('OPTIONS', 'Content-Length: 3\r\n', 'abc'),
    reads: { method: 'OPTIONS', body: 'abc' },
  },
  { name: 'PROPFIND without a body', bytes: lone('PROPFIND', ''), reads: { method: 'PROPFIND', body: '' } },
  { name: 'TE and Trailer', bytes: lone('GET', 'TE: trailers\r\nTrailer: X\r\n'), reads: { method: 'GET', body: '' } },
  { name: 'Keep-Alive', bytes: lone('GET', 'Keep-Alive: timeout=1\r\n'), reads: { method: 'GET', body: '' } },
  {
    name: 'Proxy-Connection',
    bytes: lone('GET', 'Proxy-Connection: keep-alive\r\n'),
    reads: { method: 'GET', body: '' },
  },
  { name: 'HTTP2-Settings alone', bytes: lone('GET', 'HTTP2-Settings: AAMA\r\n'), reads: { method: 'GET', body: '' } },
  { name: 'a latin1 value', bytes: lone('GET', 'X-Naam: \xe9\xff\r\n'), reads: { method: 'GET', body: '' } },
  { name: '__proto__', bytes: lone('GET', '__proto__: x\r\n__proto__: y\r\n'), reads: { method: 'GET', body: '' } },
  { name: 'constructor', bytes: lone('GET', 'constructor: x\r\ntoString: y\r\n'), reads: { method: 'GET', body: '' } },
  {
    name: 'Connection with every name',
    bytes: lone('GET', 'Connection: host, cookie, transfer-encoding, upgrade\r\n'),
    reads: { method: 'GET', body: '' },
  },
  { name: 'HTTP/1.0 with Host', bytes: lone('GET', '').replace('1.1', '1.0'), reads: { method: 'GET', body: '' } },
  {
    name: 'HTTP/1.0 with a body',
    bytes: lone('POST', 'Content-Length: 3\r\n', 'abc').replace('1.1', '1.0'),
    reads: { method: 'POST', body: 'abc' },
  },
];

describe('rule 2: odd heads wedge no pool of two connections and change no other request', () => {
  it.each(odd)('five times $name', async ({ bytes, reads }) => {
    for (let round = 0; round < 5; round += 1) {
      const { statuses, text } = await answersTo(fill(bytes, cookie));
      expect(
        statuses.filter(status => status >= 200),
        text,
      ).toEqual([200]);
    }
    await fence();
    expect(app.seen.slice(0, -1).map(({ method, body }) => ({ method, body }))).toEqual(Array(5).fill(reads));
    const heads = app.seen.map(({ lines }) => lines.map(line => line.toLowerCase()));
    for (const lines of heads) {
      expect(lines.filter(line => line.startsWith('host:'))).toHaveLength(1);
      expect(lines.filter(line => /^(?:content-length|transfer-encoding):/.test(line)).length).toBeLessThan(2);
      expect(lines.join('\n')).not.toMatch(
        /^(?:expect|te|trailer|upgrade|http2-settings|keep-alive|proxy-connection):/m,
      );
    }
  });

  it('answers two requests on one connection each to itself', async () => {
    const first = `GET /opmaak/een.css HTTP/1.1\r\n${host}\r\n`;
    const second = `GET /opmaak/twee.css HTTP/1.1\r\n${host}\r\n`;
    app.answers.set('/opmaak/een.css', socket => setImmediate(() => socket.write(html('een'))));
    app.answers.set('/opmaak/twee.css', html('twee'));
    const answers = await sendRaw(sluis.port, first + second, 2);
    expect(answers.map(({ body }) => body.toString())).toEqual(['een', 'twee']);
  });
});

const broken: readonly { name: string; body: string }[] = [
  { name: 'a bare LF after the size', body: '3\nabc\r\n0\r\n\r\n' },
  { name: 'a bare LF in an extension', body: '3;a\nbc\r\nabc\r\n0\r\n\r\n' },
  { name: 'a bare CR after the size', body: '3\rabc\r\n0\r\n\r\n' },
  { name: 'a size with a sign', body: '+3\r\nabc\r\n0\r\n\r\n' },
  { name: 'a size in 0x', body: '0x3\r\nabc\r\n0\r\n\r\n' },
  { name: 'a negative size', body: '-1\r\nabc\r\n0\r\n\r\n' },
  { name: 'a size beyond all numbers', body: 'fffffffffffffffff\r\nabc\r\n0\r\n\r\n' },
  { name: 'a chunk longer than its size', body: '2\r\nabc\r\n0\r\n\r\n' },
  { name: 'no end of line behind a chunk', body: '3\r\nabc0\r\n\r\n' },
  { name: 'a length in the trailers', body: '3\r\nabc\r\n0\r\nContent-Length: 9\r\n\r\n' },
  { name: 'extensions without end', body: `3;${'a'.repeat(70_000)}\r\nabc\r\n0\r\n\r\n` },
];

describe('rule 2: a body with two readings never arrives whole', () => {
  it.each(broken)('$name', async ({ body }) => {
    await answersTo(`${fill(chunks(body), cookie)}GET /gesmokkeld HTTP/1.1\r\n${host}${cookie}\r\n`);
    await fence();
    expect(targets()).toEqual(['/opmaak/slot.css']);
  });

  it('a body that stops halfway', async () => {
    const connection = await RawConnection.open(sluis.port);
    const dropped = app.dropped('/postvak');
    connection.write(fill(lone('POST', 'Content-Length: 10\r\n', 'abc'), cookie));
    await fence();
    connection.write('def');
    await expect.poll(() => app.bytes().endsWith('\r\n\r\nabc'), { timeout: 20_000 }).toBe(true);
    connection.destroy();
    await dropped;
    expect(targets().filter(path => path === '/postvak')).toEqual([]);
  });
});

describe('rule 2: slow heads end', () => {
  it('a head of which no end comes gets 408 and the connection closes', async () => {
    const connection = await RawConnection.open(sluis.port);
    connection.write(`GET /opmaak/a.css HTTP/1.1\r\n${host}X: `);
    const text = (await connection.readAll()).toString('latin1');
    expect(text).toMatch(/^HTTP\/1\.1 40[08] /);
    expect(app.seen).toEqual([]);
  });
});
