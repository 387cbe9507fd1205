import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { freePort } from '../test/support/free-port.ts';
import { type Child, startProgram, stopChild } from './child.ts';
import { familyOf } from './cpu-time.ts';
import { nginxCommand, nginxConfig } from './nginx-peer.ts';
import type { NotRun, Peer, PeerOptions } from './peer.ts';
import { signInAtApp } from './sign-in.ts';

const command = '/usr/sbin/llng-fastcgi-server';
/** It refuses to run as root. */
const account = 'www-data';

/**
 * LemonLDAP::NG as Debian has it: nginx asks its FastCGI server before each request. Demo people, sessions in files,
 * its own cache of them, as many processes as it starts by itself. Nobody has a second factor in it: what a request
 * costs is compared, not what a sign-in does.
 */
export async function startLemonldap({ folder, backend }: PeerOptions): Promise<Peer | NotRun> {
  const nginx = nginxCommand();
  if (nginx === undefined || spawnSync('perl', ['-MLemonldap::NG::Portal', '-e', '1']).status !== 0)
    return { reason: 'it is not installed; "npm run bench:peers" says what to install' };
  const port = await freePort();
  const home = join(folder, 'lemonldap');
  const server = await startServer(folder, home, port).catch(saidWhy);
  if (server === undefined) return { reason: 'its FastCGI server does not start' };
  const config = join(home, 'nginx.conf');
  writeFileSync(config, nginxConfig(home, port, backend.port, gate(home)));
  const child = await startProgram(nginx, ['-p', home, '-c', config, '-e', 'stderr'], port);
  const session = await signIn(port).catch(saidWhy);
  if (session === undefined) {
    for (const one of [child, server]) await stopChild(one);
    return { reason: 'nobody can sign in to it' };
  }
  const cookie = `${session}; ${await signInAtApp(backend.port, `127.0.0.1:${backend.port}`)}`;
  const pids = () => [...familyOf(child.pid), ...familyOf(server.pid)];
  return { name: 'lemonldap', child, others: [server], pids, host: `app.localhost:${port}`, cookie };
}

function startServer(folder: string, home: string, port: number): Promise<Child> {
  const root = process.getuid?.() === 0;
  mkdirSync(home);
  for (const name of ['conf', 'sessions', 'locks', 'cache']) mkdirSync(join(home, name));
  writeFileSync(join(home, 'lemonldap-ng.ini'), settings(home));
  writeFileSync(join(home, 'conf', 'lmConf-1.json'), JSON.stringify(configuration(home, port)));
  if (root) {
    // Its own processes must get to what is theirs.
    chmodSync(folder, 0o711);
    execFileSync('chown', ['-R', account, home]);
  }
  const socket = join(home, 'socket');
  const as = root ? ['--user', account, '--group', account] : [];
  // Else a thousand connections at once would find its queue full.
  const options = ['--foreground', '--pid', join(home, 'server.pid'), '--plackOptions=--backlog=4096', ...as];
  const environment = {
    LLNG_DEFAULTCONFFILE: join(home, 'lemonldap-ng.ini'),
    LLNG_DEFAULTLOGGER: 'Lemonldap::NG::Common::Logger::Std',
  };
  return startProgram(command, [...options, '--socket', socket], socket, environment);
}

function saidWhy(error: Error): undefined {
  console.error(error.message);
}

function settings(home: string): string {
  const cache = `{ 'namespace' => 'conf', 'default_expires_in' => 600, 'cache_root' => '${home}/cache', 'cache_depth' => 3 }`;
  return `[all]
logLevel = error
checkTime = 600
[configuration]
type = File
dirName = ${home}/conf
localStorage = Cache::FileCache
localStorageOptions = ${cache}
[portal]
templateDir = /usr/share/lemonldap-ng/portal/templates
languages = en
[handler]
status = 0
`;
}

function configuration(home: string, port: number): object {
  const files = { Directory: `${home}/sessions`, LockDirectory: `${home}/locks` };
  const generateModule = 'Lemonldap::NG::Common::Apache::Session::Generate::SHA256';
  return {
    cfgNum: 1,
    // Without a date it takes none of this.
    cfgDate: 1,
    portalSkin: 'bootstrap',
    applicationList: {},
    exportedVars: {},
    groups: {},
    macros: {},
    authentication: 'Demo',
    userDB: 'Same',
    passwordDB: 'Demo',
    registerDB: 'Null',
    domain: 'localhost',
    portal: `http://auth.localhost:${port}/`,
    cookieName: 'lemonldap',
    securedCookie: 0,
    key: 'only for this bench',
    whatToTrace: 'uid',
    requireToken: 0,
    demoExportedVars: { uid: 'uid' },
    locationRules: {
      'auth.localhost': { default: 'accept' },
      // What is public in the preset of the bench's app is so here too.
      'app.localhost': { default: 'accept', '^/(login$|opmaak/)': 'skip' },
    },
    exportedHeaders: { 'app.localhost': { 'Auth-User': '$uid' } },
    globalStorage: 'Apache::Session::File',
    globalStorageOptions: { ...files, generateModule },
    persistentStorage: 'Apache::Session::File',
    persistentStorageOptions: files,
    localSessionStorage: 'Cache::FileCache',
    localSessionStorageOptions: {
      namespace: 'sessions',
      default_expires_in: 600,
      cache_root: `${home}/cache`,
      cache_depth: 3,
    },
  };
}

/** As in the nginx examples that come with it, without handing the user's name on: the app signs in by itself. */
function gate(home: string): { readonly server: string; readonly location: string } {
  const fastcgi = `include /etc/nginx/fastcgi_params; fastcgi_pass unix:${home}/socket;`;
  return {
    server: `
    location = /lmauth {
      internal; ${fastcgi}
      fastcgi_pass_request_body off;
      fastcgi_param CONTENT_LENGTH "";
      fastcgi_param HOST $http_host;
      fastcgi_param X_ORIGINAL_URI $original_uri;
    }
    location = /portal-of-the-bench {
      ${fastcgi}
      fastcgi_param HTTP_HOST auth.$http_host; fastcgi_param LLTYPE portal;
      fastcgi_param SCRIPT_NAME ""; fastcgi_param PATH_INFO /;
    }`,
    location: `
      set $original_uri $uri$is_args$args;
      auth_request /lmauth;
      auth_request_set $lmlocation $upstream_http_location;
      error_page 401 $lmlocation;`,
  };
}

/** Somebody of its demo, by the way that it has for programs; gives its session cookie. */
function signIn(port: number): Promise<string> {
  const headers = {
    Host: `localhost:${port}`,
    Accept: 'application/json',
    'Content-Type': 'application/x-www-form-urlencoded',
  };
  const path = '/portal-of-the-bench';
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', method: 'POST', path, headers, agent: false }, response => {
      const line = response.headers['set-cookie']?.find(one => one.startsWith('lemonldap='));
      response.resume();
      if (line === undefined) reject(new Error(`LemonLDAP::NG: the sign-in ended with ${response.statusCode}`));
      else resolve(line.slice(0, line.indexOf(';')));
    });
    sent.on('error', reject);
    sent.end('user=dwho&password=dwho');
  });
}
