import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing } from '../support/apps.ts';
import { freePort } from '../support/free-port.ts';
import { startProgram } from '../support/program.ts';
import { freshPrefix, type RedisServer, startRedis } from '../support/redis.ts';
import { servingYaml } from '../support/served.ts';

/** A Redis that writes nothing to disk: Sluis warns of it. */
let server: RedisServer;

describe.skipIf(missing('redis'))('R09: what is wrong with the store', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    server = await startRedis(['appendonly no']);
  });
  afterAll(() => server?.close());

  it('is said once, by the supervisor, and not by each worker', async () => {
    const more = `store: { redis: { url: "redis://127.0.0.1:${server.port}", prefix: "${freshPrefix()}" } }\n`;
    const program = await startProgram(servingYaml(await freePort(), 'http://127.0.0.1:9', 3, more));
    try {
      expect(program.listening).toBe(true);
      const warnings = program.lines().filter(line => (line as { level?: string }).level === 'warn');
      expect(warnings.length).toBeGreaterThan(0);
      expect(new Set(warnings.map(({ msg }) => msg)).size).toBe(warnings.length);
      expect(warnings.map(({ worker }) => worker)).toEqual(warnings.map(() => undefined));
    } finally {
      await program.close();
    }
  });
});
