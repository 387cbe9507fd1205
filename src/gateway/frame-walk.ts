/** An unmasked close frame with code 1001, "going away" (RFC 6455 5.5.1, 7.4.1). */
export const goingAway = Buffer.from([0x88, 0x02, 0x03, 0xe9]);

/**
 * Follows the frames that go by, for one thing only: to know where one ends (RFC 6455 5.2). It keeps a head of at most
 * 14 bytes, looks into no payload, and changes nothing.
 */
export class FrameWalk {
  #head: number[] = [];
  /** Bytes of payload still to come; may be beyond 2^53 where an app says so, and is then never waited out. */
  #left = 0;

  get atBoundary(): boolean {
    return this.#left === 0 && this.#head.length === 0;
  }

  /** Goes over these bytes; where the first frame in them ends that was under way or began here, as an offset. */
  pass(chunk: Buffer): number | undefined {
    let first: number | undefined;
    let at = 0;
    while (at < chunk.length) {
      at = this.#left > 0 ? this.#skip(chunk, at) : this.#readHead(chunk, at);
      if (first === undefined && this.atBoundary) first = at;
    }
    return first;
  }

  #skip(chunk: Buffer, at: number): number {
    const step = Math.min(this.#left, chunk.length - at);
    this.#left -= step;
    return at + step;
  }

  #readHead(chunk: Buffer, at: number): number {
    this.#head.push(chunk[at] as number);
    if (this.#head.length === headLength(this.#head)) {
      this.#left = payloadLength(this.#head);
      this.#head = [];
    }
    return at + 1;
  }
}

/** Two bytes until the second is there, which says how many more there are. */
function headLength(head: readonly number[]): number {
  const second = head[1] ?? 0;
  return 2 + lengthBytes(second) + ((second & 0x80) === 0 ? 0 : 4);
}

function payloadLength(head: readonly number[]): number {
  const short = (head[1] ?? 0) & 0x7f;
  const bytes = lengthBytes(short);
  if (bytes === 0) return short;
  return head.slice(2, 2 + bytes).reduce((sum, byte) => sum * 256 + byte, 0);
}

function lengthBytes(second: number): number {
  const short = second & 0x7f;
  return short === 127 ? 8 : short === 126 ? 2 : 0;
}
