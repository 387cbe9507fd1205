import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild } from './child.ts';
import { startLemonldap } from './lemonldap-peer.ts';
import { startNginx } from './nginx-peer.ts';
import type { NotRun, Peer, PeerOptions } from './peer.ts';
import { signInAtApp } from './sign-in.ts';
import { startSluis } from './sluis-peer.ts';

export const yardstick = 'undici';

/** Each starts one, or says why it cannot be measured here. */
export const peers: Readonly<Record<string, (options: PeerOptions) => Promise<Peer | NotRun>>> = {
  sluis: options => startSluis(options, { name: 'sluis' }),
  'sluis-redis': options => startSluis(options, { name: 'sluis-redis', store: 'redis' }),
  'sluis-workers': options => startSluis(options, { name: 'sluis-workers', workers: 2 }),
  [yardstick]: options => startBare(yardstick, 'undici-proxy', options),
  // What Sluis sets for itself (src/main.ts, bin/node-flags.cjs), so that it can be told apart from Sluis's own work.
  'undici-counted': ({ flags, ...options }) =>
    startBare('undici-counted', 'undici-proxy', {
      ...options,
      flags: [...process.execArgv, ...flags, '--external-memory-accounted-in-global-limit'],
    }),
  'http-proxy': options => startBare('http-proxy', 'http-proxy', options),
  nginx: startNginx,
  'oauth2-proxy': async () => notMeasured('oauth2-proxy'),
  authelia: async () => notMeasured('authelia'),
  lemonldap: startLemonldap,
};

async function startBare(name: string, file: string, { backend, flags }: PeerOptions): Promise<Peer> {
  const child = await startChild(file, [`--upstream=http://127.0.0.1:${backend.port}`], flags);
  const host = `app.localhost:${child.port}`;
  // Without Sluis the browser holds the app's own cookies.
  const cookie = await signInAtApp(backend.port, `127.0.0.1:${backend.port}`);
  return { name, child, others: [], pids: () => [child.pid], host, cookie };
}

const installed = fileURLToPath(new URL('../../loadtest/peers/bin', import.meta.url));

/** Gateways with a second factor that this bench cannot sign in to yet: reported, never left out in silence. */
function notMeasured(command: string): NotRun {
  const found = [command, join(installed, command)].some(one => spawnSync(one, ['--version']).error === undefined);
  const missing = 'it is not installed here; "npm run bench:peers" tries to, and says why where it cannot';
  return { reason: found ? 'it is installed, but this bench cannot sign in to it yet' : missing };
}
