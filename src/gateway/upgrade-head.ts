import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Head, type HeadLimits, type HeadRefusal, isRefusal, readAnyHead } from './head.ts';

/** What a client said in its opening handshake (RFC 6455 4.1). */
export interface Handshake {
  readonly key: string;
  /** Subprotocols offered, in order. */
  readonly protocols: readonly string[];
  /** The values of Sec-WebSocket-Extensions as they came. */
  readonly extensions: readonly string[];
}

export interface UpgradeHead {
  readonly head: Head;
  readonly handshake: Handshake;
}

const protocolShape = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
/** Sixteen bytes in base64: the last letter before the padding carries four bits, and two that must be zero. */
const keyShape = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

/**
 * The head of a request for another protocol. Only a WebSocket of version 13 is known here: whatever is taken for an
 * upgrade by one hop and for a request by the next lets what follows be read twice (h2c and WebSocket smuggling).
 */
export function readUpgradeHead(req: IncomingMessage, limits: HeadLimits): UpgradeHead | HeadRefusal {
  const head = readAnyHead(req, limits);
  if (isRefusal(head)) return head;
  if (head.upgrade?.toLowerCase() !== 'websocket' || head.method !== 'GET') return refuse(501, 'Upgrade');
  if (head.http10 || !namesUpgrade(head.connection)) return refuse(400, 'Connection does not name Upgrade');
  if (head.contentLength !== undefined || head.chunked || head.expects) return refuse(400, 'an upgrade with a body');
  // Who says that it navigates or loads a picture is no script that opens a WebSocket.
  if (head.fetchMode !== undefined && head.fetchMode !== 'websocket') return refuse(400, 'Sec-Fetch-Mode');
  const handshake = readHandshake(head.lines.raw);
  if (isRefused(handshake)) return handshake;
  // Whatever else it says of itself, it gets what scripts get: no page, no redirect.
  return { head: { ...head, fetchMode: 'websocket', fetchDest: 'websocket' }, handshake };
}

function readHandshake(raw: readonly string[]): Handshake | HeadRefusal {
  const [version, ...versions] = valuesOf(raw, 'sec-websocket-version');
  if (version !== '13' || versions.length > 0) return refuse(426, 'Sec-WebSocket-Version');
  const [key, ...keys] = valuesOf(raw, 'sec-websocket-key');
  if (key === undefined || keys.length > 0 || !keyShape.test(key)) return refuse(400, 'Sec-WebSocket-Key');
  const protocols = listed(valuesOf(raw, 'sec-websocket-protocol'));
  const known = new Set(protocols);
  if (known.size < protocols.length || protocols.some(name => !protocolShape.test(name)))
    return refuse(400, 'Sec-WebSocket-Protocol');
  return { key, protocols, extensions: valuesOf(raw, 'sec-websocket-extensions') };
}

/** Flat pairs for the app: what a WebSocket needs, and nothing that only looks like it (Sec-WebSocket-Key1, -Accept). */
export function handshakeHeaders({ key, protocols, extensions }: Handshake): string[] {
  return [
    'upgrade',
    'websocket',
    'connection',
    'Upgrade',
    'sec-websocket-version',
    '13',
    'sec-websocket-key',
    key,
    ...(protocols.length === 0 ? [] : ['sec-websocket-protocol', protocols.join(', ')]),
    ...extensions.flatMap(value => ['sec-websocket-extensions', value]),
  ];
}

export type DistinctHeaders = Readonly<Record<string, readonly string[] | undefined>>;

/**
 * Whether this 101 accepts what was offered, to the letter (RFC 6455 4.1, 4.2.2): whoever answers for another key, or
 * with a subprotocol that nobody asked for, did not read the handshake.
 */
export function accepts(handshake: Handshake, answer: DistinctHeaders): boolean {
  const upgrade = answer['upgrade'] ?? [];
  const accept = answer['sec-websocket-accept'] ?? [];
  const protocol = answer['sec-websocket-protocol'] ?? [];
  return (
    upgrade.length === 1 &&
    upgrade[0]?.toLowerCase() === 'websocket' &&
    namesUpgrade(answer['connection']?.join(',')) &&
    accept.length === 1 &&
    accept[0] === acceptOf(handshake.key) &&
    (protocol.length === 0 || (protocol.length === 1 && handshake.protocols.includes(protocol[0] ?? ''))) &&
    extensionsOf(answer['sec-websocket-extensions']).every(name => extensionsOf(handshake.extensions).includes(name))
  );
}

/** RFC 6455 4.2.2: the constant is the protocol's own. */
function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

function extensionsOf(values: readonly string[] | undefined): string[] {
  return listed(values ?? []).map(one => (one.split(';', 1)[0] ?? '').trim().toLowerCase());
}

function namesUpgrade(connection: string | undefined): boolean {
  return listed([connection ?? '']).some(name => name.toLowerCase() === 'upgrade');
}

function listed(values: readonly string[]): string[] {
  return values.flatMap(value => value.split(',')).flatMap(one => (one.trim() === '' ? [] : [one.trim()]));
}

function valuesOf(raw: readonly string[], wanted: string): string[] {
  const found: string[] = [];
  for (let i = 0; i < raw.length; i += 2) if (raw[i] === wanted) found.push(raw[i + 1] as string);
  return found;
}

function refuse(status: HeadRefusal['status'], reason: string): HeadRefusal {
  return { status, reason };
}

function isRefused(handshake: Handshake | HeadRefusal): handshake is HeadRefusal {
  return 'reason' in handshake;
}
