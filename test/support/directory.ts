import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'ldapts';
import { issue } from './certificates.ts';
import { freePort } from './free-port.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../apps/directory.sh', import.meta.url));

export const directoryBase = 'dc=gemeente,dc=test';
export const reader = { dn: `cn=leesrekening,ou=services,${directoryBase}`, password: 'Lees-Test-2026' } as const;

/** A real OpenLDAP of its own, on loopback, with the people of test/apps. */
export interface Directory {
  readonly port: number;
  readonly tlsPort: number;
  /** PEM file of the CA of its certificate, which is for `localhost`. */
  readonly ca: string;
  readonly caText: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** As its administrator, who may change everything. */
  asAdmin<T>(work: (client: Client) => Promise<T>): Promise<T>;
  /** What slapd logged: each operation with its result. */
  log(): Promise<string>;
  close(): Promise<void>;
}

export async function startDirectory({ referralPort = 1 } = {}): Promise<Directory> {
  const folder = await mkdtemp(join(tmpdir(), 'sluis-directory-'));
  const [port, tlsPort] = [await freePort(), await freePort()];
  const authority = issue({ name: { CN: 'Test CA' }, ca: true });
  const own = issue({ name: { CN: 'localhost' }, issuer: authority, dns: 'localhost' });
  const at = (name: string) => join(folder, name);
  await writeFile(at('ca.pem'), authority.pem);
  await writeFile(at('cert.pem'), own.pem);
  await writeFile(at('key.pem'), own.key.export({ type: 'pkcs8', format: 'pem' }));
  const env = {
    ...process.env,
    ...{ STATE: folder, PORT: String(port), TLS_PORT: String(tlsPort), REFERRAL_PORT: String(referralPort) },
  };
  const call = async (command: string) => {
    // No pipe of ours stays with what it leaves running.
    await run('flock', ['-o', join(tmpdir(), 'sluis-apps.lock'), 'bash', script, command], { env, timeout: 230_000 });
  };
  await call('start');
  return {
    ...{ port, tlsPort, ca: at('ca.pem'), caText: authority.pem },
    start: () => call('start'),
    stop: () => call('stop'),
    asAdmin: async work => {
      const client = new Client({ url: `ldap://127.0.0.1:${port}`, timeout: 5_000 });
      try {
        await client.bind(`cn=admin,${directoryBase}`, 'Admin-Test-2026');
        return await work(client);
      } finally {
        await client.unbind();
      }
    },
    log: () => readFile(join(folder, 'log', 'slapd.log'), 'utf8'),
    close: async () => {
      await call('stop');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
