import type { Client, ClientAnswer } from './client.ts';
import { RawConnection } from './raw-http.ts';

/** A form as a page would post it. */
export interface Form {
  readonly path: string;
  readonly fields: Readonly<Record<string, string>>;
}

type Headers = Readonly<Record<string, string | undefined>>;

/** One request as an attacker writes it; all else is as a browser of his would send it. */
export interface Odd {
  readonly method?: string;
  readonly target?: string;
  readonly body?: string | Buffer;
  readonly headers?: Headers;
}

const urlencoded = 'application/x-www-form-urlencoded';
const multipart = (fields: Form['fields'], boundary: string) =>
  `${Object.entries(fields)
    .map(([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    .join('')}--${boundary}--\r\n`;
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

/**
 * Ways to say "this form" that some server, proxy or framework somewhere takes for it: other methods and what overrides
 * them, fields twice or elsewhere, other encodings of the body, other spellings of path, target and host, framing, and
 * promises of another protocol.
 */
export const oddWays: Readonly<Record<string, (form: Form, host: string) => Odd>> = {
  'as it is': () => ({}),
  PUT: () => ({ method: 'PUT' }),
  PATCH: () => ({ method: 'PATCH' }),
  DELETE: () => ({ method: 'DELETE' }),
  'a GET with its fields in the address': ({ path, fields }) => ({
    ...{ method: 'GET', target: `${path}?${new URLSearchParams(fields)}`, body: '' },
  }),
  'a GET with its body': () => ({ method: 'GET' }),
  'a HEAD with its fields in the address': ({ path, fields }) => ({
    ...{ method: 'HEAD', target: `${path}?${new URLSearchParams(fields)}`, body: '' },
  }),
  OPTIONS: () => ({ method: 'OPTIONS' }),
  TRACE: () => ({ method: 'TRACE', body: '' }),
  'X-HTTP-Method-Override on a GET': () => ({ method: 'GET', headers: { 'X-HTTP-Method-Override': 'POST' } }),
  'X-HTTP-Method-Override on a POST': () => ({ headers: { 'X-HTTP-Method-Override': 'DELETE' } }),
  'X-Method-Override and X-HTTP-Method': () => ({ headers: { 'X-Method-Override': 'PUT', 'X-HTTP-Method': 'DELETE' } }),
  '_method in the body': ({ fields }) => ({ body: `_method=DELETE&${new URLSearchParams(fields)}` }),
  '_method in the address': ({ path }) => ({ method: 'GET', target: `${path}?_method=POST` }),
  'every field twice': ({ fields }) => ({ body: `${new URLSearchParams(fields)}&${new URLSearchParams(fields)}` }),
  'fields as lists': ({ fields }) => ({
    body: Object.entries(fields)
      .map(([name, value]) => `${name}[]=${encodeURIComponent(value)}`)
      .join('&'),
  }),
  'fields parted by semicolons': ({ fields }) => ({ body: `${new URLSearchParams(fields)}`.replaceAll('&', ';') }),
  'tokens left out': ({ fields: { csrf: _csrf, attempt: _attempt, ...rest } }) => ({
    body: `${new URLSearchParams(rest)}`,
  }),
  'tokens that are empty': ({ fields }) => ({ body: `${new URLSearchParams({ ...fields, csrf: '', attempt: '' })}` }),
  'tokens in headers': ({ fields }) => ({
    headers: { 'X-CSRF-Token': fields['csrf'] ?? 'x', 'X-Requested-With': 'XMLHttpRequest' },
  }),
  JSON: ({ fields }) => ({ body: JSON.stringify(fields), headers: { 'Content-Type': 'application/json' } }),
  'JSON called a form': ({ fields }) => ({ body: JSON.stringify(fields) }),
  'text/plain': () => ({ headers: { 'Content-Type': 'text/plain' } }),
  'no media type': () => ({ headers: { 'Content-Type': undefined } }),
  'two media types': () => ({ headers: { 'Content-Type': `text/plain, ${urlencoded}` } }),
  multipart: ({ fields }) => ({
    ...{ body: multipart(fields, 'x'), headers: { 'Content-Type': 'multipart/form-data; boundary=x' } },
  }),
  'multipart without a boundary': ({ fields }) => ({
    ...{ body: multipart(fields, 'x'), headers: { 'Content-Type': 'multipart/form-data' } },
  }),
  'UTF-16': ({ fields }) => ({
    ...{ body: utf16(`${new URLSearchParams(fields)}`), headers: { 'Content-Type': `${urlencoded}; charset=utf-16` } },
  }),
  'UTF-7': ({ fields }) => ({
    body: `${new URLSearchParams(fields)}`.replaceAll('=', '+AD0-'),
    headers: { 'Content-Type': `${urlencoded}; charset=utf-7` },
  }),
  EBCDIC: () => ({ headers: { 'Content-Type': `${urlencoded}; charset=ibm037` } }),
  'a body that says it is gzip': () => ({ headers: { 'Content-Encoding': 'gzip' } }),
  'a slash more': ({ path }) => ({ target: `/${path}` }),
  'a slash behind': ({ path }) => ({ target: `${path}/` }),
  capitals: ({ path }) => ({ target: path.toUpperCase() }),
  'path parameters': ({ path }) => ({ target: `${path};x=1` }),
  dots: ({ path }) => ({ target: `/x/..${path}` }),
  'a letter encoded': ({ path }) => ({
    target: path.replace(/[a-z]/, letter => `%${letter.charCodeAt(0).toString(16)}`),
  }),
  'slashes encoded': ({ path }) => ({ target: `/${path.slice(1).replaceAll('/', '%2f')}` }),
  'a backslash': ({ path }) => ({ target: path.replace(/^\//, '/\\') }),
  'a NUL behind': ({ path }) => ({ target: `${path}%00` }),
  'the whole address as target': ({ path }, host) => ({ target: `http://${host}${path}` }),
  'the address of another host as target': ({ path }) => ({ target: `http://evil.test${path}` }),
  'X-Original-URL and X-Rewrite-URL': ({ path }) => ({
    ...{ target: '/help', headers: { 'X-Original-URL': path, 'X-Rewrite-URL': path } },
  }),
  'a host in capitals': (_form, host) => ({ headers: { Host: host.toUpperCase() } }),
  'a host with a dot behind': (_form, host) => ({ headers: { Host: host.replace(':', '.:') } }),
  'a host with a user': (_form, host) => ({ headers: { Host: `x@${host}` } }),
  'no host': () => ({ headers: { Host: undefined } }),
  'X-Forwarded-Host and Forwarded': (_form, host) => ({
    ...{ headers: { 'X-Forwarded-Host': host, Forwarded: `host=${host};proto=https` } },
  }),
  'Expect: 100-continue': () => ({ headers: { Expect: '100-continue' } }),
  'Expect: something': () => ({ headers: { Expect: 'nothing' } }),
  'a range': () => ({ method: 'GET', body: '', headers: { Range: 'bytes=0-9999', 'If-Range': '"x"' } }),
  'an upgrade to WebSocket': () => ({
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'eA==',
    },
  }),
  'an upgrade to h2c': () => ({
    headers: { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABkAARAAAAAAAIAAAAA' },
  }),
  'chunks and a length': ({ fields }) => {
    const body = `${new URLSearchParams(fields)}`;
    return { body: `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`, headers: { 'Transfer-Encoding': 'chunked' } };
  },
  Basic: () => ({ headers: { Authorization: `Basic ${btoa('anna:Anna-Test-2026')}` } }),
  'a name in headers': () => ({
    headers: { 'X-Remote-User': 'anna', 'X-Forwarded-User': 'anna', 'Remote-User': 'anna' },
  }),
};

/** Sends it, and gives what came; undefined where the connection ended without an answer, as it may. */
export async function sendOdd(
  client: Client,
  host: string,
  form: Form,
  way: string,
  headers: Headers,
): Promise<Pick<ClientAnswer, 'status' | 'text' | 'location'> | undefined> {
  const odd = oddWays[way]?.(form, host) ?? {};
  const { method = 'POST', target = form.path, body = `${new URLSearchParams(form.fields)}` } = odd;
  const all = { 'Content-Type': urlencoded, ...headers, ...odd.headers };
  const bytes = client.bytes(method, target, body === '' ? undefined : body, all);
  const connection = await RawConnection.open(client.port, { timeout: 5_000 });
  try {
    connection.write(bytes);
    const { status, body: answer, headers: told } = await connection.read(method);
    const location = told.find(([name]) => name.toLowerCase() === 'location')?.[1];
    return { status, text: answer.toString('utf8'), location };
  } catch {
    return undefined;
  } finally {
    connection.destroy();
  }
}
