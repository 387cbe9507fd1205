import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import instances from '../apps/instances.json' with { type: 'json' };

const run = promisify(execFile);
const scripts = fileURLToPath(new URL('../apps/', import.meta.url));

/** What this host cannot offer, as `npm test` found out: `describe.skipIf(missing('roundcube'))`. */
export function missing(
  ...names: ('chromium' | 'roundcube' | 'dokuwiki' | 'nginx' | 'oathtool' | 'openldap' | 'redis')[]
): boolean {
  const absent = (process.env['SLUIS_TEST_MISSING'] ?? '').split(',');
  return names.some(name => absent.includes(name));
}

/**
 * A real Roundcube on a real Dovecot; resolves with its address. `patient` takes ten mistakes a minute instead of the
 * three that it is delivered with: for people who sign in again and again.
 */
export function roundcube({ patient = false } = {}): Promise<string> {
  return start(patient ? 'roundcube-patient' : 'roundcube');
}

/** A closed DokuWiki whose pages below `openbaar:` everybody may read. */
export function dokuwiki(): Promise<string> {
  return start('dokuwiki');
}

/** Somebody new, at an instance of its own where nobody minds what becomes of passwords. */
export interface Newcomer {
  readonly url: string;
  readonly name: string;
  readonly password: string;
}

const first = 'Eerste-Test-2026';

/** At a Roundcube with its password plugin, which writes the file that its Dovecot reads. */
export async function roundcubeNewcomer(): Promise<Newcomer> {
  const url = await start('roundcube-passwords');
  const name = newName();
  const file = join(stateOf('webmail-passwords'), 'mail', 'passwd');
  const [anna = ''] = (await readFile(file, 'utf8')).split('\n');
  const [, , uid = '', gid = '', , home = ''] = anna.split(':');
  const own = [`${name}@gemeente.test`, `{PLAIN}${first}`, uid, gid, '', home.replace(/anna$/, name), '', ''];
  await appendFile(file, `${own.join(':')}\n`);
  return { url, name, password: first };
}

export async function dokuwikiNewcomer(): Promise<Newcomer> {
  const url = await start('dokuwiki-passwords');
  const name = newName();
  const hash = createHash('sha1').update(first).digest('hex');
  const file = join(stateOf('wiki-passwords'), 'conf', 'users.auth.php');
  await appendFile(file, `${name}:${hash}:Nieuw Persoon:${name}@gemeente.test:user\n`);
  return { url, name, password: first };
}

function newName(): string {
  return `n${randomBytes(4).toString('hex')}`;
}

export const passwords = {
  anna: 'Anna-Test-2026',
  bram: 'Bram-Test-2026',
  carla: 'Carla-Test-2026',
  beheer: 'Beheer-Test-2026',
} as const;

const started = new Map<string, Promise<string>>();

/** Once a process; the lock keeps the test files of one run from starting the same app at the same time. */
function start(name: string): Promise<string> {
  const running = started.get(name) ?? startInstance(name);
  started.set(name, running);
  return running;
}

async function startInstance(name: string): Promise<string> {
  const instance = instances.find(one => one.name === name);
  if (instance === undefined) throw new Error(`no instance ${name} in test/apps/instances.json`);
  const state = stateOf(instance.state);
  const env = { ...process.env, ...instance.env, PORT: String(instance.port), STATE: state };
  // -o: what the script leaves running must not keep the lock.
  const command = ['-o', join(tmpdir(), 'sluis-apps.lock'), 'bash', join(scripts, instance.script), 'start'];
  await run('flock', command, { env, timeout: 230_000 });
  return `http://127.0.0.1:${instance.port}`;
}

function stateOf(folder: string): string {
  return join(tmpdir(), 'sluis-apps', folder);
}
