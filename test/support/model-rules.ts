import { expect } from 'vitest';

/**
 * What nobody may be given who did not earn it, said apart from the code: kept by the model test beside the real thing,
 * and asked each time something opens. It knows what ceremonies were done, and nothing of how they are verified.
 */
export interface Rules {
  readonly idle: number;
  readonly absolute: number;
  readonly stepBack: number;
}

export interface Known {
  readonly id: string;
  readonly level: number;
}

export interface Somebody {
  readonly name: string;
  /** As the record has them. */
  factors: readonly Known[];
  activation:
    | { readonly code: string; readonly upTo: number; readonly until: number; readonly replaces: boolean }
    | undefined;
  recovery: Set<string>;
  /** Set-ups that were allowed and not used: the next binding ends them all. */
  permits: Set<Permit>;
}

export interface Permit {
  readonly by: 'activation' | 'recovery';
  readonly upTo: number;
}

interface Proof {
  readonly level: number;
  readonly factor: string;
  readonly at: number;
}

/** The first gate was passed, in this window of this browser. */
export interface Gate {
  readonly person: Somebody;
  readonly purpose: 'sign-in' | 'step-up';
  readonly demand: { readonly level: number; readonly maxAge: number | undefined };
  readonly owner: string;
  readonly session: Life | undefined;
  /** Browser that has it on the portal. */
  portal: string | undefined;
  passed: (Proof & { readonly by?: Life }) | undefined;
  permit: Permit | undefined;
}

/** A session, and the level of each identifier that it ever had. */
export interface Life {
  readonly person: Somebody;
  readonly browser: string;
  readonly end: number;
  seen: number;
  ended: boolean;
  readonly proofs: Proof[];
  renewedAt: number;
}

/** A session cookie, wherever it is now. */
export interface Ticket {
  readonly life: Life;
  readonly proof: number;
}

export class Ledger {
  readonly #rules: Rules;
  readonly gates = new Map<string, Gate>();
  readonly tickets = new Map<string, Ticket>();
  readonly lives = new Set<Life>();
  /** How often something opened; what never opens proves nothing. */
  readonly opened: Map<string, number>;

  constructor(rules: Rules, opened: Map<string, number>) {
    this.#rules = rules;
    this.opened = opened;
  }

  count(what: string): void {
    this.opened.set(what, (this.opened.get(what) ?? 0) + 1);
  }

  isLiving(life: Life, now: number): boolean {
    return !life.ended && now < life.end && now < life.seen + this.#rules.idle;
  }

  /** Something that is nobody's page in particular was asked for with this cookie: activity, where it still lives. */
  used(cookie: string | undefined, now: number): void {
    const life = this.tickets.get(cookie ?? '')?.life;
    if (life !== undefined && this.isLiving(life, now)) life.seen = Math.max(life.seen, now);
  }

  /** A page of the app came, to whoever holds this cookie. */
  sawPage(cookie: string | undefined, name: string, demand: Gate['demand'], now: number): void {
    const ticket = cookie === undefined ? undefined : this.tickets.get(cookie);
    expect(ticket, `a page of level ${demand.level} without a session that was earned`).toBeDefined();
    if (ticket === undefined) return;
    const { life } = ticket;
    const proof = life.proofs[ticket.proof];
    expect(name, 'the page of somebody else').toBe(life.person.name);
    expect(this.isLiving(life, now), 'a session that is over').toBe(true);
    expect(proof?.level ?? 0, 'a level that no ceremony earned').toBeGreaterThanOrEqual(demand.level);
    expect(now - (proof?.at ?? 0), 'a proof too old').toBeLessThanOrEqual(demand.maxAge ?? Number.POSITIVE_INFINITY);
    const old = ticket.proof < life.proofs.length - 1;
    if (old) expect(now - life.renewedAt, 'the identifier of before').toBeLessThan(this.#rules.stepBack);
    expect(has(life.person, proof?.factor), 'by a factor that was taken away').toBe(true);
    life.seen = Math.max(life.seen, now);
    this.count(`page of level ${demand.level}`);
  }

  /** The portal took this sign-in over from the app's host, and may say that it is passed already. */
  arrived(gate: Gate, browser: string, passed: boolean, now: number): void {
    if (gate.portal !== browser) {
      gate.passed = undefined;
      gate.permit = undefined;
    }
    gate.portal = browser;
    if (!passed || gate.passed !== undefined) return;
    const by = [...this.lives].find(life => life.browser === browser && this.#proves(life, gate, now));
    expect(by, 'a pass without a challenge, and without a session that proves it').toBeDefined();
    const proof = by?.proofs.at(-1);
    if (by !== undefined && proof !== undefined) gate.passed = { ...proof, by };
    this.count('pass by a session');
  }

  #proves(life: Life, { person, demand }: Gate, now: number): boolean {
    const proof = life.proofs.at(-1);
    if (life.person !== person || proof === undefined || !this.isLiving(life, now)) return false;
    if (!has(person, proof.factor)) return false;
    return proof.level >= demand.level && now - proof.at <= (demand.maxAge ?? Number.POSITIVE_INFINITY);
  }

  /** A challenge was passed in this browser. `proved`: whose factor, and that the answer was right and new. */
  passed(gate: Gate, browser: string, proved: { person: Somebody; factor: Known } | undefined, now: number): void {
    expect(proved, 'a challenge passed by an answer that was wrong, or used').toBeDefined();
    expect(gate.portal, 'a challenge passed in a browser that does not have it').toBe(browser);
    expect(proved?.person, 'a challenge passed with the factor of somebody else').toBe(gate.person);
    expect(has(gate.person, proved?.factor.id), 'a challenge passed with a factor that is not there').toBe(true);
    expect(proved?.factor.level ?? 0, 'a factor below what the page demands').toBeGreaterThanOrEqual(gate.demand.level);
    if (proved !== undefined) gate.passed = { level: proved.factor.level, factor: proved.factor.id, at: now };
    this.count(`challenge of level ${proved?.factor.level}`);
  }

  allowedSetUp(gate: Gate, browser: string, permit: Permit | undefined): void {
    expect(permit, 'a set-up allowed by what allows none').toBeDefined();
    expect(gate.portal, 'a set-up in a browser that does not have the sign-in').toBe(browser);
    gate.permit = permit;
    if (permit !== undefined) gate.person.permits.add(permit);
    this.count(`set-up by ${permit?.by}`);
  }

  /** What the record says now; one factor may be new, by a permit of this gate. */
  record(person: Somebody, factors: readonly Known[], by: Gate | undefined, now: number): void {
    const fresh = factors.filter(({ id }) => !has(person, id));
    const gone = person.factors.some(({ id }) => !factors.some(factor => factor.id === id));
    for (const { id, level } of factors)
      expect(person.factors.find(known => known.id === id)?.level ?? level, 'a factor that rose').toBe(level);
    if (fresh.length > 0) {
      const permit = by?.person === person ? by.permit : undefined;
      expect(permit !== undefined && person.permits.has(permit), 'a factor bound without permission').toBe(true);
      expect(fresh).toHaveLength(1);
      expect(fresh[0]?.level, 'a factor above its permission').toBeLessThanOrEqual(permit?.upTo ?? 0);
      this.#bound(person, by, fresh[0], now);
    }
    person.factors = factors;
    if (gone) this.endOf(person);
  }

  #bound(person: Somebody, gate: Gate | undefined, factor: Known | undefined, now: number): void {
    person.permits.clear();
    person.activation = undefined;
    // Setting it up showed it.
    if (gate !== undefined && factor !== undefined) gate.passed = { level: factor.level, factor: factor.id, at: now };
    this.count(`factor of level ${factor?.level} bound`);
  }

  /** The app's host gave a session cookie, for this gate's pending cookie and a code that this browser got. */
  released(gate: Gate | undefined, browser: string, cookie: string, now: number): void {
    if (this.tickets.has(cookie)) return this.count('the same answer again');
    const passed = gate?.passed;
    expect(gate !== undefined && passed !== undefined, 'a session, and no challenge passed').toBe(true);
    if (gate === undefined || passed === undefined) return;
    expect([gate.owner, gate.portal], 'a session in another browser').toEqual([browser, browser]);
    expect(has(gate.person, passed.factor), 'a session by a factor that was taken away').toBe(true);
    const { session, person, purpose } = gate;
    const own = session !== undefined && session.person === person && this.isLiving(session, now);
    if (purpose === 'step-up') expect(own, 'a step-up that outlived its session').toBe(true);
    const life = own ? this.#renewed(session, passed, now) : this.#begun(gate, browser, passed, now);
    for (const other of this.lives) if (other.browser === browser && other.person !== person) other.ended = true;
    this.tickets.set(cookie, { life, proof: life.proofs.length - 1 });
    this.count(own ? 'session renewed' : 'session begun');
  }

  #renewed(life: Life, { level, factor, at }: Proof, now: number): Life {
    life.proofs.push({ level, factor, at });
    life.seen = Math.max(life.seen, now);
    life.renewedAt = now;
    return life;
  }

  #begun({ person, passed }: Gate, browser: string, { level, factor, at }: Proof, now: number): Life {
    const end = Math.min(now + this.#rules.absolute, passed?.by?.end ?? Number.POSITIVE_INFINITY);
    const life: Life = { person, browser, end, seen: now, ended: false, proofs: [{ level, factor, at }], renewedAt: 0 };
    this.lives.add(life);
    return life;
  }

  endOf(person: Somebody): void {
    for (const life of this.lives) if (life.person === person) life.ended = true;
  }

  /** Signed out there: all that it holds, and all that was passed and not released. */
  endIn(browser: string): void {
    for (const life of this.lives) if (life.browser === browser) life.ended = true;
  }
}

function has({ factors }: Somebody, id: string | undefined): boolean {
  return factors.some(factor => factor.id === id);
}
