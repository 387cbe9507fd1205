import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { certificate, key } from '../../test/support/redis-certificate.ts';
import type { UpstreamSettings } from '../config/settings.ts';
import { openAgent, openUpstream, requestWhole } from './upstream.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluis-upstream-'));
const ca = join(folder, 'ca.pem');
const pin = new X509Certificate(certificate).fingerprint256.replaceAll(':', '').toLowerCase();
/** HTTP versions of the requests that arrived. */
const seen: string[] = [];
let server: Http2SecureServer;
let origin: string;

beforeAll(async () => {
  writeFileSync(ca, certificate);
  // It would rather speak HTTP/2, as servers do that know it.
  server = createSecureServer({ key, cert: certificate, allowHTTP1: true }, (req, res) => {
    seen.push(req.httpVersion);
    res.end('goed');
  });
  server.on('upgrade', (req, socket) => {
    seen.push(req.httpVersion);
    socket.end('HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  seen.length = 0;
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

function settings(more: Partial<UpstreamSettings>): UpstreamSettings {
  const timeouts = { connect: 5_000, wait: 5_000, head: 5_000, body: 5_000 };
  return {
    origin,
    ca: undefined,
    fingerprint: undefined,
    serverName: undefined,
    timeouts,
    connections: 2,
    waiting: 9,
    ...more,
  };
}

async function byPool(upstream: UpstreamSettings): Promise<number> {
  const pool = openUpstream(upstream);
  try {
    return (await requestWhole(pool, { method: 'GET', path: '/', headers: { host: 'x' } }, 100)).status;
  } finally {
    await pool.destroy();
  }
}

function byAgent(upstream: UpstreamSettings, headers = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    // The address of the request leads nowhere: an agent's does.
    const sent = request({ agent: openAgent(upstream), host: 'elders.invalid', path: '/', headers });
    sent.on('error', reject);
    sent.on('response', answer => resolve(answer.resume().statusCode ?? 0));
    sent.on('upgrade', (answer, socket) => {
      socket.destroy();
      resolve(answer.statusCode ?? 0);
    });
    sent.end();
  });
}

const ways = [
  ['requests', byPool, 200],
  ['what node:http sends', byAgent, 200],
  [
    'WebSockets',
    (upstream: UpstreamSettings) => byAgent(upstream, { Connection: 'Upgrade', Upgrade: 'websocket' }),
    101,
  ],
] as const;

describe.each(ways)('R01: the app behind TLS, %s', (_name, send, status) => {
  it('the pinned certificate, in HTTP/1.1', async () => {
    expect(await send(settings({ fingerprint: pin }))).toBe(status);
    expect(seen).toEqual(['1.1']);
  });

  it('the CA of the operator, for the name that it was made for', async () => {
    expect(await send(settings({ ca, serverName: 'redis.test' }))).toBe(status);
    expect(seen).toEqual(['1.1']);
  });

  it.each([
    ['another pin', { fingerprint: pin.replace(/^./, digit => (digit === '0' ? '1' : '0')) }],
    ['another pin, and the right CA', { fingerprint: '0'.repeat(64), ca: 'ca', serverName: 'redis.test' }],
    ['an unknown CA', {}],
    ['another name', { ca: 'ca', serverName: 'elders.test' }],
    ['no name', { ca: 'ca' }],
  ])('refuses %s before a byte is sent', async (_title, more) => {
    await expect(send(settings('ca' in more ? { ...more, ca } : more))).rejects.toThrow();
    expect(seen).toEqual([]);
  });
});
