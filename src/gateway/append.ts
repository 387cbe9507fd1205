import { Transform, type TransformCallback } from 'node:stream';
import {
  brotliDecompressSync,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
  gunzipSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib';
import { type AnswerHeaders, oneHeader } from './headers.ts';

/** A page of more than this after unpacking is not a login page. */
const mostUnpacked = 4 * 1024 * 1024;

/** Whether something can be put behind this answer: HTML in an encoding that we read. */
export function canAppend(status: number, headers: AnswerHeaders): boolean {
  if (
    status === 204 ||
    status === 304 ||
    !(oneHeader(headers, 'content-type') ?? '').toLowerCase().startsWith('text/html')
  )
    return false;
  return Object.hasOwn(decoders, oneHeader(headers, 'content-encoding') ?? 'identity');
}

const decoders: Readonly<Record<string, () => Transform | undefined>> = {
  identity: () => undefined,
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/**
 * Passes a page on and puts `html` behind it: browsers read what follows `</html>` as the end of the body, so nothing
 * has to be searched for. Packed pages are unpacked, within a bound (a small answer must not become an endless one).
 */
export function appending(headers: AnswerHeaders, html: string): Transform {
  const tail = new Tail(html);
  const decoder = decoders[oneHeader(headers, 'content-encoding') ?? 'identity']?.();
  if (decoder === undefined) return tail;
  return chain(decoder, tail);
}

/** The same headers without what is no longer true of the body. */
export function withoutBodyMarks(pairs: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    if (
      !['content-length', 'content-encoding', 'etag', 'content-md5', 'digest', 'accept-ranges'].includes(
        pairs[i] as string,
      )
    ) {
      out.push(pairs[i] as string, pairs[i + 1] as string);
    }
  }
  return out;
}

class Tail extends Transform {
  readonly #html: string;
  #size = 0;

  constructor(html: string) {
    super();
    this.#html = html;
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    this.#size += chunk.length;
    done(this.#size > mostUnpacked ? new Error('page too large to append to') : null, chunk);
  }

  override _flush(done: TransformCallback): void {
    done(null, this.#html);
  }
}

/** Two transforms as one writable end and one readable end. */
export function chain(first: Transform, second: Transform): Transform {
  first.on('error', error => second.destroy(error));
  first.pipe(second);
  const joined = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (first.write(chunk)) done();
      else first.once('drain', () => done());
    },
    flush(done) {
      second.once('end', () => done());
      first.end();
    },
  });
  second.on('data', (chunk: Buffer) => {
    if (!joined.push(chunk)) second.pause();
  });
  second.on('error', error => joined.destroy(error));
  const read = joined._read.bind(joined);
  joined._read = size => {
    second.resume();
    read(size);
  };
  return joined;
}

const mostHeld = 256 * 1024;

/** A held answer's body without its packing; undefined where it is packed in a way that we do not read, or grows too large. */
export function unpack(answer: { readonly headers: AnswerHeaders; readonly body: Buffer }): Buffer | undefined {
  const options = { maxOutputLength: mostHeld };
  try {
    switch (oneHeader(answer.headers, 'content-encoding') ?? 'identity') {
      case 'identity':
        return answer.body;
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(answer.body, options);
      case 'deflate':
        return inflateSync(answer.body, options);
      case 'br':
        return brotliDecompressSync(answer.body, options);
      case 'zstd':
        return zstdDecompressSync(answer.body, options);
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}
