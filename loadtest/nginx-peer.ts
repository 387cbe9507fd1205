import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../test/support/free-port.ts';
import { startProgram } from './child.ts';
import { familyOf } from './cpu-time.ts';
import { connections } from './load.ts';
import type { NotRun, Peer, PeerOptions } from './peer.ts';
import { signInAtApp } from './sign-in.ts';

/** One worker, connections to the app kept, everything it writes in the bench's own folder. */
export async function startNginx({ folder, backend }: PeerOptions): Promise<Peer | NotRun> {
  const command = nginxCommand();
  if (command === undefined) return { reason: 'nginx is not installed' };
  const port = await freePort();
  const home = join(folder, 'nginx');
  mkdirSync(home);
  const config = join(home, 'nginx.conf');
  writeFileSync(config, nginxConfig(home, port, backend.port));
  const child = await startProgram(command, ['-p', home, '-c', config, '-e', 'stderr'], port).catch((error: Error) => {
    console.error(error.message);
    return undefined;
  });
  if (child === undefined) return { reason: 'nginx does not start' };
  const cookie = await signInAtApp(backend.port, `127.0.0.1:${backend.port}`);
  return { name: 'nginx', child, others: [], pids: () => familyOf(child.pid), host: `app.localhost:${port}`, cookie };
}

export function nginxCommand(): string | undefined {
  return ['nginx', '/usr/sbin/nginx'].find(name => spawnSync(name, ['-v']).status === 0);
}

/** `gate`: what somebody who asks before each request adds to the server, and to the place that is passed on. */
export function nginxConfig(
  home: string,
  port: number,
  upstream: number,
  gate: { readonly server: string; readonly location: string } = { server: '', location: '' },
): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  // Started by root, its worker would become somebody who cannot enter the bench's folder.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  return `daemon off;
${user}
worker_processes 1;
pid ${home}/pid;
error_log stderr;
events { worker_connections 4096; }
http {
  access_log off;
  ${temporary.map(name => `${name}_temp_path ${home}/${name};`).join(' ')}
  keepalive_timeout 65s;
  keepalive_requests 1000000000;
  upstream app { server 127.0.0.1:${upstream}; keepalive ${connections}; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};${gate.server}
    location / {${gate.location}
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
