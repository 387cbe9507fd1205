import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';

/** How often connections are looked at while a server stops. */
const look = 100;
/**
 * How many looks a connection must be idle for before it is closed: who sends on it at the very moment of the stop is
 * answered, and told to come back on another.
 */
const quiet = 10;

interface Idle {
  looks: number;
  seen: number;
}

/** A server, and how it comes to its end. */
export interface Listener {
  readonly server: Server;
  /** How many connections are open. */
  count(): number;
  /** Lets what is under way come to its end, for at most this long (milliseconds). */
  close(drain: number): Promise<void>;
  /** Ends at once what `close` waits for. */
  cut(): void;
}

/** Before a server gets handlers of its own. */
export function listenerOf(server: Server): Listener & { readonly connections: Connections } {
  const connections = new Connections(server);
  const count = () => connections.size;
  return { server, connections, count, close: drain => connections.end(drain), cut: () => connections.cut() };
}

/** The connections of one server, and how they come to their end. */
export class Connections {
  readonly #server: Server;
  /** The newest answer on each; undefined before the first request. */
  readonly #answers = new Map<Socket, ServerResponse | undefined>();
  /** Also those that have not got as far as a request, in the middle of a TLS handshake. */
  readonly #all = new Set<Socket>();
  #draining = false;

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#all.add(socket);
      socket.once('close', () => this.#all.delete(socket));
    });
    server.on(isTls(server) ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.#answers.set(socket, undefined);
      socket.once('close', () => this.#answers.delete(socket));
    });
    for (const event of ['request', 'checkContinue', 'checkExpectation']) {
      server.on(event, (req: IncomingMessage, res: ServerResponse) => this.#began(req.socket, res));
    }
  }

  get size(): number {
    return this.#all.size;
  }

  /** Whether an answer is under way on it. */
  isBusy(socket: Socket): boolean {
    return this.#answers.get(socket)?.closed === false;
  }

  /** It is no connection for requests any more: who upgraded it ends it, when told that the process stops; it is cut with the rest. */
  upgraded(socket: Socket): void {
    this.#answers.delete(socket);
  }

  /**
   * Takes no new connections. What is under way comes to its end, each connection closing with its next answer; one
   * that stays idle for a second is closed, and all that is left after `drain` milliseconds is cut.
   */
  async end(drain: number): Promise<void> {
    this.#draining = true;
    for (const res of this.#answers.values()) if (res !== undefined && !res.headersSent) res.shouldKeepAlive = false;
    const idle = new Map<Socket, Idle>();
    const sweep = setInterval(() => this.#closeIdle(idle), look);
    const cut = setTimeout(() => this.cut(), drain);
    // node:http would first close what is idle at this moment, though a request be on its way.
    await new Promise<void>(resolve => NetServer.prototype.close.call(this.#server, () => resolve()));
    clearInterval(sweep);
    clearTimeout(cut);
    // What node:http itself still does: its own timer.
    this.#server.close();
  }

  /** At once. */
  cut(): void {
    this.#server.closeAllConnections();
    for (const socket of this.#all) socket.destroy();
  }

  #began(socket: Socket, res: ServerResponse): void {
    if (this.#answers.has(socket)) this.#answers.set(socket, res);
    if (this.#draining) res.shouldKeepAlive = false;
  }

  #closeIdle(idle: Map<Socket, Idle>): void {
    for (const socket of this.#answers.keys()) {
      const before = idle.get(socket);
      // Part of a head came meanwhile, or the end of an answer went out.
      const seen = socket.bytesRead + socket.bytesWritten;
      const still = !this.isBusy(socket) && before?.seen === seen;
      const looks = still ? before.looks + 1 : 0;
      if (looks >= quiet) socket.destroySoon();
      idle.set(socket, { looks, seen });
    }
  }
}

function isTls(server: Server): boolean {
  return 'setSecureContext' in server;
}
