import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { LRUCache } from 'lru-cache';
import { Lines } from './lines.ts';

/** A request head that has exactly one reading. Header values as they came; names lower-cased. */
export interface Head {
  readonly method: string;
  /** Origin form: begins with '/', printable ASCII, no fragment. */
  readonly target: string;
  /** Authority, lower-cased, as sent. */
  readonly host: string;
  readonly http10: boolean;
  readonly lines: Lines;
  readonly cookie: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly fetchMode: string | undefined;
  readonly fetchDest: string | undefined;
  readonly contentType: string | undefined;
  readonly contentLength: number | undefined;
  readonly contentEncoding: string | undefined;
  readonly chunked: boolean;
  readonly connection: string | undefined;
  readonly expects: boolean;
  /** An event stream is asked for: it may be silent for as long as nothing happens. */
  readonly events: boolean;
  readonly upgrade: string | undefined;
  /** DAV: where COPY and MOVE lead (RFC 4918 10.3). */
  readonly destination: string | undefined;
  readonly acceptLanguage: string | undefined;
  readonly userAgent: string | undefined;
  readonly serviceWorker: boolean;
}

export interface HeadRefusal {
  readonly status: 400 | 405 | 411 | 414 | 417 | 426 | 431 | 501;
  readonly reason: string;
}

export interface HeadLimits {
  readonly headers: number;
  readonly target: number;
}

/** RFC 9110, 4918 and 4791 methods that an app may see. TRACE would echo cookies, CONNECT is for tunnels (ASVS 13.4.4). */
const methods = new Set(
  'GET HEAD POST PUT PATCH DELETE OPTIONS PROPFIND PROPPATCH REPORT MKCOL MKCALENDAR COPY MOVE LOCK UNLOCK SEARCH'.split(
    ' ',
  ),
);

/** Headers that change the meaning of a request when two hops read different ones of a pair (RFC 9112 section 11; CWE-444). */
const single =
  'host content-length transfer-encoding content-type content-encoding cookie origin authorization expect upgrade range destination sec-fetch-site sec-fetch-mode sec-fetch-dest sec-fetch-user'.split(
    ' ',
  );

/** A header name as it came: lower-cased, and its own bit among those that may come once; 0 for the rest. */
interface Name {
  readonly lower: string;
  readonly bit: number;
}

const mostNames = 2_000;
const names = new Map<string, Name>();

/** Browsers spell the same few names the same way: read once. Nothing but the name decides, so it holds for every request. */
function readName(name: string): Name {
  let known = names.get(name);
  if (known === undefined) {
    const lower = name.toLowerCase();
    known = { lower, bit: single.includes(lower) ? 1 << single.indexOf(lower) : 0 };
    // Anybody can make names up: they may cost time, not memory.
    if (names.size >= mostNames) names.clear();
    names.set(name, known);
  }
  return known;
}

const targetShape = /^\/[\x21\x22\x24-\x5b\x5d-\x7e]*$/;
const badEscape = /%(?![0-9a-fA-F]{2})|%00|%0[aAdD]/;
const hostShape = /^[a-z0-9.-]{1,253}(?::[0-9]{1,5})?$|^\[[0-9a-f:.]{2,45}\](?::[0-9]{1,5})?$/;
// Obsolete folding and controls never get here from llhttp; checked again because undici throws on them (a thrown request can wedge its pool).
// Said of the whole, not as a search for a bad character: of long values the engine reads that in half the time.
const goodValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Cookie headers that were found good: browsers send the same long one again and again. Bounded in characters too. */
const goodCookies = new LRUCache<string, true>({
  max: 5_000,
  maxSize: 8_000_000,
  sizeCalculation: (_, text) => text.length + 1,
});

function isGoodCookie(value: string): boolean {
  if (goodCookies.has(value)) return true;
  if (!goodValue.test(value)) return false;
  goodCookies.set(value, true);
  return true;
}

/** What the lines of a head say by themselves. */
type Said = Omit<Head, 'method' | 'target' | 'http10'>;
type Draft = { -readonly [K in keyof Said]: Said[K] };

/** Reads the head of an ordinary request strictly: what has two readings has none. */
export function readHead(req: IncomingMessage, limits: HeadLimits): Head | HeadRefusal {
  const head = readAnyHead(req, limits);
  return !isRefusal(head) && head.upgrade !== undefined ? refuse(501, 'Upgrade') : head;
}

/** The same, of a request that may ask for another protocol: whoever calls this must look at `upgrade`. */
export function readAnyHead(req: IncomingMessage, limits: HeadLimits): Head | HeadRefusal {
  const method = req.method ?? '';
  const target = req.url ?? '';
  if (!methods.has(method))
    return refuse(method === 'CONNECT' || method === 'TRACE' ? 405 : 501, `method ${method.slice(0, 20)}`);
  if (target.length > limits.target) return refuse(414, 'target too long');
  if (!targetShape.test(target) || badEscape.test(target)) return refuse(400, 'target is not in plain origin form');
  if (req.httpVersion !== '1.1' && req.httpVersion !== '1.0') return refuse(400, 'HTTP version');
  if (req.rawHeaders.length > limits.headers * 2) return refuse(431, 'too many headers');
  const said = readOnce(req);
  return 'reason' in said ? said : checkFraming({ ...said, method, target, http10: req.httpVersion === '1.0' });
}

/** What the last head on each connection said: a browser says the same of itself with every request on it. */
const last = new WeakMap<Socket, { readonly raw: readonly string[]; readonly said: Said }>();
/** Characters: a connection that waits must not hold much. */
const mostKept = 4_096;

/** Nothing but the words is read, so the same words mean the same. */
function readOnce({ socket, rawHeaders }: IncomingMessage): Said | HeadRefusal {
  const before = last.get(socket);
  if (before !== undefined && isSame(before.raw, rawHeaders)) return before.said;
  const said = readLines(blank(), rawHeaders);
  if (!('reason' in said) && sizeOf(rawHeaders) <= mostKept) last.set(socket, { raw: rawHeaders, said });
  return said;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) {
    if (one[i] !== other[i]) return false;
  }
  return true;
}

function sizeOf(raw: readonly string[]): number {
  return raw.reduce((sum, text) => sum + text.length, 0);
}

function readLines(head: Draft, raw: readonly string[]): Said | HeadRefusal {
  const lines = new Array<string>(raw.length);
  let seen = 0;
  for (let i = 0; i < raw.length; i += 2) {
    const { lower: name, bit } = readName(raw[i] as string);
    const value = raw[i + 1] as string;
    if (!(name === 'cookie' ? isGoodCookie(value) : goodValue.test(value)))
      return refuse(400, `header ${name}: control character`);
    if (bit !== 0) {
      if ((seen & bit) !== 0) return refuse(400, `header ${name} twice`);
      seen |= bit;
      const problem = note(head, name, value);
      if (problem !== undefined) return problem;
    } else noteList(head, name, value);
    lines[i] = name;
    lines[i + 1] = value;
  }
  head.lines = new Lines(lines, head.connection);
  return head.host === '' ? refuse(400, 'Host is missing') : head;
}

function note(head: Draft, name: string, value: string): HeadRefusal | undefined {
  switch (name) {
    case 'host':
      head.host = value.toLowerCase();
      return hostShape.test(head.host) ? undefined : refuse(400, 'Host');
    case 'content-length':
      if (!/^\d{1,15}$/.test(value)) return refuse(400, 'Content-Length');
      head.contentLength = Number(value);
      return undefined;
    case 'transfer-encoding':
      head.chunked = true;
      return value.toLowerCase() === 'chunked' ? undefined : refuse(501, 'Transfer-Encoding');
    case 'expect':
      head.expects = true;
      return value.toLowerCase() === '100-continue' ? undefined : refuse(417, 'Expect');
    default:
      noteText(head, name, value);
      return undefined;
  }
}

function noteText(head: Draft, name: string, value: string): void {
  if (name === 'cookie') head.cookie = value;
  else if (name === 'origin') head.origin = value;
  else if (name === 'sec-fetch-site') head.fetchSite = value;
  else if (name === 'sec-fetch-mode') head.fetchMode = value;
  else if (name === 'sec-fetch-dest') head.fetchDest = value;
  else if (name === 'content-type') head.contentType = value;
  else if (name === 'content-encoding') head.contentEncoding = value;
  else if (name === 'upgrade') head.upgrade = value;
  else if (name === 'destination') head.destination = value;
}

function noteList(head: Draft, name: string, value: string): void {
  if (name === 'connection') head.connection = head.connection === undefined ? value : `${head.connection},${value}`;
  else if (name === 'accept-language') head.acceptLanguage ??= value;
  else if (name === 'user-agent') head.userAgent ??= value;
  else if (name === 'accept') head.events ||= value.includes('text/event-stream');
  else if (name === 'service-worker') head.serviceWorker = true;
}

function checkFraming(head: Head): Head | HeadRefusal {
  if (head.chunked && (head.contentLength !== undefined || head.http10)) return refuse(400, 'two ways of framing');
  const body = head.chunked || (head.contentLength ?? 0) > 0;
  if (body && (head.method === 'GET' || head.method === 'HEAD')) return refuse(400, `${head.method} with a body`);
  return head;
}

const none = new Lines([]);

function blank(): Draft {
  return {
    host: '',
    lines: none,
    cookie: undefined,
    origin: undefined,
    fetchSite: undefined,
    fetchMode: undefined,
    fetchDest: undefined,
    contentType: undefined,
    contentLength: undefined,
    contentEncoding: undefined,
    chunked: false,
    connection: undefined,
    expects: false,
    events: false,
    upgrade: undefined,
    destination: undefined,
    acceptLanguage: undefined,
    userAgent: undefined,
    serviceWorker: false,
  };
}

export function isRefusal(head: Head | HeadRefusal): head is HeadRefusal {
  return 'reason' in head;
}

function refuse(status: HeadRefusal['status'], reason: string): HeadRefusal {
  return { status, reason };
}

/** A navigation of the whole window: what may be redirected. Browsers say so; a client that says nothing counts as one if it asks for HTML with GET. */
export function isTopNavigation(head: Head): boolean {
  if (head.fetchMode !== undefined || head.fetchDest !== undefined) {
    return head.fetchMode === 'navigate' && head.fetchDest === 'document';
  }
  return head.method === 'GET' && acceptsHtml(head);
}

export function isFrame(head: Head): boolean {
  return head.fetchDest !== undefined && ['iframe', 'frame', 'embed', 'object'].includes(head.fetchDest);
}

function acceptsHtml(head: Head): boolean {
  return head.lines.first('accept')?.includes('text/html') === true;
}
