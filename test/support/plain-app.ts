import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createNetServer, type Server, type Socket } from 'node:net';

export interface PlainApp {
  readonly url: string;
  close(): Promise<void>;
}

/** An honest app on node's own server; `listener` may be changed between tests by what it closes over. */
export async function startPlainApp(listener: RequestListener): Promise<PlainApp> {
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, listener);
  return listening(server, () => server.closeAllConnections());
}

/** An app on bare sockets: what stands on the wire is up to `serve`. */
export async function startSocketApp(serve: (socket: Socket) => void): Promise<PlainApp> {
  const sockets = new Set<Socket>();
  const server = createNetServer(socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    serve(socket);
  });
  return listening(server, () => {
    for (const socket of sockets) socket.destroy();
  });
}

async function listening(server: Server, cut: () => void): Promise<PlainApp> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}
