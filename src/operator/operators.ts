import type { ActivationCodes } from '../enrolment/activation.ts';
import type { FactorDeps } from '../factor/deps.ts';
import type { People } from '../factor/people.ts';
import { randomId } from '../kernel/random.ts';
import { invitingTakesTwo, isOver, openAsk, refuseAlone, refuseConfirming, renewingTakesTwo } from './four-eyes.ts';
import type { Invited, OperatorInvitation, Why } from './invitation.ts';
import { type Asked, addressOf, consoleRealm, isSettled, type Operator, type Outside, plainName } from './operator.ts';
import { OperatorRecord } from './record.ts';
import {
  type Asking,
  mayLink,
  nameOf,
  noFirstFactor,
  refuseAsking,
  refused,
  refuseFull,
  refuseMandate,
  refuseNoAdmin,
  unknown,
} from './refusals.ts';
import type { Role } from './role.ts';

/** An invitation of an operator works for an hour, once. */
export const invitationTime = 60 * 60_000;

/**
 * The operators. One sealed record: of two admins who end each other at once, one stays; nobody changes herself; and who
 * asks is looked at in the very step that changes something.
 */
export class Operators {
  readonly #deps: FactorDeps;
  readonly #people: People;
  readonly #activation: ActivationCodes;
  readonly #record: OperatorRecord;
  readonly #domains: () => readonly string[];

  /** `domains`: those under which one person may have several addresses. */
  constructor(
    deps: FactorDeps,
    parts: { people: People; activation: ActivationCodes; domains: () => readonly string[] },
  ) {
    this.#deps = deps;
    this.#people = parts.people;
    this.#activation = parts.activation;
    this.#domains = parts.domains;
    this.#record = new OperatorRecord(deps);
  }

  /** All that there ever were, by name. */
  async list(): Promise<readonly Operator[]> {
    return (await this.#record.read()).toSorted((a, b) => (a.email < b.email ? -1 : 1));
  }

  async byEmail(typed: string): Promise<Operator | undefined> {
    const email = addressOf(typed);
    return email === undefined ? undefined : (await this.#record.read()).find(one => one.email === email);
  }

  /** Who is linked to this identity of a provider. */
  async byIdentity(issuer: string, subject: string): Promise<Operator | undefined> {
    return (await this.#record.read()).find(
      ({ outside }) => outside?.kind === 'oidc' && outside.issuer === issuer && outside.subject === subject,
    );
  }

  async byId(id: string): Promise<Operator | undefined> {
    return (await this.#record.read()).find(one => one.id === id);
  }

  /**
   * Invites somebody, or somebody again who lost her way in: her password and factors go at once. The code is shown now
   * and never again. Throws 'operator.refused', also where it takes two admins: then `ask`.
   */
  async invite(asked: OperatorInvitation, asking: Asking): Promise<Invited> {
    const { email, name } = this.#checked(asked);
    const now = this.#deps.clock.now();
    const person = await this.#people.create(consoleRealm, email);
    const mandate = { by: nameOf(asking), from: now, until: asked.until };
    const operator = await this.#change(asking, person.id, (all, before) => {
      if (!('command' in asking) && invitingTakesTwo(before, asked.role)) throw refused('this takes two admins');
      return this.#invitedAnew(all, before, { id: person.id, email, name, role: asked.role, mandate });
    });
    return this.#sendCode(operator, asked);
  }

  /** Whether that is for two admins: see `ask`. What decides is the step that writes. */
  async takesTwo(what: 'invite' | 'renew', email: string, role: Role): Promise<boolean> {
    const before = await this.byEmail(email);
    return what === 'invite' ? invitingTakesTwo(before, role) : renewingTakesTwo(before, role);
  }

  /** One admin asks; nothing changes before another confirms it. Throws 'operator.refused'. */
  async ask(what: Asked['what'], asked: OperatorInvitation, asker: Operator): Promise<Operator> {
    const { email, name } = this.#checked(asked);
    const { clock, random, audit } = this.#deps;
    const now = clock.now();
    const domains = this.#domains();
    // Before too: who is named in a request that is refused is nobody, and stands nowhere (R61).
    refuseAlone(await this.#record.read(), asker, email, { now, domains });
    const person = await this.#people.create(consoleRealm, email);
    const { role, until, reason, source } = asked;
    const request: Asked = {
      ...{ id: randomId(random), what, name, role, until, reason, at: now },
      by: { id: asker.id, email: asker.email },
    };
    const operator = await this.#change(asker, person.id, (all, before) => {
      refuseAlone(all, asker, email, { now, domains });
      if (what === 'renew' && (before === undefined || before.ended !== undefined || before.asked?.only))
        throw unknown();
      if (before !== undefined) return { ...before, asked: before.asked?.only ? { ...request, only: true } : request };
      refuseFull(all, now);
      const mandate = { by: asker.email, from: now, until };
      const nobody = { password: undefined, ended: undefined, neverIn: true } as const;
      return {
        ...{ id: person.id, email, name, role, mandate, createdAt: now },
        ...nobody,
        asked: { ...request, only: true },
      };
    });
    const told = { realm: consoleRealm, person: operator.id, name: email, what, role, until, reason, source };
    await audit.record({ type: 'operator.asked', ...told, by: asker.email });
    return operator;
  }

  /** Another admin says yes to what was asked: an invitation, or a change of the mandate. Throws 'operator.refused'. */
  async confirm(
    id: string,
    ask: string,
    why: Why,
    asking: Operator,
  ): Promise<Invited | { readonly operator: Operator }> {
    const now = this.#deps.clock.now();
    let done: Asked | undefined;
    const operator = await this.#change(asking, id, (all, before) => {
      if (before === undefined) throw unknown();
      const asked = refuseConfirming(all, asking, before, { ask, now, domains: this.#domains() });
      refuseMandate(asked.until, now);
      done = asked;
      const mandate = { by: `${asked.by.email}, ${asking.email}`, from: now, until: asked.until };
      if (asked.what === 'renew') return { ...before, role: asked.role, mandate, asked: undefined };
      const { email } = before;
      return this.#invitedAnew(all, before, { id, email, name: asked.name, role: asked.role, mandate });
    });
    if (done === undefined) throw unknown();
    const reason = `${done.reason} / ${why.reason}`;
    if (done.what === 'invite') return this.#sendCode(operator, { reason, source: why.source });
    await this.#recordChanged(operator, { reason, source: why.source });
    return { operator };
  }

  /** What was asked is not done: by any admin, also by whose account it is. Throws 'operator.refused'. */
  async refuseAsk(id: string, ask: string, why: Why, asking: Operator): Promise<Operator> {
    let before: Operator | undefined;
    const now = this.#deps.clock.now();
    await this.#record.write(all => {
      refuseNoAdmin(all, asking, now);
      before = all.find(one => one.id === id);
      if (before?.asked?.id !== ask) throw refused('this is not asked, or not any more');
      if (before.asked.only) return all.filter(one => one.id !== id);
      return all.map(one => (one.id === id ? { ...one, asked: undefined } : one));
    }, id);
    if (before === undefined) throw unknown();
    await this.#removeNobody(id);
    const told = { realm: consoleRealm, person: id, name: before.email, by: asking.email, ...why };
    await this.#deps.audit.record({ type: 'operator.ask-refused', ...told });
    return before;
  }

  #checked(asked: OperatorInvitation): { email: string; name: string } {
    const email = addressOf(asked.email);
    if (email === undefined) throw refused('this is not an e-mail address', 'Give one such as anna@gemeente.nl.');
    const name = plainName(asked.name);
    if (name === '') throw refused('the name is missing', 'Say who it is, as colleagues know her.');
    refuseMandate(asked.until, this.#deps.clock.now());
    return { email, name };
  }

  #invitedAnew(
    all: readonly Operator[],
    before: Operator | undefined,
    given: Pick<Operator, 'id' | 'email' | 'name' | 'role' | 'mandate'>,
  ): Operator {
    if (before === undefined) refuseFull(all, this.#deps.clock.now());
    const neverIn = before === undefined || before.neverIn === true ? ({ neverIn: true } as const) : {};
    const createdAt = before?.createdAt ?? this.#deps.clock.now();
    return { ...given, createdAt, ...neverIn, password: undefined, ended: undefined };
  }

  async #sendCode(operator: Operator, { reason, source }: Why): Promise<Invited> {
    const { id: person, email: name, role, mandate } = operator;
    const { by, until } = mandate;
    const told = { realm: consoleRealm, person, name, role, until, by, reason, source };
    await this.#deps.audit.record({ type: 'operator.invited', ...told });
    const code = await this.#activation.invite(consoleRealm, name, {
      ...{ by, replaces: true, reason, level: 4, validity: invitationTime },
    });
    return { operator, ...code };
  }

  /** Another role or another end of the mandate, in the mandate of who asks. Throws 'operator.refused'. */
  async renew(
    id: string,
    change: { readonly role: Role; readonly until: number; readonly reason: string; readonly source: string },
    asking: Asking,
  ): Promise<Operator> {
    const now = this.#deps.clock.now();
    refuseMandate(change.until, now);
    const { role, until, reason, source } = change;
    const operator = await this.#change(asking, id, (_all, before) => {
      if (before === undefined || before.ended !== undefined || before.asked?.only) throw unknown();
      if (!('command' in asking) && renewingTakesTwo(before, role)) throw refused('this takes two admins');
      return { ...before, role, mandate: { by: nameOf(asking), from: now, until } };
    });
    await this.#recordChanged(operator, { reason, source });
    return operator;
  }

  async #recordChanged({ id, email, role, mandate: { by, until } }: Operator, why: Why): Promise<void> {
    const told = { realm: consoleRealm, person: id, name: email, role, until, by, ...why };
    await this.#deps.audit.record({ type: 'operator.changed', ...told });
  }

  /** She is none any more; her sessions are for the caller to end. Throws 'operator.refused'. */
  async end(id: string, why: Why, asking: Asking): Promise<Operator> {
    const by = nameOf(asking);
    const ended = { at: this.#deps.clock.now(), by, reason: why.reason };
    const operator = await this.#change(asking, id, (_all, before) => {
      if (before === undefined || before.ended !== undefined || before.asked?.only) throw unknown();
      return { ...before, ended, ...noFirstFactor, asked: undefined };
    });
    const told = { realm: consoleRealm, person: id, name: operator.email, by, ...why };
    await this.#deps.audit.record({ type: 'operator.ended', ...told });
    return operator;
  }

  /**
   * Once her second factor was right: the first factor that she chose with it, or came by. Undefined where she is none any
   * more, or where that identity is another operator's, or hers is another one: it never moves by itself.
   */
  async settle(
    id: string,
    first: Pick<Operator, 'password'> | { readonly outside: Outside },
  ): Promise<Operator | undefined> {
    let kept = false;
    const operator = await this.#record.write(all => {
      const before = all.find(one => one.id === id && one.ended === undefined);
      const may = before !== undefined && ('password' in first || mayLink(all, before, first.outside));
      kept = may;
      return may ? all.map(one => (one === before ? { ...one, ...first, neverIn: undefined } : one)) : all;
    }, id);
    return kept ? operator : undefined;
  }

  /** A password that only the machine gives, for a while; her second factor stays. Throws 'operator.refused'. */
  async spare(id: string, spare: { hash: string; until: number }, why: Why, command: string): Promise<Operator> {
    const operator = await this.#change({ command }, id, (_all, before) => {
      if (before === undefined || !isSettled(before)) throw unknown();
      return { ...before, spare };
    });
    const by = nameOf({ command });
    const told = { realm: consoleRealm, person: id, name: operator.email, until: spare.until, by, ...why };
    await this.#deps.audit.record({ type: 'operator.local-password', ...told });
    return operator;
  }

  /**
   * Those whose mandate ended before this time are no more, nor what they signed in with (R61); nor who was only asked for, once
   * that is over. The audit names them on.
   */
  async forget(before: number): Promise<void> {
    const now = this.#deps.clock.now();
    const isGone = (one: Operator) =>
      isOver(one, now) || (openAsk(one, now) === undefined && (one.ended?.at ?? one.mandate.until) < before);
    for (const { id } of (await this.list()).filter(isGone)) {
      await this.#record.write(all => all.filter(one => one.id !== id || !isGone(one)), id);
      await this.#removeNobody(id);
    }
  }

  async #removeNobody(id: string): Promise<void> {
    if ((await this.byId(id)) === undefined) await this.#people.remove(id);
  }

  /** One operator made anew in the record, after who asks was looked at in the same step. */
  async #change(
    asking: Asking,
    id: string,
    change: (all: readonly Operator[], before: Operator | undefined) => Operator,
  ): Promise<Operator> {
    const now = this.#deps.clock.now();
    const written = await this.#record.write(all => {
      refuseAsking(all, asking, id, now);
      const before = all.find(one => one.id === id);
      const after = change(all, before);
      return before === undefined ? [...all, after] : all.map(one => (one.id === id ? after : one));
    }, id);
    if (written === undefined) throw unknown();
    return written;
  }
}
