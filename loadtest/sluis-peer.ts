import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../test/support/free-port.ts';
import { startProgram } from './child.ts';
import { familyOf } from './cpu-time.ts';
import { user } from './load.ts';
import type { NotRun, Peer, PeerOptions } from './peer.ts';
import { startRedis } from './redis.ts';
import { signInThroughSluis } from './sign-in.ts';

export interface Variant {
  readonly name: string;
  readonly store?: 'redis';
  readonly workers?: number;
  /** Rules for paths that nobody asks for. */
  readonly routes?: number;
}

const main = fileURLToPath(new URL('../src/main.js', import.meta.url));

/** Sluis as operators start it, and somebody who went all the way in. */
export async function startSluis(options: PeerOptions, variant: Variant): Promise<Peer | NotRun> {
  if (variant.workers !== undefined && availableParallelism() < 2) return { reason: 'this machine has one core' };
  const redis = variant.store === 'redis' ? await startRedis() : undefined;
  if (variant.store === 'redis' && redis === undefined) return { reason: 'Redis is not installed' };
  const port = await freePort();
  const home = join(options.folder, `${variant.name}-${port}`);
  mkdirSync(home);
  const config = join(home, 'sluis.yaml');
  writeFileSync(config, sluisConfig({ port, upstream: options.backend.port, redis: redis?.port, ...variant }));
  const child = await startProgram(
    process.execPath,
    [...process.execArgv, ...options.flags, main, 'serve', '--config', config],
    port,
  );
  const invited = await promisify(execFile)(process.execPath, [main, 'users', 'invite', user, '--config', config]);
  const activation = /\b[A-Z0-9]{4}(?:-[A-Z0-9]{4}){3}\b/.exec(invited.stdout)?.[0] ?? '';
  const host = `app.localhost:${port}`;
  const cookie = await signInThroughSluis(port, { app: host, portal: `sluis.localhost:${port}` }, activation);
  const others = redis === undefined ? [] : [redis];
  return { name: variant.name, child, others, pids: () => familyOf(child.pid), host, cookie };
}

interface Place extends Omit<Variant, 'name' | 'store'> {
  readonly port: number;
  readonly upstream: number;
  readonly redis: number | undefined;
}

function sluisConfig({ port, upstream, redis, workers, routes = 0 }: Place): string {
  const rules = Array.from(
    { length: routes },
    (_none, i) => `      - { path: '/afdeling/${i}/*', level: 2, maxAge: 5m }`,
  );
  return `version: 1
data: ./data
listen: { address: 127.0.0.1, port: ${port} }
${redis === undefined ? '' : `store: { redis: { url: 'redis://127.0.0.1:${redis}' } }`}
${workers === undefined ? '' : `workers: ${workers}`}
realms:
  bench:
    title: Bench
    portal: http://sluis.localhost:${port}
    firstFactor: activation-code
apps:
  app:
    title: App
    realm: bench
    origin: http://app.localhost:${port}
    # Room for all 1,000 connections at one of two workers: each has its part of it.
    upstream: { url: 'http://127.0.0.1:${upstream}', waiting: 4000 }
    preset: demo
    # It makes the login page longer than the others give it.
    helpLine: false
${rules.length === 0 ? '' : `    routes:\n${rules.join('\n')}`}
`;
}
