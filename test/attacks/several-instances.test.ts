import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { SluisError } from '../../src/kernel/errors.ts';
import { passwords } from '../support/apps.ts';
import {
  appClient,
  freshCode,
  hiddenFields,
  openLogin,
  openPortal,
  postPassword,
  signInFully,
  signOut,
} from '../support/person.ts';
import { RawConnection } from '../support/raw-http.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

/** Two instances of one fleet, each with its own memory, as a balancer or the workers of one machine put them. */
const anna = { name: 'anna', password: passwords.anna } as const;
const html = { 'content-type': 'text/html', 'set-cookie': 'GPSESSIE=een; Path=/' };
const loginForm = `<form method="post" action="/login"><input type="hidden" name="formtoken" value="${'t'.repeat(22)}"></form>`;
const wrong = `<p class="melding fout">Gebruikersnaam of wachtwoord onjuist</p>${loginForm}`;

/** An app that speaks Gemeentepost's language, and answers when a test lets it. */
interface Plan {
  signIn(response: ServerResponse): void | Promise<void>;
  login(response: ServerResponse): void | Promise<void>;
}
const usual: Plan = {
  signIn: response =>
    void response.writeHead(303, { location: '/postvak', 'set-cookie': 'GPAUTH=bewijs; Path=/' }).end(),
  login: response => void response.writeHead(200, html).end(loginForm),
};
const refuse = (response: ServerResponse) =>
  void response.writeHead(401, { ...html, 'set-cookie': ['GPSESSIE=twee; Path=/', 'GPAUTH=weg; Path=/'] }).end(wrong);

let plan: Plan = usual;
let posts = 0;
let arrived: () => void = () => undefined;
let odd: Server;
let demo: DemoApp;
let one: TestSluis;
let two: TestSluis;

beforeAll(async () => {
  demo = await startDemoApp();
  odd = createServer((request, response) => void answer(request, response));
  await new Promise<void>(resolve => odd.listen(0, '127.0.0.1', resolve));
  const { port } = odd.address() as AddressInfo;
  const apps = [
    { id: 'demo', upstream: demo.url, preset: 'demo' },
    { id: 'raar', upstream: `http://127.0.0.1:${port}`, preset: 'demo' },
  ];
  const options = { extra: 'limits: { pendings: 100 }' };
  one = await startSluis(apps, { ...options, clock: new TestClock() });
  two = await startSluis(apps, { ...options, beside: one });
});
afterAll(async () => {
  await two?.close();
  await one?.close();
  await demo?.close();
  odd?.closeAllConnections();
  odd?.close();
});
beforeEach(() => {
  plan = usual;
  posts = 0;
  one.clock.advance(20 * 60_000);
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'POST') {
    await text(request);
    posts += 1;
    arrived();
    return plan.signIn(response);
  }
  if (request.url === '/login') return plan.login(response);
  response.writeHead(200, html).end('<p>Aangemeld: anna</p><strong id="wie">anna</strong>');
}

/** Resolves when the next sign-in has come to the app, which holds it until `go`. */
function held(signIn: Plan['signIn']): { reached: Promise<void>; go: () => void } {
  const gate = Promise.withResolvers<void>();
  const reached = new Promise<void>(resolve => {
    arrived = resolve;
  });
  plan = {
    ...usual,
    signIn: async response => {
      await gate.promise;
      await signIn(response);
    },
  };
  return { reached, go: gate.resolve };
}

it('R09: a session begun at one instance opens the app at the other, and its end there ends it here', async () => {
  const { app } = await signInFully(one, 'demo', 'demo', anna);
  const elsewhere = app.at(two.port);
  expect((await elsewhere.get('/wie')).text).toContain('id="wie"');
  expect((await app.get('/wie')).text).toContain('id="wie"');
  const thief = app.copy();
  await signOut(elsewhere);
  await one.core.sessions.confirm();
  expect((await thief.get('/wie')).text).not.toContain('id="wie"');
});

it('R09: every step of a sign-in may come to another instance than the one before', async () => {
  const { secret } = await signInFully(one, 'demo', 'demo', anna);
  const app = appClient(one, 'demo');
  const portal = (await signInFully(one, 'demo', 'demo', anna)).portal;
  const form = await openLogin(app, 'demo');
  expect((await postPassword(app.at(two.port), 'demo', form, anna)).location).toBe('/_sluis/next');
  portal.jar.clear();
  const page = await openPortal(app, portal.at(two.port));
  const action = /<form method="post" action="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const fields = { ...hiddenFields(page.text), code: freshCode(one, secret) };
  const passed = await portal.post(action, fields);
  const hop = await portal.at(two.port).get(new URL(passed.location ?? '', 'http://own.invalid').pathname);
  const release = /\/_sluis\/release\?code=[\w-]+/.exec(hop.text)?.[0] ?? '';
  expect((await app.get(release)).status).toBe(303);
  expect((await app.at(two.port).get('/wie')).text).toContain('id="wie"');
});

it('rule 10: a form that broke on a store which answers half of what it is asked can be sent again at once', async () => {
  const app = appClient(one, 'raar');
  const form = await openLogin(app, 'demo');
  const { store } = one.core;
  const { consumed } = store;
  store.consumed = () => Promise.reject(new SluisError('store.unavailable', 'one node hangs'));
  try {
    expect((await postPassword(app, 'demo', form, anna)).status).toBe(503);
  } finally {
    store.consumed = consumed;
  }
  expect((await postPassword(app, 'demo', form, anna)).location).toBe('/_sluis/next');
  expect(posts).toBe(1);
});

describe('rule 10: one form, clicked twice, of which the second click comes to another instance', () => {
  const twice = async (signIn: Plan['signIn']) => {
    const browser = appClient(one, 'raar');
    const form = await openLogin(browser, 'demo');
    const { reached, go } = held(signIn);
    const before = browser.copy();
    const first = postPassword(before, 'demo', form, anna);
    await reached;
    const second = postPassword(browser.at(two.port), 'demo', form, anna);
    go();
    return { first: await first, second: await second, form, browser };
  };

  it('with the right password: it is sent once, and both get the one pending', async () => {
    const { first, second } = await twice(usual.signIn);
    expect(posts).toBe(1);
    expect([first.location, second.location]).toEqual(['/_sluis/next', '/_sluis/next']);
    const pending = (lines: readonly string[]) => lines.find(line => line.startsWith('__Host-sluis-pending='));
    expect(pending(second.setCookies)).toBeDefined();
    expect(pending(second.setCookies)).toBe(pending(first.setCookies));
  });

  it('with a wrong one: it is sent once, and both get the app’s page under one new visit, which works', async () => {
    const { first, second, browser } = await twice(refuse);
    expect(posts).toBe(1);
    expect(first.text).toContain('onjuist');
    expect(second.text).toBe(first.text);
    const visit = (lines: readonly string[]) => lines.find(line => line.startsWith('__Host-sluis-visit='));
    expect(visit(second.setCookies)).toBe(visit(first.setCookies));
    plan = usual;
    const form = await openLogin(browser, 'demo');
    expect((await postPassword(browser, 'demo', form, anna)).location).toBe('/_sluis/next');
  });

  it('once the first has its answer, still within a minute: the same answer; after it, a fresh form', async () => {
    const browser = appClient(one, 'raar');
    const form = await openLogin(browser, 'demo');
    const first = await postPassword(browser.copy(), 'demo', form, anna);
    const late = browser.copy();
    const second = await postPassword(browser.at(two.port), 'demo', form, anna);
    expect(second.location).toBe(first.location);
    one.clock.advance(60_000);
    expect((await postPassword(late.at(two.port), 'demo', form, anna)).location).toBe('/login');
    expect(posts).toBe(1);
  });

  it('with another password in it: that one is not sent, and learns nothing of the first', async () => {
    const browser = appClient(one, 'raar');
    const form = await openLogin(browser, 'demo');
    const { reached, go } = held(usual.signIn);
    const first = postPassword(browser.copy(), 'demo', form, anna);
    await reached;
    const other = await postPassword(browser.at(two.port), 'demo', form, { ...anna, password: 'Geraden-1' });
    expect(other.location).toBe('/login');
    expect(other.setCookies.join()).not.toContain('sluis-pending');
    go();
    expect((await first).location).toBe('/_sluis/next');
    expect(posts).toBe(1);
  });

  it('what the first came to stands in the store for nobody to read', async () => {
    await twice(refuse);
    const db = new DatabaseSync(`${one.shared.folder}/data/sluis.db`, { readOnly: true });
    const rows = db.prepare("select key, value from record where key like 'sign-in:%'").all();
    db.close();
    expect(rows.length).toBeGreaterThan(0);
    // In what is sealed and hashed any word comes up by chance.
    expect(JSON.stringify(rows).replaceAll(/[\w-]{43,}/g, '')).not.toMatch(/onjuist|GPSESSIE|Anna|anna/);
  });
});

it('rule 10: twenty posts of one right password over both instances reach the app once, five rounds', async () => {
  for (let round = 0; round < 5; round += 1) {
    posts = 0;
    const browser = appClient(one, 'raar');
    const form = await openLogin(browser, 'demo');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_none, n) =>
        postPassword(browser.copy().at([one, two][n % 2]?.port ?? 0), 'demo', form, anna),
      ),
    );
    expect(posts).toBe(1);
    expect(answers.map(({ location }) => location)).toEqual(answers.map(() => '/_sluis/next'));
  }
});

it('rule 10: a login page under way here is cut when its visit is spent at the other instance', async () => {
  const gate = Promise.withResolvers<void>();
  const thief = appClient(one, 'raar');
  const form = await openLogin(thief, 'demo');
  plan = {
    ...usual,
    login: async response => {
      response.writeHead(200, html).write('<p>Het begin</p>');
      await gate.promise;
      response.end('<p>Aangemeld: anna</p>');
    },
  };
  const connection = await RawConnection.open(one.port);
  connection.write(thief.bytes('GET', '/login', undefined, { Accept: 'text/html' }));
  let received = '';
  await new Promise<void>(resolve =>
    connection.socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      if (received.includes('Het begin')) resolve();
    }),
  );
  expect((await postPassword(thief.copy().at(two.port), 'demo', form, anna)).location).toBe('/_sluis/next');
  gate.resolve();
  await connection.closed();
  expect(received).not.toContain('Aangemeld');
  expect(received).not.toContain('\r\n0\r\n\r\n');
});
