import { type Act, gateOf, leads, type Model, type Nth, send } from './model-acts.ts';
import type { Known } from './model-facts.ts';
import { mailboxOf, type Player } from './model-people.ts';
import type { World } from './model-world.ts';

const life = 10 * 60_000;

/** A code that went to somebody's mailbox, for the sign-in whose page had it sent. */
interface Sent {
  readonly code: string;
  readonly to: string;
  readonly at: number;
  used: boolean;
}

/** By sign-in, the newest code of each mailbox; and how many mails were read so far, of all runs. */
export interface Mails {
  readonly codes: Map<string, Sent>;
  read: number;
}

/** Reads the mails that came by the act of just now: a page waits for the mail server before it is shown. */
export function mailsFor({ mails }: Model, { mail, clock }: World, pending: string): void {
  for (const { to, mail: one } of mail.taken.slice(mails.read)) {
    const code = /^([0-9]{6}) is uw code/.exec(one.text ?? '')?.[1];
    const address = to[0] ?? '';
    // Notices that something changed go to mailboxes too.
    if (code !== undefined) mails.codes.set(key(pending, address), { code, to: address, at: clock.now(), used: false });
  }
  mails.read = mail.taken.length;
}

const key = (pending: string, address: string) => `${pending} ${address}`;

export type Typed = 'right' | 'older' | 'other';

/** The code of her mailbox: of this sign-in, of any other one, or of somebody else's mailbox. */
export const typeMail =
  (w: Nth, from: Nth, which: Typed): Act =>
  async (model, real, at) => {
    const [window, gate] = [model.windows[w], gateOf(model, model.windows[from])];
    if (gate === undefined) return;
    const { pending } = model.windows[from];
    const person = model.players.find(player => player === gate.person) ?? model.players[0];
    let code: string | undefined;
    const answer = await send(window.portal(at), `/challenge/${pending}/email`, () => {
      mailsFor(model, real, pending);
      code = codeOf(model, person, pending, which);
      // The page has a second form, by which a new code is sent.
      return code === undefined ? undefined : { code, act: '' };
    });
    mailsFor(model, real, pending);
    if (!leads(answer, '/go/') || gate.passed !== undefined) return;
    const now = real.clock.now();
    model.ledger.passed(gate, window.name, provedByMail(model, person, pending, code, now), now);
  };

function codeOf({ mails: { codes }, players }: Model, person: Player, pending: string, which: Typed) {
  if (which === 'right') return codes.get(key(pending, mailboxOf(person)))?.code;
  const owner = which === 'older' ? person : (players.find(player => player !== person) ?? person);
  const others = [...codes].filter(([of, { to }]) => to === mailboxOf(owner) && !of.startsWith(pending));
  return others.at(-1)?.[1].code;
}

/** The newest of this sign-in, to her own mailbox, within its ten minutes and never before. */
function provedByMail({ mails }: Model, person: Player, pending: string, code: string | undefined, now: number) {
  const sent = mails.codes.get(key(pending, mailboxOf(person)));
  const factor: Known | undefined = person.factors.find(({ kind }) => kind === 'email');
  if (sent === undefined || factor === undefined) return undefined;
  if (sent.used || sent.code !== code || now - sent.at > life) return undefined;
  sent.used = true;
  return { person, factor };
}
