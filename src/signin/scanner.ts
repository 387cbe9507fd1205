import { foldName } from '../policy/target.ts';

/** Field names (folded) in which a body says who signs in and with what. */
export interface CredentialNames {
  readonly users: ReadonlySet<string>;
  readonly passwords: ReadonlySet<string>;
  readonly folding: 'php' | 'none';
}

export interface FieldScanner {
  /** Reads on; true once the body is one to be refused. */
  push(chunk: Buffer): boolean;
  end(): boolean;
}

/** Called for each field name, and for urlencoded bodies with its value (bounded). True refuses. */
export type OnField = (name: string, value: string | undefined) => boolean;

const longestName = 4096;
const longestPartHead = 8192;

/**
 * Field names of a body as it streams by: urlencoded, multipart, or JSON, as its type says. A type that is none of
 * these is read as JSON too (SOGo takes JSON under any type), text and no type as both. Undefined: nothing to look for.
 */
export function scannerFor(contentType: string | undefined, onField: OnField): FieldScanner {
  const type = (contentType ?? '').toLowerCase();
  if (type.startsWith('application/x-www-form-urlencoded')) return new FormScanner(onField);
  if (type.startsWith('multipart/')) return new MultipartScanner(onField);
  if (type === '' || type.startsWith('text/')) return both(new FormScanner(onField), new JsonScanner(onField));
  return new JsonScanner(onField);
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
  readonly #onField: OnField;
  #name = '';
  #value: string | undefined;

  constructor(onField: OnField) {
    this.#onField = onField;
  }

  push(chunk: Buffer): boolean {
    const text = chunk.toString('latin1');
    let start = 0;
    let refused = false;
    for (let i = 0; i < text.length; i += 1) {
      const char = text.charCodeAt(i);
      if (char === 0x26) {
        this.#take(text.slice(start, i));
        refused = this.#emit() || refused;
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
    if (this.#value === undefined) {
      if (this.#name.length < longestName) this.#name += piece;
    } else if (this.#value.length < longestName) this.#value += piece;
  }

  #emit(): boolean {
    const name = unescapeForm(this.#name);
    const value = this.#value === undefined ? '' : unescapeForm(this.#value);
    this.#name = '';
    this.#value = undefined;
    return this.#onField(name, value);
  }
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
 */
class MultipartScanner implements FieldScanner {
  readonly #onField: OnField;
  #tail = '';

  constructor(onField: OnField) {
    this.#onField = onField;
  }

  push(chunk: Buffer): boolean {
    const text = this.#tail + chunk.toString('latin1');
    // Twice the longest part head that is let through: a head never falls between two looks.
    this.#tail = text.slice(-2 * longestPartHead);
    return this.#scan(text);
  }

  end(): boolean {
    return this.#scan(this.#tail);
  }

  #scan(text: string): boolean {
    let refused = false;
    for (const [line] of text.matchAll(/content-disposition[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*/gi)) {
      if (line.length > longestPartHead) return true;
      for (const [, quoted, bare] of line.matchAll(/name\*?[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|'?([^;\s"']+))/gi)) {
        refused =
          this.#onField(
            Buffer.from(quoted ?? bare ?? '', 'latin1')
              .toString('utf8')
              .replaceAll(/\\(.)/g, '$1'),
            undefined,
          ) || refused;
      }
    }
    return refused;
  }
}

/** Names of JSON objects at any depth: every string that a colon follows. Gives up at once on what does not begin as JSON. */
class JsonScanner implements FieldScanner {
  readonly #onField: OnField;
  #state: 'start' | 'between' | 'string' | 'escape' | 'after' | 'off' = 'start';
  #text = '';

  constructor(onField: OnField) {
    this.#onField = onField;
  }

  push(chunk: Buffer): boolean {
    let refused = false;
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
