import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { genericPreset } from '../preset/generic.ts';
import { presets as named } from '../preset/registry.ts';
import { loadSettings } from './load.ts';
import { formatProblems } from './problem.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluis-config-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const name of ['password', 'ca.pem', 'own.pem', 'own-key.pem']) writeFileSync(join(folder, name), 'x');

const rest = `
version: 1
data: ./data
realms:
  gemeente:
    title: Gemeente Voorbeeld
    portal: http://sluis.localhost:8080
    firstFactor: activation-code
apps:
  post: { title: Post, realm: gemeente, origin: http://post.localhost:8080, upstream: http://127.0.0.1:8081, preset: demo }
`;
const load = (redis: string) =>
  loadSettings(`${rest}store:\n  redis: ${redis}\n`, { folder, presets: { named, generic: genericPreset } });

function settingsIn(redis: string) {
  const loaded = load(redis);
  if (!loaded.ok) throw new Error(formatProblems(loaded.problems, 'test.yaml'));
  return { redis: loaded.settings.redis, warnings: loaded.warnings };
}

describe('R24: a shared store', () => {
  it('is none unless it is named', () => {
    const loaded = loadSettings(rest, { folder, presets: { named, generic: genericPreset } });
    expect(loaded).toMatchObject({ ok: true, settings: { redis: undefined } });
  });

  it('is one server by its address', () => {
    expect(settingsIn('{ url: "redis://127.0.0.1" }')).toEqual({
      warnings: [],
      redis: {
        topology: { kind: 'single', address: { host: '127.0.0.1', port: 6379 }, database: 0 },
        tls: undefined,
        user: undefined,
        passwordFile: undefined,
        sentinelUser: undefined,
        sentinelPasswordFile: undefined,
        replicas: 0,
        prefix: 'sluis:',
      },
    });
    expect(
      settingsIn('{ url: "rediss://redis.example.nl:6380/2", user: sluis, passwordFile: password }').redis,
    ).toMatchObject({
      topology: { kind: 'single', address: { host: 'redis.example.nl', port: 6380 }, database: 2 },
      tls: { ca: undefined, serverName: undefined },
      user: 'sluis',
      passwordFile: join(folder, 'password'),
    });
    expect(settingsIn('{ url: "redis://[::1]:7000" }').redis?.topology).toMatchObject({
      address: { host: '::1', port: 7000 },
    });
  });

  it('is a master that sentinels know', () => {
    const text =
      '{ sentinels: ["10.0.0.1:26379", "10.0.0.2:26379"], name: mymaster, sentinelUser: s, sentinelPasswordFile: password, tls: true }';
    expect(settingsIn(text)).toMatchObject({
      warnings: [],
      redis: {
        topology: {
          kind: 'sentinel',
          name: 'mymaster',
          sentinels: [{ host: '10.0.0.1', port: 26379 }, { host: '10.0.0.2' }],
        },
        tls: {},
        sentinelUser: 's',
        sentinelPasswordFile: join(folder, 'password'),
      },
    });
  });

  it('is a cluster by some of its nodes, or by one that is called so', () => {
    const tls = 'tls: { ca: ca.pem, certificate: own.pem, key: own-key.pem, serverName: redis.test }';
    expect(
      settingsIn(`{ nodes: ["a.example.nl:7000", "b.example.nl:7000"], ${tls}, prefix: "test:" }`).redis,
    ).toMatchObject({
      topology: { kind: 'cluster', nodes: [{ host: 'a.example.nl', port: 7000 }, { host: 'b.example.nl' }] },
      tls: {
        ca: join(folder, 'ca.pem'),
        certificate: join(folder, 'own.pem'),
        key: join(folder, 'own-key.pem'),
        serverName: 'redis.test',
      },
      prefix: 'test:',
    });
    expect(settingsIn('{ url: "redis://127.0.0.1:7000", cluster: true }').redis?.topology).toEqual({
      kind: 'cluster',
      nodes: [{ host: '127.0.0.1', port: 7000 }],
    });
  });

  it('is warned of where it is plain across a network', () => {
    expect(settingsIn('{ nodes: ["127.0.0.1:7000", "10.0.0.7:7000"] }').warnings).toMatchObject([
      { path: 'store.redis', found: '10.0.0.7 without TLS' },
    ]);
  });

  it.each([
    ['{}', 'store.redis', /one of: url/],
    ['{ url: "redis://127.0.0.1", nodes: ["127.0.0.1:1"] }', 'store.redis', /one of: url/],
    ['{ url: "http://127.0.0.1" }', 'store.redis.url', /redis:\/\/host:port/],
    ['{ url: "redis://127.0.0.1:99999" }', 'store.redis.url', /redis:\/\/host:port/],
    ['{ nodes: ["127.0.0.1"] }', 'store.redis.nodes.0', /and a port/],
    ['{ nodes: [] }', 'store.redis.nodes', /at least 1/],
    ['{ sentinels: ["127.0.0.1:1"] }', 'store.redis.name', /what the sentinels call/],
    ['{ url: "redis://127.0.0.1", name: mymaster }', 'store.redis.name', /sentinels/],
    ['{ url: "redis://127.0.0.1", sentinelPasswordFile: password }', 'store.redis.sentinelPasswordFile', /sentinels/],
    ['{ sentinels: ["127.0.0.1:1"], name: m, cluster: true }', 'store.redis.cluster', /one of the two/],
    ['{ nodes: ["127.0.0.1:1"], cluster: false }', 'store.redis.cluster', /true/],
    ['{ url: "redis://127.0.0.1/1", cluster: true }', 'store.redis.url', /only 0/],
    ['{ url: "rediss://127.0.0.1", tls: false }', 'store.redis.tls', /without TLS/],
    ['{ url: "redis://127.0.0.1", tls: { certificate: own.pem } }', 'store.redis.tls', /both/],
    ['{ url: "redis://127.0.0.1", passwordFile: absent }', 'store.redis.passwordFile', /may read/],
    ['{ url: "redis://127.0.0.1", tls: { ca: absent } }', 'store.redis.tls.ca', /may read/],
    ['{ url: "redis://127.0.0.1", prefix: "{x}" }', 'store.redis.prefix', /letters, digits/],
    ['{ url: "redis://127.0.0.1", pasword: x }', 'store.redis.pasword', /passwordFile/],
  ])('is refused as %s', (redis, path, expected) => {
    const loaded = load(redis);
    expect(loaded).toMatchObject({ ok: false, problems: [{ path, expected: expect.stringMatching(expected) }] });
  });

  it.each(['{ url: "redis://sluis:Geheim-2026@127.0.0.1" }', '{ url: "redis://127.0.0.1", password: Geheim-2026 }'])(
    'takes no password in the file, and does not repeat it (%#)',
    redis => {
      const loaded = load(redis);
      expect(loaded.ok).toBe(false);
      expect(JSON.stringify(loaded)).not.toContain('Geheim');
    },
  );
});
