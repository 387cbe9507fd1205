import type fc from 'fast-check';
import { expect } from 'vitest';
import { tokenCode } from '../../src/factor/hardware-token/credential.ts';
import { codeAt } from '../vectors/code-at.ts';
import type { Client, ClientAnswer } from './client.ts';
import type { Gate, Spoke } from './model-facts.ts';
import { type Mails, mailsFor } from './model-mail.ts';
import { factorsOf, optionsOn, type Player, type Token, useCode, usePress } from './model-people.ts';
import type { Ledger } from './model-rules.ts';
import { endAll, routes, type Window, type World, walk } from './model-world.ts';
import { hiddenFields, releaseOn } from './person.ts';

export type Nth = 0 | 1;

export interface Model {
  readonly ledger: Ledger;
  readonly players: readonly [Player, Player];
  readonly windows: readonly [Window, Window];
  readonly thieves: Window[];
  readonly token: Token;
  /** Of each window, the last address of a release. */
  readonly addresses: Map<Window, string>;
  readonly mails: Mails;
}

export type Act = (model: Model, real: World, at: Nth) => Promise<void>;

/** One thing that somebody does; after each, everybody's record is held against what was allowed. */
export class Command implements fc.AsyncCommand<Model, World> {
  readonly #what: string;
  readonly #at: Nth;
  readonly #act: Act;

  constructor(what: string, at: Nth, act: Act) {
    this.#what = what;
    this.#at = at;
    this.#act = act;
  }

  check = () => true;

  async run(model: Model, real: World): Promise<void> {
    // As half a second later: what was ended at one instance is known at the other.
    for (const { core } of real.instances) await core.sessions.confirm();
    await this.#act(model, real, this.#at);
    for (const player of model.players) {
      const factors = await factorsOf(real, player);
      model.ledger.record(player, factors, undefined, real.clock.now());
    }
  }

  toString(): string {
    return `${this.#what} @${this.#at}`;
  }
}

export const gateOf = ({ ledger }: Model, window: Window) => ledger.gates.get(window.pending);

/** The form of a page of the portal, sent; undefined where there is no such form now. */
export async function send(
  client: Client,
  path: string,
  fields: (page: ClientAnswer) => Record<string, string> | undefined,
) {
  const page = await client.get(path);
  const action = /<form method="post" action="([^"]+)"/.exec(page.text)?.[1];
  const typed = action === undefined || page.location !== undefined ? undefined : fields(page);
  if (action === undefined || typed === undefined) return undefined;
  return client.post(action, { ...hiddenFields(page.text), ...typed });
}

/** A pending cookie that was not there: the first gate was passed, or a step up begun. */
async function noteGate(model: Model, real: World, window: Window, person: Player, purpose: Gate['purpose']) {
  const { ledger } = model;
  const cookie = window.app(0).jar.get('__Host-sluis-pending');
  const pending = cookie === undefined ? undefined : await real.instances[0].core.pendings.byCookie(cookie);
  if (pending === undefined) return;
  const known = ledger.gates.get(pending.id);
  // A step up that was begun goes to another page now.
  if (known !== undefined) return void ledger.gates.set(pending.id, Object.assign(known, { demand: pending.demands }));
  const session = ledger.tickets.get(window.cookie ?? '')?.life;
  const open = { portal: undefined, passed: undefined, permit: undefined };
  const { app, demands: demand } = pending;
  ledger.gates.set(pending.id, { person, app, purpose, demand, owner: window.name, session, ...open });
}

export const password =
  (w: Nth, p: Nth, right: boolean): Act =>
  async (model, real, at) => {
    const [window, person] = [model.windows[w], model.players[p]];
    const [app, before] = [window.app(at), window.pending];
    model.ledger.used(window.cookie, real.clock.now());
    const form = hiddenFields((await walk(app, await app.get('/login'), '/login')).text);
    const fields = { ...form, gebruiker: person.name, wachtwoord: right ? 'goed' : 'fout' };
    await app.post('/login', fields);
    if (window.pending === before) return;
    expect(right, 'a wrong password went on').toBe(true);
    await noteGate(model, real, window, person, 'sign-in');
    const gate = gateOf(model, window);
    // Where the session of before goes on, without the portal.
    if (gate !== undefined && releaseIsHere(await app.get('/_sluis/next'))) gate.portal = window.name;
    model.ledger.count('password');
  };

/** Redirects of the portal are whole addresses. */
export function leads(answer: ClientAnswer | undefined, to: string): boolean {
  return answer?.location !== undefined && new URL(answer.location, 'http://own.invalid').pathname.startsWith(to);
}

const releaseIsHere = (answer: ClientAnswer) => answer.location?.startsWith('/_sluis/release') === true;

/** The step to the portal, in this window's browser or, by a link that was sent, in another. */
export const toPortal =
  (w: Nth, into: Nth): Act =>
  async (model, real, at) => {
    const gate = gateOf(model, model.windows[w]);
    const hop = await model.windows[w].app(at).get('/_sluis/next');
    const address = /href="http[^"]*(\/p\/[\w-]+)"/.exec(hop.text)?.[1];
    if (address === undefined || gate === undefined) return;
    const browser = model.windows[into];
    const portal = browser.portal(at);
    const page = await walk(portal, await portal.get(address), address);
    if (page.status === 410) return;
    mailsFor(model, real, model.windows[w].pending);
    const isPassed = /^\/(?:go|trust)\//.test(page.path);
    model.ledger.arrived(
      gate,
      browser.name,
      isPassed ? await spoke(real, model.windows[w]) : undefined,
      real.clock.now(),
    );
  };

/** What it was passed by, as Sluis says: whether that was earned is for the ledger. */
async function spoke({ instances: [{ core }] }: World, window: Window): Promise<Spoke> {
  const pending = await core.pendings.byCookie(window.app(0).jar.get('__Host-sluis-pending') ?? '');
  return { trust: pending?.passed?.trust };
}

export type How = 'right' | 'next' | 'late' | 'other' | 'again';
export const shift = { right: 0, next: 30_000, late: -60_000, other: 0, again: -30_000 } as const;

function codeFor({ token, players }: Model, kind: 'totp' | 'hardware-token', p: Nth, how: How, now: number): string {
  if (kind === 'hardware-token') {
    const press = { right: 1, next: 4, late: 12, other: 1, again: 0 }[how];
    return tokenCode(token.credential, Math.max(0, token.used + press));
  }
  const [own] = [...players[how === 'other' ? (p === 0 ? 1 : 0) : p].totp.values()].slice(-1);
  return own === undefined ? '000000' : codeAt(own.secret, now + shift[how]);
}

/** A code typed in a window, whoever's sign-in stands there. `id`: of whichever sign-in, by its address. */
export const typeCode =
  (w: Nth, from: Nth, kind: 'totp' | 'hardware-token', how: How): Act =>
  async (model, real, at) => {
    const [window, gate] = [model.windows[w], gateOf(model, model.windows[from])];
    if (gate === undefined) return;
    const now = real.clock.now();
    const code = codeFor(model, kind, indexOf(model, gate), how, now);
    const answer = await send(window.portal(at), `/challenge/${model.windows[from].pending}/${kind}`, () => ({ code }));
    if (!leads(answer, '/go/') || gate.passed !== undefined) return;
    model.ledger.passed(gate, window.name, provedBy(model, gate, kind, code, now), now);
  };

export const indexOf = ({ players }: Model, { person }: Gate): Nth => (players[0] === person ? 0 : 1);

function provedBy(model: Model, gate: Gate, kind: string, code: string, now: number) {
  const person = model.players[indexOf(model, gate)];
  const factor = kind === 'totp' ? useCode(person, code, now) : usePress(model.token, person, code);
  return factor === undefined ? undefined : { person, factor };
}

/** One code, typed in both windows at both instances at once. */
export const race: Act = async (model, real) => {
  const now = real.clock.now();
  const at = model.windows.map(window => ({ window, gate: gateOf(model, window), id: window.pending }));
  const sent = await Promise.all(
    at.map(({ window, gate, id }, nth) => {
      if (gate === undefined) return undefined;
      const code = codeFor(model, 'totp', indexOf(model, gate), 'right', now);
      return send(window.portal(nth as Nth), `/challenge/${id}/totp`, () => ({ code }));
    }),
  );
  for (const [nth, answer] of sent.entries()) {
    const { window, gate } = at[nth] ?? {};
    if (!leads(answer, '/go/') || gate === undefined || gate.passed !== undefined) continue;
    const code = codeFor(model, 'totp', indexOf(model, gate), 'right', now);
    model.ledger.passed(gate, window?.name ?? '', provedBy(model, gate, 'totp', code, now), now);
  }
};

export const touchKey =
  (w: Nth, whose: Nth): Act =>
  async (model, real, at) => {
    const [window, gate] = [model.windows[w], gateOf(model, model.windows[w])];
    const [key] = [...model.players[whose].keys].slice(-1);
    if (gate === undefined || key === undefined) return;
    const answer = await send(window.portal(at), `/challenge/${window.pending}/webauthn`, page => {
      const options = optionsOn(page.text);
      return options === undefined ? undefined : { code: key[1].get(options) };
    });
    if (!leads(answer, '/go/') || gate.passed !== undefined) return;
    const factor = model.players[whose].factors.find(({ id }) => id === key[0]);
    const proved = factor === undefined ? undefined : { person: model.players[whose], factor };
    model.ledger.passed(gate, window.name, proved, real.clock.now());
  };

/** The page that leads back to the app; who is asked whether this is her own device says no to that. */
async function hop(portal: Client, id: string): Promise<ClientAnswer> {
  const page = await portal.get(`/go/${id}`);
  if (!leads(page, '/trust/')) return page;
  await send(portal, `/trust/${id}`, () => ({ act: 'no' }));
  return portal.get(`/go/${id}`);
}

/** Out by the second gate. `from`: with the address that the portal gave to this window, or to the other. */
export const release =
  (w: Nth, from: Nth): Act =>
  async (model, real, at) => {
    const [window, other] = [model.windows[w], model.windows[from]];
    const gate = gateOf(model, window);
    const page = await hop(other.portal(at), other.pending);
    const address = releaseOn(page) ?? model.addresses.get(other) ?? '/_sluis/release?code=x';
    model.addresses.set(other, address);
    const before = window.cookie;
    const answer = await window.app(at).get(address);
    if (window.cookie === undefined || window.cookie === before || answer.status !== 303) return;
    model.ledger.released(gate, window.name, window.cookie, real.clock.now());
  };

export const visit =
  (who: (model: Model) => Window | undefined, route: number): Act =>
  async (model, real, at) => {
    const window = who(model);
    const { path, level, maxAge } = routes[route % routes.length] ?? routes[0];
    if (window === undefined) return;
    const ticket = model.ledger.tickets.get(window.cookie ?? '');
    const [cookie, before] = [window.cookie, window.pending];
    const answer = await window.app(at).get(path);
    const name = /Aangemeld: ([a-z0-9]+)/.exec(answer.text)?.[1];
    if (name !== undefined) model.ledger.sawPage(cookie, name, { level, maxAge }, real.clock.now());
    const steps = answer.location === '/_sluis/next';
    if (!steps || ticket === undefined) return;
    const owner = model.players.find(player => player === ticket.life.person) ?? model.players[0];
    if (window.pending !== before) model.ledger.count('step up begun');
    await noteGate(model, real, window, owner, 'step-up');
  };

export const signOut =
  (w: Nth): Act =>
  async ({ windows, ledger }, _, at) => {
    const answer = await send(windows[w].app(at), '/_sluis/sign-out', () => ({}));
    if (answer?.location !== '/_sluis/signed-out') return;
    ledger.endIn(windows[w].name);
    ledger.count('sign-out');
  };

export const revoke =
  (p: Nth): Act =>
  async ({ players, ledger }, { instances: [one] }) => {
    await endAll(one, players[p].name);
    ledger.endOf(players[p]);
  };

export const rob =
  (w: Nth): Act =>
  async ({ windows, thieves }) => {
    thieves.push(windows[w].robbed());
  };

export const wait =
  (time: number): Act =>
  async (_, { clock }) =>
    clock.advance(time);

/** One after the other, as somebody does who is not disturbed. */
export const inTurn =
  (...acts: readonly Act[]): Act =>
  async (model, real, at) => {
    for (const act of acts) await act(model, real, at);
  };
