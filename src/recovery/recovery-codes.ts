import { scrypt } from 'node:crypto';
import { allowSetUp } from '../enrolment/set-up.ts';
import type { Attempts } from '../factor/attempts.ts';
import { takeCounted } from '../factor/bucket.ts';
import type { FactorDeps } from '../factor/deps.ts';
import type { People } from '../factor/people.ts';
import { type Person, type RecoverySet, type SetUpPermission, setUpTime } from '../factor/person.ts';
import { highestLevel } from '../factor/ways.ts';
import { SluisError } from '../kernel/errors.ts';
import { sameText } from '../kernel/key-ring.ts';
import { randomId } from '../kernel/random.ts';
import { normaliseReadable, readableCode } from '../kernel/readable-code.ts';

const recoveryCodeCount = 10;

// Who did not keep them makes new ones, and once more. Each set costs ten times scrypt and an entry in the audit.
const setsPerHour = 3;

// Three groups of five: 75 bits (NIST SP 800-63B-4 4.2.1.1 asks for 64), short enough to copy by hand.
const length = 15;

export interface RecoveryAnswer {
  readonly person: Pick<Person, 'id'>;
  readonly code: string;
  readonly source: string;
  readonly browser?: string | undefined;
}

export type RecoveryOutcome =
  /** Opens set-up and nothing else (R32): keep `permission` with the pending sign-in. */
  | { readonly outcome: 'accepted'; readonly left: number; readonly permission: SetUpPermission }
  | { readonly outcome: 'wrong' }
  | { readonly outcome: 'delayed'; readonly until: number };

/** Ten codes on paper for who has lost the second step (R32). */
export class RecoveryCodes {
  readonly #deps: FactorDeps;
  readonly #people: People;
  readonly #attempts: Attempts;

  constructor(deps: FactorDeps, parts: { people: People; attempts: Attempts }) {
    this.#deps = deps;
    this.#people = parts.people;
    this.#attempts = parts.attempts;
  }

  /**
   * Ten new codes, shown now and never again; the old set is void. `factor` names the factor that was bound or passed
   * for this, within the hour (rule 12). Throws 'enrolment.refused' where the record says otherwise, and for a fourth set of
   * one factor within the hour.
   */
  async make(person: Pick<Person, 'id'>, proof: { factor: string; source: string }): Promise<readonly string[]> {
    const { clock, random, audit } = this.#deps;
    await this.#admit(person, proof.factor);
    const codes = Array.from({ length: recoveryCodeCount }, () => readableCode(random, length, 5));
    const salt = randomId(random);
    const hashes = await Promise.all(codes.map(code => hashed(code.replaceAll('-', ''), salt)));
    const recovery: RecoverySet = { salt, hashes, madeAt: clock.now() };
    const changed = await this.#people.update(person.id, current =>
      recentlyProved(current, proof.factor, clock.now()) ? { ...current, recovery } : undefined,
    );
    if (changed === undefined) throw notProved();
    const { id, realm, name } = changed;
    await audit.record({ type: 'recovery-codes.made', realm, person: id, name, source: proof.source });
    return codes;
  }

  /** Before anything is hashed: who may not make codes makes no work. */
  async #admit({ id }: Pick<Person, 'id'>, factor: string): Promise<void> {
    const { store, clock } = this.#deps;
    const person = await this.#people.byId(id);
    if (person === undefined || !recentlyProved(person, factor, clock.now())) throw notProved();
    const limit = { count: setsPerHour, window: setUpTime };
    const set = await takeCounted(store, `recovery-sets:{${id}}:${factor}`, limit, () => clock.now());
    if (!set.taken) {
      throw new SluisError('enrolment.refused', `at most ${setsPerHour} sets of recovery codes are made in an hour`);
    }
  }

  /** Uses a code up: of many at once one is accepted. The attempt is consumed first (rule 3). */
  async use(answer: RecoveryAnswer): Promise<RecoveryOutcome> {
    const person = await this.#people.byId(answer.person.id);
    if (person === undefined || isAboveCodes(person)) return { outcome: 'wrong' };
    const { realm, name: account } = person;
    const { source, browser } = answer;
    const request = { pool: 'recovery', realm, account, source, browser } as const;
    const attempt = await this.#attempts.begin(request);
    if (!attempt.allowed) {
      if (await this.#attempts.firstRefusal(request, attempt)) await this.#refused(person, source, 'delayed');
      return { outcome: 'delayed', until: attempt.until };
    }
    const permission = { by: 'recovery-code', at: this.#deps.clock.now(), upTo: 2 } as const;
    const used = await this.#consume(person, answer.code, permission);
    if (used === undefined) {
      await this.#refused(person, source, 'wrong');
      return { outcome: 'wrong' };
    }
    await attempt.succeeded();
    const left = used.recovery?.hashes.length ?? 0;
    const { id, name } = person;
    await this.#deps.audit.record({ type: 'recovery-code.used', realm, person: id, name, left, source });
    return { outcome: 'accepted', left, permission };
  }

  async #consume(person: Person, typed: string, permission: SetUpPermission): Promise<Person | undefined> {
    const code = normaliseReadable(typed, length);
    const set = person.recovery;
    if (code === undefined || set === undefined) return undefined;
    const hash = await hashed(code, set.salt);
    return this.#people.update(person.id, current => {
      const recovery = current.recovery;
      // Another salt is another set: what was typed belongs to one that is void.
      if (recovery === undefined || recovery.salt !== set.salt) return undefined;
      const hashes = recovery.hashes.filter(kept => !sameText(kept, hash));
      if (hashes.length === recovery.hashes.length) return undefined;
      return allowSetUp({ ...current, recovery: { ...recovery, hashes } }, permission);
    });
  }

  async #refused(person: Person, source: string, reason: 'wrong' | 'delayed'): Promise<void> {
    const { id, realm, name } = person;
    await this.#deps.audit.record({ type: 'recovery-code.refused', realm, person: id, name, reason, source });
  }
}

/** Whose key reaches level 4 comes back by a visit to the desk only: paper is worth less than what it would stand in for (R32, R36). */
export function isAboveCodes(person: Person): boolean {
  return highestLevel(person) >= 4;
}

function notProved(): SluisError {
  return new SluisError('enrolment.refused', 'recovery codes are made only right after the second step');
}

function recentlyProved(person: Person, id: string, now: number): boolean {
  const factor = person.factors.find(candidate => candidate.id === id);
  if (factor === undefined) return false;
  return now - Math.max(factor.boundAt, factor.lastUsedAt ?? 0) <= setUpTime;
}

/**
 * scrypt, since 75 bits are below the 112 that may be kept under a plain hash (NIST SP 800-63B-4 3.1.2.2). One salt a
 * set: the ten are random and differ, so a salt each would only make a person wait for ten hashes instead of one.
 */
function hashed(code: string, salt: string): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(code, Buffer.from(salt, 'base64url'), 32, { N: 2 ** 14, r: 8, p: 1 }, (error, key) =>
      error === null ? resolve(key.toString('base64url')) : reject(error),
    );
  });
}
