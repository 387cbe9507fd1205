/**
 * How keys of the store are named in Redis. All that one step touches stands under one hash tag, so that a cluster
 * keeps it on one node: the tag that the key brings along, else the whole key. The sorts of thing have places of
 * their own: a record and a counter of one key are two.
 */
export class Names {
  readonly #prefix: string;

  /** `prefix` has no braces: they would become the hash tag, and everything would stand on one node. */
  constructor(prefix: string) {
    if (/[{}]/.test(prefix)) throw new TypeError('the prefix of keys must not contain braces');
    this.#prefix = prefix;
  }

  /** The one Redis channel that carries all channels of the store. */
  get news(): string {
    return `${this.#prefix}news`;
  }

  of(sort: Sort, key: string): string {
    // A dot or a colon tells apart what was tagged by the key itself (`{x}`) and here (`x`).
    return hasTag(key)
      ? `${this.#prefix}${sort}:${key}`
      : `${this.#prefix}${sort}.{${key.replaceAll(/[%{}]/g, encodeURIComponent)}}`;
  }
}

export type Sort = 'record' | 'once' | 'mark' | 'counter' | 'set' | 'log';

/** When each member of a set expires. */
export function endsOf(name: string): string {
  return `${name}:ends`;
}

/** What stands beside the entries of a log. */
export function asidesOf(name: string): string {
  return `${name}:asides`;
}

/** Where the answer to one request is remembered. */
export function answerOf(name: string, request: string): string {
  return `${name}:answer:${request}`;
}

/** Redis Cluster specification, "Hash tags": between the first `{` and the first `}` after it, if anything is there. */
function hasTag(key: string): boolean {
  const open = key.indexOf('{');
  return open >= 0 && key.indexOf('}', open) > open + 1;
}
