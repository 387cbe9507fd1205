import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ScureBase32Plugin } from 'otplib';
import type { Level } from '../../src/config/settings.ts';
import { bindFactor, type NewFactor } from '../../src/enrolment/bind.ts';
import { handOut, takeBack } from '../../src/factor/hardware-token/enrol.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { Client, type ClientAnswer } from './client.ts';
import { entryOf, makeMaker } from './key-models.ts';
import { type MailServer, startMailServer } from './mail-server.ts';
import { startSluis, type TestSluis } from './sluis.ts';

/** Goes wherever it is set. */
export class FreeClock implements Clock {
  time = Date.UTC(2026, 2, 2, 9);

  now(): number {
    return this.time;
  }

  advance(milliseconds: number): void {
    this.time += milliseconds;
  }
}

export const routes = [
  { path: '/postvak', level: 2, maxAge: undefined },
  { path: '/vers', level: 2, maxAge: 300_000 },
  { path: '/kas', level: 3, maxAge: undefined },
  { path: '/kluis', level: 4, maxAge: undefined },
  { path: '/openbaar', level: 1, maxAge: undefined },
] as const;

/** Behind both is one app. A code by mail is a second factor at the first; the second's password opens the mailbox. */
export const apps = ['post', 'kast'] as const;

const extra = `    routes:
      - { path: /vers, level: 2, maxAge: 5m }
      - { path: /kas, level: 3 }
      - { path: /kluis, level: 4 }
      - { path: /openbaar, level: 1 }`;
const rest = (port: number, metadata: string) => `limits: { pendings: 100 }
trust: {}
levels: { acceptLevel1: { reason: Openbare stukken } }
mail: { host: 127.0.0.1, port: ${port}, tls: none, from: sluis@gemeente.test }
factors: { email: { mailboxes: { post: demands-mfa, kast: same-password } } }
webauthn: { metadata: ${metadata} }`;
const loginForm = `<form method="post" action="/login"><input type="hidden" name="formtoken" value="${'t'.repeat(22)}"></form>`;
const html = { 'content-type': 'text/html' };

/** Speaks as Gemeentepost does, for whoever knows the one password, and says who asks. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const who = /GPAUTH=([a-z0-9]+)/.exec(request.headers.cookie ?? '')?.[1];
  if (request.method === 'POST' && request.url === '/login') {
    const fields = new URLSearchParams(await text(request));
    if (fields.get('wachtwoord') !== 'goed') {
      const headers = { ...html, 'set-cookie': 'GPAUTH=weg; Path=/' };
      return void response.writeHead(401, headers).end(`<p class="melding fout">fout</p>${loginForm}`);
    }
    const proof = `GPAUTH=${fields.get('gebruiker')}; Path=/`;
    return void response.writeHead(303, { location: '/postvak', 'set-cookie': proof }).end();
  }
  if (request.url === '/login') return void response.writeHead(200, html).end(loginForm);
  if (who === undefined || who === 'weg') return void response.writeHead(303, { location: '/login' }).end();
  response.writeHead(200, html).end(`<p>Aangemeld: ${who}</p><strong id="wie">${who}</strong>`);
}

/** Two instances of Sluis on one store, an app behind them, and whoever uses them. */
export interface World {
  readonly clock: FreeClock;
  readonly instances: readonly [TestSluis, TestSluis];
  readonly maker: ReturnType<typeof makeMaker>;
  readonly mail: MailServer;
  close(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  // In memory where the system has such a folder: each write is synced, as in production.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'sluis-model-'));
  const maker = makeMaker();
  writeFileSync(join(folder, 'metadata.json'), JSON.stringify([entryOf(maker)]));
  const app = createServer((request, response) => void answer(request, response));
  await new Promise<void>(resolve => app.listen(0, '127.0.0.1', resolve));
  const upstream = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
  const mail = await startMailServer({ tls: 'none' });
  const behind = apps.map(id => ({ id, upstream, preset: 'demo', extra }));
  const options = { extra: rest(mail.port, join(folder, 'metadata.json')), root: folder };
  const clock = new FreeClock();
  const one = await startSluis(behind, { ...options, clock });
  const two = await startSluis(behind, { ...options, beside: one });
  return {
    clock,
    instances: [one, two],
    maker,
    mail,
    close: async () => {
      await two.close();
      await one.close();
      await mail.close();
      app.closeAllConnections();
      app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One browser: its cookies on the app's host and on the portal's, and the page of the portal that it shows. */
export class Window {
  readonly name: string;
  readonly #world: World;
  readonly #at: (typeof apps)[number];
  readonly #app: Client;
  readonly #portal: Client;

  constructor(world: World, name: string, at: (typeof apps)[number]) {
    const [one] = world.instances;
    this.name = name;
    this.#world = world;
    this.#at = at;
    this.#app = new Client(one.port, { host: one.host(at) });
    this.#portal = new Client(one.port, { host: one.portalHost });
  }

  app(instance: 0 | 1): Client {
    return this.#app.at(this.#world.instances[instance].port);
  }

  portal(instance: 0 | 1): Client {
    return this.#portal.at(this.#world.instances[instance].port);
  }

  get cookie(): string | undefined {
    return this.#app.jar.get('__Host-sluis');
  }

  get pending(): string {
    return this.#app.jar.get('__Host-sluis-pending')?.split('.')[0] ?? '';
  }

  /** Somebody who read the session's cookies on the app's host, and nothing else. */
  robbed(): Window {
    const thief = new Window(this.#world, `${this.name}, robbed`, this.#at);
    for (const [name, value] of this.#app.jar)
      if (name === '__Host-sluis' || name.startsWith('__Host-s.')) thief.#app.jar.set(name, value);
    return thief;
  }
}

/** Follows redirects on one host, and says where they led. */
export async function walk(
  client: Client,
  first: ClientAnswer,
  path: string,
): Promise<ClientAnswer & { path: string }> {
  let [answer, at] = [first, path];
  for (let hops = 0; hops < 6 && answer.location !== undefined; hops += 1) {
    const url = new URL(answer.location, 'http://own.invalid');
    at = `${url.pathname}${url.search}`;
    answer = await client.get(at);
  }
  return { ...answer, path: at };
}

/** Binds as the desk would see it done: a code, and what confirms itself. */
export async function bindAt({ core }: TestSluis, name: string, upTo: Level, factor: NewFactor): Promise<void> {
  const invited = await core.activation.invite('gemeente', name, {
    by: 'desk',
    replaces: false,
    validity: 60_000,
    level: upTo,
  });
  const accepted = await core.activation.accept({ realm: 'gemeente', name, code: invited.code, source: '192.0.2.1' });
  const person = await core.people.byName('gemeente', name);
  if (accepted.outcome !== 'accepted' || person === undefined) throw new Error(`no permission: ${accepted.outcome}`);
  const { permission } = accepted;
  const source = '192.0.2.1';
  const bound = await bindFactor(core, { person, factor, permission, confirm: async () => 'accepted', source });
  if (bound.outcome !== 'bound') throw new Error(`not bound: ${bound.outcome}`);
}

export const newSeed = () => new ScureBase32Plugin().encode(randomBytes(20));

/** A token that counts presses, in stock. */
export async function stock({ core }: TestSluis, serial: string) {
  const token = { serial, secret: newSeed(), algorithm: 'sha1', digits: 6, period: undefined, counter: 0 } as const;
  await core.tokens.import([{ ...token, manufacturer: undefined }], 'desk');
  return token;
}

/** As the commands do it: what it opened ends. */
export async function returnToken({ core }: TestSluis, serial: string): Promise<void> {
  const left = await takeBack(core, { serial, by: 'desk', retired: false });
  if (left !== undefined) await core.ends.ofPerson(left.id, 'factor-replaced');
}

export async function giveToken({ core }: TestSluis, serial: string, name: string): Promise<void> {
  const person = await core.people.byName('gemeente', name);
  if (person !== undefined) await handOut(core, { serial, person, by: 'desk' });
}

export async function endAll({ core }: TestSluis, name: string): Promise<void> {
  const person = await core.people.byName('gemeente', name);
  if (person !== undefined) await core.ends.ofPerson(person.id, 'by-operator');
}
