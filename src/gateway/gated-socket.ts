import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { FrameWalk, goingAway } from './frame-walk.ts';

const endOfHead = Buffer.from('\r\n\r\n');
/** How long one side may go on after the other has ended. Milliseconds. */
const lingerTime = 10_000;

/**
 * What http-proxy takes for the browser's socket. It writes the head of the app's answer as it came: that head never
 * gets further than here. What comes behind it waits until `open` says with which head of ours it goes on.
 */
export class GatedSocket extends Duplex {
  readonly #client: Socket;
  readonly #stallTime: number;
  readonly #walk = new FrameWalk();
  /** The last bytes of the app's head as http-proxy wrote it, or undefined once its end was seen. */
  #head: Buffer | undefined = Buffer.alloc(0);
  #held: (() => void) | undefined;
  #opened = false;
  #released = false;
  #leaving: 'no' | 'asked' | 'told' = 'no';
  #stalled: NodeJS.Timeout | undefined;
  #lingering: NodeJS.Timeout | undefined;

  /** `stallTime`: milliseconds for which the browser may take nothing that waits for it. */
  constructor(client: Socket, stallTime: number) {
    super();
    this.#client = client;
    this.#stallTime = stallTime;
    client.on('close', () => this.destroy());
    // Already gone: its 'close' came before.
    if (client.destroyed) this.destroy();
  }

  /** From here on bytes pass both ways, behind this head. */
  open(head: string): void {
    if (this.destroyed) return;
    const client = this.#client;
    this.#opened = true;
    client.write(head, 'latin1');
    if (this.#leaving === 'asked' && this.#held === undefined) this.#tell();
    client.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) client.pause();
    });
    client.on('end', () => {
      this.push(null);
      this.#linger();
    });
    this.#held?.();
  }

  /** Ends this and leaves the browser's socket as it is, for another answer. */
  release(): void {
    this.#released = true;
    this.destroy();
  }

  /** Tells the browser to go (close code 1001) where one of the app's frames ends; what the app sends later is dropped. */
  goAway(): void {
    if (this.#leaving !== 'no') return;
    this.#leaving = 'asked';
    if (this.#opened && this.#walk.atBoundary) this.#tell();
  }

  override _read(): void {
    if (this.#opened) this.#client.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const rest = this.#head === undefined ? chunk : this.#behindHead(this.#head, chunk);
    if (rest.length === 0) return done();
    if (this.#opened) return this.#pass(rest, done);
    this.#held = () => this.#pass(rest, done);
  }

  override _final(done: () => void): void {
    const end = () => {
      this.#held = undefined;
      this.#client.end(() => done());
      this.#linger();
    };
    if (this.#opened) end();
    else this.#held = end;
  }

  override _destroy(_error: Error | null, done: (error: null) => void): void {
    clearTimeout(this.#stalled);
    clearTimeout(this.#lingering);
    if (!this.#released) this.#client.destroy();
    done(null);
  }

  #behindHead(before: Buffer, chunk: Buffer): Buffer {
    const all = Buffer.concat([before, chunk]);
    const end = all.indexOf(endOfHead);
    this.#head = end < 0 ? all.subarray(-3) : undefined;
    return end < 0 ? Buffer.alloc(0) : all.subarray(end + endOfHead.length);
  }

  #pass(chunk: Buffer, done: () => void): void {
    this.#held = undefined;
    if (this.#leaving === 'told') return done();
    const boundary = this.#walk.pass(chunk);
    const leaves = this.#leaving === 'asked' && boundary !== undefined;
    const flowing = this.#client.write(leaves ? chunk.subarray(0, boundary) : chunk);
    if (leaves) this.#tell();
    if (flowing) return done();
    this.#stalled = setTimeout(() => this.destroy(), this.#stallTime);
    this.#client.once('drain', () => {
      clearTimeout(this.#stalled);
      done();
    });
  }

  #tell(): void {
    this.#leaving = 'told';
    this.#client.write(goingAway);
  }

  /** A side that has ended hears no more: the other is not waited for without end. */
  #linger(): void {
    clearTimeout(this.#lingering);
    this.#lingering = setTimeout(() => this.destroy(), lingerTime);
  }

  // What http-proxy calls on a socket besides.
  setTimeout(milliseconds: number): this {
    this.#client.setTimeout(milliseconds);
    return this;
  }

  setNoDelay(on: boolean): this {
    this.#client.setNoDelay(on);
    return this;
  }

  setKeepAlive(on: boolean): this {
    this.#client.setKeepAlive(on, 60_000);
    return this;
  }

  destroySoon(): void {
    this.destroy();
  }
}
