import { EventEmitter } from 'node:events';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import type { LimitSettings } from '../config/settings.ts';
import type { Listener } from './connections.ts';
import { limitSources, listen, openRedirectServer, openServer } from './server.ts';
import { Sources } from './source.ts';

const limits: LimitSettings = {
  head: 4_096,
  headers: 20,
  target: 1_024,
  signInBody: 1_024,
  body: 1_024,
  parked: 1_048_576,
  connections: 10,
  headTime: 1_000,
  requestTime: 5_000,
  uploadTime: 5_000,
  keepAlive: 1_000,
  workerSilence: 20_000,
  stallTime: 1_000,
  connectionsPerSource: 10,
  pendings: 5,
  webSockets: 1_000,
  webSocketsPerSession: 20,
};
const settings = { address: '127.0.0.1', port: 0, tls: undefined, balancers: [], redirect: undefined };
const servers: Listener[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.close(0)));
});

async function start(server: Listener): Promise<number> {
  servers.push(server);
  return listen(server.server, '127.0.0.1', 0);
}

function talk(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(Buffer.from(bytes, 'latin1'));
  return text(socket);
}

describe('rule 2: the server before the strict head', () => {
  it('answers what cannot be parsed once, and closes', async () => {
    const port = await start(openServer(settings, limits, (_req, res) => res.end()));
    expect(await talk(port, 'GET / HTTP/1.1\r\nA : b\r\n\r\nGET / HTTP/1.1\r\n\r\n')).toBe(
      'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    );
    expect(await talk(port, `GET / HTTP/1.1\r\nA: ${'b'.repeat(5_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('gives no second answer to what stands broken behind a first request', async () => {
    const port = await start(openServer(settings, limits, (_req, res) => setImmediate(() => res.end('een'))));
    const answer = await talk(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\nGET\r\n\r\n');
    expect(answer.match(/HTTP\/1\.1/g) ?? []).toHaveLength(0);
  });

  it('shows every header to the strict head, also beyond its limit', async () => {
    const counted = Promise.withResolvers<number>();
    const port = await start(
      openServer(settings, limits, (req, res) => {
        counted.resolve(req.rawHeaders.length / 2);
        res.end();
      }),
    );
    const many = Array.from({ length: 200 }, (_none, i) => `X-${i}: 1\r\n`).join('');
    await talk(port, `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${many}\r\n`);
    expect(await counted.promise).toBe(202);
  });

  it('opens no tunnel', async () => {
    const port = await start(openServer(settings, limits, (_req, res) => res.end('nooit')));
    expect(await talk(port, 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n')).toBe('');
  });
});

describe('bad input: a port that cannot be had', () => {
  it('in use says which, and what to do', async () => {
    const port = await start(openServer(settings, limits, (_req, res) => res.end()));
    const second = openServer(settings, limits, (_req, res) => res.end());
    await expect(listen(second.server, '127.0.0.1', port)).rejects.toMatchObject({
      code: 'listen.in-use',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
  });

  it('of another machine says so', async () => {
    const server = openServer(settings, limits, (_req, res) => res.end());
    await expect(listen(server.server, '192.0.2.1', 0)).rejects.toMatchObject({ code: 'listen.not-permitted' });
  });

  it('certificates that are not there are named', () => {
    const tls = { certificate: '/nergens/cert.pem', key: '/nergens/key.pem' };
    expect(() => openServer({ ...settings, tls }, limits, () => undefined)).toThrow(/\/nergens\/cert\.pem/);
  });
});

describe('connections of one source address', () => {
  class Visitor extends EventEmitter {
    readonly remoteAddress: string;
    open = true;

    constructor(remoteAddress: string) {
      super();
      this.remoteAddress = remoteAddress;
    }

    destroy(): this {
      this.open = false;
      this.emit('close');
      return this;
    }
  }

  const arrive = (limit: ReturnType<typeof limitSources>, addresses: readonly string[]) =>
    addresses.map(address => {
      const visitor = new Visitor(address);
      limit(visitor as unknown as Parameters<typeof limit>[0]);
      return visitor;
    });
  const counted = (visitors: readonly Visitor[]) => visitors.filter(({ open }) => open).length;
  const many = (address: (n: number) => string) => Array.from({ length: 20 }, (_none, n) => address(n));

  it.each<[string, number, (n: number) => string]>([
    ['one address', 5, () => '192.0.2.7'],
    ['one address in two spellings', 5, n => (n % 2 === 0 ? '192.0.2.7' : '::ffff:192.0.2.7')],
    ['one IPv6 network', 5, n => `2001:db8::${n.toString(16)}`],
    ['many addresses', 20, n => `192.0.2.${n}`],
    ['a balancer', 20, () => '10.0.0.1'],
    ['this machine', 20, () => '127.0.0.1'],
  ])('of %s %i of twenty stay', (_title, expected, address) => {
    expect(
      counted(
        arrive(
          limitSources(
            () => new Sources(['10.0.0.0/8']),
            () => 5,
          ),
          many(address),
        ),
      ),
    ).toBe(expected);
  });

  it('one that is closed makes room for one other', () => {
    const limit = limitSources(
      () => new Sources([]),
      () => 2,
    );
    const [first] = arrive(limit, ['192.0.2.7', '192.0.2.7', '192.0.2.7']);
    first?.destroy();
    expect(counted(arrive(limit, ['192.0.2.7', '192.0.2.7']))).toBe(1);
  });
});

it('a connection that cannot be accepted does not end the others', async () => {
  const server = openServer(settings, limits, (_req, res) => res.end('een'));
  const port = await start(server);
  server.server.emit('error', new Error('accept ENFILE'));
  expect(await talk(port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(/een$/);
});

describe('port 80', () => {
  const hosts = new Set(['app.test']);

  it.each([
    ['GET /a?b HTTP/1.1\r\nHost: app.test', '308', 'https://app.test/a?b'],
    ['GET /a HTTP/1.1\r\nHost: APP.test:80', '308', 'https://app.test/a'],
    ['HEAD / HTTP/1.1\r\nHost: app.test', '308', 'https://app.test/'],
    ['POST /a HTTP/1.1\r\nHost: app.test\r\nContent-Length: 0', '400', undefined],
    ['GET /a HTTP/1.1\r\nHost: kwaad.test', '400', undefined],
    ['GET /a HTTP/1.1\r\nHost: app.test.kwaad.test', '400', undefined],
    ['GET http://kwaad.test/ HTTP/1.1\r\nHost: app.test', '400', undefined],
    ['GET //kwaad.test HTTP/1.1\r\nHost: app.test', '308', 'https://app.test//kwaad.test'],
    [
      'GET /.well-known/acme-challenge/nergens HTTP/1.1\r\nHost: app.test',
      '308',
      'https://app.test/.well-known/acme-challenge/nergens',
    ],
  ])('%j: %s %s', async (request, status, location) => {
    const port = await start(openRedirectServer(limits, () => ({ hosts, acmeFolder: undefined })));
    const answer = await talk(port, `${request}\r\n\r\n`);
    expect(answer.slice(9, 12)).toBe(status);
    expect(/^location: (.*)\r$/im.exec(answer)?.[1]).toBe(location);
  });

  it('serves files of ACME from one folder and nothing beside it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluis-acme-'));
    writeFileSync(join(folder, 'token-1'), 'sleutel');
    writeFileSync(join(folder, '.geheim'), 'geheim');
    writeFileSync(join(folder, 'token-long'), 'geheim'.repeat(1_000));
    // A file like any other to look at, which fails as it is read.
    symlinkSync('/proc/self/mem', join(folder, 'token-broken'));
    try {
      const port = await start(openRedirectServer(limits, () => ({ hosts, acmeFolder: folder })));
      const ask = (path: string) =>
        talk(port, `GET /.well-known/acme-challenge/${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(await ask('token-1')).toMatch(/^HTTP\/1\.1 200 [\s\S]*sleutel$/);
      for (const path of ['token-broken', 'token-long', 'token-2', '.geheim', '../x', '%2e%2e/x', 'a/../token-1', '']) {
        const answer = await ask(path);
        expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
        expect(answer).not.toMatch(/geheim|sleutel/);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('R25: a server that stops', () => {
  /** A request that is under way: resolves once the handler has it; `answer` lets it come to its end. */
  async function underWay(): Promise<{ server: Listener; port: number; said: Promise<string>; answer: () => void }> {
    let arrived = () => {};
    let answer = () => {};
    const here = new Promise<void>(resolve => {
      arrived = resolve;
    });
    const server = openServer(settings, { ...limits, keepAlive: 60_000 }, (_req, res) => {
      res.write('begun ');
      answer = () => res.end('and done');
      arrived();
    });
    const port = await start(server);
    const said = talk(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n').catch(() => 'reset');
    await here;
    return { server, port, said, answer: () => answer() };
  }

  it('lets what is under way come to its end, takes nothing new, and does not wait for idle connections', async () => {
    const { server, port, said, answer } = await underWay();
    const closed = server.close(30_000);
    await expect(talk(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    answer();
    await closed;
    expect(await said).toMatch(/begun [\s\S]*and done/);
  });

  it('waits no longer than it was told', async () => {
    const { server, said } = await underWay();
    await server.close(1);
    expect(await said).not.toContain('and done');
  });
});
