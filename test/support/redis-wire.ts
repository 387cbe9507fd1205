import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What a wire may be: `whole`, `hanging` (held back, and passed on when it is whole again, as a network does), `cut`. */
export type WireState = 'whole' | 'hanging' | 'cut';

/** A wire between one instance and its Redis. */
export interface RedisWire {
  readonly port: number;
  /** Of all connections, or only of those that listen to messages. */
  set(state: WireState, which?: 'all' | 'listening'): void;
  close(): Promise<void>;
}

export async function startRedisWire(target: number): Promise<RedisWire> {
  const wire = new Wire(target);
  await wire.open();
  return wire;
}

interface Pair {
  readonly client: Socket;
  readonly redis: Socket;
  listening: boolean;
}

class Wire implements RedisWire {
  readonly #target: number;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #state: WireState = 'whole';
  #listeningOnly = false;

  constructor(target: number) {
    this.#target = target;
    this.#server = createServer(client => this.#join(client));
  }

  get port(): number {
    const address = this.#server.address();
    return address === null || typeof address === 'string' ? 0 : address.port;
  }

  async open(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  set(state: WireState, which: 'all' | 'listening' = 'all'): void {
    this.#state = state;
    this.#listeningOnly = which === 'listening';
    for (const pair of this.#pairs) this.#apply(pair);
  }

  async close(): Promise<void> {
    for (const { client, redis } of this.#pairs) for (const socket of [client, redis]) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #apply(pair: Pair): void {
    const touched = !this.#listeningOnly || pair.listening;
    const sockets = [pair.client, pair.redis];
    if (this.#state === 'cut' && touched) for (const socket of sockets) socket.destroy();
    else if (this.#state === 'hanging' && touched) for (const socket of sockets) socket.pause();
    else for (const socket of sockets) socket.resume();
  }

  #join(client: Socket): void {
    const redis = connect(this.#target, '127.0.0.1');
    const pair: Pair = { client, redis, listening: false };
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      client.destroy();
      redis.destroy();
    };
    for (const socket of [client, redis]) socket.on('error', end).on('close', end);
    client.on('data', (chunk: Buffer) => {
      redis.write(chunk);
      if (!/\bsubscribe\b/i.test(chunk.toString('latin1'))) return;
      pair.listening = true;
      this.#apply(pair);
    });
    redis.on('data', chunk => client.write(chunk));
    this.#apply(pair);
  }
}
