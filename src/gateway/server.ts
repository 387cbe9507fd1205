import { open, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { isLoopbackAddress } from '../config/address.ts';
import type { LimitSettings, ListenSettings } from '../config/settings.ts';
import { sourceNet } from '../factor/source-net.ts';
import { SluisError } from '../kernel/errors.ts';
import { type Connections, type Listener, listenerOf } from './connections.ts';
import { Sources } from './source.ts';
import { openTlsServer } from './tls-files.ts';

type Handler = (req: IncomingMessage, res: ServerResponse) => void;
type UpgradeHandler = (req: IncomingMessage, socket: Socket, early: Buffer) => void;

/** A server for people, with what a change of the configuration may change of it. */
export interface OpenServer extends Listener {
  /** Holds for connections, and for requests, that begin from now on. Throws 'config.unreadable'; nothing changed then. */
  adjust(listen: ListenSettings, limits: LimitSettings): void;
}

/**
 * Every limit and time explicit: slow heads, slow bodies, endless heads and too many connections end here. Without
 * `upgrade` a request for another protocol is a request like any other.
 */
export function openServer(
  listen: ListenSettings,
  limits: LimitSettings,
  handler: Handler,
  upgrade?: UpgradeHandler,
): OpenServer {
  const options: ServerOptions = {
    connectionsCheckingInterval: 5_000,
    // A reader who vanished without a word would hold a silent event stream until the session ends.
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
    insecureHTTPParser: false,
    requireHostHeader: false,
    joinDuplicateHeaders: false,
    shouldUpgradeCallback: req => upgrade !== undefined && isBareWebSocket(req),
  };
  const tls = listen.tls === undefined ? undefined : openTlsServer(options, listen.tls);
  const server = tls?.server ?? createServer(options);
  const doors = { sources: new Sources(listen.balancers), mostPerSource: limits.connectionsPerSource };
  setLimits(server, limits);
  const { connections, count, close, cut } = listenerOf(server);
  // Plain http goes to this machine and to named balancers only: anybody else would send a password in the clear.
  if (tls === undefined)
    server.on(
      'connection',
      refuseStrangers(() => doors.sources),
    );
  server.on(
    'connection',
    limitSources(
      () => doors.sources,
      () => doors.mostPerSource,
    ),
  );
  server.on('request', handler);
  server.on('checkContinue', handler);
  // Any other expectation: the strict head answers 417.
  server.on('checkExpectation', handler);
  server.on('connect', (_req, socket: Socket) => socket.destroy());
  if (upgrade !== undefined) server.on('upgrade', takeOver(connections, upgrade));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // An answer is under way: a second one behind it would be taken for the answer to something else.
    if (connections.isBusy(socket)) socket.destroySoon();
    else refuseSocket(error, socket);
  });
  return {
    server,
    adjust: (changed, changedLimits) => {
      // First: the only part that can fail. Between TLS and none there is no change without a restart.
      if (changed.tls !== undefined) tls?.use(changed.tls);
      doors.sources = new Sources(changed.balancers);
      doors.mostPerSource = changedLimits.connectionsPerSource;
      setLimits(server, changedLimits);
    },
    count,
    close,
    cut,
  };
}

/** All else that would upgrade is a request like any other, and refused as one: node reads on where a body comes first. */
function isBareWebSocket(req: IncomingMessage): boolean {
  const { upgrade = '', 'content-length': length, 'transfer-encoding': coding } = req.headers;
  return req.method === 'GET' && upgrade.toLowerCase() === 'websocket' && length === undefined && coding === undefined;
}

function takeOver(connections: Connections, upgrade: UpgradeHandler): UpgradeHandler {
  return (req, socket, early) => {
    // Node listens no more: a reset that nobody hears of ends the process.
    socket.on('error', () => socket.destroy());
    // With a body under way it is no socket but a stand-in for one. And where an answer is under way before it,
    // whatever was said now would stand in the middle of that one.
    if (socket !== req.socket || connections.isBusy(socket)) return void socket.destroy();
    connections.upgraded(socket);
    upgrade(req, socket, early);
  };
}

function setLimits(server: Server, limits: LimitSettings): void {
  server.headersTimeout = limits.headTime;
  // A last bound: what comes before it is watched by Receiving.
  server.requestTimeout = Math.max(limits.uploadTime, limits.requestTime, limits.headTime);
  server.keepAliveTimeout = limits.keepAlive;
  server.maxConnections = limits.connections;
  // Node would drop what is beyond such a count and say nothing: the strict head counts, and refuses.
  server.maxHeadersCount = 0;
  // Read for each new connection, though its types and documents know it as an option only.
  Object.assign(server, { maxHeaderSize: limits.head });
}

function refuseStrangers(sources: () => Sources): (socket: Pick<Socket, 'remoteAddress' | 'destroy'>) => void {
  return socket => {
    const peer = socket.remoteAddress ?? '';
    if (!isLoopbackAddress(peer) && !sources().isBalancer(peer)) socket.destroy();
  };
}

/** Of all connections nobody gets more than a part: not for balancers, who stand for many, nor for this machine. */
export function limitSources(
  sources: () => Sources,
  most: () => number,
): (socket: Pick<Socket, 'remoteAddress' | 'destroy' | 'once'>) => void {
  const open = new Map<string, number>();
  return socket => {
    const peer = socket.remoteAddress ?? '';
    if (isLoopbackAddress(peer) || sources().isBalancer(peer)) return;
    const net = sourceNet(peer);
    const count = (open.get(net) ?? 0) + 1;
    if (count > most()) return void socket.destroy();
    open.set(net, count);
    socket.once('close', () => {
      const left = (open.get(net) ?? 1) - 1;
      if (left === 0) open.delete(net);
      else open.set(net, left);
    });
  };
}

/** What llhttp refuses gets one fixed answer, never a guess at what was meant. */
function refuseSocket(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}

/** Listens, or says plainly why it cannot; `key` is the setting of the port. Resolves to the port that was bound. */
export function listen(server: Server, address: string, port: number, key = 'listen.port'): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, address, port, key)));
    server.listen(port, address, () => {
      server.removeAllListeners('error');
      // One connection that could not be accepted (no file handles left) must not end all others.
      server.on('error', () => undefined);
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}

function explain(cause: NodeJS.ErrnoException, address: string, port: number, key: string): SluisError {
  const place = `${address}:${port}`;
  if (cause.code === 'EADDRINUSE') {
    return new SluisError('listen.in-use', `${place} is in use by another program`, {
      cause,
      remedy: `stop that program, or choose another port under ${key}`,
    });
  }
  return new SluisError('listen.not-permitted', `cannot listen on ${place} (${cause.code ?? cause.message})`, {
    cause,
    remedy: 'choose an address of this machine and a port of 1024 or higher, or give the process the right to bind it',
  });
}

/** What port 80 knows. */
export interface RedirectSettings {
  readonly hosts: ReadonlySet<string>;
  readonly acmeFolder: string | undefined;
}

export interface RedirectServer extends Listener {
  /** Holds from now on. */
  adjust(limits: LimitSettings): void;
}

/** Port 80: redirects to https, and serves ACME http-01 files (RFC 8555 8.3) from one folder. */
export function openRedirectServer(limits: LimitSettings, settings: () => RedirectSettings): RedirectServer {
  const listener = listenerOf(createServer({ maxHeaderSize: 8_192, keepAliveTimeout: 1_000 }));
  const { server } = listener;
  server.on('request', (req, res) => {
    const { hosts, acmeFolder } = settings();
    const token = /^\/\.well-known\/acme-challenge\/([A-Za-z0-9_-]{1,128})$/.exec(req.url ?? '')?.[1];
    if (token !== undefined && acmeFolder !== undefined) return void sendAcme(join(acmeFolder, token), res);
    redirectToHttps(req, res, hosts);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuseSocket(error, socket));
  const adjust = ({ headTime, connections }: LimitSettings) => {
    server.headersTimeout = headTime;
    server.requestTimeout = headTime;
    server.maxConnections = connections;
  };
  adjust(limits);
  return { ...listener, adjust };
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
