import { randomBytes } from 'node:crypto';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Client } from 'ldapts';
import type { Directory, FirstFactorAnswer } from '../operator/first-factor.ts';

/** As it is configured; secrets in the clear. */
export interface DirectoryServer {
  readonly host: string;
  readonly port: number;
  /** `none` is for this machine only. */
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly serverName: string | undefined;
  readonly ca: string | undefined;
  readonly bindDn: string;
  readonly bindPassword: string;
  readonly base: string;
  /** RFC 4515, with {email} for what is looked for. */
  readonly filter: string;
  /** For all of one question, in milliseconds. */
  readonly timeout: number;
}

/** For the operator: how far it came, and what was said; no name, no password. */
export interface DirectoryTrouble {
  readonly at: 'connect' | 'sign-in' | 'search' | 'several' | 'password';
  readonly said: string;
}

interface DirectoryOptions {
  /** Read at each question: a new password holds at once. Throws 'config.unreadable'. */
  server(): DirectoryServer;
  tell(trouble: DirectoryTrouble): void;
}

/** What an answer to her own bind can say against her (RFC 4511 4.1.9): her, her password, or her account. All else is trouble. */
const wrongCodes: ReadonlySet<number> = new Set([19, 32, 34, 48, 49, 50, 53]);
const startTlsOid = '1.3.6.1.4.1.1466.20037';
const mostPassword = 256;

/**
 * Search, then bind (RFC 4513 5.1.3): the entry is looked for by an account that may read, and the password is tried by a
 * bind as that entry. A connection for each question: nothing of one person's is left in another's.
 */
export class LdapDirectory implements Directory {
  readonly #options: DirectoryOptions;

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  async check(email: string | undefined, password: string): Promise<FirstFactorAnswer> {
    // A name and no password is an unauthenticated bind, which many servers let in (RFC 4513 5.1.2).
    if (password === '' || [...password].length > mostPassword || password.includes('\0')) return 'wrong';
    return this.#ask(async (client, server) => {
      const dn = await this.#find(client, server, email ?? `${nobody()}@invalid`);
      // For who is not there as much is done, with nothing of what was typed.
      const [as, by] = dn === undefined ? [`cn=${nobody()},${server.base}`, nobody()] : [dn, password];
      const right = await step('password', () => bind(client, as, by));
      return right && dn !== undefined ? 'right' : 'wrong';
    });
  }

  /** Whether it answers and lets us look; undefined where all is well. */
  async probe(): Promise<DirectoryTrouble | undefined> {
    let trouble: DirectoryTrouble | undefined;
    const asked = new LdapDirectory({
      server: this.#options.server,
      tell: told => {
        trouble = told;
      },
    });
    await asked.#ask(async (client, server) => {
      await asked.#find(client, server, `${nobody()}@invalid`);
      return 'wrong';
    });
    return trouble;
  }

  async #ask(
    work: (client: Client, server: DirectoryServer) => Promise<FirstFactorAnswer>,
  ): Promise<FirstFactorAnswer> {
    let socket: Socket | undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      const server = this.#options.server();
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new Trouble('connect', `no answer in ${server.timeout} ms`)), server.timeout);
      });
      const asked = (async () => {
        socket = await step('connect', () => open(server, made => (socket = made)));
        const client = clientOver(socket, server.timeout);
        if (server.bindPassword === '') throw new Trouble('sign-in', 'there is no password for the account that reads');
        const signedIn = await step('sign-in', () => bind(client, server.bindDn, server.bindPassword));
        if (!signedIn) throw new Trouble('sign-in', 'the account that reads is not let in');
        return work(client, server);
      })();
      // Who comes second is heard by nobody: no rejection of it may end the process.
      asked.catch(() => undefined);
      return await Promise.race([asked, late]);
    } catch (error) {
      this.#options.tell(error instanceof Trouble ? error : { at: 'connect', said: saidOf(error) });
      return 'unavailable';
    } finally {
      clearTimeout(timer);
      socket?.destroy();
    }
  }

  /** The one entry; undefined for none, and for several: which of them signs in would be the directory's guess. */
  async #find(client: Client, { base, filter, timeout }: DirectoryServer, email: string): Promise<string | undefined> {
    const { searchEntries } = await step('search', () =>
      client.search(base, {
        ...{ scope: 'sub', derefAliases: 'never', attributes: ['1.1'] },
        ...{ filter: filter.replaceAll('{email}', escaped(email)), sizeLimit: 2, timeLimit: Math.ceil(timeout / 1000) },
      }),
    );
    const [first, second] = searchEntries;
    if (second !== undefined) this.#options.tell({ at: 'several', said: 'several entries have one mail address' });
    // The empty name is nobody's, and binds as nobody.
    return first === undefined || second !== undefined || !first.dn.includes('=') ? undefined : first.dn;
  }
}

class Trouble extends Error implements DirectoryTrouble {
  readonly at: DirectoryTrouble['at'];
  readonly said: string;

  constructor(at: DirectoryTrouble['at'], said: string) {
    super(said);
    this.at = at;
    this.said = said;
  }
}

async function step<T>(at: DirectoryTrouble['at'], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Trouble ? error : new Trouble(at, saidOf(error));
  }
}

async function bind(client: Client, dn: string, password: string): Promise<boolean> {
  try {
    await client.bind(dn, password);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'number' && wrongCodes.has(error.code))
      return false;
    throw error;
  }
}

/**
 * The library opens a lost connection again by itself, after StartTLS in the clear, and would send the password there: it
 * gets this one connection, and never another.
 */
function clientOver(socket: Socket, timeout: number): Client {
  let given = false;
  const once = () => {
    if (given) throw new Error('the connection was lost');
    given = true;
    return socket;
  };
  return new Client({ url: 'ldap://directory', timeout, createConnection: once as typeof connect });
}

async function open(server: DirectoryServer, made: (socket: Socket) => void): Promise<Socket> {
  const { host, port, tls } = server;
  if (tls === 'implicit') return encrypted(server, undefined, made);
  const plain = connect({ host, port });
  made(plain);
  await ready(plain, 'connect');
  if (tls === 'none') return plain;
  // What reads the answer to this one question reads nothing afterwards: bytes that somebody put behind it in the clear
  // would be taken for answers of the encrypted connection (CVE-2011-0411 and its like).
  const asking = clientOver(plain, server.timeout);
  await asking.exop(startTlsOid);
  plain.removeAllListeners();
  plain.on('error', () => undefined);
  return encrypted(server, plain, made);
}

async function encrypted(
  { host, port, serverName, ca }: DirectoryServer,
  under: Socket | undefined,
  made: (socket: Socket) => void,
): Promise<Socket> {
  const name = serverName ?? host;
  const socket = connectTls({
    ...(under === undefined ? { host, port } : { socket: under, host }),
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(ca === undefined ? {} : { ca }),
    minVersion: 'TLSv1.2',
  });
  made(socket);
  await ready(socket, 'secureConnect');
  return socket;
}

function ready(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    const closed = () => reject(new Error('the connection was closed'));
    socket.once('error', reject);
    socket.once('close', closed);
    socket.once(event, () => {
      socket.off('error', reject);
      socket.off('close', closed);
      resolve();
    });
  });
}

/** RFC 4515 3: what would be read as part of the filter is written as its bytes. */
export function escaped(value: string): string {
  return value.replace(/[\\*()\0]/g, sign => `\\${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function nobody(): string {
  return `sluis-nobody-${randomBytes(12).toString('hex')}`;
}

/** One line, and of a name nothing but its first words: servers say back what they were asked. */
function saidOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, ' ').slice(0, 200);
}
