/**
 * A target as every backend could read it. Where an app may understand a path in another way than we do (encoded
 * slashes and dots, `//`, `;`, backslash, double encoding), all readings are matched and the strictest wins
 * (CVE-2025-66490, CVE-2026-40912, CVE-2020-24660).
 */
export interface Target {
  /** As it came, and as it is sent on. */
  readonly raw: string;
  readonly path: string;
  readonly query: string;
  /** Whether the path has one reading only, but for a slash at its end. Only such a path can be public. */
  readonly plain: boolean;
  /** All readings of the path, lower-cased: apps on file systems without case would open them alike. */
  readonly readings: readonly string[];
}

// No segment ends in a dot: some file systems leave it out.
const plainPath = /^(?=\/)(?:\/[A-Za-z0-9_.~-]*[A-Za-z0-9_~-])*\/?$/;

export function readTarget(raw: string): Target {
  const mark = raw.indexOf('?');
  const path = mark < 0 ? raw : raw.slice(0, mark);
  const query = mark < 0 ? '' : raw.slice(mark + 1);
  const plain = plainPath.test(path);
  const readings = plain ? [path.toLowerCase()] : allReadings(path);
  const settled = plain && !path.endsWith('/');
  return { raw, path, query, plain, readings: settled ? readings : withoutSlash(readings) };
}

/** The few addresses that are ours on an app's host, in whatever way somebody may read them. */
export function isOwnAddress({ readings }: Target): boolean {
  return readings.some(reading => reading === '/_sluis' || reading.startsWith('/_sluis/'));
}

/** Most apps open `/admin/` as they do `/admin`. */
function withoutSlash(readings: readonly string[]): readonly string[] {
  if (!readings.some(reading => reading.length > 1 && reading.endsWith('/'))) return readings;
  return [...new Set(readings.flatMap(reading => [reading, reading.replace(/(?<=.)\/$/, '')]))];
}

function allReadings(path: string): string[] {
  const found = new Set<string>();
  let text = path;
  // Three rounds: as it is, decoded once, decoded twice. A fourth reading would need an app that decodes three times.
  for (let round = 0; round < 3; round += 1) {
    for (const slashes of [text, text.replaceAll('\\', '/')]) {
      for (const cut of [slashes, withoutParameters(slashes), slashes.split(/[;\0]/, 1)[0] ?? '']) {
        found.add(settle(cut));
        found.add(settle(withoutTails(cut)));
      }
    }
    text = decodeOnce(text);
  }
  // Patterns are written in letters, paths come as bytes: `/k%C3%A9` is `/ké`.
  return [...found].map(reading => Buffer.from(reading, 'latin1').toString('utf8').toLowerCase());
}

function withoutParameters(path: string): string {
  return path
    .split('/')
    .map(segment => segment.split(';', 1)[0] ?? '')
    .join('/');
}

/** NTFS leaves out dots and spaces at the end of a name. */
function withoutTails(path: string): string {
  return path.replaceAll(/(?<=[^./ ])[. ]+(?=\/|$)/g, '');
}

function decodeOnce(text: string): string {
  return text.replaceAll(/%([0-9a-fA-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** RFC 3986 5.2.4, with empty segments taken out. */
function settle(path: string): string {
  const out: string[] = [];
  const segments = path.split('/');
  for (const segment of segments) {
    if (segment === '..') out.pop();
    else if (segment !== '' && segment !== '.') out.push(segment);
  }
  const last = segments.at(-1);
  const slash = out.length > 0 && (last === '' || last === '.' || last === '..') ? '/' : '';
  return `/${out.join('/')}${slash}`;
}

/**
 * How an app reads a parameter's name: PHP drops leading spaces, ends at a NUL, and reads space and dot as `_`. A `[`
 * that is closed begins an index; one that is not is a `_` too (`login[name` is `login_name`).
 */
export function foldName(name: string, folding: 'php' | 'none'): string {
  if (folding === 'none') return name;
  const bare = name.replace(/^[ \t\n\r\v\f]+/, '').split('\0', 1)[0] ?? '';
  const bracket = bare.indexOf('[', 1);
  const base = bracket < 0 || !bare.includes(']', bracket) ? bare : bare.slice(0, bracket);
  return base.replaceAll(/[ .[]/g, '_');
}

/** Pairs of a query or urlencoded body, in order. Each escape is decoded by itself: `_task%00%FF` is `_task` to PHP, though no UTF-8. */
export function readPairs(text: string): [string, string][] {
  if (text === '') return [];
  const pairs: [string, string][] = [];
  for (const part of text.split(/[&;]/)) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    pairs.push(
      equals < 0
        ? [unescapePart(part), '']
        : [unescapePart(part.slice(0, equals)), unescapePart(part.slice(equals + 1))],
    );
  }
  return pairs;
}

function unescapePart(text: string): string {
  if (!text.includes('%')) return text.replaceAll('+', ' ');
  // Bytes first, then letters; what is no UTF-8 becomes U+FFFD and fits no pattern.
  return Buffer.from(decodeOnce(Buffer.from(text.replaceAll('+', ' ')).toString('latin1')), 'latin1').toString('utf8');
}
