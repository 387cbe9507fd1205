import cluster, { type Worker } from 'node:cluster';
import { dirname, resolve } from 'node:path';
import type { Accepted } from '../config/load.ts';
import { SluisError } from '../kernel/errors.ts';
import type { Core } from './core.ts';
import { Figures } from './figures.ts';
import { figuresOfAll } from './fleet-figures.ts';
import { letGoOfHanded } from './fleet-handed.ts';
import type { Assignment, Failure, Order, Report } from './fleet-messages.ts';
import { Pulse } from './fleet-pulse.ts';
import type { Stop } from './server.ts';
import type { Serving } from './serving.ts';

/** A worker that ended sooner than this after it began to serve, or never did, ended quickly; milliseconds. */
const quick = 10_000;
/** After so many quick ends in a row of one worker, with no other one serving, the fleet gives up. */
const mostQuickEnds = 3;
const firstPause = 250;
const longestPause = 10_000;
/** How long a worker gets beyond what its requests may take, and to answer an order. */
const patience = 5_000;
/** How long is waited for what a worker said last, once it has ended. */
const lastWords = 1_000;

export interface FleetOptions {
  readonly workers: number;
  readonly file: string;
  readonly accepted: Accepted;
  readonly core: Core;
  readonly version: string;
}

/** The place of one worker, whichever process stands in it. */
interface Place {
  readonly number: number;
  process: Worker | undefined;
  /** What the process was told to serve by. */
  text: string;
  /** Undefined until it serves: on a machine that is busy it may take long to begin. */
  servingSince: number | undefined;
  serving: boolean;
  quickEnds: number;
  failure: Failure | undefined;
  timer: NodeJS.Timeout | undefined;
  /** It was ended because it did not answer any more. */
  hung: boolean;
}

/**
 * Worker processes on one port. The supervisor accepts connections and deals them out in turn, so that a worker that
 * dies takes its own connections along and no other (node's SCHED_RR); one that died is replaced.
 */
export class Fleet implements Serving {
  readonly #options: FleetOptions;
  readonly #places: readonly Place[];
  readonly #figures: Figures;
  readonly #pulse: Pulse;
  readonly #broken = Promise.withResolvers<never>();
  #text: string;
  #up: (() => void) | undefined;
  #stopping = false;

  private constructor(options: FleetOptions) {
    this.#options = options;
    this.#text = options.accepted.text;
    this.#places = Array.from({ length: options.workers }, (_none, index) => ({
      number: index + 1,
      process: undefined,
      text: '',
      servingSince: undefined,
      serving: false,
      quickEnds: 0,
      failure: undefined,
      timer: undefined,
      hung: false,
    }));
    this.#pulse = new Pulse(
      () => options.core.settings.limits.workerSilence,
      worker => this.#hung(worker),
    );
    const { core, version, workers } = options;
    this.#figures = new Figures({ tally: core.tally, worker: 0, version });
    this.#figures.gauge('sluis_workers', 'How many workers there should be.', () => workers);
    this.#figures.gauge('sluis_workers_serving', 'How many of them serve.', () => this.#serving().length);
    this.#broken.promise.catch(() => undefined);
  }

  /** Resolves when all listen. Rejects with what the first of them failed with; all are gone then. */
  static async start(options: FleetOptions): Promise<Fleet> {
    cluster.schedulingPolicy = cluster.SCHED_RR;
    // The same program, but not the command that was given: a worker is told what to serve.
    cluster.setupPrimary({ args: [] });
    const fleet = new Fleet(options);
    try {
      await fleet.#begin();
      return fleet;
    } catch (error) {
      await fleet.close();
      throw error;
    }
  }

  /** Rejects when workers end again and again and none is left that serves. */
  get broken(): Promise<never> {
    return this.#broken.promise;
  }

  /**
   * First one worker, for what only shows when it is put to use; where it goes on as before, so do all. One that cannot
   * follow then gives its place to a new one, which begins with what the others serve by.
   */
  async change({ text, settings }: Accepted): Promise<void> {
    const [first, ...others] = this.#places.filter(({ serving }) => serving);
    const failure = first && (await this.#ask(first, text));
    if (failure !== undefined) throw errorOf(failure);
    this.#text = text;
    this.#options.core.follow(settings);
    await Promise.all(others.map(place => this.#follow(place)));
  }

  /** Lets every worker end what it has under way. One that takes longer than it may is killed. */
  async close({ notice, drain }: Stop = { notice: 0, drain: 0 }): Promise<void> {
    this.#stopping = true;
    this.#pulse.close();
    for (const { timer } of this.#places) clearTimeout(timer);
    await Promise.all(this.#places.map(({ process }) => process && end(process, notice + drain + patience)));
  }

  cut(): void {
    for (const { process } of this.#places) send(process, { kind: 'hurry' });
  }

  async #begin(): Promise<void> {
    const up = Promise.withResolvers<void>();
    this.#up = up.resolve;
    for (const place of this.#places) this.#fork(place);
    await Promise.race([up.promise, this.broken]);
    this.#up = undefined;
  }

  #fork(place: Place): void {
    const worker = cluster.fork();
    letGoOfHanded(worker);
    const text = this.#text;
    Object.assign(place, { process: worker, text, servingSince: undefined, serving: false });
    Object.assign(place, { failure: undefined, hung: false });
    send(worker, { kind: 'serve', assignment: this.#assignment(place, text) });
    worker.on('message', (report: Report) => this.#heard(place, report));
    worker.once('exit', (code, signal) => {
      void heardOut(worker).then(() => this.#ended(place, place.hung ? 'hung' : (signal ?? `exit ${code}`)));
    });
    // Orders to one that is just ending.
    worker.on('error', () => undefined);
  }

  #assignment({ number }: Place, text: string): Assignment {
    const { file, workers } = this.#options;
    return { number, workers, file, folder: dirname(resolve(file)), text };
  }

  #heard(place: Place, report: Report): void {
    if (report.kind === 'failed') place.failure = report.failure;
    if (report.kind === 'all-figures') void this.#tellFigures(place.process, report.ask);
    if (report.kind !== 'listening') return;
    place.serving = true;
    place.servingSince = performance.now();
    if (place.process !== undefined) this.#pulse.watch(place.process);
    // Changed for the others while it began.
    if (place.text !== this.#text) void this.#follow(place);
    if (this.#places.every(({ serving }) => serving)) this.#up?.();
  }

  #serving(): readonly Worker[] {
    return this.#places.flatMap(({ process, serving }) => (process !== undefined && serving ? [process] : []));
  }

  async #tellFigures(worker: Worker | undefined, ask: number): Promise<void> {
    send(worker, { kind: 'all-figures', ask, texts: await figuresOfAll(this.#figures, this.#serving()) });
  }

  /** Undefined where the worker serves by this text from now on. One that ended meanwhile has nothing to refuse: the next begins with it. */
  #ask(place: Place, text: string): Promise<Failure | undefined> {
    const { process: worker } = place;
    if (worker === undefined) return Promise.resolve(undefined);
    place.text = text;
    return new Promise(resolve => {
      const settle = (failure: Failure | undefined) => {
        clearTimeout(late);
        worker.off('message', hear);
        worker.off('exit', gone);
        resolve(failure);
      };
      const gone = () => settle(undefined);
      const hear = (report: Report) => {
        if (report.kind === 'changed') settle(undefined);
        if (report.kind === 'unchanged') settle(report.failure);
      };
      const late = setTimeout(() => settle(noAnswer), patience);
      worker.on('message', hear);
      worker.once('exit', gone);
      send(worker, { kind: 'change', assignment: this.#assignment(place, text) });
    });
  }

  /** Never rejects. One that cannot gives up its place. */
  async #follow(place: Place): Promise<void> {
    if ((await this.#ask(place, this.#text)) !== undefined) send(place.process, { kind: 'stop' });
  }

  /** Asked nicely it would not hear it. */
  #hung(worker: Worker): void {
    const place = this.#places.find(({ process }) => process === worker);
    if (place === undefined || this.#stopping) return;
    place.hung = true;
    worker.process.kill('SIGKILL');
  }

  #ended(place: Place, how: string): void {
    place.process = undefined;
    place.serving = false;
    if (this.#stopping) return;
    // Nobody was promised anything yet: one that cannot begin says why for all.
    if (this.#up !== undefined) return this.#broken.reject(reasonOf(place, how));
    this.#tell(place, how);
    place.quickEnds =
      performance.now() - (place.servingSince ?? Number.POSITIVE_INFINITY) < quick ? place.quickEnds + 1 : 0;
    if (place.quickEnds >= mostQuickEnds && !this.#places.some(({ serving }) => serving))
      return this.#broken.reject(reasonOf(place, how));
    const pause = place.quickEnds === 0 ? 0 : Math.min(firstPause * 2 ** (place.quickEnds - 1), longestPause);
    place.timer = setTimeout(() => this.#fork(place), pause);
  }

  #tell({ number, failure }: Place, how: string): void {
    const { logger, audit } = this.#options.core;
    logger.error({ worker: number, how, why: failure?.message }, 'a worker ended, and is replaced');
    audit
      .record({ type: 'worker.ended', realm: '', worker: number, how })
      .catch((error: unknown) => logger.error({ err: error }, 'the end of a worker is not in the audit'));
  }
}

const noAnswer: Failure = {
  code: undefined,
  message: `a worker did not answer within ${patience / 1000} seconds`,
  remedy: 'see in the log what it is at, and try again',
};

/**
 * What it said last may come after its end. Where a connection was on its way to it, node does not say that the channel is
 * closed, but it is.
 */
function heardOut(worker: Worker): Promise<void> {
  return new Promise(resolve => {
    if (!worker.isConnected()) return resolve();
    const late = setTimeout(resolve, lastWords);
    worker.once('disconnect', () => {
      clearTimeout(late);
      resolve();
    });
  });
}

function send(worker: Worker | undefined, order: Order): void {
  if (worker?.isConnected() === true) worker.send(order);
}

async function end(worker: Worker, within: number): Promise<void> {
  // Its exit was told already: nobody would tell it again.
  if (worker.isDead()) return;
  const gone = new Promise<void>(resolve => worker.once('exit', () => resolve()));
  const kill = setTimeout(() => worker.process.kill('SIGKILL'), within);
  send(worker, { kind: 'stop' });
  await gone;
  clearTimeout(kill);
}

/** What the worker itself said of its end goes before what the supervisor saw of it. */
function reasonOf({ number, failure }: Place, how: string): Error {
  if (failure !== undefined) return errorOf(failure);
  return new SluisError('worker.failing', `worker ${number} ends again and again (${how})`, {
    remedy: 'the lines before this one in the log say why; "workers: 1" serves in one process',
  });
}

function errorOf({ code, message, remedy }: Failure): Error {
  return code === undefined
    ? new Error(message)
    : new SluisError(code, message, remedy === undefined ? {} : { remedy });
}
