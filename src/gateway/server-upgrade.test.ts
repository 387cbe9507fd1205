import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { certificate, key } from '../../test/support/redis-certificate.ts';
import type { LimitSettings } from '../config/settings.ts';
import { listen, type OpenServer, openServer } from './server.ts';

const limits: LimitSettings = {
  head: 4_096,
  headers: 20,
  target: 1_024,
  signInBody: 1_024,
  body: 1_024,
  connections: 50,
  headTime: 1_000,
  requestTime: 5_000,
  uploadTime: 5_000,
  keepAlive: 1_000,
  workerSilence: 20_000,
  stallTime: 1_000,
  connectionsPerSource: 50,
  pendings: 5,
  webSockets: 10,
  webSocketsPerSession: 10,
  parked: 1_048_576,
};
const folder = mkdtempSync(join(tmpdir(), 'sluis-upgrade-'));
const files = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
const servers: OpenServer[] = [];

beforeAll(() => {
  writeFileSync(files.certificate, certificate);
  writeFileSync(files.key, key);
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.close(0)));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Says what came which way: `request`, or `upgrade` with the early bytes behind it. */
async function start(tls: boolean): Promise<(bytes: string) => Promise<string>> {
  const settings = { address: '127.0.0.1', port: 0, balancers: [], redirect: undefined };
  const upgrade = (_req: IncomingMessage, socket: Socket, early: Buffer) => void socket.end(`upgrade ${early}`);
  const handle = (_req: unknown, res: { end(body: string): void }) => res.end('request');
  const server = openServer({ ...settings, tls: tls ? files : undefined }, limits, handle, upgrade);
  servers.push(server);
  const port = await listen(server.server, '127.0.0.1', 0);
  return bytes => {
    const socket = tls
      ? connectTls({ port, host: '127.0.0.1', ca: certificate, servername: 'redis.test' })
      : connect(port, '127.0.0.1');
    socket.write(bytes);
    return text(socket).catch(() => 'reset');
  };
}

const head = (lines: string, method = 'GET') =>
  `${method} / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\n${lines}\r\n`;

describe.each([false, true])('rule 2: what leaves the way of requests (TLS: %s)', tls => {
  it('a WebSocket, with what was sent behind it', async () => {
    const say = await start(tls);
    expect(await say(`${head('Upgrade: websocket\r\n')}vroeg`)).toBe('upgrade vroeg');
    expect(await say(`${head('Upgrade: WebSocket\r\n')}`)).toBe('upgrade ');
  });

  it.each([
    ['another protocol', head('Upgrade: h2c\r\n')],
    ['a list', head('Upgrade: websocket, h2c\r\n')],
    ['another method', head('Upgrade: websocket\r\n', 'POST')],
    ['a length', head('Upgrade: websocket\r\nContent-Length: 0\r\n')],
    ['a body', `${head('Upgrade: websocket\r\nContent-Length: 3\r\n')}abc`],
    ['chunks', `${head('Upgrade: websocket\r\nTransfer-Encoding: chunked\r\n')}0\r\n\r\n`],
  ])('%s does not: it is a request like any other', async (_name, bytes) => {
    const say = await start(tls);
    expect(await say(bytes)).toMatch(/\r\n\r\nrequest$/);
  });

  it('a stop ends what has left', async () => {
    const say = await start(tls);
    const server = servers[0] as OpenServer;
    server.server.removeAllListeners('upgrade');
    const taken = new Promise<void>(resolve => server.server.on('upgrade', () => resolve()));
    const said = say(head('Upgrade: websocket\r\n'));
    await taken;
    await server.close(10);
    expect(await said).toMatch(/^(?:reset)?$/);
  });
});
