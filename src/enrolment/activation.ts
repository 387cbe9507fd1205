import type { Level } from '../config/settings.ts';
import type { Attempts } from '../factor/attempts.ts';
import type { FactorDeps } from '../factor/deps.ts';
import type { People } from '../factor/people.ts';
import type { Activation, Factor, Person, SetUpPermission } from '../factor/person.ts';
import { forgetFactor } from '../factor/registry.ts';
import { highestLevel } from '../factor/ways.ts';
import { SluisError } from '../kernel/errors.ts';
import { normaliseReadable, readableCode } from '../kernel/readable-code.ts';
import { allowSetUp } from './set-up.ts';

export interface Invitation {
  /** Who invites, as the audit shall name it. */
  readonly by: string;
  /** For who lost everything: at set-up the old factors and recovery codes go. */
  readonly replaces: boolean;
  /** The highest level of a factor that the code binds; 2 where not given. */
  readonly level?: Level | undefined;
  /** How was established who gets it, by the operator's own list. */
  readonly method?: string | undefined;
  /** Demanded where `replaces`. */
  readonly reason?: string | undefined;
  /** Milliseconds. */
  readonly validity: number;
  /** She is told by a mail of its own that a letter comes. */
  readonly announced?: boolean;
}

export interface ActivationAnswer {
  readonly realm: string;
  /** Normal form. */
  readonly name: string;
  readonly code: string;
  readonly source: string;
  readonly browser?: string | undefined;
}

export type ActivationOutcome =
  /** Keep `permission` with the pending sign-in; `bindFactor` asks for it. */
  | { readonly outcome: 'accepted'; readonly replaces: boolean; readonly permission: SetUpPermission }
  | { readonly outcome: 'wrong' }
  | { readonly outcome: 'expired' }
  /** Nobody invited this person, or the code was used. */
  | { readonly outcome: 'none' }
  | { readonly outcome: 'delayed'; readonly until: number };

// 16 characters of 5 bits: the 80 bits that R38 asks for, in the shape of `K7PM-3XQ2-9DTR-5W0N`.
const length = 16;
const purpose = 'activation-code';

/** Activation codes: how a first factor gets bound (R38, rule 12). */
export class ActivationCodes {
  readonly #deps: FactorDeps;
  readonly #people: People;
  readonly #attempts: Attempts;

  constructor(deps: FactorDeps, parts: { people: People; attempts: Attempts }) {
    this.#deps = deps;
    this.#people = parts.people;
    this.#attempts = parts.attempts;
  }

  /**
   * Makes a code, shown now and never again; an earlier one that was not used is void. Throws 'enrolment.refused' for
   * who has a factor, unless it is to be replaced, for a stated reason.
   */
  async invite(realm: string, name: string, invitation: Invitation): Promise<{ code: string; until: number }> {
    refuseWithoutReason(name, invitation);
    const { clock, random, ring, audit } = this.#deps;
    const { by, replaces, reason, method, level: upTo = 2 } = invitation;
    const { id } = await this.#people.create(realm, name);
    const code = readableCode(random, length, 4);
    const until = clock.now() + invitation.validity;
    const hash = ring.mac(purpose, `${id}\n${code.replaceAll('-', '')}`);
    const activation: Activation = { hash, until, by, replaces, upTo, issuedAt: clock.now() };
    let removed: readonly Factor[] = [];
    await this.#people.update(id, person => {
      refuseClosed(person);
      refuseWithFactor(person, replaces, upTo);
      if (replaces) {
        removed = person.factors;
        // At once and not at set-up: who lost a phone may have lost it to a thief who knows the password too.
        const none = { factors: [], recovery: undefined, deskCode: undefined, setUps: [] };
        return { ...person, ...none, activation, everBound: true };
      }
      // Set-ups that an earlier code allowed end with it.
      return {
        ...person,
        activation,
        setUps: person.setUps.filter(({ by }) => by !== 'activation-code' && by !== 'self'),
      };
    });
    const told = { upTo, ...(reason === undefined ? {} : { reason }), ...(method === undefined ? {} : { method }) };
    for (const old of removed) {
      const { kind, id: factor } = old;
      const because = 'reset';
      await forgetFactor(this.#deps, { id }, old);
      await audit.record({ type: 'factor.removed', realm, person: id, name, kind, factor, because, source: by });
    }
    const announced = invitation.announced === true ? { announced: true as const } : {};
    await audit.record({ type: 'person.invited', realm, person: id, name, by, replaces, until, ...told, ...announced });
    return { code, until };
  }

  /**
   * Checks a typed code and allows set-up. The code is used up when a factor is bound, not here: who loses her page
   * in between types it again. Failures delay, per browser known or not, and never end the code (R09).
   */
  async accept(answer: ActivationAnswer): Promise<ActivationOutcome> {
    const { realm, name, source, browser } = answer;
    const request = { pool: 'activation', realm, account: name, source, browser } as const;
    const attempt = await this.#attempts.begin(request);
    if (!attempt.allowed) {
      if (await this.#attempts.firstRefusal(request, attempt)) await this.#refused(answer, 'delayed');
      return { outcome: 'delayed', until: attempt.until };
    }
    const person = await this.#people.byName(realm, name);
    const activation = person?.activation;
    if (person === undefined || activation === undefined) return this.#refused(answer, 'none');
    if (!this.#matches(person, activation, answer.code)) return this.#refused(answer, 'wrong');
    if (activation.until <= this.#deps.clock.now()) {
      await attempt.refund();
      return this.#refused(answer, 'expired');
    }
    const permission = { by: 'activation-code', at: this.#deps.clock.now(), upTo: activation.upTo } as const;
    const allowed = await this.#people.update(person.id, current =>
      current.activation?.hash === activation.hash ? allowSetUp(current, permission) : undefined,
    );
    if (allowed === undefined) return this.#refused(answer, 'none');
    await attempt.succeeded();
    await this.#deps.audit.record({ type: 'activation.accepted', realm, person: person.id, name, source });
    return { outcome: 'accepted', replaces: activation.replaces, permission };
  }

  #matches(person: Person, activation: Activation, typed: string): boolean {
    const code = normaliseReadable(typed, length);
    return code !== undefined && this.#deps.ring.verifyMac(purpose, `${person.id}\n${code}`, activation.hash);
  }

  async #refused<R extends 'wrong' | 'expired' | 'none' | 'delayed'>(
    answer: ActivationAnswer,
    reason: R,
  ): Promise<{ outcome: R }> {
    const { realm, name, source } = answer;
    await this.#deps.audit.record({ type: 'activation.refused', realm, name, reason, source });
    return { outcome: reason };
  }
}

function refuseWithoutReason(name: string, invitation: Invitation): void {
  if (!invitation.replaces || (invitation.reason ?? '').trim() !== '') return;
  throw new SluisError('enrolment.refused', `replacing the second step of ${name} needs a reason`, {
    remedy: 'Say why with --reason, for example the number of the call at the desk.',
  });
}

/** Throws 'enrolment.refused' for who has a factor of that level: it would have to go, or can add another by itself. */
export function refuseWithFactor(person: Person, replaces: boolean, upTo = 2): void {
  if (replaces || person.factors.length === 0 || upTo > highestLevel(person)) return;
  throw new SluisError('enrolment.refused', `${person.name} has a second step already`, {
    remedy: 'Establish who asks, then invite with --replace --reason "...": the old second step and recovery codes go.',
  });
}

/** Throws 'enrolment.refused' for a closed account: it is opened again by who may, or stays closed. */
export function refuseClosed({ name, closed }: Person): void {
  if (closed === undefined) return;
  throw new SluisError('enrolment.refused', `the account ${name} is closed`, {
    remedy: 'An admin can open it again in the console.',
  });
}
