import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';

export interface NewsOptions {
  /** A fresh connection, not connected yet, that ends when it is lost. */
  readonly connect: () => Redis;
  readonly channel: string;
  readonly tell: (text: string) => void;
  /** Called with false when it is found that nothing is heard any more, and with true when it is again. */
  readonly onHearing: ((hearing: boolean) => void) | undefined;
}

const pingEvery = 500;
const pauseBetween = 200;

/**
 * Listens on a connection of its own. One that died silently (a firewall forgot it, a server hangs) looks alive, so
 * it is asked every half second and replaced where it does not answer. What was said meanwhile is not heard.
 */
export class News {
  readonly #options: NewsOptions;
  readonly #end = new AbortController();
  #client: Redis | undefined;
  #hearing = false;

  private constructor(options: NewsOptions) {
    this.#options = options;
  }

  /** Resolves once it listens. Rejects with the driver's error; nothing stays open then. */
  static async open(options: NewsOptions): Promise<News> {
    const news = new News(options);
    try {
      await news.#listen();
      news.#hearing = true;
    } catch (error) {
      news.close();
      throw error;
    }
    void news.#stay();
    return news;
  }

  get hearing(): boolean {
    return this.#hearing;
  }

  close(): void {
    this.#end.abort();
    this.#client?.disconnect();
    this.#hearing = false;
  }

  /** Never rejects: whatever goes wrong, it begins anew until it is closed. */
  async #stay(): Promise<void> {
    while (!this.#end.signal.aborted) {
      try {
        await this.#watch();
      } catch {
        this.#set(false);
      }
      try {
        await pause(pauseBetween, undefined, { signal: this.#end.signal });
        await this.#listen();
        this.#set(true);
      } catch {
        // Next round.
      }
    }
  }

  async #listen(): Promise<void> {
    this.#client?.disconnect();
    const client = this.#options.connect();
    this.#client = client;
    let reason: unknown;
    client.on('error', error => {
      reason = error;
    });
    client.on('message', (_channel, text) => this.#options.tell(text));
    try {
      await client.connect();
      await client.subscribe(this.#options.channel);
    } catch (error) {
      client.disconnect();
      throw reason ?? error;
    }
  }

  /** Rejects when the connection no longer answers. */
  async #watch(): Promise<never> {
    for (;;) {
      await pause(pingEvery, undefined, { signal: this.#end.signal });
      await this.#client?.ping();
    }
  }

  #set(hearing: boolean): void {
    if (this.#hearing === hearing || this.#end.signal.aborted) return;
    this.#hearing = hearing;
    this.#options.onHearing?.(hearing);
  }
}
