import type { ServerResponse } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Asking, Way } from './bulkhead.ts';
import { type AnswerHeaders, oneHeader } from './headers.ts';
import {
  ClientGone,
  ConnectionBound,
  failureOf,
  isConnectionBound,
  type UpstreamFailure,
  Withheld,
} from './upstream.ts';

export interface AnswerHead {
  readonly status: number;
  readonly headers: AnswerHeaders;
}

/** What goes to the browser: flat header pairs, and what the body passes `through` on its way. Or the answer is withheld, and `instead` sends what comes in its place. */
export type HeadVerdict =
  | { readonly headers: readonly string[]; readonly through?: Transform | undefined }
  | { readonly instead: () => void | Promise<void> };

export interface Forwarding {
  readonly pool: Way;
  readonly options: Dispatcher.DispatchOptions & { body?: Readable | null };
  readonly res: ServerResponse;
  /** Milliseconds that a browser may take nothing while something waits for it; then the answer is cut, for it holds a connection to the app. */
  readonly stallTime: number;
  /** Sees every final head before a byte of it goes on. */
  judge(answer: AnswerHead): HeadVerdict | Promise<HeadVerdict>;
  /** Asked for where the app gave no answer that could be passed on. */
  failed(failure: Exclude<UpstreamFailure, 'client-gone'>, error: Error): void;
  /** Registers a cut: called when the answer must stop at once. */
  watch?(cut: () => void): () => void;
  /** The client's going away stops nothing until the app has answered: half of what is sent once must not be all of it. */
  readonly outlives?: boolean;
  /** What comes in place of an answer that was cut before a byte of it went on; without it the connection ends. */
  cutShort?(): void | Promise<void>;
}

/** Sends a request on and streams the answer back, with back-pressure both ways. */
export function forward(forwarding: Forwarding): void {
  const passage = new Passage(forwarding);
  // What is sent once leaves even where its browser is gone by then, and the app's connections with it.
  if (forwarding.outlives === true) passage.send();
  else atEndOfTurn(() => passage.send());
}

/**
 * What is ready to be written waits for the end of the event loop's turn, so that all that goes to one process leaves
 * one behind the other. Written between other work, each wakes a process that has fallen asleep since the last, and that
 * was a sixth of all CPU time (docs/performance.md).
 */
const atEndOfTurn = setImmediate;

class Passage implements Asking {
  readonly #forwarding: Forwarding;
  #controller: Dispatcher.DispatchController | undefined;
  #through: Transform | undefined;
  #withheld = false;
  #done = false;
  #answered = false;
  /** What the app said its body's length is, until the first byte of it came. */
  #expected: string | undefined;
  #flows = false;
  /** All of it came at once, and leaves at the end of the turn. */
  #isWhole = false;
  /** The verdict is being waited for, and whether the answer came to its end meanwhile: a HEAD cannot be paused. */
  #judging: 'no' | 'yes' | 'ended' = 'no';
  #stopWatching: (() => void) | undefined;
  #stalled: NodeJS.Timeout | undefined;
  /** Runs while the last of the answer is on its way to the browser. */
  #untaken: NodeJS.Timeout | undefined;

  constructor(forwarding: Forwarding) {
    this.#forwarding = forwarding;
    forwarding.res.on('close', () => this.#closed());
    // Until it is sent nobody else listens, and an error that nobody hears of ends the process.
    forwarding.options.body?.on('error', error => this.#bodyBroke(error));
    // From now on, and not from when it is sent: it may wait long for a connection to the app.
    this.#stopWatching = forwarding.watch?.(() => this.#cut());
  }

  send(): void {
    if (this.isGone) return;
    const { pool, options } = this.#forwarding;
    try {
      pool.dispatch(options, this);
    } catch (error) {
      // undici reports bad arguments this way; heads were checked, so this is a defect of ours and must not take the connection along.
      this.onResponseError(undefined, asError(error));
    }
  }

  /** Nothing of it need be sent any more. */
  get isGone(): boolean {
    return this.#withheld || (this.#forwarding.res.destroyed && this.#forwarding.outlives !== true);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#withheld) controller.abort(new Withheld());
    else if (this.isGone) controller.abort(new ClientGone());
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    // Other 1xx than 100 are dropped: they carry nothing a browser needs and would pass the filter for cookies.
    if (status < 200) return;
    this.#answered = true;
    // The abort closes the connection: nobody gets it after her.
    if (isConnectionBound(headers)) return controller.abort(new ConnectionBound());
    this.#expected = oneHeader(headers, 'content-length');
    const verdict = this.#forwarding.judge({ status, headers });
    if (!(verdict instanceof Promise)) return this.#begin(status, verdict);
    controller.pause();
    this.#judging = 'yes';
    verdict
      .then(settled => {
        const ended = this.#judging === 'ended';
        this.#judging = 'no';
        this.#begin(status, settled);
        if (ended) this.onResponseEnd();
        else controller.resume();
      })
      .catch((error: unknown) => this.#broken(asError(error)));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#withheld) return;
    this.#flows = true;
    const { res } = this.#forwarding;
    this.#isWhole = this.#through === undefined && isWhole(chunk, this.#expected);
    this.#expected = undefined;
    if (this.#isWhole) return void atEndOfTurn(() => this.#endWith(chunk));
    const sink = this.#through ?? res;
    if (sink.write(chunk)) return;
    controller.pause();
    // More may come after the pause, of what was read already: still the same wait.
    if (this.#stalled !== undefined) return;
    this.#stalled = setTimeout(() => this.#cut(), this.#forwarding.stallTime);
    sink.once('drain', () => {
      clearTimeout(this.#stalled);
      this.#stalled = undefined;
      controller.resume();
    });
  }

  /** The last of it: nothing of the app's waits for the browser to take it, so nothing is paused. */
  #endWith(body: Buffer): void {
    const { res, stallTime } = this.#forwarding;
    if (res.destroyed) return;
    // As text of the same bytes node sends a small one in one piece with the head, which costs less than two.
    if (body.length <= smallBody) return void res.end(body.toString('latin1'), 'latin1');
    this.#untaken = setTimeout(() => res.destroy(), stallTime);
    res.end(body);
  }

  onResponseEnd(): void {
    if (this.#judging !== 'no') {
      this.#judging = 'ended';
      return;
    }
    this.#finish();
    const sink = this.#through ?? this.#forwarding.res;
    if (!this.#withheld && !this.#isWhole && !sink.writableEnded) sink.end();
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#finish();
    if (!this.#withheld) this.#failed(error);
  }

  #begin(status: number, verdict: HeadVerdict): void {
    const { res } = this.#forwarding;
    if (this.#done) return;
    if (res.destroyed) return this.#closed();
    if ('instead' in verdict) return this.#replace(verdict.instead);
    res.writeHead(status, verdict.headers as string[]);
    if (mayWait(this.#expected)) setImmediate(() => this.#flush());
    if (verdict.through !== undefined) {
      this.#through = verdict.through;
      this.#through.on('error', () => res.destroy());
      this.#through.pipe(res);
    }
  }

  /** Node holds a head back until a part of the body comes with it, and an event stream may have none for minutes. */
  #flush(): void {
    if (!this.#done && !this.#flows) this.#forwarding.res.flushHeaders();
  }

  #replace(instead: () => void | Promise<void>): void {
    this.#withheld = true;
    // First: what comes instead may end the very thing that is watched.
    this.#finish();
    this.#controller?.abort(new Withheld());
    // Within a function of its own, so that what it throws at once is caught too.
    (async () => instead())().catch((error: unknown) => this.#failed(asError(error)));
  }

  /** Refused or broken off while it waited for its turn at the app; once it is sent, undici says so itself. */
  #bodyBroke(error: Error): void {
    if (this.#controller === undefined && !this.#done) this.#broken(error);
  }

  /** Our own work on the answer broke, the store's perhaps: nothing of it goes on. */
  #broken(error: Error): void {
    this.#withheld = true;
    this.#finish();
    this.#controller?.abort(new Withheld());
    this.#failed(error);
  }

  #failed(error: Error): void {
    const { res } = this.#forwarding;
    // Half an answer must not look like a whole one.
    if (res.headersSent) return void res.destroy();
    const failure = failureOf(error);
    if (failure !== 'client-gone') this.#forwarding.failed(failure, error);
  }

  #cut(): void {
    if (this.#done) return;
    const { cutShort, res } = this.#forwarding;
    if (cutShort !== undefined && !res.headersSent) return this.#replace(cutShort);
    this.#withheld = true;
    this.#controller?.abort(new Withheld());
    res.destroy();
  }

  #closed(): void {
    clearTimeout(this.#untaken);
    if (this.#forwarding.outlives === true && !this.#answered) return;
    if (!this.#done && !this.#withheld) this.#controller?.abort(new ClientGone());
    this.#finish();
  }

  #finish(): void {
    this.#done = true;
    clearTimeout(this.#stalled);
    this.#stopWatching?.();
    this.#stopWatching = undefined;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

const smallBody = 16 * 1024;

/** Of most answers the body comes with the head: only streams, and what has 100,000 bytes or more, are looked at again. */
function mayWait(expected: string | undefined): boolean {
  return expected === undefined || expected.length > 5;
}

/** A body that is all there with its first piece: one read of a socket, so 64 KiB at most. */
function isWhole(chunk: Buffer, expected: string | undefined): boolean {
  return expected === String(chunk.length);
}
