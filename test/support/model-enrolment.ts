import { SluisError } from '../../src/kernel/errors.ts';
import { codeAt } from '../vectors/code-at.ts';
import { SoftKey } from './authenticator.ts';
import type { Client, ClientAnswer } from './client.ts';
import { type Act, gateOf, indexOf, leads, type Nth, send } from './model-acts.ts';
import type { Permit } from './model-facts.ts';
import { attestedKey, factorsOf, optionsOn, type Player } from './model-people.ts';
import { endAll, giveToken, returnToken, walk } from './model-world.ts';
import { secretOn } from './person.ts';

const hour = 3_600_000;

export const activate =
  (w: Nth, whose: Nth): Act =>
  async (model, real, at) => {
    const [window, gate] = [model.windows[w], gateOf(model, model.windows[w])];
    const { activation } = model.players[whose];
    if (gate === undefined || activation === undefined) return;
    const answer = await send(window.portal(at), `/set-up/${window.pending}?code=1`, () => ({ code: activation.code }));
    if (!leads(answer, `/set-up/${window.pending}/`) || gate.permit !== undefined) return;
    const own = model.players[whose] === gate.person && real.clock.now() < activation.until;
    const permit: Permit | undefined = own ? { by: 'activation', upTo: activation.upTo } : undefined;
    model.ledger.allowedSetUp(gate, window.name, permit);
  };

export const recover =
  (w: Nth, whose: Nth): Act =>
  async (model, _, at) => {
    const [window, gate] = [model.windows[w], gateOf(model, model.windows[w])];
    const { recovery } = model.players[whose];
    const [code] = recovery;
    if (gate === undefined || code === undefined) return;
    const answer = await send(window.portal(at), `/recovery/${window.pending}`, () => ({ code }));
    if (!leads(answer, `/set-up/${window.pending}/`) || gate.permit !== undefined) return;
    const own = model.players[whose] === gate.person && gate.person.factors.every(({ level }) => level < 4);
    const permit: Permit | undefined = own && recovery.delete(code) ? { by: 'recovery', upTo: 2 } : undefined;
    model.ledger.allowedSetUp(gate, window.name, permit);
  };

export type Made = 'totp' | 'key' | 'attested';
export const setUp =
  (w: Nth, made: Made, codes: boolean): Act =>
  async (model, real, at) => {
    const [window, gate] = [model.windows[w], gateOf(model, model.windows[w])];
    if (gate === undefined) return;
    const [portal, id] = [window.portal(at), window.pending];
    const kind = made === 'totp' ? 'totp' : 'webauthn';
    await send(portal, `/set-up/${id}/kinds`, () => ({ kind }));
    const person = model.players[indexOf(model, gate)];
    const secret: { key?: SoftKey; totp?: string | undefined } = {};
    const answer = await send(portal, `/set-up/${id}/${kind}`, page => {
      if (kind === 'totp') {
        secret.totp = secretOn(page);
        return secret.totp === undefined ? undefined : { code: codeAt(secret.totp, real.clock.now()), personal: 'yes' };
      }
      const options = optionsOn(page.text);
      secret.key = made === 'attested' ? attestedKey(real) : new SoftKey(real.instances[0].portalOrigin);
      return options === undefined ? undefined : { personal: 'yes', label: '', code: secret.key.create(options) };
    });
    const factors = await factorsOf(real, person);
    const bound = factors.find(({ id: one }) => !person.factors.some(({ id }) => id === one));
    if (bound === undefined) return;
    if (secret.totp !== undefined)
      person.totp.set(bound.id, { secret: secret.totp, used: Math.floor(real.clock.now() / 30_000) });
    if (secret.key !== undefined) person.keys.set(bound.id, secret.key);
    if (gate.person.activation?.replaces === true) person.recovery = new Set();
    model.ledger.record(person, factors, gate, real.clock.now());
    if (codes && answer?.location !== undefined) await keepCodes(portal, answer, person);
  };

async function keepCodes(portal: Client, answer: ClientAnswer, person: Player): Promise<void> {
  const page = await walk(portal, answer, '');
  const shown = [...page.text.matchAll(/<code class="utrecht-code">([^<]+)<\/code>/g)].map(([, code = '']) => code);
  if (shown.length > 0) person.recovery = new Set(shown);
}

export const invite =
  (p: Nth, level: 2 | 4, replaces: boolean): Act =>
  async ({ players, ledger }, { instances: [one], clock }) => {
    const person = players[p];
    const invitation = { by: 'desk', replaces, reason: 'verloren', validity: hour, level };
    try {
      const { code } = await one.core.activation.invite('gemeente', person.name, invitation);
      person.activation = { code, upTo: level, until: clock.now() + hour, replaces };
    } catch (error) {
      if (!(error instanceof SluisError)) throw error;
      return;
    }
    for (const permit of person.permits) if (replaces || permit.by === 'activation') person.permits.delete(permit);
    if (!replaces) return;
    person.recovery = new Set();
    person.factors = [];
    await endAll(one, person.name);
    ledger.endOf(person);
  };

/** The token goes back to the desk, and over it to somebody, or to nobody. */
export const passOn =
  (to: Nth | undefined): Act =>
  async ({ token, players, ledger }, real) => {
    const [one] = real.instances;
    const { serial } = token.credential;
    await returnToken(one, serial).catch(() => undefined);
    for (const player of players) {
      const left = player.factors.filter(({ level }) => level !== 3);
      if (left.length < player.factors.length) ledger.endOf(player);
      player.factors = left;
    }
    const next = to === undefined ? undefined : players[to];
    if (next === undefined) return;
    await giveToken(one, serial, next.name);
    // At the desk, and not in a browser: nothing else may bind it.
    next.factors = await factorsOf(real, next);
  };
