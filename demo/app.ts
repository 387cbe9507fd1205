import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Accounts, users } from './accounts.ts';
import { DemoControl } from './control.ts';
import { Mailbox } from './mailbox.ts';
import { textPage, whoPage } from './pages.ts';
import { json, page, type Reply, redirect } from './reply.ts';
import { type DemoRequest, readRequest } from './request.ts';
import { asset, echo, missing, route } from './routes.ts';
import { type Session, Sessions } from './sessions.ts';
import { BrokenAnswer, basicUser, showLogin, signedIn, signInByForm, signInByJson, signOut } from './sign-in.ts';

export interface DemoOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** `/echo` and below answer with what they received. */
  readonly echo?: boolean;
  /** `silent`: a sign-in promotes the session id and sets no cookie. Default: `cookie`. */
  readonly promote?: 'cookie' | 'silent';
  /** Requests of one session wait for each other, as PHP's do. */
  readonly lockSession?: boolean;
  /** Default: the system's clock. */
  readonly now?: () => Date;
}

export interface DemoApp {
  readonly url: string;
  readonly port: number;
  readonly control: DemoControl;
  close(): Promise<void>;
}

/**
 * Starts Gemeentepost, a webmail that knows passwords only.
 * @throws the listen error of node:http (`code` EADDRINUSE, EACCES).
 */
export async function startDemoApp(options: DemoOptions = {}): Promise<DemoApp> {
  const app = new Gemeentepost(options);
  const server = createServer((request, response) => void app.serve(request, response));
  const host = options.host ?? '127.0.0.1';
  await listen(server, options.port ?? 0, host);
  const { port } = server.address() as AddressInfo;
  return { url: `http://${host}:${port}`, port, control: app.control, close: () => close(server) };
}

class Gemeentepost {
  readonly control: DemoControl;
  readonly #options: DemoOptions;
  readonly #accounts = new Accounts();
  readonly #sessions = new Sessions();
  readonly #mailbox: Mailbox;

  constructor(options: DemoOptions) {
    this.#options = options;
    this.#mailbox = new Mailbox(users, options.now ?? (() => new Date()));
    this.control = new DemoControl(user => this.#sessions.endAll(user));
  }

  async serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const request = await readRequest(message);
      const { method, target, rawHeaders, body } = request;
      this.control.note({ method, target, rawHeaders, body: body.toString('latin1') });
      await write(response, await this.#answer(request));
    } catch (error) {
      await fail(response, error).catch(() => response.destroy());
    }
  }

  async #answer(request: DemoRequest): Promise<Reply> {
    const { pathname } = request.url;
    const file = asset(pathname);
    if (file !== undefined) return file;
    if (this.#options.echo === true && /^\/echo(?:\/|$)/.test(pathname)) return echo(request);
    const id = request.cookies.get('GPSESSIE');
    return this.#options.lockSession === true
      ? this.#sessions.locked(id, () => this.#inSession(request, id))
      : this.#inSession(request, id);
  }

  async #inSession(request: DemoRequest, id: string | undefined): Promise<Reply> {
    const { session, fresh } = this.#sessions.open(id);
    const reply = await this.#dispatch(request, session);
    return fresh
      ? { ...reply, cookies: [`GPSESSIE=${session.id}; Path=/; HttpOnly`, ...(reply.cookies ?? [])] }
      : reply;
  }

  async #dispatch(request: DemoRequest, session: Session): Promise<Reply> {
    const { method, url } = request;
    const accounts = this.#accounts;
    const deps = { accounts, control: this.control, promote: this.#options.promote ?? 'cookie' };
    if (method === 'POST' && url.pathname === '/api/login') return signInByJson(request, session, deps);
    // Anywhere: a name and a password in the address are taken too.
    if (url.searchParams.has('wachtwoord') || (method === 'POST' && url.pathname === '/login')) {
      return signInByForm(request, session, deps);
    }
    if (url.pathname === '/uit') return this.#signOut(session);
    const user = signedIn(session, request.cookies) ?? basicUser(request.headers.authorization, accounts);
    if (user === undefined) return refuse(request, session);
    // Something of hers on the public login page: a gateway that hands it over has let a session through.
    if (url.pathname === '/login') return page(whoPage(user));
    return (await route({ request, session, user, accounts, mailbox: this.#mailbox })) ?? missing(user);
  }

  #signOut(session: Session): Reply {
    this.#sessions.end(session);
    return signOut();
  }
}

function refuse({ url }: DemoRequest, session: Session): Reply {
  if (url.pathname === '/login') return showLogin(session, url.searchParams.get('terug') ?? '');
  if (url.pathname.startsWith('/api/')) return json({ fout: 'afgemeld' }, 401);
  return redirect(`/login?terug=${encodeURIComponent(url.pathname + url.search)}`);
}

async function write(response: ServerResponse, reply: Reply): Promise<void> {
  const cookies = reply.cookies ?? [];
  response.writeHead(reply.status, { ...reply.headers, ...(cookies.length > 0 ? { 'set-cookie': [...cookies] } : {}) });
  const { body } = reply;
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    response.end(body);
    return;
  }
  await pipeline(Readable.from(body), response);
}

async function fail(response: ServerResponse, error: unknown): Promise<void> {
  if (response.headersSent) return void response.destroy();
  if (error instanceof BrokenAnswer) return breakOff(response, error.how);
  if (error instanceof RangeError) return write(response, { status: 413, body: '' });
  await write(response, page(textPage('Er ging iets mis', 'Fout in regel 42 van postvak.cgi. Bel de beheerder.'), 500));
}

function breakOff(response: ServerResponse, how: BrokenAnswer['how']): void {
  const { socket } = response;
  if (how === 'partial')
    socket?.write('HTTP/1.1 303 See Other\r\nLocation: /postvak\r\nContent-Length: 100\r\n\r\nhalf');
  if (how === 'nonsense') socket?.write('GEMEENTEPOST/2.4 OK\r\n\r\n');
  socket?.end();
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
