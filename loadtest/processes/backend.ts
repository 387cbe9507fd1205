import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { assetPath } from '../cases.ts';
import { bodyOf, loadPath, password, sizes, user } from '../load.ts';
import { listenForBench } from './ready.ts';

/**
 * The app behind every proxy of the bench: it signs in as the demo app does (form token, session cookie, proof cookie)
 * and serves bodies of fixed size to whoever is signed in. Whoever is not gets 401, which fails the bench: a proxy that
 * forgets the cookies is not measured.
 */
const bodies = new Map(sizes.map(size => [loadPath(size), bodyOf(size)]));
const asset = bodyOf(1024);
const formTokens = new Map<string, string>();
const signedIn = new Set<string>();

const server = createServer((request, response) => {
  const body = bodies.get(request.url ?? '');
  if (body !== undefined)
    return signedIn.has(proofOf(request)) ? serve(response, body) : end(response, 401, {}, 'not signed in');
  if (request.url === assetPath) return serve(response, asset);
  void answer(request, response).catch(() => response.destroy());
});
server.keepAliveTimeout = 65_000;
listenForBench(server);

function serve(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, [
    'Content-Type',
    'text/html; charset=utf-8',
    'Content-Length',
    String(body.length),
    'Cache-Control',
    'private, no-cache',
    'X-Frame-Options',
    'sameorigin',
    'Last-Modified',
    'Sun, 22 Nov 2026 00:00:00 GMT',
  ]);
  response.end(body);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/wie') {
    const known = signedIn.has(proofOf(request));
    return known ? page(response, 200, `<strong id="wie">${user}</strong>`) : end(response, 401, {}, '');
  }
  if (request.url !== '/login') return end(response, 404, {}, '');
  return request.method === 'POST' ? signIn(request, response) : showLogin(request, response);
}

function showLogin(request: IncomingMessage, response: ServerResponse): void {
  const session = cookie(request, 'GPSESSIE') ?? token();
  const formToken = token();
  // The bench asks for this page without end.
  if (formTokens.size > 10_000) formTokens.clear();
  formTokens.set(session, formToken);
  const form = `<form method="post"><input name="formtoken" value="${formToken}"></form>`;
  page(response, 200, form, [`GPSESSIE=${session}; Path=/; HttpOnly`]);
}

async function signIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
  const expected = formTokens.get(cookie(request, 'GPSESSIE') ?? '');
  const right = form.get('gebruiker') === user && form.get('wachtwoord') === password;
  if (!right || expected === undefined || form.get('formtoken') !== expected) {
    return page(response, 401, 'failed', ['GPAUTH=weg; Path=/; Max-Age=0; HttpOnly']);
  }
  const proof = token();
  signedIn.add(proof);
  end(response, 303, { location: '/postvak', 'set-cookie': [`GPAUTH=${proof}; Path=/; HttpOnly`] }, '');
}

function page(response: ServerResponse, status: number, html: string, cookies: string[] = []): void {
  end(response, status, { 'content-type': 'text/html; charset=utf-8', 'set-cookie': cookies }, html);
}

function end(response: ServerResponse, status: number, headers: Record<string, string | string[]>, body: string): void {
  response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) });
  response.end(body);
}

function proofOf(request: IncomingMessage): string {
  return cookie(request, 'GPAUTH') ?? '';
}

function cookie(request: IncomingMessage, name: string): string | undefined {
  return new RegExp(`(?:^|; )${name}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1];
}

function token(): string {
  return randomBytes(16).toString('base64url');
}
