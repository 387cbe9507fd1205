import { boundaryOf, readPart } from './form-text.ts';

/**
 * Takes the contents of files out of a form in parts while it comes, so that what stands behind a large file can be read
 * without keeping the file. What it keeps is a form again, for `readFormText`.
 */
export class FormSieve {
  readonly #mark: Buffer | undefined;
  readonly #kept: Buffer[] = [];
  #size = 0;
  /** Not yet looked through. A boundary begins with a line end, also the first. */
  #rest = Buffer.from('\r\n');
  /** What stands at the beginning of `#rest`: something to be thrown away, the head of a part, or a text. */
  #in: 'waste' | 'head' | 'text' = 'waste';

  constructor(contentType: string) {
    const mark = boundaryOf(contentType);
    this.#mark = mark === undefined ? undefined : Buffer.from(`\r\n--${mark}`, 'latin1');
  }

  /** Bytes that are held. */
  get size(): number {
    return this.#size + this.#rest.length;
  }

  get kept(): Buffer {
    return Buffer.concat([...this.#kept, ...(this.#in === 'waste' ? [] : [this.#rest])]);
  }

  push(chunk: Buffer): void {
    if (this.#mark === undefined) return this.#keep(chunk);
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#in === 'head' ? this.#takeHead(this.#mark) : this.#takeUpTo(this.#mark)) {
      // As far as it can be told already what it is.
    }
  }

  #takeUpTo(mark: Buffer): boolean {
    const at = this.#rest.indexOf(mark);
    // Of a boundary that came half the beginning must stay.
    const end = at < 0 ? Math.max(0, this.#rest.length - mark.length + 1) : at;
    if (this.#in === 'text') this.#keep(this.#rest.subarray(0, end));
    this.#rest = this.#rest.subarray(at < 0 ? end : end + mark.length);
    if (at < 0) return false;
    this.#keep(mark);
    this.#in = 'head';
    return true;
  }

  #takeHead(mark: Buffer): boolean {
    const beginning = this.#rest.subarray(0, longestHead);
    const next = beginning.indexOf(mark);
    // Not behind the next boundary: of a form that is all boundaries each would be looked through as far as a head may be.
    const at = (next < 0 ? beginning : beginning.subarray(0, next)).indexOf('\r\n\r\n');
    // The line end behind a head may be that of the next boundary.
    const enough = at < 0 ? longestHead : at + 2 + mark.length;
    if (next < 0 && this.#rest.length < enough) return false;
    const head = this.#rest.subarray(0, at < 0 ? 0 : at + 4);
    const [part] = readPart(head.toString('latin1'));
    this.#keep(head);
    this.#rest = this.#rest.subarray(head.length);
    this.#in = part === undefined || part.file !== undefined ? 'waste' : 'text';
    return true;
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#kept.push(Buffer.from(bytes));
    this.#size += bytes.length;
  }
}

/** Browsers write a few hundred bytes; what is longer is taken for no part. */
const longestHead = 8_192;
