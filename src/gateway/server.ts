import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { isLoopbackAddress } from '../config/address.ts';
import type { LimitSettings, ListenSettings } from '../config/settings.ts';
import { sourceNet } from '../factor/source-net.ts';
import { SluisError } from '../kernel/errors.ts';
import { Sources } from './source.ts';

type Handler = (req: IncomingMessage, res: ServerResponse) => void;

/** Every limit and time explicit: slow heads, slow bodies, endless heads and too many connections end here. */
export function openServer(listen: ListenSettings, limits: LimitSettings, handler: Handler): Server {
  const options: ServerOptions = {
    maxHeaderSize: limits.head,
    headersTimeout: limits.headTime,
    // A last bound: what comes before it is watched by Receiving.
    requestTimeout: Math.max(limits.uploadTime, limits.requestTime, limits.headTime),
    keepAliveTimeout: limits.keepAlive,
    connectionsCheckingInterval: 5_000,
    insecureHTTPParser: false,
    requireHostHeader: false,
    joinDuplicateHeaders: false,
  };
  const server = listen.tls === undefined ? createServer(options) : tlsServer(options, listen.tls);
  server.maxConnections = limits.connections;
  // Node would drop what is beyond such a count and say nothing: the strict head counts, and refuses.
  server.maxHeadersCount = 0;
  const answers = new WeakMap<Socket, ServerResponse>();
  const tracked: Handler = (req, res) => {
    answers.set(req.socket, res);
    handler(req, res);
  };
  // Plain http goes to this machine and to named balancers only: anybody else would send a password in the clear.
  const sources = new Sources(listen.balancers);
  if (listen.tls === undefined) server.on('connection', refuseStrangers(sources));
  server.on('connection', limitSources(sources, limits.connectionsPerSource));
  server.on('request', tracked);
  server.on('checkContinue', tracked);
  // Any other expectation: the strict head answers 417.
  server.on('checkExpectation', tracked);
  server.on('connect', (_req, socket: Socket) => socket.destroy());
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // An answer is under way: a second one behind it would be taken for the answer to something else.
    if (answers.get(socket)?.closed === false) socket.destroySoon();
    else refuseSocket(error, socket);
  });
  return server;
}

export function refuseStrangers(sources: Sources): (socket: Pick<Socket, 'remoteAddress' | 'destroy'>) => void {
  return socket => {
    const peer = socket.remoteAddress ?? '';
    if (!isLoopbackAddress(peer) && !sources.isBalancer(peer)) socket.destroy();
  };
}

/** Of all connections nobody gets more than a part: not for balancers, who stand for many, nor for this machine. */
export function limitSources(
  sources: Sources,
  most: number,
): (socket: Pick<Socket, 'remoteAddress' | 'destroy' | 'once'>) => void {
  const open = new Map<string, number>();
  return socket => {
    const peer = socket.remoteAddress ?? '';
    if (isLoopbackAddress(peer) || sources.isBalancer(peer)) return;
    const net = sourceNet(peer);
    const count = (open.get(net) ?? 0) + 1;
    if (count > most) return void socket.destroy();
    open.set(net, count);
    socket.once('close', () => {
      const left = (open.get(net) ?? 1) - 1;
      if (left === 0) open.delete(net);
      else open.set(net, left);
    });
  };
}

function tlsServer(options: ServerOptions, tls: { certificate: string; key: string }): Server {
  const read = () => ({ cert: readTlsFile(tls.certificate), key: readTlsFile(tls.key) });
  const server = createTlsServer({
    ...options,
    ...read(),
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    honorCipherOrder: true,
  });
  // Renewed certificates are taken up by themselves; a half-written pair is not.
  const renew = () => {
    try {
      server.setSecureContext({ ...read(), minVersion: 'TLSv1.2' });
    } catch {
      // The old certificate stays until a pair that fits is there.
    }
  };
  // Looked at by name every two seconds: renewed files are renamed into place or sit behind a link, and a watch of the
  // file itself would stay with the old one.
  for (const file of [tls.certificate, tls.key]) watchFile(file, { persistent: false, interval: 2_000 }, renew);
  server.on('close', () => {
    for (const file of [tls.certificate, tls.key]) unwatchFile(file, renew);
  });
  return server;
}

function readTlsFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new SluisError('config.unreadable', `cannot read ${file}`, {
      cause,
      remedy: 'check listen.tls and the rights of the file',
    });
  }
}

/** What llhttp refuses gets one fixed answer, never a guess at what was meant. */
function refuseSocket(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}

/** Listens, or says plainly why it cannot. Resolves to the port that was bound. */
export function listen(server: Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, address, port)));
    server.listen(port, address, () => {
      server.removeAllListeners('error');
      // One connection that could not be accepted (no file handles left) must not end all others.
      server.on('error', () => undefined);
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}

/** Takes no new connections, and lets what is under way come to its end, for at most `drain` milliseconds. */
export async function closeServer(server: Server, drain: number): Promise<void> {
  // Connections that become idle on the way are closed too: browsers would keep them open for the next request.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const end = setTimeout(() => server.closeAllConnections(), drain);
  await new Promise<void>(resolve => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearInterval(sweep);
  clearTimeout(end);
}

function explain(cause: NodeJS.ErrnoException, address: string, port: number): SluisError {
  const place = `${address}:${port}`;
  if (cause.code === 'EADDRINUSE') {
    return new SluisError('listen.in-use', `${place} is in use by another program`, {
      cause,
      remedy: 'stop that program, or choose another port under listen.port',
    });
  }
  return new SluisError('listen.not-permitted', `cannot listen on ${place} (${cause.code ?? cause.message})`, {
    cause,
    remedy: 'choose an address of this machine and a port of 1024 or higher, or give the process the right to bind it',
  });
}

/** Port 80: redirects to https, and serves ACME http-01 files (RFC 8555 8.3) from one folder. */
export function openRedirectServer(
  limits: LimitSettings,
  hosts: ReadonlySet<string>,
  acmeFolder: string | undefined,
): Server {
  const server = createServer({
    maxHeaderSize: 8_192,
    headersTimeout: limits.headTime,
    requestTimeout: limits.headTime,
    keepAliveTimeout: 1_000,
  });
  server.maxConnections = limits.connections;
  server.on('request', (req, res) => {
    const token = /^\/\.well-known\/acme-challenge\/([A-Za-z0-9_-]{1,128})$/.exec(req.url ?? '')?.[1];
    if (token !== undefined && acmeFolder !== undefined) return void sendAcme(join(acmeFolder, token), res);
    redirectToHttps(req, res, hosts);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuseSocket(error, socket));
  return server;
}

function redirectToHttps(req: IncomingMessage, res: ServerResponse, hosts: ReadonlySet<string>): void {
  const host = (req.headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
  const safe =
    hosts.has(host) && /^\/[\x21-\x7e]*$/.test(req.url ?? '') && (req.method === 'GET' || req.method === 'HEAD');
  res.writeHead(safe ? 308 : 400, {
    'content-length': '0',
    connection: 'close',
    ...(safe ? { location: `https://${host}${req.url}` } : {}),
  });
  res.end();
}

/** A key authorization is a token and a hash (RFC 8555 8.1): a longer file is none. */
const longestAcme = 1_024;

/** Read whole before a byte of the answer is out. What cannot be read is not there, whatever the cause. */
async function sendAcme(file: string, res: ServerResponse): Promise<void> {
  const text = await readSmall(file).catch(() => undefined);
  if (text === undefined) return void res.writeHead(404, { 'content-length': '0' }).end();
  res.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': String(text.length) });
  res.end(text);
}

/** Undefined for what is no file, or a longer one. Opening a pipe would wait for its other end. */
async function readSmall(file: string): Promise<Buffer | undefined> {
  if (!(await stat(file)).isFile()) return undefined;
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(longestAcme + 1), 0, longestAcme + 1, 0);
    return bytesRead > longestAcme ? undefined : buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
