import { Transform, type TransformCallback } from 'node:stream';
import type { FieldScanner } from '../signin/scanner.ts';

/** Thrown into the request to the app: its body is cut off before its last bytes. */
export class BodyRefused extends Error {
  override readonly name = 'BodyRefused';
}

/** More than `limits.body`. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/**
 * Passes a body on one chunk late, and nothing that was not looked at: what the scanner refuses never arrives whole, and
 * the app sees a request that broke off. Some apps take a form in parts as whole at its last boundary, whatever follows.
 * Bytes are counted against the limit on the way.
 */
export class ScannedBody extends Transform {
  readonly #scanner: FieldScanner;
  readonly #limit: number;
  readonly #held: Buffer[] = [];
  /** Bytes behind the first of those that are held. */
  #behind = 0;
  #size = 0;

  constructor(scanner: FieldScanner, limit: number) {
    super();
    this.#scanner = scanner;
    this.#limit = limit;
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    this.#size += chunk.length;
    if (this.#size > this.#limit) return done(new BodyTooLarge());
    if (this.#scanner.push(chunk)) return done(new BodyRefused());
    if (this.#held.length > 0) this.#behind += chunk.length;
    this.#held.push(chunk);
    while (this.#held.length > 1 && this.#behind >= this.#scanner.lag) this.#passFirst();
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.#scanner.end()) return done(new BodyRefused());
    for (const chunk of this.#held) this.push(chunk);
    done();
  }

  #passFirst(): void {
    this.push(this.#held.shift());
    this.#behind -= this.#held[0]?.length ?? 0;
  }
}
