import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Attribute, Change } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing } from '../../test/support/apps.ts';
import { type Directory, directoryBase, reader, startDirectory } from '../../test/support/directory.ts';
import { type DirectoryServer, type DirectoryTrouble, escaped, LdapDirectory } from './ldap-directory.ts';

const anna = ['anna@gemeente.test', 'Anna-Test-2026'] as const;

describe.skipIf(missing('openldap'))('D11: passwords of operators in a real directory', () => {
  let directory: Directory;
  let elsewhere: Server;
  let visitors = 0;
  const told: DirectoryTrouble[] = [];
  beforeAll(async () => {
    elsewhere = createServer(socket => {
      visitors += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    directory = await startDirectory({ referralPort: (elsewhere.address() as AddressInfo).port });
  }, 240_000);
  afterAll(async () => {
    await directory?.close();
    elsewhere?.close();
  });

  const server = (more: Partial<DirectoryServer> = {}): DirectoryServer => ({
    ...{ host: 'localhost', port: directory.tlsPort, tls: 'implicit', serverName: undefined, ca: directory.caText },
    ...{ bindDn: reader.dn, bindPassword: reader.password, base: directoryBase, filter: '(mail={email})' },
    ...{ timeout: 5_000, ...more },
  });
  const made = (more: Partial<DirectoryServer> = {}) =>
    new LdapDirectory({ server: () => server(more), tell: trouble => told.push(trouble) });
  const last = () => told.at(-1);

  it.each([
    ['LDAPS', {}],
    ['StartTLS', { tls: 'starttls' }],
    ['the clear, on this machine', { tls: 'none', host: '127.0.0.1' }],
  ] as const)('says who has her password, over %s', async (_how, more) => {
    const at = more === undefined || !('tls' in more) ? {} : { ...more, port: directory.port };
    expect(await made(at).check(...anna)).toBe('right');
    expect(await made(at).check(anna[0], 'Bram-Test-2026')).toBe('wrong');
    expect(await made(at).check('niemand@gemeente.test', anna[1])).toBe('wrong');
    expect(await made(at).check(undefined, anna[1])).toBe('wrong');
    expect(await made(at).probe()).toBeUndefined();
  });

  it('RFC 4513 5.1.2: no password is none, though this server lets a name without one in', async () => {
    await directory.asAdmin(client => client.bind(`uid=anna,ou=people,${directoryBase}`, ''));
    for (const password of ['', '\0', `\0${anna[1]}`, 'x'.repeat(257)])
      expect(await made().check(anna[0], password)).toBe('wrong');
    expect(await made({ bindPassword: '' }).check(...anna)).toBe('unavailable');
    expect(last()).toMatchObject({ at: 'sign-in' });
  });

  it('RFC 4515: what is typed stays a value of the filter', async () => {
    expect(escaped('a*(b)\\\0')).toBe('a\\2a\\28b\\29\\5c\\00');
    for (const typed of ['*', 'anna*', '*)(uid=anna', 'x)(|(uid=anna)', 'anna@gemeente.test)(mail=*'])
      expect([typed, await made().check(typed, anna[1])]).toEqual([typed, 'wrong']);
  });

  it('several entries with one address let nobody in, and are told of', async () => {
    expect(await made().check('dubbel@gemeente.test', 'Dubbel-Test-2026')).toBe('wrong');
    expect(last()).toMatchObject({ at: 'several' });
  });

  it('follows no referral: what another server says counts for nothing, and it is not asked', async () => {
    expect(await made({ base: `ou=ver,ou=elsewhere,${directoryBase}` }).check(...anna)).toBe('unavailable');
    expect(await made({ base: `ou=elsewhere,${directoryBase}` }).check(...anna)).toBe('wrong');
    expect(visitors).toBe(0);
  });

  it('who was deleted, or has another password, is nobody from that moment on', async () => {
    const dn = `uid=carla,ou=people,${directoryBase}`;
    const carla = ['carla@gemeente.test', 'Carla-Test-2026'] as const;
    expect(await made().check(...carla)).toBe('right');
    const modification = new Attribute({ type: 'userPassword', values: ['Anders-Test-2026'] });
    await directory.asAdmin(client => client.modify(dn, new Change({ operation: 'replace', modification })));
    expect(await made().check(...carla)).toBe('wrong');
    expect(await made().check(carla[0], 'Anders-Test-2026')).toBe('right');
    await directory.asAdmin(client => client.del(dn));
    expect(await made().check(carla[0], 'Anders-Test-2026')).toBe('wrong');
  });

  it.each([
    ['a CA that did not sign its certificate', { ca: undefined }, 'connect'],
    ['a name that is not in it', { serverName: 'ldap.kwaad.test' }, 'connect'],
    ['an account that may not read', { bindPassword: 'fout' }, 'sign-in'],
    ['a base that is not there', { base: 'dc=elders,dc=test' }, 'search'],
    ['a port where nobody is', { port: 1 }, 'connect'],
  ] as const)('%s: nobody comes in, and the operator is told', async (_what, more, at) => {
    for (const tls of ['implicit', 'starttls'] as const) {
      const port = tls === 'implicit' ? directory.tlsPort : directory.port;
      expect(await made({ tls, port, ...more }).check(...anna)).toBe('unavailable');
      expect(last()).toMatchObject({ at });
      expect(JSON.stringify(last())).not.toMatch(/Test-2026|anna/);
    }
  });

  it('a server that takes a connection and says nothing is away after its time', async () => {
    const silent = await listening(() => undefined);
    for (const tls of ['implicit', 'starttls', 'none'] as const)
      expect(await made({ tls, host: '127.0.0.1', port: silent.port, timeout: 300 }).check(...anna)).toBe(
        'unavailable',
      );
    silent.close();
  });

  it('CVE-2011-0411: what somebody puts behind the answer to StartTLS is no answer of the encrypted connection', async () => {
    // A bind that was let in, but for the last 14 bytes of its text: the answer that comes first over TLS would be those.
    const forged = Buffer.from('301a02010261150a01000400040e', 'hex');
    const between = await middle((toClient, bytes) => toClient.write(Buffer.concat([bytes, forged])));
    const at = { tls: 'starttls', port: between.port, timeout: 2_000 } as const;
    expect(await made({ ...at, bindPassword: 'fout' }).check(...anna)).toBe('unavailable');
    expect(last()).toMatchObject({ at: 'sign-in', said: expect.stringContaining('not let in') });
    expect(await made(at).check(anna[0], 'fout')).toBe('wrong');
    between.close();
  });

  it('a connection that is cut after StartTLS is not opened again in the clear', async () => {
    let connections = 0;
    const heard: string[] = [];
    const cutting = await listening(client => {
      connections += 1;
      client.on('data', bytes => heard.push(bytes.toString('latin1')));
      const upstream = connect(directory.port, '127.0.0.1');
      client.once('data', bytes => {
        upstream.write(bytes);
        upstream.once('data', answer => {
          client.write(answer);
          client.pipe(upstream);
          // The handshake passes; what comes after it is cut off.
          let seen = 0;
          upstream.on('data', more => {
            seen += 1;
            if (seen > 2) client.destroy();
            else client.write(more);
          });
        });
      });
      for (const socket of [client, upstream]) socket.on('error', () => undefined);
    });
    expect(await made({ tls: 'starttls', port: cutting.port }).check(...anna)).toBe('unavailable');
    expect([connections, heard.join('')]).toEqual([1, expect.not.stringContaining('Test-2026')]);
    cutting.close();
  });

  /** Between Sluis and the directory: changes the answer to StartTLS on its way, and lets all else pass. */
  function middle(change: (toClient: Socket, bytes: Buffer) => void) {
    return listening(client => {
      const upstream = connect(directory.port, '127.0.0.1');
      client.pipe(upstream);
      upstream.once('data', bytes => {
        change(client, Buffer.from(bytes));
        upstream.pipe(client);
      });
      for (const socket of [client, upstream]) socket.on('error', () => undefined);
    });
  }

  async function listening(onConnection: (socket: Socket) => void): Promise<{ port: number; close(): void }> {
    const open = new Set<Socket | TLSSocket>();
    const listener = createServer(socket => {
      open.add(socket);
      socket.on('error', () => undefined);
      onConnection(socket);
    }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return {
      port: (listener.address() as AddressInfo).port,
      close: () => {
        for (const socket of open) socket.destroy();
        listener.close();
      },
    };
  }
});
