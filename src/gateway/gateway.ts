import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { SluisError } from '../kernel/errors.ts';
import { randomId } from '../kernel/random.ts';
import { readTarget } from '../policy/target.ts';
import { AppHandler } from './app-handler.ts';
import { type AppRuntime, Exchange, type GatewayDeps } from './exchange.ts';
import { type Head, type HeadRefusal, isRefusal, readHead } from './head.ts';
import { refuse } from './respond.ts';
import type { Sources } from './source.ts';
import { answerOn, Upgrades } from './upgrade.ts';
import { readUpgradeHead } from './upgrade-head.ts';

/** Our own pages, behind the same strict head: given by the composition root. */
export interface PortalHandler {
  readonly path: string;
  handle(req: IncomingMessage, res: ServerResponse, context: { source: string }): Promise<void>;
}

export interface GatewayHosts {
  /** By authority as it stands in Host, with and without the scheme's own port. */
  readonly apps: ReadonlyMap<string, AppRuntime>;
  readonly portals: ReadonlyMap<string, PortalHandler>;
}

/** Every request enters here: a head with one reading, a host that we know, then the portal or an app. */
export class Gateway {
  readonly #deps: GatewayDeps;
  readonly #hosts: GatewayHosts;
  readonly #sources: Sources;
  readonly #apps: AppHandler;
  readonly #upgrades: Upgrades;

  constructor(deps: GatewayDeps, hosts: GatewayHosts, sources: Sources) {
    this.#deps = deps;
    this.#hosts = hosts;
    this.#sources = sources;
    this.#apps = new AppHandler(deps);
    this.#upgrades = new Upgrades(deps);
  }

  /** Resolves once nothing more is done for this request; never rejects. Undefined: what goes on ends with `res`. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<void> | undefined {
    if (this.#deps.ongoing.refused.has(req.socket)) return undefined;
    const head = readHead(req, this.#deps.limits);
    if (isRefusal(head)) return this.#refuseHead(req, res, head);
    if (head.chunked || (head.contentLength ?? 0) > 0) this.#deps.receiving.watch(req);
    const app = this.#hosts.apps.get(head.host);
    const portal = this.#portalOf(head);
    const source = this.#sources.of(req, head);
    if (portal !== undefined) return this.#settle(res, portal.handle(req, res, { source }), undefined);
    if (app === undefined) return this.#refuseHead(req, res, { status: 400, reason: 'Host' }, 421);
    const exchange = new Exchange(app, head, readTarget(head.target), req, res, source);
    try {
      return this.#settle(res, this.#apps.handle(exchange), exchange);
    } catch (error) {
      this.#failed(res, error, exchange);
      return undefined;
    }
  }

  /** A request for another protocol, on a socket that node has let go of: whatever is not passed on ends here. */
  upgrade(req: IncomingMessage, socket: Socket, early: Buffer): void {
    if (this.#deps.ongoing.refused.has(socket)) return void socket.destroy();
    const res = answerOn(req, socket);
    const upgrade = readUpgradeHead(req, this.#deps.limits);
    if ('reason' in upgrade) return this.#refuseHead(req, res, upgrade);
    const { head, handshake } = upgrade;
    const app = this.#hosts.apps.get(head.host);
    if (this.#portalOf(head) !== undefined) return this.#refuseHead(req, res, { status: 501, reason: 'Upgrade' });
    if (app === undefined) return this.#refuseHead(req, res, { status: 400, reason: 'Host' }, 421);
    const exchange = new Exchange(app, head, readTarget(head.target), req, res, this.#sources.of(req, head));
    void this.#settle(res, this.#upgrades.handle({ exchange, handshake, socket, early }), exchange);
  }

  /** Another configuration holds: what would go on by this one for hours begins anew. */
  retire(): void {
    this.#upgrades.retire();
  }

  #portalOf({ host, target }: Head): PortalHandler | undefined {
    const portal = this.#hosts.portals.get(host);
    const path = portal?.path ?? '';
    return path === '' || target === path || target.startsWith(`${path}/`) ? portal : undefined;
  }

  #refuseHead(
    req: IncomingMessage,
    res: ServerResponse,
    refusal: HeadRefusal,
    status: number = refusal.status,
  ): undefined {
    // The rest of what was sent may have another reading: nothing more is read from this connection.
    this.#deps.ongoing.refused.add(req.socket);
    res.setHeader('connection', 'close');
    res.on('finish', () => req.socket.destroySoon());
    // RFC 6455 4.4: which version it could be.
    if (status === 426) res.setHeader('sec-websocket-version', '13');
    refusePlain(res, status);
  }

  #settle(res: ServerResponse, work: void | Promise<void>, exchange: Exchange | undefined): Promise<void> | undefined {
    return work instanceof Promise ? work.catch((error: unknown) => this.#failed(res, error, exchange)) : undefined;
  }

  /** The last resort fails closed: 503 where the store is lost, else 500; what it was stands in the log only (rule 7). */
  #failed(res: ServerResponse, error: unknown, exchange: Exchange | undefined): void {
    const reference = randomId(this.#deps.random, 6);
    const store = error instanceof SluisError && error.code === 'store.unavailable';
    const gone = res.destroyed;
    if (!gone)
      this.#deps.log.error({ reference, app: exchange?.app.settings.id, cause: causeOf(error) }, 'a request failed');
    if (gone || res.headersSent) return void res.destroy();
    if (exchange === undefined) return refusePlain(res, store ? 503 : 500);
    exchange.setCookies.length = 0;
    const next = exchange.head.method === 'GET' ? exchange.target.raw : '/';
    refuse(exchange, store ? 'store' : 'internal', { next, reference });
  }
}

/** Class and place, not the text: messages of drivers may quote what was sent. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const place = error.stack?.split('\n')[1]?.trim() ?? '';
  return `${error.name}${error instanceof SluisError ? ` ${error.code}` : ''} ${place}`;
}

const texts: Readonly<Record<number, string>> = {
  400: 'Dit verzoek is niet te lezen. / This request cannot be read.',
  405: 'Deze methode kan niet. / This method is not allowed.',
  414: 'Dit adres is te lang. / This address is too long.',
  417: 'Deze verwachting kan niet. / This expectation cannot be met.',
  421: 'Dit adres is hier niet bekend. / This address is not known here.',
  426: 'Deze versie van WebSocket kan niet. / This version of WebSocket is not known.',
  431: 'De kop van dit verzoek is te groot. / The head of this request is too large.',
  500: 'Er ging iets mis. Probeer het later opnieuw. / Something went wrong. Try again later.',
  501: 'Dit kan Sluis niet. / Sluis cannot do this.',
  503: 'Even niet bereikbaar. Probeer het zo opnieuw. / Not available. Try again soon.',
};

function refusePlain(res: ServerResponse, status: number): void {
  const body = `${texts[status] ?? texts[400]}\n`;
  res.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 503 ? { 'retry-after': '5' } : {}),
  });
  res.end(body);
}
