import { setTimeout as pause } from 'node:timers/promises';
import { ailmentOfClosed, ailmentOfOpen } from './cluster-state.ts';
import { type Client, clientFor, type RedisAccess } from './connect.ts';
import { answersAt, placeOf } from './nodes.ts';
import { isConnectionLoss, isSilence, unavailable } from './trouble.ts';
import { Wait } from './wait.ts';

/** Milliseconds that a step waits for a connection that was just lost. */
const patience = 300;
/** And for a server that just went silent: one that is only slow answers by then. */
const silencePatience = 400;
const askEvery = 100;
/** And that a step takes in all: the driver's own limits do not hold while a cluster looks for the node it lost. */
const stepTime = 800;
const openingTime = 4000;

/** The connection on which steps run. */
export class Link {
  readonly client: Client;
  #closed = false;
  #lastError: Error | undefined;
  /** While the connection is lost: whether it came back soon. */
  #returning: Wait | undefined;
  /** While a server does not answer, by where it is: in a cluster it is one node of several. */
  readonly #silent = new Map<string, Wait>();

  private constructor(access: RedisAccess) {
    this.client = clientFor(access);
    const note = (error: Error) => {
      this.#lastError = error;
    };
    this.client.on('error', note);
    this.client.on('node error', note);
    this.client.on('sentinelError', note);
    this.client.on('close', () => this.#lost());
    this.client.on('ready', () => {
      this.#returning?.settle(true);
      this.#returning = undefined;
    });
  }

  /** Connects. Rejects with 'store.unavailable' where that does not work at once; nothing stays open then. */
  static async open(access: RedisAccess): Promise<Link> {
    const link = new Link(access);
    try {
      await inTime(link.client.connect(), openingTime);
    } catch (error) {
      link.close();
      throw unavailable((await ailmentOfClosed(access)) ?? link.#lastError ?? error);
    }
    const ailment = await ailmentOfOpen(link.client);
    if (ailment === undefined) return link;
    link.close();
    throw unavailable(ailment);
  }

  /**
   * Runs a step on the key of this name; where the connection is lost under it and comes back at once, a second time.
   * The step must be one that may be sent again. Rejects with 'store.unavailable'.
   */
  async run<T>(name: string, step: (client: Client) => Promise<T>): Promise<T> {
    if (this.#closed) throw unavailable('the connection was closed');
    const place = placeOf(this.client, name);
    try {
      return await inTime(this.#perhapsTwice(place, step), stepTime);
    } catch (error) {
      if (isSilence(error)) this.#wentSilent(place);
      throw unavailable(error);
    }
  }

  close(): void {
    this.#closed = true;
    this.#returning?.settle(false);
    for (const silent of this.#silent.values()) silent.settle(false);
    this.client.disconnect();
  }

  async #perhapsTwice<T>(place: string, step: (client: Client) => Promise<T>): Promise<T> {
    // One step found it out. Those after it, of the same request perhaps, do not each wait as long again.
    const silent = this.#silent.get(place);
    if (silent !== undefined && !(await silent.soon)) throw new Error('it does not answer');
    try {
      return await step(this.client);
    } catch (error) {
      if (!isConnectionLoss(error) || !(await this.#backSoon())) throw error;
      return await step(this.client);
    }
  }

  async #backSoon(): Promise<boolean> {
    if (this.#closed) return false;
    if (this.client.status === 'ready') return true;
    this.#lost();
    return (await this.#returning?.soon) ?? false;
  }

  /** The wait counts from the loss, not from each step: while Redis stays away, steps are refused at once. */
  #lost(): void {
    if (this.#returning !== undefined || this.#closed) return;
    this.#returning = new Wait(patience);
  }

  #wentSilent(place: string): void {
    if (this.#silent.has(place) || this.#closed) return;
    const silent = new Wait(silencePatience);
    this.#silent.set(place, silent);
    void this.#listenAgain(place, silent);
  }

  /** Never rejects. Where it was the event loop that stood still, the first question is answered at once. */
  async #listenAgain(place: string, silent: Wait): Promise<void> {
    while (!this.#closed) {
      const answers = await answersAt(this.client, place);
      if (answers) {
        this.#silent.delete(place);
        return silent.settle(true);
      }
      await pause(askEvery, undefined, { ref: false });
    }
  }
}

async function inTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds / 1000} seconds`)), milliseconds);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
