import cluster from 'node:cluster';
import { createLogger } from '../audit/pino-sink.ts';
import { exitCodeOf } from '../cli/program.ts';
import { loadSettings } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import { SluisError } from '../kernel/errors.ts';
import { loadOptions, settingsOf } from './configuration.ts';
import { Figures } from './figures.ts';
import { askForAll } from './fleet-figures.ts';
import type { Assignment, Failure, Order, Report } from './fleet-messages.ts';
import { type Machine, openOn } from './machine.ts';
import { end } from './serve.ts';
import { type RunningServer, startServer } from './server.ts';
import { shareOf } from './shares.ts';

/** Whether this process was started by a supervisor, to serve beside others. */
export const isWorker = cluster.isWorker;

/** One worker's life: it serves as it is told, until it is told to stop or its supervisor is gone. Resolves to its exit code. */
export async function runWorker(machine: Machine): Promise<number> {
  const orders = new Orders();
  // The supervisor reads the configuration for all.
  machine.onReload(() => undefined);
  try {
    await work(machine, orders);
    return 0;
  } catch (error) {
    await tell({ kind: 'failed', failure: failureOf(error) });
    return exitCodeOf(error);
  } finally {
    if (process.connected) process.disconnect?.();
  }
}

async function work(machine: Machine, orders: Orders): Promise<void> {
  const assignment = await orders.assignment;
  const settings = settingsFor(assignment);
  const logger = createLogger({ level: settings.log.level }).child({ worker: assignment.number });
  const core = await openOn(machine, settings, logger, { told: true });
  try {
    const { number: worker } = assignment;
    const figures = new Figures({ tally: core.tally, worker, version: machine.terminal.version });
    orders.onFigures(ask => void figures.text().then(text => tell({ kind: 'figures', ask, text })));
    const server = await startServer(core, { figures, gather: () => askForAll(tell) });
    orders.onChange(changed => void tell(change(server, changed)));
    await tell({ kind: 'listening' });
    await Promise.race([machine.stopped(), orders.stopped]);
    const hurried = () => Promise.race([machine.hurried(), orders.hurried]);
    await end({ ...machine, hurried }, server, core);
  } finally {
    await core.store.close();
  }
}

function change(server: RunningServer, assignment: Assignment): Report {
  try {
    server.change(settingsFor(assignment));
    return { kind: 'changed' };
  } catch (error) {
    return { kind: 'unchanged', failure: failureOf(error) };
  }
}

/** What the supervisor accepted, read once more: settings hold what no message carries. */
function settingsFor({ text, folder, file, workers }: Assignment): Settings {
  return shareOf(settingsOf(loadSettings(text, { ...loadOptions, folder }), file), workers);
}

/** What the supervisor says, heard from the first moment on. */
class Orders {
  readonly #assignment = Promise.withResolvers<Assignment>();
  readonly #stopped = Promise.withResolvers<void>();
  readonly #hurried = Promise.withResolvers<void>();
  #change: (assignment: Assignment) => void = () => undefined;
  #figures: (ask: number) => void = () => undefined;

  constructor() {
    process.on('message', (order: Order) => this.#take(order));
    cluster.worker?.on('disconnect', () => {
      // Node would end the process here, and with it the requests under way.
      if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
      this.#stopped.resolve();
      this.#assignment.reject(new Error('the supervisor is gone'));
    });
  }

  get assignment(): Promise<Assignment> {
    return this.#assignment.promise;
  }

  get stopped(): Promise<void> {
    return this.#stopped.promise;
  }

  get hurried(): Promise<void> {
    return this.#hurried.promise;
  }

  onChange(listener: (assignment: Assignment) => void): void {
    this.#change = listener;
  }

  /** Monitoring asks. */
  onFigures(listener: (ask: number) => void): void {
    this.#figures = listener;
  }

  #take(order: Order): void {
    if (order.kind === 'serve') this.#assignment.resolve(order.assignment);
    else if (order.kind === 'change') this.#change(order.assignment);
    else if (order.kind === 'are-you-there') void tell({ kind: 'here' });
    else if (order.kind === 'stop') this.#stopped.resolve();
    else if (order.kind === 'hurry') this.#hurried.resolve();
    else if (order.kind === 'figures') this.#figures(order.ask);
  }
}

/** Resolves once it is on its way; to nobody where the supervisor is gone. */
function tell(report: Report): Promise<void> {
  return new Promise(resolve => {
    if (!process.connected || process.send === undefined) resolve();
    else process.send(report, undefined, undefined, () => resolve());
  });
}

function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const known = error instanceof SluisError ? error : undefined;
  return { code: known?.code, message, remedy: known?.remedy };
}
