import type { ActivationCodes } from '../enrolment/activation.ts';
import type { FactorDeps } from '../factor/deps.ts';
import type { People } from '../factor/people.ts';
import { sealedCodec } from '../kernel/codec.ts';
import { SluisError } from '../kernel/errors.ts';
import type { Codec } from '../kernel/store.ts';
import { addressOf, consoleRealm, isAble, longestMandate, type Operator, plainName } from './operator.ts';
import type { Role } from './role.ts';

/** Who asks: somebody in the console, or who may read the data folder anyway and runs a command. */
export type Asking = Pick<Operator, 'id' | 'email'> | { readonly command: string };

export interface OperatorInvitation {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** When the mandate ends. */
  readonly until: number;
  readonly reason: string;
  /** Where it was asked; for the audit. */
  readonly source: string;
}

/** An invitation of an operator works for an hour, once. */
export const invitationTime = 60 * 60_000;

const place = 'operators';
/** They all stand in one record, so that what must hold among them is decided in one step. */
const most = 500;

/**
 * The operators. One sealed record: of two admins who end each other at once, one stays; nobody changes herself; and who
 * asks is looked at in the very step that changes something.
 */
export class Operators {
  readonly #deps: FactorDeps;
  readonly #people: People;
  readonly #activation: ActivationCodes;
  readonly #codec: Codec<readonly Operator[]>;

  constructor(deps: FactorDeps, parts: { people: People; activation: ActivationCodes }) {
    this.#deps = deps;
    this.#people = parts.people;
    this.#activation = parts.activation;
    this.#codec = sealedCodec<readonly Operator[]>(deps.ring, 'operators');
  }

  /** All that there ever were, by name. */
  async list(): Promise<readonly Operator[]> {
    const { operators } = await this.#read();
    return operators.toSorted((a, b) => (a.email < b.email ? -1 : 1));
  }

  async byEmail(typed: string): Promise<Operator | undefined> {
    const email = addressOf(typed);
    return email === undefined ? undefined : (await this.#read()).operators.find(one => one.email === email);
  }

  async byId(id: string): Promise<Operator | undefined> {
    return (await this.#read()).operators.find(one => one.id === id);
  }

  /**
   * Invites somebody, or somebody again who lost her way in: her password and factors go at once. The code is shown now
   * and never again. Throws 'operator.refused'.
   */
  async invite(
    asked: OperatorInvitation,
    asking: Asking,
  ): Promise<{ operator: Operator; code: string; until: number }> {
    const email = addressOf(asked.email);
    if (email === undefined) throw refused('this is not an e-mail address', 'Give one such as anna@gemeente.nl.');
    const name = plainName(asked.name);
    if (name === '') throw refused('the name is missing', 'Say who it is, as colleagues know her.');
    const now = this.#deps.clock.now();
    refuseMandate(asked.until, now);
    const person = await this.#people.create(consoleRealm, email);
    const mandate = { by: nameOf(asking), from: now, until: asked.until };
    const fresh = { email, name, role: asked.role, mandate, password: undefined, ended: undefined };
    const operator = await this.#change(asking, person.id, (all, before) => {
      if (before === undefined && all.length >= most) throw refused(`there are ${most} operators already`);
      return { ...fresh, id: person.id, createdAt: before?.createdAt ?? now };
    });
    const { reason, source, role, until } = asked;
    const by = nameOf(asking);
    const told = { realm: consoleRealm, person: operator.id, name: email, role, until, by, reason, source };
    await this.#deps.audit.record({ type: 'operator.invited', ...told });
    const code = await this.#activation.invite(consoleRealm, email, {
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
    const by = nameOf(asking);
    const operator = await this.#change(asking, id, (_all, before) => {
      if (before === undefined || before.ended !== undefined) throw unknown();
      return { ...before, role, mandate: { by, from: now, until } };
    });
    const told = { realm: consoleRealm, person: id, name: operator.email, role, until, by, reason, source };
    await this.#deps.audit.record({ type: 'operator.changed', ...told });
    return operator;
  }

  /** She is none any more; her sessions are for the caller to end. Throws 'operator.refused'. */
  async end(id: string, why: { readonly reason: string; readonly source: string }, asking: Asking): Promise<Operator> {
    const by = nameOf(asking);
    const ended = { at: this.#deps.clock.now(), by, reason: why.reason };
    const operator = await this.#change(asking, id, (_all, before) => {
      if (before === undefined || before.ended !== undefined) throw unknown();
      return { ...before, ended, password: undefined };
    });
    const told = { realm: consoleRealm, person: id, name: operator.email, by, ...why };
    await this.#deps.audit.record({ type: 'operator.ended', ...told });
    return operator;
  }

  /** Once her factor is bound: the hash of the password that she chose with it. */
  async settle(id: string, password: string): Promise<Operator | undefined> {
    return this.#write(
      all => all.map(one => (one.id === id && one.ended === undefined ? { ...one, password } : one)),
      id,
    );
  }

  /** One operator made anew in the record, after who asks was looked at in the same step. */
  async #change(
    asking: Asking,
    id: string,
    change: (all: readonly Operator[], before: Operator | undefined) => Operator,
  ): Promise<Operator> {
    const now = this.#deps.clock.now();
    const written = await this.#write(all => {
      refuseAsking(all, asking, id, now);
      const before = all.find(one => one.id === id);
      const after = change(all, before);
      return before === undefined ? [...all, after] : all.map(one => (one.id === id ? after : one));
    }, id);
    if (written === undefined) throw unknown();
    return written;
  }

  async #write(change: (all: readonly Operator[]) => readonly Operator[], id: string): Promise<Operator | undefined> {
    const { store } = this.#deps;
    for (;;) {
      const { operators, version } = await this.#read();
      const next = change(operators);
      const text = this.#codec.encode(place, next);
      const kept = version === undefined ? store.create(place, text) : store.replace(place, version, text);
      if (await kept) return next.find(one => one.id === id);
    }
  }

  async #read(): Promise<{ operators: readonly Operator[]; version: number | undefined }> {
    const record = await this.#deps.store.get(place);
    if (record === undefined) return { operators: [], version: undefined };
    const operators = this.#codec.decode(place, record.value);
    if (operators !== undefined) return { operators, version: record.version };
    // Written over, every mandate would be gone: who cannot be read is nobody's to replace.
    throw new SluisError('data.wrong-key', 'the record of the operators cannot be read with the keys given', {
      remedy: 'Add the key under which this data folder was written to the key ring.',
    });
  }
}

/** Nobody gives herself more, or takes the last admin away: who asks is an admin who stays one. */
function refuseAsking(all: readonly Operator[], asking: Asking, about: string, now: number): void {
  if ('command' in asking) return;
  const who = all.find(one => one.id === asking.id);
  if (who === undefined || who.role !== 'admin' || !isAble(who, now)) throw refused('only an admin may do this');
  if (who.id === about) throw refused('nobody changes her own mandate', 'Ask another admin.');
}

function refuseMandate(until: number, now: number): void {
  if (until > now && until - now <= longestMandate) return;
  throw refused('a mandate ends at a day to come, two years from now at the latest');
}

/** As the audit names who asked. */
function nameOf(asking: Asking): string {
  return 'command' in asking ? `command: ${asking.command}` : asking.email;
}

function unknown(): SluisError {
  return refused('there is no such operator');
}

function refused(message: string, remedy?: string): SluisError {
  return new SluisError('operator.refused', message, remedy === undefined ? {} : { remedy });
}
