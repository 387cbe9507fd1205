import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Store } from '../../src/kernel/store.ts';
import { revocationLog } from '../../src/session/revocations.ts';
import type { TestSluis } from './sluis.ts';

/** What one request asked of the store before its answer began, one list for each time that it waited. */
export type Rounds = readonly (readonly string[])[];

/** All that somebody may wait for: publications are waited for by nobody. */
const asked = [
  ...['get', 'create', 'replace', 'remove', 'consume', 'consumed', 'advance', 'reached', 'count', 'peek'],
  ...['resetCount', 'add', 'drop', 'members', 'size', 'append', 'head', 'read'],
] as const satisfies readonly (keyof Store)[];

/**
 * Counts how often a request waits for the store. Every answer is held back until no step is under way and none is
 * begun: so what runs side by side is one round, on any engine and however fast it is. One request at a time.
 */
export class StepCount {
  readonly #request = new AsyncLocalStorage<ServerResponse>();
  #rounds: string[][] = [];
  #open: { readonly what: string; readonly of: ServerResponse | undefined }[] = [];
  #held: (() => void)[] = [];
  #running = 0;
  /** The one that is counted, until its answer begins. */
  #counted: ServerResponse | undefined;
  #waiting = false;

  /** Only what comes of requests is held back and counted: what goes on by timers beside them is left alone. */
  watch({ port, core: { store } }: TestSluis): () => void {
    const methods = store as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    for (const name of asked) {
      const real = (methods[name] as (...args: unknown[]) => Promise<unknown>).bind(store);
      methods[name] = (...args) =>
        this.#counted === undefined || this.#request.getStore() !== this.#counted || isFollower(name, args)
          ? real(...args)
          : this.#step(`${name} ${String(args[0]).replaceAll(/\{[^}]*\}/g, '{}')}`, () => real(...args));
    }
    const begun = channel('http.server.request.start');
    const begin = (message: unknown) => {
      const { response, socket } = message as { response: ServerResponse; socket: Socket };
      // The app behind it is a server of this process too.
      if (socket.localPort === port) this.#begin(response);
    };
    begun.subscribe(begin);
    return () => {
      begun.unsubscribe(begin);
      for (const name of asked) delete (methods as Record<string, unknown>)[name];
    };
  }

  /** Of the one request that `work` makes. */
  async of<T>(work: () => Promise<T>): Promise<{ readonly answer: T; readonly rounds: Rounds }> {
    this.#rounds = [];
    this.#waiting = true;
    const answer = await work();
    return { answer, rounds: this.#rounds };
  }

  #begin(response: ServerResponse): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    this.#counted = response;
    this.#request.enterWith(response);
    const { writeHead } = response;
    response.writeHead = ((...args: Parameters<typeof writeHead>) => {
      this.#counted = undefined;
      return Reflect.apply(writeHead, response, args);
    }) as typeof writeHead;
  }

  async #step<T>(what: string, real: () => Promise<T>): Promise<T> {
    this.#running += 1;
    this.#open.push({ what, of: this.#counted });
    try {
      return await real();
    } finally {
      await this.#together();
    }
  }

  #together(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held.push(resolve);
    this.#running -= 1;
    if (this.#running === 0) setImmediate(() => this.#release());
    return promise;
  }

  #release(): void {
    if (this.#running > 0) return;
    const held = this.#held;
    if (held.length === 0) return;
    // What an answered request left behind is nobody's wait.
    const waited = this.#open.filter(({ of }) => of !== undefined && of === this.#counted);
    if (waited.length > 0) this.#rounds.push(waited.map(({ what }) => what));
    this.#open = [];
    this.#held = [];
    for (const resolve of held) resolve();
  }
}

/** Following the log of ended sessions is nobody's request, whatever hastened it. */
function isFollower(name: string, [key]: readonly unknown[]): boolean {
  return name === 'read' && key === revocationLog;
}
