import type { Attempts } from './attempts.ts';
import type { FactorDeps } from './deps.ts';
import { passedWith } from './desk-code/standing.ts';
import type { Verdict } from './kind.ts';
import type { People } from './people.ts';
import type { Factor, KindName, Person } from './person.ts';
import { levelOf, verifyWith } from './registry.ts';
import type { Usable } from './sent-code/usable.ts';
import { waysOf } from './ways.ts';

export interface ChallengeAnswer {
  readonly person: Pick<Person, 'id' | 'realm' | 'name'>;
  /** The kind that was asked for. */
  readonly kind: KindName;
  /** What the page demands: a factor below it is not tried, for passing it would lead nowhere. */
  readonly level: number;
  /** Which factors may serve at this app, where codes are sent. */
  readonly usable?: Usable | undefined;
  /** As typed, or as the browser's authenticator signed it. */
  readonly answer: string;
  /** Id of the pending sign-in. */
  readonly challenge: string;
  readonly source: string;
  /** Id from `KnownBrowsers.verify`. */
  readonly browser?: string | undefined;
  /** The app that the person is on the way to; for the audit. */
  readonly app: string;
}

export type ChallengeOutcome =
  | { readonly outcome: 'passed'; readonly factor: string; readonly level: number }
  | { readonly outcome: 'wrong' }
  /** A code that was right and is used up: nothing was counted against the person. */
  | { readonly outcome: 'repeated' }
  | { readonly outcome: 'delayed'; readonly until: number };

interface Tried {
  readonly verdict: Verdict;
  readonly factor: Factor | undefined;
}

export class Challenge {
  readonly #deps: FactorDeps;
  readonly #people: People;
  readonly #attempts: Attempts;

  constructor(deps: FactorDeps, parts: { people: People; attempts: Attempts }) {
    this.#deps = deps;
    this.#people = parts.people;
    this.#attempts = parts.attempts;
  }

  /** One answer to a challenge: the attempt is consumed, then it is tried on each factor of that kind that she has. */
  async answer(answer: ChallengeAnswer): Promise<ChallengeOutcome> {
    const { kind, source, browser } = answer;
    const { id, realm, name: account } = answer.person;
    const request = { pool: `code:${kind}`, realm, account, source, browser } as const;
    // Read anew: a factor that was removed since the caller looked must not open anything.
    const [person, attempt] = await Promise.all([this.#people.byId(id), this.#attempts.begin(request)]);
    if (person === undefined) return { outcome: 'wrong' };
    if (!attempt.allowed) {
      if (await this.#attempts.firstRefusal(request, attempt)) await this.#failed(answer, person, 'delayed', '');
      return { outcome: 'delayed', until: attempt.until };
    }
    const { verdict, factor } = await this.#try(person, answer);
    if (verdict === 'accepted' && factor !== undefined) {
      const [passed] = await Promise.all([this.#passed(answer, person, factor), attempt.succeeded()]);
      return passed;
    }
    if (verdict === 'repeated') {
      await Promise.all([attempt.refund(), this.#failed(answer, person, 'used', factor?.id ?? '')]);
      return { outcome: 'repeated' };
    }
    await this.#failed(answer, person, 'wrong', '');
    return { outcome: 'wrong' };
  }

  async #try(person: Person, { kind, level, usable, answer, challenge }: ChallengeAnswer): Promise<Tried> {
    let best: Tried = { verdict: 'wrong', factor: undefined };
    for (const factor of waysOf(person, level, usable).filter(way => way.kind === kind)) {
      const verdict = await verifyWith(this.#deps, factor, { person, answer, challenge });
      if (verdict === 'accepted') return { verdict, factor };
      if (verdict === 'repeated') best = { verdict, factor };
    }
    return best;
  }

  async #passed(answer: ChallengeAnswer, person: Person, factor: Factor): Promise<ChallengeOutcome> {
    const kept = await this.#people.update(person, current => usedNow(current, factor, this.#deps.clock.now()));
    // Removed in the meantime: what it opens must be closed already.
    if (passedWith(kept, factor.id) === undefined) {
      await this.#failed(answer, person, 'wrong', factor.id);
      return { outcome: 'wrong' };
    }
    const { id, name, realm } = person;
    const { app, source } = answer;
    const passed = { factor: factor.id, level: levelOf(factor) };
    await this.#deps.audit.record({ type: 'challenge.passed', realm, person: id, name, app, source, ...passed });
    if (factor.kind === 'desk-code') {
      const used = { realm, person: id, name, factor: factor.id, app, source };
      await this.#deps.audit.record({ type: 'desk-code.used', ...used });
    }
    return { outcome: 'passed', ...passed };
  }

  async #failed(
    answer: ChallengeAnswer,
    person: Person,
    reason: 'wrong' | 'used' | 'delayed',
    factor: string,
  ): Promise<void> {
    const { id, name, realm } = person;
    const { app, source } = answer;
    await this.#deps.audit.record({ type: 'challenge.failed', realm, person: id, name, app, factor, reason, source });
  }
}

function usedNow(person: Person, { id }: Factor, lastUsedAt: number): Person {
  const { deskCode, factors } = person;
  if (deskCode?.id === id) return { ...person, deskCode: { ...deskCode, lastUsedAt } };
  return { ...person, factors: factors.map(other => (other.id === id ? { ...other, lastUsedAt } : other)) };
}
