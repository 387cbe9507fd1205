import type { IncomingMessage } from 'node:http';

/** 32 MB, as the limit that people complained about. */
const largest = 32 * 1024 * 1024;

export interface DemoRequest {
  readonly method: string;
  /** As it came: nothing decoded. */
  readonly target: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly cookies: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** @throws {RangeError} where the body is too large or the target is no URL. */
export async function readRequest(message: IncomingMessage): Promise<DemoRequest> {
  const target = message.url ?? '/';
  const url = URL.parse(target, 'http://gemeentepost.invalid');
  if (url === null) throw new RangeError('target');
  return {
    method: message.method ?? 'GET',
    target,
    url,
    headers: message.headers,
    rawHeaders: message.rawHeaders,
    cookies: readCookies(message.headers.cookie ?? ''),
    body: await readBody(message),
  };
}

/** The fields of a form, of either kind; of several values the last counts, as in PHP. */
export async function readForm(request: DemoRequest): Promise<FormData> {
  const type = request.headers['content-type'] ?? 'application/x-www-form-urlencoded';
  try {
    return await new Response(new Uint8Array(request.body), { headers: { 'content-type': type } }).formData();
  } catch {
    return new FormData();
  }
}

export function field(form: FormData | URLSearchParams, name: string): string {
  const value = form.getAll(name).at(-1);
  return typeof value === 'string' ? value : '';
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largest) throw new RangeError('body');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function readCookies(header: string): Map<string, string> {
  const pairs = header.split(';').map(pair => pair.trim().split(/=(.*)/s));
  return new Map(pairs.map(([name = '', value = '']) => [name, value]));
}
