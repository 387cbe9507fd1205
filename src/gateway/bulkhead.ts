import type { Dispatcher } from 'undici';

/** All that a way to an app is used for. */
export type Way = Pick<Dispatcher, 'dispatch'>;

/** Whoever asks, where it is known that nobody waits for the answer any more. */
export interface Asking extends Dispatcher.DispatchHandler {
  readonly isGone?: boolean;
}

export interface BulkheadLimits {
  /** Requests that are under way to the app at once. */
  readonly connections: number;
  /** Requests that wait for one of those to end. */
  readonly waiting: number;
  /** Milliseconds that one may wait. */
  readonly longest: number;
  /** Called for each that is refused with `AppBusy`. */
  readonly refused?: () => void;
}

/** The app has as much under way as it may have, and this one waited its time, or as many waited before it as may. */
export class AppBusy extends Error {
  override readonly name = 'AppBusy';
}

interface Waiting {
  readonly handler: Asking;
  start(): void;
  readonly late: NodeJS.Timeout;
}

/**
 * The way to one app, with an end to waiting for it. The pool behind it would let any number of requests wait without a
 * bound, each with the connection of its browser: an app that answers nothing would take those of all others along.
 */
export class Bulkhead implements Way {
  readonly #pool: Way;
  readonly #limits: BulkheadLimits;
  /** In the order in which they came. */
  readonly #waiting = new Set<Waiting>();
  #underWay = 0;
  #left: () => void = () => undefined;

  constructor(pool: Way, limits: BulkheadLimits) {
    this.#pool = pool;
    this.#limits = limits;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves once nothing waits any more: closed sooner, the pool behind it would refuse what still waits. */
  async drained(): Promise<void> {
    while (this.#waiting.size > 0) {
      await new Promise<void>(resolve => {
        this.#left = resolve;
      });
    }
  }

  /** Throws as the pool's own does, where it is sent at once. */
  dispatch(options: Dispatcher.DispatchOptions, handler: Asking): boolean {
    if (this.#underWay < this.#limits.connections) return this.#send(options, handler);
    if (this.#waiting.size >= this.#limits.waiting) this.#dropGone();
    if (this.#waiting.size >= this.#limits.waiting) this.#refuse(handler);
    else this.#wait(options, handler);
    return false;
  }

  /** Who reloads a slow page again and again would fill the places with her own requests of before. */
  #dropGone(): void {
    for (const waiting of this.#waiting) {
      if (waiting.handler.isGone !== true) continue;
      clearTimeout(waiting.late);
      this.#waiting.delete(waiting);
    }
    this.#left();
  }

  #wait(options: Dispatcher.DispatchOptions, handler: Asking): void {
    const late = setTimeout(() => {
      this.#waiting.delete(waiting);
      this.#refuse(handler);
      this.#left();
    }, this.#limits.longest);
    const start = () => {
      try {
        this.#send(options, handler);
      } catch (error) {
        handler.onResponseError?.(noController, error as Error);
      }
    };
    const waiting: Waiting = { handler, start, late };
    this.#waiting.add(waiting);
  }

  #refuse(handler: Dispatcher.DispatchHandler): void {
    this.#limits.refused?.();
    handler.onResponseError?.(noController, new AppBusy());
  }

  #send(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.#underWay += 1;
    try {
      return this.#pool.dispatch(options, new Counted(handler, () => this.#ended()));
    } catch (error) {
      this.#ended();
      throw error;
    }
  }

  #ended(): void {
    this.#underWay -= 1;
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      clearTimeout(next.late);
      next.start();
      return this.#left();
    }
  }
}

// Nothing was sent, so there is nothing to abort; no handler of ours looks at it.
const noController = undefined as unknown as Dispatcher.DispatchController;

/** Passes everything on, and says once that it is over. */
class Counted implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #ended: () => void;
  #over = false;

  constructor(handler: Dispatcher.DispatchHandler, ended: () => void) {
    this.#handler = handler;
    this.#ended = ended;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2],
    message?: string,
  ): void {
    this.#handler.onResponseStart?.(controller, status, headers, message);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(
    controller: Dispatcher.DispatchController,
    trailers: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>[1],
  ): void {
    this.#end();
    this.#handler.onResponseEnd?.(controller, trailers);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#end();
    this.#handler.onResponseError?.(controller, error);
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#ended();
  }
}
