import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Head, isFrame, isRefusal, isTopNavigation, readHead } from './head.ts';

const limits = { headers: 100, target: 8_192 };

/** What readHead looks at of a request of node's. */
function request(parts: {
  method?: string;
  url?: string;
  version?: string;
  raw?: readonly string[];
  socket?: object;
}): IncomingMessage {
  const { method = 'GET', url = '/', version = '1.1', raw = ['Host', 'app.test'], socket = {} } = parts;
  return { method, url, httpVersion: version, rawHeaders: [...raw], socket } as unknown as IncomingMessage;
}

function read(...raw: string[]): ReturnType<typeof readHead> {
  return readHead(request({ raw: ['Host', 'app.test', ...raw] }), limits);
}

function good(...raw: string[]): Head {
  const head = read(...raw);
  if (isRefusal(head)) throw new Error(head.reason);
  return head;
}

describe('rule 2: a strict head', () => {
  it('reads names in small letters, values as they came, in order', () => {
    const head = good('X-B', 'Één', 'x-a', '2', 'X-B', '3');
    expect(head.lines.raw).toEqual(['host', 'app.test', 'x-b', 'Één', 'x-a', '2', 'x-b', '3']);
  });

  it('notes what the gateway goes by', () => {
    const head = good('Cookie', 'a=b', 'Origin', 'http://app.test', 'Sec-Fetch-Site', 'none', 'Sec-Fetch-Mode', 'cors');
    expect(head).toMatchObject({ cookie: 'a=b', origin: 'http://app.test', fetchSite: 'none', fetchMode: 'cors' });
    const body = readHead(
      request({
        method: 'POST',
        raw: ['HOST', 'App.Test:80', 'Content-Length', '12', 'Content-Type', 'a/b', 'Expect', '100-Continue'],
      }),
      limits,
    );
    expect(body).toMatchObject({
      host: 'app.test:80',
      contentLength: 12,
      contentType: 'a/b',
      expects: true,
      chunked: false,
    });
  });

  it('joins Connection lines: what any of them names, is named', () => {
    expect(good('Connection', 'close', 'connection', 'X-A').connection).toBe('close,X-A');
  });

  it.each(['PATCH', 'PROPFIND', 'REPORT', 'MKCALENDAR', 'SEARCH'])('lets %s through', method => {
    expect(readHead(request({ method }), limits)).toMatchObject({ method });
  });

  it.each([
    ['TRACE', 405],
    ['CONNECT', 405],
    ['PURGE', 501],
    ['get', 501],
    ['', 501],
    ['__proto__', 501],
    ['constructor', 501],
  ])('refuses the method %j with %i', (method, status) => {
    expect(readHead(request({ method }), limits)).toMatchObject({ status });
  });

  it.each([
    '',
    '*',
    'x',
    'http://app.test/',
    '/a b',
    '/a\tb',
    '/a#b',
    '/a\\b',
    '/\u00e9',
    '/\0',
    '/%',
    '/%4',
    '/%zz',
    '/%00',
    '/%0d',
    '/%0A',
  ])('refuses the target %j', url => {
    expect(readHead(request({ url }), limits)).toMatchObject({ status: 400 });
  });

  it('refuses any target with a character that has no place in origin form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), tail => {
        const head = readHead(request({ url: `/${tail}` }), limits);
        if (!isRefusal(head)) expect(tail).toMatch(/^[\x21\x22\x24-\x5b\x5d-\x7e]*$/);
      }),
    );
  });

  it.each([
    'host',
    'content-length',
    'transfer-encoding',
    'content-type',
    'content-encoding',
    'cookie',
    'origin',
    'authorization',
    'expect',
    'upgrade',
    'range',
    'destination',
    'sec-fetch-site',
    'sec-fetch-mode',
    'sec-fetch-dest',
    'sec-fetch-user',
  ])('refuses %s twice, in whatever case', name => {
    const first = { 'content-length': '0', 'transfer-encoding': 'chunked', expect: '100-continue' }[name] ?? 'a';
    const raw = name === 'host' ? ['HOST', 'app.test'] : [name, first, name.toUpperCase(), first];
    expect(readHead(request({ method: 'POST', raw: ['Host', 'app.test', ...raw] }), limits)).toMatchObject({
      status: 400,
    });
  });

  it.each(['\x00', '\x01', '\x0a', '\x0d', '\x1f', '\x7f', '\u0100', '\u2028', '\ud83d'])(
    'refuses %j in any value',
    character => {
      for (const name of ['X-A', 'Cookie', 'Origin', 'Connection']) {
        expect(read(name, `a${character}b`), name).toMatchObject({ status: 400 });
        // Remembered good values must not let a bad one through, nor the other way round.
        expect(isRefusal(read(name, 'ab')), name).toBe(false);
      }
    },
  );

  it.each(['', 'a b', 'a/b', 'a@b', 'a,b', 'a_b', '[::1', '[::1]x', 'a:port', 'a:123456', 'a:', '\u00e9', 'a%62'])(
    'refuses the Host %j',
    host => {
      expect(readHead(request({ raw: ['Host', host] }), limits)).toMatchObject({ status: 400 });
    },
  );

  it.each(['a', 'a.b-c', 'A.B:1', '127.0.0.1:8080', '[::1]', '[::1]:443'])('reads the Host %j', host => {
    expect(readHead(request({ raw: ['Host', host] }), limits)).toMatchObject({ host: host.toLowerCase() });
  });

  it('refuses a missing Host in 1.0 too, and every other version', () => {
    expect(readHead(request({ version: '1.0', raw: [] }), limits)).toMatchObject({ status: 400 });
    for (const version of ['0.9', '1.2', '2.0', ''])
      expect(readHead(request({ version }), limits)).toMatchObject({ status: 400 });
  });

  it('counts headers and letters of the target to the last one', () => {
    const raw = Array.from({ length: 100 }, (_none, i) => [i === 0 ? 'Host' : `X-${i}`, 'a']).flat();
    expect(isRefusal(readHead(request({ raw }), limits))).toBe(false);
    expect(readHead(request({ raw: [...raw, 'X', 'a'] }), limits)).toMatchObject({ status: 431 });
    expect(isRefusal(readHead(request({ url: `/${'a'.repeat(8_191)}` }), limits))).toBe(false);
    expect(readHead(request({ url: `/${'a'.repeat(8_192)}` }), limits)).toMatchObject({ status: 414 });
  });

  it.each([
    [['Content-Length', '1'], 'GET', 400],
    [['Transfer-Encoding', 'chunked'], 'HEAD', 400],
    [['Content-Length', '1', 'Transfer-Encoding', 'chunked'], 'POST', 400],
    [['Content-Length', '0', 'Transfer-Encoding', 'chunked'], 'POST', 400],
    [['Content-Length', '1e3'], 'POST', 400],
    [['Content-Length', '1 '], 'POST', 400],
    [['Content-Length', '9999999999999999'], 'POST', 400],
    [['Transfer-Encoding', 'gzip, chunked'], 'POST', 501],
    [['Transfer-Encoding', ''], 'POST', 501],
    [['Expect', '100-continue '], 'POST', 417],
    [['Expect', ''], 'POST', 417],
    [['Upgrade', 'websocket'], 'GET', 501],
    [['Upgrade', ''], 'GET', 501],
  ] as const)('refuses %j with %s: %i', (raw, method, status) => {
    expect(readHead(request({ method, raw: ['Host', 'app.test', ...raw] }), limits)).toMatchObject({ status });
  });

  it('never throws, and what it takes has one Host and one framing', () => {
    const name = fc.constantFrom(
      'Host',
      'Content-Length',
      'Transfer-Encoding',
      'Cookie',
      'X',
      '__proto__',
      'Expect',
      'Connection',
      'constructor',
    );
    const value = fc.constantFrom('app.test', '0', '5', 'chunked', '', '100-continue', 'a\0', 'é', 'identity');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), fc.constantFrom('GET', 'POST'), (pairs, method) => {
        const head = readHead(request({ method, raw: pairs.flat() }), limits);
        if (isRefusal(head)) return;
        const count = (wanted: string) => pairs.filter(([one]) => one === wanted).length;
        expect([count('Host'), count('Content-Length') + count('Transfer-Encoding') < 2]).toEqual([1, true]);
        expect(head.chunked && head.method === 'GET').toBe(false);
      }),
    );
  });
});

describe('R01 what may be redirected', () => {
  it.each([
    [['Sec-Fetch-Mode', 'navigate', 'Sec-Fetch-Dest', 'document'], true],
    [['Sec-Fetch-Mode', 'navigate', 'Sec-Fetch-Dest', 'iframe'], false],
    [['Sec-Fetch-Mode', 'navigate'], false],
    [['Sec-Fetch-Dest', 'document'], false],
    [['Sec-Fetch-Mode', 'cors', 'Sec-Fetch-Dest', 'empty', 'Accept', 'text/html'], false],
    [['Accept', 'text/html,*/*'], true],
    [['Accept', '*/*'], false],
    [[], false],
  ] as const)('%j: %s', (raw, expected) => {
    expect(isTopNavigation(good(...raw))).toBe(expected);
  });

  it('knows frames of every kind', () => {
    const frames = ['iframe', 'frame', 'embed', 'object', 'document', 'image'].map(dest =>
      isFrame(good('Sec-Fetch-Dest', dest)),
    );
    expect(frames).toEqual([true, true, true, true, false, false]);
    expect(isFrame(good())).toBe(false);
  });
});

describe('rule 2: the heads of one connection, of which the last is remembered', () => {
  const letters = fc.constantFrom('a', 'b');
  const line = fc.oneof(
    fc.tuple(fc.constantFrom('Cookie', 'cookie', 'Accept', 'Connection', 'X-A', 'x-a'), letters),
    fc.tuple(fc.constantFrom('Content-Length', 'Expect', 'Transfer-Encoding'), fc.constantFrom('0', '1', 'chunked')),
    fc.tuple(
      fc.constant('X-Long'),
      letters.map(letter => letter.repeat(3_000)),
    ),
  );
  const lines = fc.array(line, { maxLength: 4 }).map(pairs => ['Host', 'app.test', ...pairs.flat()]);
  const heads = fc.record({
    raw: lines,
    method: fc.constantFrom('GET', 'POST', 'TRACE'),
    url: fc.constantFrom('/', '/b'),
    version: fc.constantFrom('1.0', '1.1'),
  });

  it('each reads as it would on a connection of its own', () => {
    fc.assert(
      fc.property(fc.array(heads, { minLength: 2, maxLength: 8 }), several => {
        const socket = {};
        for (const one of several) {
          // What is remembered may have been looked at: what passes is read from it when it is asked for.
          const [here, alone] = [readHead(request({ ...one, socket }), limits), readHead(request(one), limits)];
          expect(seen(here)).toEqual(seen(alone));
        }
      }),
    );
  });

  it('the words of one connection are not remembered for another', () => {
    const [one, other] = [{}, {}];
    const raw = ['Host', 'app.test', 'Cookie', 'a=1'];
    expect(seen(readHead(request({ raw, socket: one }), limits))).toMatchObject({ cookie: 'a=1' });
    expect(seen(readHead(request({ socket: other }), limits))).toMatchObject({ cookie: undefined });
    expect(seen(readHead(request({ socket: one }), limits))).toMatchObject({ cookie: undefined });
  });

  function seen(head: ReturnType<typeof readHead>): object {
    return isRefusal(head) ? head : { ...head, lines: head.lines.raw, passing: head.lines.passing };
  }
});
