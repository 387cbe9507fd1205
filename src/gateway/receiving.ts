import type { IncomingMessage } from 'node:http';
import type { LimitSettings } from '../config/settings.ts';

interface Body {
  /** Milliseconds since it is watched, and since bytes enough came; counted in turns, so that a clock set right cuts nobody. */
  age: number;
  quiet: number;
  /** Bytes of its connection at the last time that enough had come. */
  mark: number;
  /** Somebody in a session sends it: it may take long, while it goes on. */
  patient: boolean;
}

/** What must come within `stallTime`: 136 bytes a second at the default, less than any line that a person uses. */
const least = 16 * 1024;

/**
 * Bodies on their way in. Each has `requestTime` to come whole; of somebody in a session it has the time that it needs, while it
 * goes on: a large file on a slow line is no attack. Looked at in turns, which costs requests nothing.
 */
export class Receiving {
  readonly #limits: Pick<LimitSettings, 'requestTime' | 'stallTime'>;
  readonly #bodies = new Map<IncomingMessage, Body>();
  readonly #turn: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: Pick<LimitSettings, 'requestTime' | 'stallTime'>) {
    this.#limits = limits;
    this.#turn = Math.max(50, Math.min(5_000, limits.requestTime / 4, limits.stallTime / 4));
  }

  /** From the head on, for every request with a body, whoever sends it. */
  watch(req: IncomingMessage): void {
    this.#bodies.set(req, { age: 0, quiet: 0, mark: req.socket.bytesRead, patient: false });
    this.#timer ??= setInterval(() => this.#look(), this.#turn).unref();
  }

  /** decide() has let it in, in a session. */
  allowLong(req: IncomingMessage): void {
    const body = this.#bodies.get(req);
    if (body !== undefined) body.patient = true;
  }

  /** Nobody wants the rest: it is thrown away, so that its sender can read the answer, for as long as anybody's body may take. */
  throwAway(req: IncomingMessage): void {
    const body = this.#bodies.get(req);
    if (body !== undefined) Object.assign(body, { age: 0, patient: false });
    req.unpipe();
    req.resume();
  }

  #look(): void {
    for (const [req, body] of this.#bodies) {
      if (req.complete || req.destroyed) this.#bodies.delete(req);
      else if (this.#isLate(req, body)) req.socket.destroy();
    }
    if (this.#bodies.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #isLate(req: IncomingMessage, body: Body): boolean {
    body.age += this.#turn;
    if (!body.patient) return body.age > this.#limits.requestTime;
    // What waits here waits for the app, which has times of its own.
    if (req.readableLength > 0 || req.socket.bytesRead - body.mark >= least) {
      body.mark = req.socket.bytesRead;
      body.quiet = 0;
    } else body.quiet += this.#turn;
    return body.quiet > this.#limits.stallTime;
  }
}
