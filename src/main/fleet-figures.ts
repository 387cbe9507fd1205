import type { Worker } from 'node:cluster';
import type { Figures } from './figures.ts';
import type { Order, Report } from './fleet-messages.ts';

/** How long one worker has to say its figures, and the supervisor those of all; milliseconds. */
const patience = { worker: 3_000, all: 5_000 } as const;

/**
 * What the supervisor says of all who serve: its own figures and those of each worker that answers in time. One that is
 * too busy for that is missing, and shows by it.
 */
export async function figuresOfAll(own: Figures, workers: readonly Worker[]): Promise<readonly string[]> {
  const texts = await Promise.all([own.text(), ...workers.map(worker => figuresOf(worker))]);
  return texts.filter(text => text !== undefined);
}

let asks = 0;

function figuresOf(worker: Worker): Promise<string | undefined> {
  asks += 1;
  const ask = asks;
  return new Promise(resolve => {
    const settle = (text: string | undefined) => {
      clearTimeout(late);
      worker.off('message', hear);
      worker.off('exit', gone);
      resolve(text);
    };
    const gone = () => settle(undefined);
    const hear = (report: Report) => {
      if (report.kind === 'figures' && report.ask === ask) settle(report.text);
    };
    const late = setTimeout(gone, patience.worker);
    worker.on('message', hear);
    worker.once('exit', gone);
    if (worker.isConnected()) worker.send({ kind: 'figures', ask } satisfies Order);
    else gone();
  });
}

/** In a worker: what its supervisor says of all; undefined where it does not in time. */
export function askForAll(tell: (report: Report) => Promise<void>): Promise<readonly string[] | undefined> {
  asks += 1;
  const ask = asks;
  return new Promise(resolve => {
    const settle = (texts: readonly string[] | undefined) => {
      clearTimeout(late);
      process.off('message', hear);
      resolve(texts);
    };
    const hear = (order: Order) => {
      if (order.kind === 'all-figures' && order.ask === ask) settle(order.texts);
    };
    const late = setTimeout(() => settle(undefined), patience.all);
    process.on('message', hear);
    void tell({ kind: 'all-figures', ask });
  });
}
