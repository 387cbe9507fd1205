import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * `npm run bench:peers`: brings gateways with a second factor that the bench is to stand beside, by the Go toolchain
 * where there is one, into a folder of the bench's own. At most five minutes each. Says plainly what did not work.
 */
const modules = {
  'oauth2-proxy': 'github.com/oauth2-proxy/oauth2-proxy/v7@latest',
  authelia: 'github.com/authelia/authelia/v4/cmd/authelia@latest',
} as const;

const folder = fileURLToPath(new URL('../../../loadtest/peers/bin', import.meta.url));

function install(name: string, module: string): string {
  const options = { env: { ...process.env, GOBIN: folder }, encoding: 'utf8', timeout: 300_000 } as const;
  const { status, stderr, error } = spawnSync('go', ['install', module], options);
  if (error !== undefined) return `${name}: not installed: ${error.message}`;
  // The last lines say why; what stands before is what was fetched.
  if (status !== 0) return `${name}: not installed:\n  ${stderr.trim().split('\n').slice(-3).join('\n  ')}`;
  return `${name}: installed`;
}

mkdirSync(folder, { recursive: true });
for (const [name, module] of Object.entries(modules)) console.log(install(name, module));
const debian = 'nginx lemonldap-ng-fastcgi-server lemonldap-ng-handler liblemonldap-ng-portal-perl';
// Without these its portal does not start, though nothing of them is used.
const needed = 'libgd-securityimage-perl libimage-magick-perl libmime-tools-perl libemail-sender-perl';
console.log(`LemonLDAP::NG comes from Debian: apt-get install --no-install-recommends ${debian} ${needed}`);
