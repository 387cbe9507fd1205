import { expect } from 'vitest';
import { tokenCode } from '../../src/factor/hardware-token/credential.ts';
import { codeAt } from '../vectors/code-at.ts';
import type { Client } from './client.ts';
import { type Act, gateOf, leads, type Nth, send } from './model-acts.ts';
import { optionsOn } from './model-people.ts';
import type { World } from './model-world.ts';

/** A sign-in that nobody began. */
const nobodys = 'A'.repeat(22);
const otherThan = (w: Nth): Nth => (w === 0 ? 1 : 0);

/** As from a form of ours, made for this very browser and sign-in: whatever is refused is not refused for lack of one. */
async function forge({ instances: [{ core }] }: World, portal: Client, id: string, path: string, code: string) {
  if (!portal.jar.has('__Host-sluis-portal')) await portal.get(`/challenge/${id}/totp`);
  const bound = JSON.stringify([portal.jar.get('__Host-sluis-portal') ?? '', id]);
  const csrf = core.ring.mac('portal-form', bound);
  return portal.post(path, { csrf, attempt: 'A'.repeat(22), code, personal: 'yes', label: '' });
}

/**
 * All that somebody has and nothing that she knows (have and have): key, app, token and the code of a letter, sent to a
 * sign-in that is nobody's, or to one whose password was typed in another browser.
 */
export const haveOnly =
  (w: Nth, whose: Nth, theirs: boolean): Act =>
  async (model, real, at) => {
    const [window, other] = [model.windows[w], model.windows[otherThan(w)]];
    const id = theirs && other.pending !== '' ? other.pending : nobodys;
    // Sent on by a link it is this browser's, and what her password was typed for.
    if (model.ledger.gates.get(id)?.portal === window.name) return;
    const [person, portal] = [model.players[whose], window.portal(at)];
    const page = await other.portal(at).get(`/challenge/${id}/webauthn`);
    const asked = optionsOn(page.text) ?? { challenge: 'A'.repeat(43), rpId: 'sluis.localhost' };
    const [key, app] = [[...person.keys.values()].at(-1), [...person.totp.values()].at(-1)];
    const sent: readonly (readonly [string, string | undefined])[] = [
      [`/challenge/${id}/webauthn`, key?.get(asked as Parameters<typeof key.get>[0])],
      [`/challenge/${id}/totp`, app === undefined ? undefined : codeAt(app.secret, real.clock.now())],
      [`/challenge/${id}/hardware-token`, tokenCode(model.token.credential, model.token.used + 1)],
      [`/set-up/${id}?code=1`, person.activation?.code],
    ];
    for (const [path, code] of sent) {
      if (code === undefined) continue;
      const answer = await forge(real, portal, id, path, code);
      const opened = leads(answer, '/go/') || leads(answer, `/set-up/${id}/`);
      expect(opened, `without her password, and by what she has: ${path}`).toBe(false);
    }
    model.ledger.count('sent what somebody has alone');
  };

/** All that somebody knows (know and know): the password once more, or a recovery code, where a factor is asked for. */
export const knowOnly =
  (w: Nth, what: 'password' | 'recovery'): Act =>
  async (model, real, at) => {
    const [window, gate] = [model.windows[w], gateOf(model, model.windows[w])];
    const person = model.players.find(player => player === gate?.person);
    const code = what === 'password' ? 'goed' : [...(person?.recovery ?? [])][0];
    if (gate === undefined || code === undefined || gate.passed !== undefined) return;
    const [portal, id] = [window.portal(at), window.pending];
    for (const kind of ['totp', 'hardware-token', 'webauthn', 'email']) {
      const path = `/challenge/${id}/${kind}`;
      const answers = [await send(portal, path, () => ({ code })), await forge(real, portal, id, path, code)];
      for (const answer of answers)
        expect(leads(answer, '/go/'), `by her password and what she knows besides: ${path}`).toBe(false);
    }
    model.ledger.count('sent what somebody knows twice');
  };
