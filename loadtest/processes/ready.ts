import type { AddressInfo, Server } from 'node:net';

/** Listens on a free port of loopback, tells the bench which, and goes when the bench goes. */
export function listenForBench(server: Server): void {
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
  process.on('disconnect', () => process.exit(0));
  // By itself, so that a profile is written.
  process.on('SIGTERM', () => process.exit(0));
}

/** `--upstream=http://127.0.0.1:1234`. */
export function upstreamArgument(): string {
  const found = process.argv.find(argument => argument.startsWith('--upstream='));
  if (found === undefined) throw new Error('--upstream is missing');
  return found.slice('--upstream='.length);
}
