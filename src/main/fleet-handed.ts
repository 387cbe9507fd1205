import type { Worker } from 'node:cluster';

interface Connection {
  close(): void;
}

/** To whom a connection was handed last: one that a worker would not take goes to the next. */
const holders = new WeakMap<Connection, Worker>();

/**
 * Lets no connection hang on a worker that ended before it took it. Node's cluster keeps the connection open until the
 * worker has answered for it, for ever where there is no worker any more, and the browser waits as long. What was taken is
 * the worker's: closing our handle of that again does nothing.
 */
export function letGoOfHanded(worker: Worker): void {
  const channel = worker.process as unknown as { send(...sent: unknown[]): boolean };
  const send = channel.send.bind(channel);
  // One at a time: the next is handed over once it has answered for this one.
  let last: Connection | undefined;
  channel.send = (message, handle, ...rest) => {
    if (isConnection(handle)) {
      last = handle;
      holders.set(handle, worker);
    }
    return send(message, handle, ...rest);
  };
  worker.once('exit', () => {
    if (last !== undefined && holders.get(last) === worker) last.close();
  });
}

function isConnection(handle: unknown): handle is Connection {
  return typeof handle === 'object' && handle !== null && 'close' in handle && typeof handle.close === 'function';
}
