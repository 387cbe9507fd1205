/** One result of an Authentication-Results header (RFC 8601 2.2): `dkim=pass header.d=gemeente.nl`. */
export interface AuthResult {
  readonly method: string;
  readonly result: string;
  /** `header.d` to `gemeente.nl`; the last of two is not better than the first, so a name that comes twice is left out. */
  readonly properties: ReadonlyMap<string, string>;
}

export interface AuthResults {
  /** The server that says so. */
  readonly by: string;
  readonly results: readonly AuthResult[];
}

/**
 * Reads one header; undefined for what does not follow the grammar to its end. Values in it come from whoever sent the
 * mail: what stands in quotes and comments must never be read as a result of its own.
 */
export function readAuthResults(value: string): AuthResults | undefined {
  const parts = split(value);
  if (parts === undefined) return undefined;
  const [head = [], ...rest] = parts;
  const [by, version] = head;
  if (by === undefined || head.length > 2 || (version ?? '1') !== '1') return undefined;
  const results = rest
    .filter(words => words.length > 0 && !(words.length === 1 && words[0] === 'none'))
    .map(readResult);
  return results.some(result => result === undefined)
    ? undefined
    : { by: by.toLowerCase(), results: results.filter(result => result !== undefined) };
}

function readResult([first = '', ...others]: readonly string[]): AuthResult | undefined {
  const said = /^(?<method>[a-z][a-z0-9-]*)(?:\/1)?=(?<result>[a-z]+)$/i.exec(first)?.groups;
  if (said === undefined) return undefined;
  const properties = new Map<string, string>();
  const twice = new Set<string>();
  for (const word of others) {
    const at = word.indexOf('=');
    if (at < 1) return undefined;
    const name = word.slice(0, at).toLowerCase();
    if (properties.has(name)) twice.add(name);
    properties.set(name, word.slice(at + 1).toLowerCase());
  }
  for (const name of twice) properties.delete(name);
  return { method: (said['method'] ?? '').toLowerCase(), result: (said['result'] ?? '').toLowerCase(), properties };
}

/** Words of each part between semicolons, comments left out and quotes taken off; undefined where one of them does not end. */
function split(value: string): string[][] | undefined {
  const parts: string[][] = [];
  let words: string[] = [];
  let word = '';
  const endWord = () => {
    if (word !== '') words.push(word);
    word = '';
  };
  for (let at = 0; at < value.length; at += 1) {
    const sign = value[at] ?? '';
    if (sign === '(') {
      const end = endOfComment(value, at);
      if (end === undefined) return undefined;
      at = end;
      // CFWS may stand around the equals sign; inside a word it is no part of it.
      endWord();
    } else if (sign === '"') {
      const quoted = readQuoted(value, at);
      if (quoted === undefined) return undefined;
      word += quoted.text;
      at = quoted.end;
    } else if (sign === ';') {
      endWord();
      parts.push(words);
      words = [];
    } else if (/\s/.test(sign)) endWord();
    else word += sign;
  }
  endWord();
  return [...parts, words].map(joinEquals);
}

/** `a = b`, `a= b` and `a =b` are what `a=b` is. */
function joinEquals(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const before = joined.at(-1);
    const goesOn = before !== undefined && (/^[^=]+=$/.test(before) || (word.startsWith('=') && !before.includes('=')));
    if (goesOn) joined[joined.length - 1] = `${before}${word}`;
    else joined.push(word);
  }
  return joined;
}

function endOfComment(value: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < value.length; at += 1) {
    if (value[at] === '\\') at += 1;
    else if (value[at] === '(') depth += 1;
    else if (value[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return undefined;
}

function readQuoted(value: string, from: number): { text: string; end: number } | undefined {
  let text = '';
  for (let at = from + 1; at < value.length; at += 1) {
    const sign = value[at] ?? '';
    if (sign === '"') return { text, end: at };
    if (sign === '\\') {
      at += 1;
      text += value[at] ?? '';
    } else text += sign;
  }
  return undefined;
}
