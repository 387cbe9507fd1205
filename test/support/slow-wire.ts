import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A wire on which every answer comes as late as it is told: far away, or overloaded. */
export interface SlowWire {
  readonly port: number;
  /** Milliseconds from now on. */
  delay: number;
  close(): Promise<void>;
}

export async function startSlowWire(target: number): Promise<SlowWire> {
  const sockets = new Set<Socket>();
  const wire = { port: 0, delay: 0, close: async () => undefined };
  // As Redis and its clients do: else small answers wait for one another, for 40 ms each.
  const noDelay = true;
  const server = createServer({ noDelay }, client => {
    const redis = connect({ port: target, host: '127.0.0.1', noDelay });
    const end = () => {
      client.destroy();
      redis.destroy();
    };
    for (const socket of [client, redis]) {
      sockets.add(socket);
      socket.on('error', end).on('close', end);
    }
    client.pipe(redis);
    let last = Promise.resolve();
    redis.on('data', chunk => {
      const late = wire.delay === 0 ? Promise.resolve() : new Promise(resolve => setTimeout(resolve, wire.delay));
      // In the order in which they came, whatever the delay was meanwhile.
      last = Promise.all([last, late]).then(() => void client.write(chunk));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return Object.assign(wire, {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  });
}
