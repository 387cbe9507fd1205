import { connect, type Socket } from 'node:net';
import type { Load, LoadResult } from '../generator.ts';

/**
 * A closed loop on raw sockets: each connection sends the next request when the whole answer to the one before is
 * there. Bounded in time and in requests; only to 127.0.0.1.
 */
process.on('message', (load: Load) => {
  void run(load).then(result => process.send?.(result));
});
process.on('disconnect', () => process.exit(0));
process.send?.({ port: 0 });

const open = new Map<string, Socket[]>();

async function run(load: Load): Promise<LoadResult> {
  const began = performance.now();
  const counter = { requests: 0, until: began + load.milliseconds, most: load.most, failure: '', latencies: [] };
  const lanes = Array.from({ length: load.connections }, () => new Lane(load, counter).run());
  await Promise.all(lanes);
  const milliseconds = performance.now() - began;
  const { requests, failure } = counter;
  const sorted = Float64Array.from(counter.latencies).sort();
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return { requests, milliseconds, p50: at(0.5), p99: at(0.99), failure };
}

interface Counter {
  requests: number;
  readonly until: number;
  readonly most: number;
  failure: string;
  readonly latencies: number[];
}

class Lane {
  readonly #load: Load;
  readonly #counter: Counter;
  readonly #bytes: Buffer;
  #head = '';
  #left = 0;
  #inBody = false;
  #sentAt = 0;

  constructor(load: Load, counter: Counter) {
    this.#load = load;
    this.#counter = counter;
    this.#bytes = Buffer.from(load.bytes, 'latin1');
  }

  /** Sockets stay open between rounds, as browsers' do. */
  run(): Promise<void> {
    const { port } = this.#load;
    const socket = take(port) ?? connect({ port, host: '127.0.0.1', noDelay: true });
    return new Promise(resolve => {
      const finish = (failure = '') => {
        socket.removeAllListeners();
        if (failure === '') give(port, socket);
        else {
          this.#counter.failure ||= failure;
          socket.destroy();
        }
        resolve();
      };
      socket.on('error', error => finish(error.message));
      socket.on('close', () => finish('the connection was closed'));
      socket.on('data', (chunk: Buffer) => {
        const failure = this.#read(chunk);
        if (failure !== undefined) return finish(failure);
        if (this.#inBody || this.#head !== '') return;
        this.#counter.requests += 1;
        this.#counter.latencies.push(performance.now() - this.#sentAt);
        if (this.#mayGoOn()) this.#send(socket);
        else finish();
      });
      this.#send(socket);
    });
  }

  #send(socket: Socket): void {
    this.#sentAt = performance.now();
    socket.write(this.#bytes);
  }

  #mayGoOn(): boolean {
    const { requests, most, until, failure } = this.#counter;
    return failure === '' && requests < most && performance.now() < until;
  }

  /** What is wrong with the answer, if anything. */
  #read(chunk: Buffer): string | undefined {
    if (!this.#inBody) {
      this.#head += chunk.toString('latin1');
      const end = this.#head.indexOf('\r\n\r\n');
      if (end < 0) return undefined;
      const problem = this.#readHead(this.#head.slice(0, end + 2));
      if (problem !== undefined) return problem;
      this.#left = this.#load.size - (this.#head.length - end - 4);
      this.#head = '';
    } else this.#left -= chunk.length;
    if (this.#left < 0) return 'more came than was asked for';
    this.#inBody = this.#left > 0;
    return undefined;
  }

  #readHead(head: string): string | undefined {
    if (!head.startsWith('HTTP/1.1 200 ')) return head.slice(0, head.indexOf('\r\n'));
    const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1];
    return Number(length) === this.#load.size ? undefined : `content-length ${length}`;
  }
}

function take(port: number): Socket | undefined {
  const socket = open.get(String(port))?.pop();
  socket?.removeAllListeners();
  return socket?.writable === true ? socket : undefined;
}

function give(port: number, socket: Socket): void {
  // Between rounds nobody listens: an end or error then must not end this process.
  socket.on('error', () => undefined);
  const kept = open.get(String(port));
  if (kept === undefined) open.set(String(port), [socket]);
  else kept.push(socket);
}
