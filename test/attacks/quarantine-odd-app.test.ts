import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { appClient, openLogin, passFirstGate, postPassword } from '../support/person.ts';
import { RawConnection } from '../support/raw-http.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';
import { expectNothing, expectNothingIn } from '../support/thief.ts';

/** An app that speaks Gemeentepost's language and answers sign-ins and login pages as each test says. */
const place = { app: 'raar', kind: 'demo' } as const;
const anna = { name: 'anna', password: 'Anna-Test-2026' };
const who = '<p>Aangemeld: anna | <a href="/uit">Afmelden</a></p><strong id="wie">anna</strong>';
const loginForm = `<form method="post" action="/login"><input type="hidden" name="formtoken" value="${'t'.repeat(22)}"></form>`;

interface Plan {
  signIn(response: ServerResponse): void;
  login(response: ServerResponse): void | Promise<void>;
  whoami: { status: number; body: string };
}

const usual: Plan = {
  signIn: response =>
    void response.writeHead(303, { location: '/postvak', 'set-cookie': 'GPAUTH=bewijs; Path=/' }).end(),
  login: response => void response.writeHead(200, html).end(loginForm),
  whoami: { status: 200, body: who },
};
const html = { 'content-type': 'text/html', 'set-cookie': 'GPSESSIE=een; Path=/' };

let plan: Plan = usual;
const arrivals: (() => void)[] = [];
let server: Server;
let sluis: TestSluis;

beforeAll(async () => {
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  sluis = await startSluis([{ id: 'raar', upstream: `http://127.0.0.1:${port}`, preset: 'demo' }], {
    clock: new TestClock(),
    extra: 'limits: { pendings: 100 }',
  });
  await sluis.invite('anna');
});
afterAll(async () => {
  await sluis?.close();
  server?.closeAllConnections();
  server?.close();
});
beforeEach(() => {
  plan = usual;
  sluis.clock.advance(20 * 60_000);
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'POST') await text(request);
  const { pathname } = new URL(request.url ?? '/', 'http://app.invalid');
  for (const resolve of arrivals.splice(0)) resolve();
  if (pathname === '/login') return request.method === 'POST' ? plan.signIn(response) : plan.login(response);
  if (pathname === '/wie') return void response.writeHead(plan.whoami.status, html).end(plan.whoami.body);
  response.writeHead(200, { ...html, 'set-cookie': 'GPAUTH=bewijs; Path=/' }).end(who);
}

function nextArrival(): Promise<void> {
  return new Promise(resolve => arrivals.push(resolve));
}

it('R08 a right password leads to the challenge where the app answers as it does: what follows breaks that', async () => {
  const thief = appClient(sluis, 'raar');
  await passFirstGate(thief, 'demo', anna);
  await expectNothing(sluis, place, thief, []);
});

describe('R08 rule 10: a login page on its way when the visit is spent', () => {
  it('that the app held back until then does not arrive', async () => {
    const gate = Promise.withResolvers<void>();
    const thief = appClient(sluis, 'raar');
    const form = await openLogin(thief, 'demo');
    plan = {
      ...usual,
      login: async response => {
        await gate.promise;
        response.writeHead(200, html).end(who);
      },
    };
    const arrived = nextArrival();
    const parallel = thief
      .copy()
      .get('/login')
      .catch(() => undefined);
    await arrived;
    const before = thief.copy();
    const posted = await postPassword(thief, 'demo', form, anna);
    expect(posted.location).toBe('/_sluis/next');
    gate.resolve();
    const held = await parallel;
    if (held !== undefined) expectNothingIn('demo', held);
    plan = usual;
    await expectNothing(sluis, place, before, [posted]);
  });

  it('that had begun to arrive is cut off', async () => {
    const gate = Promise.withResolvers<void>();
    const thief = appClient(sluis, 'raar');
    const form = await openLogin(thief, 'demo');
    plan = {
      ...usual,
      login: async response => {
        response.writeHead(200, html).write('<p>Het begin</p>');
        await gate.promise;
        response.end(who);
      },
    };
    const connection = await RawConnection.open(sluis.port);
    connection.write(thief.bytes('GET', '/login', undefined, { Accept: 'text/html' }));
    let received = '';
    const begun = new Promise<void>(resolve =>
      connection.socket.on('data', (chunk: Buffer) => {
        received += chunk.toString('latin1');
        if (received.includes('Het begin')) resolve();
      }),
    );
    await begun;
    await postPassword(thief.copy(), 'demo', form, anna);
    gate.resolve();
    await connection.closed();
    expect(received).not.toMatch(/Aangemeld|id="wie"/);
    // Not a whole answer either: no last chunk that would make it look finished.
    expect(received).not.toContain('\r\n0\r\n\r\n');
  });

  it('or that signs in by itself is kept from the browser, and reported', async () => {
    const thief = appClient(sluis, 'raar');
    await openLogin(thief, 'demo');
    const before = thief.copy();
    plan = {
      ...usual,
      login: response =>
        void response.writeHead(200, { ...html, 'set-cookie': ['GPAUTH=weg', 'GPAUTH=bewijs; Path=/x'] }).end(who),
    };
    const shown = await thief.get('/login');
    expectNothingIn('demo', shown);
    expect(sluis.log.some(line => line.includes('"proof.outside-sign-in"'))).toBe(true);
    plan = usual;
    for (const browser of [thief, before]) await expectNothing(sluis, place, browser, [shown]);
  });
});

describe('R08 rules 2, 10: an answer to the right password that is not what the preset knows', () => {
  const proof = 'GPAUTH=bewijs; Path=/';
  const removal = 'GPAUTH=weg; Path=/; Max-Age=0';
  const reply = (status: number, headers: Record<string, string | string[]>, body = '') => ({
    signIn: (response: ServerResponse) => void response.writeHead(status, headers).end(body),
  });
  const ways: { name: string; pending: boolean; change: Partial<Plan> }[] = [
    { name: 'the page itself, and no proof', pending: false, change: reply(200, html, who) },
    { name: 'the page itself with the proof', pending: true, change: reply(200, { 'set-cookie': proof }, who) },
    { name: 'a failure with the page in it', pending: false, change: reply(401, {}, who) },
    { name: 'a failure that proves', pending: true, change: reply(401, { 'set-cookie': [removal, proof] }, who) },
    { name: 'the proof, and then its removal', pending: false, change: reply(303, { 'set-cookie': [proof, removal] }) },
    {
      name: 'the proof, removed at another path',
      pending: true,
      change: reply(401, { 'set-cookie': [proof, 'GPAUTH=weg; Path=/x'] }),
    },
    { name: 'the proof under a server error', pending: true, change: reply(500, { 'set-cookie': proof }, who) },
    { name: 'a redirect and no proof', pending: false, change: reply(303, { location: '/postvak' }) },
    {
      name: 'a redirect to the portal with a code',
      pending: false,
      change: reply(303, { location: '/_sluis/release?code=x' }),
    },
    {
      name: 'a session of ours',
      pending: false,
      change: reply(303, { 'set-cookie': '__Host-sluis=x; Path=/; Secure' }),
    },
    { name: 'a page without end', pending: false, change: reply(200, { 'set-cookie': proof }, 'x'.repeat(300_000)) },
    {
      name: 'an account that is another',
      pending: false,
      change: { whoami: { status: 200, body: '<strong id="wie">bram</strong>' } },
    },
    {
      name: 'an account in another spelling',
      pending: false,
      change: { whoami: { status: 200, body: '<strong id="wie">ánna</strong>' } },
    },
    { name: 'no account', pending: false, change: { whoami: { status: 200, body: 'niemand' } } },
    { name: 'an account on a page that fails', pending: false, change: { whoami: { status: 500, body: who } } },
    { name: 'an account behind a redirect', pending: false, change: { whoami: { status: 303, body: who } } },
    {
      name: 'an account of another domain',
      pending: false,
      change: { whoami: { status: 200, body: '<strong id="wie">anna@evil.test</strong>' } },
    },
    {
      name: 'the account with the domain of the realm',
      pending: true,
      change: { whoami: { status: 200, body: '<strong id="wie">Anna@Gemeente.Test</strong>' } },
    },
  ];

  it.each(ways)('$name: nothing of it reaches the browser', async ({ change, pending }) => {
    plan = { ...usual, ...change };
    const thief = appClient(sluis, 'raar');
    const form = await openLogin(thief, 'demo');
    const before = thief.copy();
    const posted = await postPassword(thief, 'demo', form, anna);
    expect([posted.status, posted.location]).toEqual([303, pending ? '/_sluis/next' : '/login']);
    plan = usual;
    for (const browser of [thief, before]) await expectNothing(sluis, place, browser, [posted]);
  });
});
