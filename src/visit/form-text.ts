import { foldName } from '../policy/target.ts';

/** What a person wrote into a form, as far as a page may show it to her again. */
export interface FormText {
  /** Names and texts, in the form's order; without what is empty, secret, or no text of a person's. */
  readonly texts: readonly { readonly name: string; readonly text: string }[];
  /** Names of files; what is in them is never shown. */
  readonly files: readonly string[];
  /** Not all of the form was there to read. */
  readonly cut: boolean;
}

interface Part {
  readonly name: string;
  readonly value: string;
  readonly file: string | undefined;
}

const mostTexts = 200;

/** Reads a form of any of the three kinds that a browser posts. `secrets` are folded names besides those that speak for themselves. */
export function readFormText(
  contentType: string,
  body: Buffer,
  options: { readonly secrets: ReadonlySet<string>; readonly folding: 'php' | 'none'; readonly cut?: boolean },
): FormText {
  const type = contentType.toLowerCase();
  const text = decode(contentType, body);
  const parts = type.startsWith('multipart/form-data')
    ? readParts(contentType, text)
    : type.startsWith('text/plain')
      ? readLines(text)
      : readPairs(text);
  const texts = parts
    .filter(
      part =>
        part.file === undefined && isForPeople(part) && !options.secrets.has(foldName(part.name, options.folding)),
    )
    .slice(0, mostTexts)
    .map(({ name, value }) => ({ name, text: value }));
  const files = parts.flatMap(({ file }) => (file === undefined || file === '' ? [] : [file]));
  return { texts, files: files.slice(0, mostTexts), cut: options.cut ?? false };
}

/** Passwords, codes and tokens against forgery: never shown, whatever else the form holds. */
const secretName =
  /pass|wacht|pwd|passwd|secret|geheim|token|csrf|xsrf|sectok|nonce|captcha|(?:^|[_-])(?:otp|totp|pin|cvc|cvv|code|auth|key|sid|sess(?:ion)?(?:id)?)(?:$|[_-])/i;
/** A long run without a space in which digits and letters are mixed: made by a machine. */
const machineMade = /^(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9+/=_.-]{20,}$/;

function isForPeople({ name, value }: Part): boolean {
  return value.trim() !== '' && !secretName.test(name) && !machineMade.test(value);
}

function decode(contentType: string, body: Buffer): string {
  const charset = /charset[ \t]*=[ \t]*["']?([^"';, \t]*)/i.exec(contentType)?.[1] ?? 'utf-8';
  // In an urlencoded body the letters are escaped bytes: decoded where they are unescaped.
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString('utf8');
  }
}

function readPairs(text: string): Part[] {
  return [...new URLSearchParams(text)].map(([name, value]) => ({ name, value, file: undefined }));
}

/** `text/plain` has no way of saying where a value ends: a line each. */
function readLines(text: string): Part[] {
  return text.split(/\r?\n/).map(line => {
    const at = line.indexOf('=');
    return { name: at < 0 ? '' : line.slice(0, at), value: line.slice(at + 1), file: undefined };
  });
}

/** What stands between the parts of a form, without its dashes; undefined where it has none, or says not which. */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^multipart\/form-data/i.test(contentType)) return undefined;
  const boundary = /boundary\s*=\s*(?:"([^"]{1,200})"|([^;\s]{1,200}))/i.exec(contentType);
  return boundary?.[1] ?? boundary?.[2];
}

function readParts(contentType: string, text: string): Part[] {
  const mark = boundaryOf(contentType);
  if (mark === undefined) return [];
  return `\r\n${text}`
    .split(`\r\n--${mark}`)
    .slice(1)
    .flatMap(piece => readPart(piece));
}

/** What stands between two boundaries: head, empty line, content. Empty where it is no part of a form. */
export function readPart(piece: string): Part[] {
  const end = piece.indexOf('\r\n\r\n');
  if (end < 0 || piece.startsWith('--')) return [];
  const lines = piece.slice(0, end).split('\r\n');
  const disposition = lines.find(line => line.length <= longestLine && /^content-disposition:/i.test(line)) ?? '';
  const name = parameter(disposition, 'name');
  if (name === undefined) return [];
  return [{ name, value: piece.slice(end + 4), file: parameter(disposition, 'filename') }];
}

/** Longer lines are written by no browser, and searching them would cost more than reading the whole form. */
const longestLine = 8_192;

function parameter(disposition: string, name: string): string | undefined {
  const quoted = new RegExp(`[;\\s]${name}="((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(disposition)?.[1];
  // As browsers write it (HTML, "multipart/form-data encoding"): quotes and line ends escaped as in an address.
  return quoted
    ?.replaceAll('%22', '"')
    .replaceAll(/%0[DA]/gi, ' ')
    .replaceAll(/\\(["\\])/g, '$1');
}
