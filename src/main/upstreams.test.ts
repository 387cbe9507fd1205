import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppSettings } from '../config/settings.ts';
import { requestWhole } from '../gateway/upstream.ts';
import { Upstreams } from './upstreams.ts';

let server: Server;
let upstreams: Upstreams;
let held: ServerResponse[];
let reached: () => void;

beforeEach(async () => {
  held = [];
  reached = () => undefined;
  upstreams = new Upstreams();
  server = createServer((_request, response) => {
    held.push(response);
    reached();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await upstreams.destroy();
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
});

function app(connections: number): AppSettings {
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const timeouts = { connect: 5_000, head: 30_000, body: 30_000, wait: 30_000 };
  return { id: 'app', upstream: { origin, connections, waiting: 10, timeouts } } as unknown as AppSettings;
}

describe('connections to an app whose configuration changes', () => {
  it('what waits for a free one still gets its turn, and then they close', async () => {
    const before = upstreams.take(app(1));
    const ask = () => requestWhole(before.pools.pool, { method: 'GET', path: '/' }, 1_000);
    const first = new Promise<void>(resolve => {
      reached = resolve;
    });
    const answers = [ask(), ask(), ask()];
    await first;
    expect(upstreams.waiting().get('app')).toBe(2);
    // More connections, as the log advises where people are told that the app is busy.
    upstreams.take(app(5));
    before.release();
    reached = () => held.pop()?.end('ja');
    reached();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200]);
    await expect(ask()).rejects.toThrow();
  });
});
