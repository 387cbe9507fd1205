import type { LimitSettings } from '../config/settings.ts';
import type { Clock } from '../kernel/clock.ts';
import type { AppLog } from './log.ts';

/** One WebSocket that is open, or being opened. */
export interface OpenWebSocket {
  readonly app: string;
  readonly session: string;
  /** Whether it would be let through if it were asked for now; a rejection is no. */
  stands(): Promise<boolean>;
  /** Tells the browser to go, where the frames allow it. */
  goAway(): void;
  cut(): void;
}

export type WebSocketLimits = Pick<LimitSettings, 'webSockets' | 'webSocketsPerSession'>;

const sweepEvery = 1_000;
const warnEvery = 60_000;

/** All WebSockets of one process: how many there may be, and whether each may still be there. */
export class WebSockets {
  readonly #clock: Clock;
  readonly #log: AppLog;
  readonly #open = new Set<OpenWebSocket>();
  readonly #counts = new Map<string, number>();
  #sweep: NodeJS.Timeout | undefined;
  readonly #stopping: AbortSignal;
  #warnedAt = Number.NEGATIVE_INFINITY;

  /** Once `stopping` is aborted none is opened, and those that are open are told to go. */
  constructor(clock: Clock, log: AppLog, stopping: AbortSignal) {
    this.#clock = clock;
    this.#log = log;
    this.#stopping = stopping;
    stopping.addEventListener('abort', () => {
      for (const socket of this.#open) socket.goAway();
    });
  }

  get size(): number {
    return this.#open.size;
  }

  hasRoom(limits: WebSocketLimits, app: string, session: string): boolean {
    if (this.#stopping.aborted) return false;
    if (this.#count(`session ${session}`) >= limits.webSocketsPerSession) return false;
    if (this.#count(`app ${app}`) < limits.webSockets) return true;
    const now = this.#clock.now();
    if (now - this.#warnedAt >= warnEvery) {
      this.#warnedAt = now;
      this.#log.warn({ app, webSockets: limits.webSockets }, 'no more WebSockets: limits.webSockets is reached');
    }
    return false;
  }

  /** Counts it until what is returned is called. */
  add(socket: OpenWebSocket): () => void {
    this.#open.add(socket);
    this.#change(socket, 1);
    this.#sweep ??= setInterval(() => this.#look(), sweepEvery).unref();
    return () => {
      if (!this.#open.delete(socket)) return;
      this.#change(socket, -1);
      if (this.#open.size > 0) return;
      clearInterval(this.#sweep);
      this.#sweep = undefined;
    };
  }

  /** Nothing is said on a WebSocket that could be refused: what may no longer be there is cut. */
  #look(): void {
    for (const socket of this.#open) {
      socket.stands().then(
        stands => stands || socket.cut(),
        () => socket.cut(),
      );
    }
  }

  #count(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  #change({ app, session }: OpenWebSocket, by: number): void {
    for (const key of [`app ${app}`, `session ${session}`]) {
      const count = this.#count(key) + by;
      if (count === 0) this.#counts.delete(key);
      else this.#counts.set(key, count);
    }
  }
}
