import { foldName } from '../policy/target.ts';

/** Field names (folded) in which a body says who signs in and with what. */
export interface CredentialNames {
  readonly users: ReadonlySet<string>;
  readonly passwords: ReadonlySet<string>;
  readonly folding: 'php' | 'none';
}

export interface FieldScanner {
  /** Bytes that must have come after another one before it is sure that that one was looked at. */
  readonly lag: number;
  /** Reads on; true once the body is one to be refused. */
  push(chunk: Buffer): boolean;
  end(): boolean;
}

/** Called for each field name, and for urlencoded bodies with its value (bounded). True refuses. */
export type OnField = (name: string, value: string | undefined) => boolean;

const longestName = 4096;
const longestPartHead = 8192;
/** Less than this is not looked at by itself: what is kept of before is read again at every look. */
const leastLook = 2048;

/**
 * Field names of a body as it streams by: as a form, in parts, or none of these, as its type says, and as JSON whatever
 * it says: SOGo takes JSON under any type. The JSON scanner gives up at the first byte that begins no JSON.
 */
export function scannerFor(contentType: string | undefined, onField: OnField): FieldScanner {
  const type = (contentType ?? '').toLowerCase();
  const json = new JsonScanner(onField);
  if (type.startsWith('multipart/')) return both(new MultipartScanner(onField), json);
  const form = type === '' || type.startsWith('text/') || type.startsWith('application/x-www-form-urlencoded');
  return form ? both(new FormScanner(onField), json) : json;
}

/** Notes where a user and a password field occur together, over query and body (CWE-287: sign-in by any door). */
export class CredentialWatch {
  readonly #names: CredentialNames;
  #user = false;
  #password = false;

  constructor(names: CredentialNames) {
    this.#names = names;
  }

  see(name: string): boolean {
    const folded = foldName(name, this.#names.folding);
    if (this.#names.users.has(folded)) this.#user = true;
    if (this.#names.passwords.has(folded)) this.#password = true;
    return this.#user && this.#password;
  }
}

function both(a: FieldScanner, b: FieldScanner): FieldScanner {
  return {
    lag: Math.max(a.lag, b.lag),
    push: chunk => {
      const first = a.push(chunk);
      return b.push(chunk) || first;
    },
    end: () => {
      const first = a.end();
      return b.end() || first;
    },
  };
}

class FormScanner implements FieldScanner {
  readonly lag = 0;
  readonly #onField: OnField;
  #name = '';
  #value: string | undefined;
  /** A `;` stands in this pair: some apps split there (Perl's CGI), others do not, so its values are not known. */
  #split = false;

  constructor(onField: OnField) {
    this.#onField = onField;
  }

  push(chunk: Buffer): boolean {
    const text = chunk.toString('latin1');
    let start = 0;
    let refused = false;
    for (let i = 0; i < text.length; i += 1) {
      const char = text.charCodeAt(i);
      if (char === 0x26 || char === 0x3b) {
        this.#take(text.slice(start, i));
        if (char === 0x3b) this.#split = true;
        refused = this.#emit() || refused;
        if (char === 0x26) this.#split = false;
        start = i + 1;
      } else if (char === 0x3d && this.#value === undefined) {
        this.#take(text.slice(start, i));
        this.#value = '';
        start = i + 1;
      }
    }
    this.#take(text.slice(start));
    return refused;
  }

  end(): boolean {
    return this.#emit();
  }

  #take(piece: string): void {
    if (this.#value === undefined) this.#name = boundedName(this.#name + piece);
    else if (this.#value.length < longestName) this.#value = (this.#value + piece).slice(0, longestName);
  }

  #emit(): boolean {
    const name = unescapeForm(this.#name);
    const value = this.#value === undefined ? '' : unescapeForm(this.#value);
    this.#name = '';
    this.#value = undefined;
    return this.#onField(name, this.#split ? undefined : value);
  }
}

/**
 * The part of a name that says which field it is, however it is padded: PHP drops spaces in front, and a name ends at a
 * NUL or where an index begins. The index of a name that is cut counts as closed.
 */
function boundedName(name: string): string {
  if (name.length <= longestName) return name;
  const bare = name.replace(/^(?:[+ \t\n\r\v\f]|%(?:20|0[9a-d]))+/i, '');
  return bare.length <= longestName ? bare : `${bare.slice(0, longestName - 1)}]`;
}

function unescapeForm(text: string): string {
  const bytes = text
    .replaceAll('+', ' ')
    .replaceAll(/%([0-9a-fA-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/**
 * Names from the part heads, wherever they stand: every `name=` parameter of every line that looks like a
 * Content-Disposition counts, in and out of quotes, so that no two readings of boundaries can hide one (CVE-2026-55603).
 * A line ends at LF alone and a quote at the end of the line: PHP reads on over a lone CR and takes an open quote.
 */
class MultipartScanner implements FieldScanner {
  readonly lag = leastLook;
  readonly #onField: OnField;
  #tail = '';
  #unseen = 0;

  constructor(onField: OnField) {
    this.#onField = onField;
  }

  /** Nobody makes every byte cost a look by sending bytes one by one: small pieces wait for one another, or for the end. */
  push(chunk: Buffer): boolean {
    const text = this.#tail + chunk.toString('latin1');
    this.#unseen += chunk.length;
    if (this.#unseen < leastLook) {
      this.#tail = text;
      return false;
    }
    this.#unseen = 0;
    // Twice the longest part head that is let through: a head never falls between two looks.
    this.#tail = text.slice(-2 * longestPartHead);
    return this.#scan(text, false);
  }

  end(): boolean {
    return this.#scan(this.#tail, true);
  }

  #scan(text: string, whole: boolean): boolean {
    let refused = false;
    for (const { 0: line, index } of text.matchAll(partHead)) {
      if (line.length > longestPartHead) return true;
      // Not all of it is there: half a name may be another's name.
      if (!whole && index + line.length === text.length) continue;
      if (inPieces.test(line)) return true;
      for (const name of namesOf(line)) refused = this.#onField(name, undefined) || refused;
    }
    return refused;
  }
}

/** With white space or nothing before it, and a colon: inside a minified script or an archive of requests it stands in quotes, and such files must be sendable. */
const partHead = /(?<![^\s\0])content-disposition\s*:[^\n]*(?:\n[ \t][^\n]*)*/gi;

/** A name that goes on in a second parameter (RFC 2231 3): some apps join such pieces, no browser sends them. File names may be in pieces: stored mail has them. */
const inPieces = /(?<!\w)name\s*\*\s*\d/i;

function namesOf(line: string): string[] {
  // Folded lines go on where they broke off, as PHP joins them.
  const whole = line.replaceAll(/\r?\n/g, '').trimEnd();
  const found = whole.matchAll(/name\*?\s*=\s*(?:"((?:[^"\\]|\\.)*)(?:"|\\?$)|([^;\s"]+))/gis);
  return [...found].flatMap(([, quoted, bare]) => {
    const name = letters((quoted ?? bare ?? '').replaceAll(/\\(.)/gs, '$1'));
    // In single quotes to PHP; charset'language'escaped to others (RFC 8187).
    return name.includes("'") ? [name, name.replaceAll("'", ''), unescapeForm(name.split("'").at(-1) ?? '')] : [name];
  });
}

function letters(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Names of JSON objects at any depth: every string that a colon follows. Gives up at once on what does not begin as JSON. */
class JsonScanner implements FieldScanner {
  readonly lag = 0;
  readonly #onField: OnField;
  #state: 'start' | 'between' | 'string' | 'escape' | 'after' | 'off' = 'start';
  #text = '';

  constructor(onField: OnField) {
    this.#onField = onField;
  }

  push(chunk: Buffer): boolean {
    let refused = false;
    if (this.#isOff()) return refused;
    for (const char of chunk.toString('latin1')) {
      if (this.#isOff()) break;
      refused = this.#step(char) || refused;
    }
    return refused;
  }

  #isOff(): boolean {
    return this.#state === 'off';
  }

  end(): boolean {
    return false;
  }

  #step(char: string): boolean {
    switch (this.#state) {
      case 'start':
        return this.#begin(char);
      case 'string':
        return this.#inString(char);
      case 'escape':
        this.#keep(`\\${char}`);
        this.#state = 'string';
        return false;
      default:
        return this.#between(char);
    }
  }

  #begin(char: string): boolean {
    // A byte order mark is skipped: three bytes in latin1.
    if (/[\s\u00ef\u00bb\u00bf]/.test(char)) return false;
    this.#state = char === '{' || char === '[' ? 'between' : 'off';
    return false;
  }

  #inString(char: string): boolean {
    if (char === '\\') this.#state = 'escape';
    else if (char === '"') this.#state = 'after';
    else this.#keep(char);
    return false;
  }

  #between(char: string): boolean {
    if (char === '"') {
      this.#text = '';
      this.#state = 'string';
      return false;
    }
    if (this.#state !== 'after' || /\s/.test(char)) return false;
    this.#state = 'between';
    return char === ':' && this.#onField(unescapeJson(this.#text), undefined);
  }

  #keep(piece: string): void {
    if (this.#text.length < longestName) this.#text += piece;
  }
}

function unescapeJson(text: string): string {
  try {
    return JSON.parse(`"${Buffer.from(text, 'latin1').toString('utf8')}"`) as string;
  } catch {
    return text;
  }
}
