import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Child, startChild, startProgram } from './child.ts';
import { childrenOf } from './cpu-time.ts';
import { connections, user } from './load.ts';
import { signInAtApp, signInThroughSluis } from './sign-in.ts';

/** A proxy that is measured. */
export interface Peer {
  readonly name: string;
  readonly child: Child;
  /** The processes that do its work. */
  readonly pids: readonly number[];
  /** Host and Cookie as a browser would send them to it. */
  readonly host: string;
  readonly cookie: string;
}

export interface PeerOptions {
  /** A folder that is thrown away. */
  readonly folder: string;
  readonly backend: Child;
  /** Node's flags for proxies that run on Node: for profiles. */
  readonly flags: readonly string[];
}

export const yardstick = 'undici';

/** Each starts one; undefined where this machine has not what it takes. */
export const peers: Readonly<Record<string, (options: PeerOptions) => Promise<Peer | undefined>>> = {
  sluis: startSluis,
  [yardstick]: options => startBare('undici', 'undici-proxy', options),
  'http-proxy': options => startBare('http-proxy', 'http-proxy', options),
  nginx: startNginx,
};

async function startBare(name: string, file: string, { backend, flags }: PeerOptions): Promise<Peer> {
  const child = await startChild(file, [`--upstream=http://127.0.0.1:${backend.port}`], flags);
  return bare(name, child, [child.pid], backend);
}

/** Without Sluis the browser holds the app's own cookies. */
async function bare(name: string, child: Child, pids: readonly number[], backend: Child): Promise<Peer> {
  const host = `app.localhost:${child.port}`;
  return { name, child, pids, host, cookie: await signInAtApp(backend.port, `127.0.0.1:${backend.port}`) };
}

const main = fileURLToPath(new URL('../src/main.js', import.meta.url));

/** Sluis as operators start it, and somebody who went all the way in. */
async function startSluis({ folder, backend, flags }: PeerOptions): Promise<Peer> {
  const port = await freePort();
  const config = join(folder, 'sluis.yaml');
  writeFileSync(config, sluisConfig(port, backend.port));
  const child = await startProgram(process.execPath, [...flags, main, 'serve', '--config', config], port);
  const invited = await promisify(execFile)(process.execPath, [main, 'users', 'invite', user, '--config', config]);
  const activation = /\b[A-Z0-9]{4}(?:-[A-Z0-9]{4}){3}\b/.exec(invited.stdout)?.[0] ?? '';
  const host = `app.localhost:${port}`;
  const cookie = await signInThroughSluis(port, { app: host, portal: `sluis.localhost:${port}` }, activation);
  return { name: 'sluis', child, pids: [child.pid], host, cookie };
}

function sluisConfig(port: number, upstream: number): string {
  return `version: 1
data: ./data
listen: { address: 127.0.0.1, port: ${port} }
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
    upstream: http://127.0.0.1:${upstream}
    preset: demo
`;
}

/** One worker, connections to the app kept, everything it writes in the bench's own folder. */
async function startNginx({ folder, backend }: PeerOptions): Promise<Peer | undefined> {
  const command = ['nginx', '/usr/sbin/nginx'].find(name => spawnSync(name, ['-v']).status === 0);
  if (command === undefined) return undefined;
  const port = await freePort();
  const home = join(folder, 'nginx');
  mkdirSync(home);
  const config = join(home, 'nginx.conf');
  writeFileSync(config, nginxConfig(home, port, backend.port));
  const child = await startProgram(command, ['-p', home, '-c', config, '-e', 'stderr'], port).catch((error: Error) => {
    console.error(error.message);
    return undefined;
  });
  if (child === undefined) return undefined;
  return bare('nginx', child, [child.pid, ...childrenOf(child.pid)], backend);
}

function nginxConfig(home: string, port: number, upstream: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  // Started by root, its worker would become somebody who cannot enter the bench's folder.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  return `daemon off;
${user}
worker_processes 1;
pid ${home}/pid;
error_log stderr;
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary.map(name => `${name}_temp_path ${home}/${name};`).join(' ')}
  keepalive_timeout 65s;
  keepalive_requests 1000000000;
  upstream app { server 127.0.0.1:${upstream}; keepalive ${connections}; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_buffers 16 8k;
    }
  }
}
`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
