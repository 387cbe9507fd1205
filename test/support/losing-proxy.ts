import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A wire to Redis on which answers can be lost: the step was done, the connection is gone. */
export interface LosingProxy {
  readonly port: number;
  /** Steps (scripts) whose answers were lost. */
  readonly lost: () => number;
  /** Loses the answers to the next `times` steps; with `refuse`, nobody gets a connection after that until `mend`. */
  loseNext(times?: number, options?: { refuse?: boolean }): void;
  mend(): void;
  /** From now on nothing passes in either direction; the connections stay open. */
  swallow(): void;
  close(): Promise<void>;
}

export async function startLosingProxy(target: number): Promise<LosingProxy> {
  const wire = new Wire(target);
  await wire.open();
  return wire;
}

class Wire implements LosingProxy {
  readonly #target: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #toLose = 0;
  #lost = 0;
  #refuseAfter = false;
  #refusing = false;
  #swallowing = false;

  constructor(target: number) {
    this.#target = target;
    this.#server = createServer(socket => this.#join(socket));
  }

  get port(): number {
    const address = this.#server.address();
    return address === null || typeof address === 'string' ? 0 : address.port;
  }

  readonly lost = () => this.#lost;

  async open(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  loseNext(times = 1, { refuse = false } = {}): void {
    this.#toLose = times;
    this.#refuseAfter = refuse;
  }

  mend(): void {
    this.#refusing = false;
    this.#refuseAfter = false;
  }

  swallow(): void {
    this.#swallowing = true;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket): void {
    if (this.#refusing) {
      client.destroy();
      return;
    }
    const redis = connect(this.#target, '127.0.0.1');
    let losing = false;
    const end = () => {
      client.destroy();
      redis.destroy();
    };
    for (const socket of [client, redis]) {
      this.#sockets.add(socket);
      socket.on('error', end).on('close', () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    client.on('data', chunk => {
      if (this.#swallowing) return;
      if (this.#toLose > 0 && /\bEVAL(SHA)?\b/i.test(chunk.toString('latin1'))) {
        this.#toLose -= 1;
        losing = true;
      }
      redis.write(chunk);
    });
    redis.on('data', chunk => {
      if (this.#swallowing) return;
      if (!losing) {
        client.write(chunk);
        return;
      }
      // Redis answered, so it has done it.
      this.#lost += 1;
      this.#refusing = this.#refuseAfter;
      end();
    });
  }
}
