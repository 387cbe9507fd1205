import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Connections by turns; where one cannot be had it is the other's turn. What was sent once is never sent again. */
export interface Balancer {
  readonly port: number;
  /** To which instance the connection of a client led, by the client's own port. */
  readonly led: ReadonlyMap<number, number>;
  close(): Promise<void>;
}

export async function startBalancer(targets: readonly number[]): Promise<Balancer> {
  const balancer = new RoundRobin(targets);
  await balancer.open();
  return balancer;
}

class RoundRobin implements Balancer {
  readonly #targets: readonly number[];
  readonly #server: Server;
  readonly led = new Map<number, number>();
  readonly #pairs = new Map<Socket, Socket>();
  #turn = 0;

  constructor(targets: readonly number[]) {
    this.#targets = targets;
    this.#server = createServer(client => this.#join(client, this.#turn++));
  }

  get port(): number {
    const address = this.#server.address();
    return address === null || typeof address === 'string' ? 0 : address.port;
  }

  async open(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    for (const [client, instance] of this.#pairs) for (const socket of [client, instance]) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket, turn: number, tried = 1): void {
    client.pause().on('error', () => client.destroy());
    const target = this.#targets[turn % this.#targets.length] ?? 0;
    const instance = connect(target, '127.0.0.1');
    instance.once('connect', () => {
      this.#pairs.set(client, instance);
      this.led.set(client.remotePort ?? 0, target);
      client.pipe(instance).pipe(client);
    });
    instance.on('error', () => {
      if (!this.#pairs.has(client) && tried < this.#targets.length) this.#join(client, turn + 1, tried + 1);
      else client.destroy();
    });
    instance.on('close', () => {
      if (this.#pairs.get(client) === instance) client.destroy();
    });
    client.on('close', () => {
      this.#pairs.delete(client);
      instance.destroy();
    });
  }
}
