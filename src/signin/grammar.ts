import { foldName, readPairs } from '../policy/target.ts';
import type { Preset, SignInField } from '../preset/preset.ts';

/** What the grammar is read from. */
export interface SignInRequest {
  readonly query: string;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly body: Buffer;
}

export interface SignIn {
  /** As typed. */
  readonly user: string;
  /** Made anew from what was parsed: what the app reads is what we read. */
  readonly body: string;
  readonly mediaType: string;
}

export interface GrammarRefusal {
  /** Place and cause, for the log; field names are the preset's own. */
  readonly refused: string;
}

/**
 * The closed grammar of a sign-in: one media type, UTF-8, each field at most once after the app's own folding, required
 * ones exactly once, action fields fixed. What is not in it is no sign-in. The caller has matched method and path.
 */
export function readSignIn(preset: Preset, request: SignInRequest): SignIn | GrammarRefusal {
  const form = preset.signIn;
  if (request.contentEncoding !== undefined) return { refused: 'Content-Encoding' };
  if (!isMediaType(form.mediaType, request.contentType)) return { refused: 'Content-Type' };
  if (!queryMatches(preset, request.query)) return { refused: 'query' };
  const text = decodeUtf8(request.body);
  const pairs = text === undefined ? undefined : readBody(form.mediaType, text);
  if (pairs === undefined) return { refused: 'body' };
  const values = collect(preset, pairs);
  if ('refused' in values) return values;
  return rebuild(preset, values.found);
}

/** Whether a query is one that this form may be posted with. */
export function queryMatches(preset: Preset, query: string): boolean {
  // An app that does not split at `;` would read other values than we.
  if (query.includes(';')) return false;
  const allowed = preset.signIn.query;
  const pairs = readPairs(query);
  const names = pairs.map(([name]) => name);
  if (new Set(names).size !== names.length) return false;
  if (!pairs.every(([name, value]) => Object.hasOwn(allowed, name) && (allowed[name]?.test(value) ?? false)))
    return false;
  // A pattern that does not take the empty text makes its name required.
  return Object.entries(allowed).every(([name, pattern]) => names.includes(name) || pattern.test(''));
}

function isMediaType(expected: string, header: string | undefined): boolean {
  const match = /^([a-z/-]+)(?:; *charset="?(utf-8)"?)?$/i.exec(header ?? '');
  return match?.[1]?.toLowerCase() === expected;
}

function decodeUtf8(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

function readBody(mediaType: string, text: string): [string, string][] | undefined {
  return mediaType === 'application/json' ? readJson(text) : readForm(text);
}

/** Strict: a broken escape or bytes that are no UTF-8 have more than one reading. */
function readForm(text: string): [string, string][] | undefined {
  if (text.includes(';') || /%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  try {
    for (const part of text.split(/[&=]/)) decodeURIComponent(part);
  } catch {
    return undefined;
  }
  return readPairs(text);
}

/** A flat object; JSON.parse keeps the last of two equal names, so the text is scanned for repeats. */
function readJson(text: string): [string, string][] | undefined {
  const pairs: [string, string][] = [];
  let keys = 0;
  try {
    const parsed: unknown = JSON.parse(text, (key, value: unknown) => {
      if (key !== '') keys += 1;
      return value;
    });
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    for (const [name, value] of Object.entries(parsed)) {
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
      pairs.push([name, String(value)]);
    }
  } catch {
    return undefined;
  }
  const written = text.match(/"(?:[^"\\]|\\.)*"\s*:/g)?.length ?? 0;
  return keys === pairs.length && written === pairs.length ? pairs : undefined;
}

function collect(preset: Preset, pairs: readonly [string, string][]): { found: Map<string, string> } | GrammarRefusal {
  const fields = preset.signIn.fields;
  const found = new Map<string, string>();
  for (const [name, value] of pairs) {
    const folded = foldName(name, preset.folding);
    // The very name, not only its folding: an honest form needs no spelling tricks.
    if (folded !== name || !Object.hasOwn(fields, name)) return { refused: 'unknown field' };
    if (found.has(name)) return { refused: `field ${name} twice` };
    const field = fields[name];
    if (field === undefined || !accepts(field, value)) return { refused: `field ${name}` };
    found.set(name, value);
  }
  const missing = Object.entries(fields).find(([name, field]) => !found.has(name) && !isOptional(field));
  return missing === undefined ? { found } : { refused: `field ${missing[0]} is missing` };
}

function accepts(field: SignInField, value: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a NUL ends a name for some apps and not for others
  if (/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(value)) return false;
  if (field.role === 'fixed') return value === field.value;
  if (field.role === 'free') return field.pattern.test(value);
  return value.length <= 512 && !/[\r\n]/.test(value);
}

function isOptional(field: SignInField): boolean {
  return (field.role === 'fixed' || field.role === 'free') && field.optional === true;
}

function rebuild(preset: Preset, found: ReadonlyMap<string, string>): SignIn {
  const { mediaType, fields } = preset.signIn;
  const user = Object.entries(fields).find(([, field]) => field.role === 'user')?.[0] ?? '';
  const body =
    mediaType === 'application/json'
      ? JSON.stringify(Object.fromEntries(found))
      : new URLSearchParams([...found]).toString();
  return { user: found.get(user) ?? '', body, mediaType };
}
