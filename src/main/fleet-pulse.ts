import type { Worker } from 'node:cluster';
import type { Order, Report } from './fleet-messages.ts';

/** Milliseconds between one ask and the next. */
const every = 500;

/**
 * Asks each worker that serves whether it still does. One whose event loop stands still (a loop without end, a stopped
 * process, a lost disk) keeps the connections that it has, and answers nobody. What is counted are asks and no time: a
 * supervisor that stood still itself, or a whole machine, has asked nobody meanwhile. A worker that lets requests come to
 * their end before it stops answers all the while.
 */
export class Pulse {
  readonly #unanswered = new Map<Worker, number>();
  readonly #timer: NodeJS.Timeout;

  /** `longest`: milliseconds without an answer, as they are set now. `hangs` is called once for such a worker. */
  constructor(longest: () => number, hangs: (worker: Worker) => void) {
    this.#timer = setInterval(() => this.#beat(longest(), hangs), every);
  }

  /** From when it serves: what is just beginning on a busy machine may take long. */
  watch(worker: Worker): void {
    this.#unanswered.set(worker, 0);
    worker.on('message', (report: Report) => {
      if (report.kind === 'here' && this.#unanswered.has(worker)) this.#unanswered.set(worker, 0);
    });
    worker.once('exit', () => this.#unanswered.delete(worker));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #beat(longest: number, hangs: (worker: Worker) => void): void {
    const most = Math.max(2, Math.ceil(longest / every));
    for (const [worker, unanswered] of this.#unanswered) {
      if (unanswered >= most) {
        this.#unanswered.delete(worker);
        hangs(worker);
      } else if (worker.isConnected()) {
        this.#unanswered.set(worker, unanswered + 1);
        worker.send({ kind: 'are-you-there' } satisfies Order);
      }
    }
  }
}
