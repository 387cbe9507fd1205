import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startDemoApp } from '../../demo/app.ts';
import { Client } from './client.ts';
import { header, headers, RawConnection, sendRaw } from './raw-http.ts';

const servers: { close(): unknown }[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.close()));
});

describe('sendRaw', () => {
  it('reads two answers of one connection, with chunks, trailers and repeated headers', async () => {
    const port = await answering(
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nset-cookie:  b=2 \r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n' +
        'HTTP/1.1 404 Not here\r\nContent-Length: 2\r\n\r\nno',
    );
    const [first, second] = await sendRaw(port, 'GET / HTTP/1.1\r\n\r\n', 2);
    expect([first?.status, first?.interim, first?.body.toString(), first && headers(first, 'set-cookie')]).toEqual([
      200,
      [100],
      'abcde',
      ['a=1', 'b=2'],
    ]);
    expect([second?.status, second?.reason, second?.body.toString()]).toEqual([404, 'Not here', 'no']);
  });

  it('reads to the end where no length is given, and nothing after HEAD', async () => {
    const port = await answering('HTTP/1.0 200 OK\r\n\r\nall of it', { end: true });
    expect((await sendRaw(port, 'x'))[0]?.body.toString()).toBe('all of it');
    const other = await answering('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n');
    expect((await sendRaw(other, 'x', 1, { methods: ['HEAD'] }))[0]?.body.length).toBe(0);
  });

  it('says what came where the answer is cut off', async () => {
    const port = await answering('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', { end: true });
    await expect(sendRaw(port, 'x')).rejects.toThrow('the connection ended; what came: "half"');
  });

  it('notices that the other side closes', async () => {
    const connection = await RawConnection.open(await answering('', { end: true }));
    connection.write('x');
    await expect(connection.closed()).resolves.toBeUndefined();
    connection.destroy();
  });
});

describe('Client', () => {
  it('signs in at an app and out again, keeping and forgetting cookies', async () => {
    const app = await startDemoApp({ echo: true });
    servers.push(app);
    const client = new Client(app.port, { host: 'post.test' });
    const formtoken = /name="formtoken" value="([^"]+)"/.exec((await client.get('/login')).text)?.[1] ?? '';
    const answer = await client.post('/login', { gebruiker: 'anna', wachtwoord: 'Anna-Test-2026', formtoken });
    expect([answer.status, answer.location, [...client.jar.keys()]]).toEqual([303, '/postvak', ['GPSESSIE', 'GPAUTH']]);
    const thief = client.copy();
    await client.get('/uit');
    expect([client.jar.size, thief.jar.size]).toEqual([0, 2]);
  });

  it('sends targets, hosts and headers as they are written', async () => {
    const app = await startDemoApp({ echo: true });
    servers.push(app);
    const client = new Client(app.port, { host: 'post.test' });
    client.jar.set('a', '1');
    const answer = await client.post('/echo//%2e%2E/;x?a=%00', 'é', { Origin: undefined, 'User-Agent': 'curl' });
    const seen = JSON.parse(answer.text) as { target: string; body: string; rawHeaders: string[] };
    expect([seen.target, Buffer.from(seen.body, 'base64').toString()]).toEqual(['/echo//%2e%2E/;x?a=%00', 'é']);
    const pairs = seen.rawHeaders.flatMap((name, index, all) =>
      index % 2 === 0 ? [`${name}: ${all[index + 1]}`] : [],
    );
    expect(pairs).toEqual(
      expect.arrayContaining(['Host: post.test', 'Cookie: a=1', 'User-Agent: curl', 'Content-Length: 2']),
    );
    expect(pairs.join('\n')).not.toMatch(/^Origin/m);
    expect(header(answer, 'CONTENT-TYPE')).toContain('application/json');
  });
});

/** A server that answers the first bytes of each connection with these. */
async function answering(bytes: string, { end = false } = {}): Promise<number> {
  const server: Server = createServer(socket => {
    socket.on('error', () => undefined);
    socket.once('data', () => (end ? socket.end(bytes, 'latin1') : socket.write(bytes, 'latin1')));
  });
  servers.push({ close: () => server.close() });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
