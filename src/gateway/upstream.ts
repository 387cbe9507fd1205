import { readFileSync } from 'node:fs';
import { Agent, type ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { buildConnector, type Dispatcher, errors, Pool } from 'undici';
import type { UpstreamSettings } from '../config/settings.ts';
import { SluisError } from '../kernel/errors.ts';
import { AppBusy, type Way } from './bulkhead.ts';
import type { AnswerHeaders } from './headers.ts';

/**
 * `store`: what judges the answer did not get its own answer from the store. `connection-bound`: the app takes the
 * connection for a person. `busy`: it waited for a free connection, and was not sent.
 */
export type UpstreamFailure = 'client-gone' | 'busy' | 'timeout' | 'unreachable' | 'store' | 'connection-bound';

/** What went wrong, by the reason and not by the text: 499 quiet, 503, 504, 502. */
export function failureOf(error: unknown): UpstreamFailure {
  if (error instanceof ClientGone) return 'client-gone';
  if (error instanceof AppBusy) return 'busy';
  if (error instanceof ConnectionBound) return 'connection-bound';
  if (error instanceof SluisError && error.code === 'store.unavailable') return 'store';
  if (
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError ||
    error instanceof errors.ConnectTimeoutError
  ) {
    return 'timeout';
  }
  return 'unreachable';
}

/** The person went away: the app need not go on. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** Sluis itself stopped an answer: the visit was spent, the session ended, the answer is not for the browser. */
export class Withheld extends Error {
  override readonly name = 'Withheld';
}

/** NTLM and its kin: who passed is remembered with the connection (RFC 4559 6), which others use after her. */
export class ConnectionBound extends Error {
  override readonly name = 'ConnectionBound';
}

const boundSchemes = /(?:^|,)[ \t]*(?:ntlm|negotiate|nego2|kerberos)\b/i;

/**
 * Whether an answer shows that the app signs people in by connection, whatever its status. Its connection must be closed and the answer
 * kept back: a pool hands connections from one person to the next.
 */
export function isConnectionBound(headers: AnswerHeaders): boolean {
  const asks = headers['www-authenticate'] ?? headers['proxy-authenticate'];
  if (asks !== undefined && boundSchemes.test(String(asks))) return true;
  // What Microsoft's servers add (MS-NTHT 2.2, RFC 4559 5): "this connection stays signed in", "my proxy can do so".
  return headers['persistent-auth'] !== undefined || headers['proxy-support'] !== undefined;
}

export interface WholeAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: Buffer;
}

/**
 * One app's pool. HTTP/1.1 only, one request a connection at a time. undici throws on arguments it does not like and
 * a thrown request leaves a bounded pool with one connection fewer for ever: heads are checked before they get here.
 */
export function openUpstream(settings: UpstreamSettings, connections: number = settings.connections): Pool {
  return new Pool(settings.origin, {
    connections,
    pipelining: 1,
    allowH2: false,
    headersTimeout: settings.timeouts.head,
    bodyTimeout: settings.timeouts.body,
    keepAliveTimeout: 4_000,
    maxHeaderSize: 64 * 1024,
    connect: connector(settings),
  });
}

/**
 * How many connections people without a session share for login pages, and as many again for public files, beside
 * those of the others: a quarter, and two at least where there are two.
 */
export function publicConnections({ connections }: UpstreamSettings): number {
  return Math.min(connections, Math.max(2, Math.ceil(connections / 4)));
}

/**
 * Connections to the app for what node:http sends itself: opened by the same connector as the pool's, so that CA, pin
 * and server name hold there too. One request a connection, none is kept.
 */
export function openAgent(settings: UpstreamSettings): Agent {
  return new ConnectorAgent(new URL(settings.origin), connector(settings));
}

class ConnectorAgent extends Agent {
  readonly #origin: URL;
  readonly #connect: buildConnector.connector;

  constructor(origin: URL, connect: buildConnector.connector) {
    super({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });
    this.#origin = origin;
    this.#connect = connect;
  }

  /** Whatever the request says of its address: an agent leads to its own app. */
  override createConnection(
    _options: ClientRequestArgs,
    opened?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    const { hostname, host, protocol, port } = this.#origin;
    const bare = hostname.replace(/^\[|\]$/g, '');
    this.#connect({ hostname: bare, host, protocol, port }, (error, socket) => {
      // Of an error node looks at nothing else.
      opened?.(error, socket as Duplex);
    });
  }
}

function connector(settings: UpstreamSettings): buildConnector.connector {
  const { ca, fingerprint, serverName, timeouts } = settings;
  const connectAs = buildConnector({
    timeout: timeouts.connect,
    // The connector offers HTTP/2 unless told not to, whatever the pool was told.
    allowH2: false,
    ...(ca === undefined ? {} : { ca: readCa(ca) }),
    // A pinned certificate is its own authority: its fingerprint is compared below, before a byte is sent.
    rejectUnauthorized: fingerprint === undefined,
  });
  // Else undici would take the name from the Host of the request that happens to open the connection: the public one.
  const connect: buildConnector.connector = (options, callback) =>
    connectAs({ ...options, servername: serverName ?? '' }, callback);
  if (fingerprint === undefined) return connect;
  return (options, callback) =>
    connect(options, (error, socket) => {
      if (error !== null) return callback(error, null);
      const found = (socket as TLSSocket).getPeerCertificate().fingerprint256?.replaceAll(':', '').toLowerCase();
      if (found === fingerprint) return callback(null, socket);
      socket.destroy();
      return callback(new Error('the upstream showed another certificate than the pinned one'), null);
    });
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SluisError('config.unreadable', `cannot read the upstream's CA file ${file}`, {
      cause,
      remedy: 'check the path and its rights',
    });
  }
}

/** A request of our own, its answer read whole; rejects beyond `limit` bytes. */
export function requestWhole(pool: Way, options: Dispatcher.DispatchOptions, limit: number): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let status = 0;
    let headers: AnswerHeaders = {};
    pool.dispatch(options, {
      onRequestStart() {
        // Nothing to note: an abort by the client must not reach a sign-in.
      },
      onResponseStart(controller, statusCode, found) {
        // 1xx answers carry nothing that counts: the final head decides.
        if (statusCode < 200) return;
        if (isConnectionBound(found)) return controller.abort(new ConnectionBound());
        status = statusCode;
        headers = found;
      },
      onResponseData(controller, chunk) {
        size += chunk.length;
        if (size > limit) controller.abort(new Error(`the answer is longer than ${limit} bytes`));
        else chunks.push(chunk);
      },
      onResponseEnd: () => resolve({ status, headers, body: Buffer.concat(chunks) }),
      onResponseError: (_controller, error) => reject(error),
    });
  });
}
