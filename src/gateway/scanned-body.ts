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
 * Passes a body on one chunk late, so that what the scanner refuses never arrives whole: the app sees a request that
 * broke off. Bytes are counted against the limit on the way.
 */
export class ScannedBody extends Transform {
  readonly #scanner: FieldScanner;
  readonly #limit: number;
  #held: Buffer | undefined;
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
    const before = this.#held;
    this.#held = chunk;
    done(null, before);
  }

  override _flush(done: TransformCallback): void {
    if (this.#scanner.end()) return done(new BodyRefused());
    done(null, this.#held);
  }
}
