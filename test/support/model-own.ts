import { tokenCode } from '../../src/factor/hardware-token/credential.ts';
import { codeAt } from '../vectors/code-at.ts';
import type { Client } from './client.ts';
import { type Act, gateOf, type Model, type Nth, send } from './model-acts.ts';
import type { Known } from './model-facts.ts';
import { factorsOf, optionsOn, type Player, useCode, usePress } from './model-people.ts';
import type { World } from './model-world.ts';
import { hiddenFields } from './person.ts';

export type Means = 'totp' | 'webauthn' | 'hardware-token';

/** Takes one of her factors away at "My security" (R31), with a factor that reaches her highest, or one that does not. */
export const removeOwn =
  (w: Nth, which: number, means: Means): Act =>
  async (model, real, at) => {
    const [window, portal] = [model.windows[w], model.windows[w].portal(at)];
    const home = await portal.get('/my-security');
    const owner = home.status === 200 ? model.players.find(({ name }) => home.text.includes(name)) : undefined;
    const gone = owner?.factors[which % owner.factors.length];
    if (owner === undefined || gone === undefined) return;
    const { csrf = '', attempt = '' } = hiddenFields(home.text);
    const begun = await portal.post(`/my-security/factor/${gone.id}`, { csrf, attempt, act: 'remove' });
    const id = /\/challenge\/([\w-]+)\//.exec(begun.location ?? '')?.[1];
    if (id === undefined) return;
    const by = await proveOwn(model, real, { portal, owner, path: `/challenge/${id}/${means}`, means });
    const factors = await factorsOf(real, owner);
    if (factors.some(factor => factor.id === gone.id)) return;
    model.ledger.removed(owner, gone.id, { browser: window.name, by }, real.clock.now());
  };

interface Proving {
  readonly portal: Client;
  readonly owner: Player;
  readonly path: string;
  readonly means: Means;
}

async function proveOwn({ token }: Model, { clock }: World, proving: Proving): Promise<Known | undefined> {
  const { portal, owner, path, means } = proving;
  const [now, [key], [app]] = [clock.now(), [...owner.keys].slice(-1), [...owner.totp.values()].slice(-1)];
  let code =
    means === 'totp' ? codeAt(app?.secret ?? 'AAAAAAAAAAAAAAAA', now) : tokenCode(token.credential, token.used + 1);
  const answer = await send(portal, path, page => {
    const options = optionsOn(page.text);
    if (means === 'webauthn' && options !== undefined) code = key?.[1].get(options) ?? '';
    return { code };
  });
  if (answer?.location === undefined) return undefined;
  if (means === 'totp') return useCode(owner, code, now);
  if (means === 'hardware-token') return usePress(token, owner, code);
  return owner.factors.find(({ id }) => id === key?.[0]);
}

/** "This is my own device", though she said no before; a new device is one that Sluis lists. */
export const trustDevice =
  (w: Nth): Act =>
  async (model, real, at) => {
    const [window, gate] = [model.windows[w], gateOf(model, model.windows[w])];
    if (gate === undefined) return;
    const { core } = real.instances[at];
    const person = await core.people.byName('gemeente', gate.person.name);
    if (person === undefined) return;
    const before = await core.devices.list(person);
    const portal = window.portal(at);
    portal.jar.delete('__Host-sluis-no-trust');
    await send(portal, `/trust/${window.pending}`, () => ({ act: 'trust' }));
    for (const device of await core.devices.list(person)) {
      if (before.some(({ id }) => id === device.id)) continue;
      const { id, level, factor, factorAt } = device;
      const trust = { id, level, factor, at: factorAt, until: core.devices.until(device) };
      model.ledger.trusted(gate, { ...trust, person: gate.person, browser: window.name }, real.clock.now());
    }
  };
