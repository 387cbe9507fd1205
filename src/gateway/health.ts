import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Listener, listenerOf } from './connections.ts';

/** Whether requests should come here, and since when (milliseconds since the epoch). */
export type Readiness =
  | { readonly ready: true; readonly since: number }
  | { readonly ready: false; readonly reason: 'store lost' | 'draining'; readonly since: number };

/**
 * The management listener, for balancers and supervisors: whether the process answers, and whether it should be sent
 * requests; and the figures of this instance, for monitoring. It says nothing of apps and people, and looks at nothing of a request but method and path.
 */
export function openHealthServer(readiness: () => Readiness, figures: () => Promise<string>): Listener {
  const listener = listenerOf(
    createServer({
      maxHeaderSize: 8_192,
      headersTimeout: 2_000,
      requestTimeout: 2_000,
      connectionsCheckingInterval: 1_000,
      requireHostHeader: false,
    }),
  );
  const { server } = listener;
  server.maxConnections = 64;
  server.on('request', (req, res) => answer(req, res, readiness, figures));
  server.on('checkContinue', (req, res) => answer(req, res, readiness, figures));
  return listener;
}

function answer(
  req: IncomingMessage,
  res: ServerResponse,
  readiness: () => Readiness,
  figures: () => Promise<string>,
): void {
  // Whoever asks comes back on a connection of its own: nothing is kept, and no body is waited for.
  res.shouldKeepAlive = false;
  const path = req.url?.split('?', 1)[0];
  if (path !== '/healthz' && path !== '/readyz' && path !== '/metrics') return send(req, res, 404, 'not found');
  if (req.method !== 'GET' && req.method !== 'HEAD') return send(req, res, 405, 'method not allowed');
  if (path === '/healthz') return send(req, res, 200, 'alive');
  if (path === '/metrics') return sendFigures(req, res, figures);
  const now = readiness();
  const text = `${now.ready ? 'ready' : now.reason} since ${new Date(now.since).toISOString()}`;
  send(req, res, now.ready ? 200 : 503, text);
}

function sendFigures(req: IncomingMessage, res: ServerResponse, figures: () => Promise<string>): void {
  figures().then(
    text => write(req, res, 200, text, 'text/plain; version=0.0.4; charset=utf-8'),
    () => send(req, res, 503, 'no figures'),
  );
}

function send(req: IncomingMessage, res: ServerResponse, status: number, line: string): void {
  write(req, res, status, `${line}\n`, 'text/plain; charset=utf-8');
}

function write(req: IncomingMessage, res: ServerResponse, status: number, body: string, type: string): void {
  res.writeHead(status, {
    'content-type': type,
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  res.end(req.method === 'HEAD' ? undefined : body);
}
