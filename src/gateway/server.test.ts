import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import type { LimitSettings } from '../config/settings.ts';
import { listen, openRedirectServer, openServer } from './server.ts';

const limits: LimitSettings = {
  head: 4_096,
  headers: 20,
  target: 1_024,
  signInBody: 1_024,
  body: 1_024,
  connections: 10,
  headTime: 1_000,
  requestTime: 5_000,
  keepAlive: 1_000,
  pendings: 5,
};
const settings = { address: '127.0.0.1', port: 0, tls: undefined, balancers: [], redirect: undefined };
const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(
    servers.splice(0).map(
      server =>
        new Promise(resolve => {
          server.close(resolve);
          server.closeAllConnections();
        }),
    ),
  );
});

async function start(server: Server): Promise<number> {
  servers.push(server);
  return listen(server, '127.0.0.1', 0);
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
    await expect(listen(second, '127.0.0.1', port)).rejects.toMatchObject({
      code: 'listen.in-use',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
  });

  it('of another machine says so', async () => {
    const server = openServer(settings, limits, (_req, res) => res.end());
    await expect(listen(server, '192.0.2.1', 0)).rejects.toMatchObject({ code: 'listen.not-permitted' });
  });

  it('certificates that are not there are named', () => {
    const tls = { certificate: '/nergens/cert.pem', key: '/nergens/key.pem' };
    expect(() => openServer({ ...settings, tls }, limits, () => undefined)).toThrow(/\/nergens\/cert\.pem/);
  });
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
    const port = await start(openRedirectServer(limits, hosts, undefined));
    const answer = await talk(port, `${request}\r\n\r\n`);
    expect(answer.slice(9, 12)).toBe(status);
    expect(/^location: (.*)\r$/im.exec(answer)?.[1]).toBe(location);
  });

  it('serves files of ACME from one folder and nothing beside it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluis-acme-'));
    writeFileSync(join(folder, 'token-1'), 'sleutel');
    writeFileSync(join(folder, '.geheim'), 'geheim');
    try {
      const port = await start(openRedirectServer(limits, hosts, folder));
      const ask = (path: string) =>
        talk(port, `GET /.well-known/acme-challenge/${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(await ask('token-1')).toMatch(/^HTTP\/1\.1 200 [\s\S]*sleutel$/);
      for (const path of ['token-2', '.geheim', '../x', '%2e%2e/x', 'a/../token-1', '']) {
        const answer = await ask(path);
        expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
        expect(answer).not.toMatch(/geheim|sleutel/);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
