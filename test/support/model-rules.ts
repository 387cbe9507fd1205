import { expect } from 'vitest';
import type { Gate, Known, Life, Permit, Proof, Rules, Somebody, Spoke, Ticket, Trust } from './model-facts.ts';

/**
 * What nobody may be given who did not earn it, said apart from the code: kept by the model test beside the real thing,
 * and asked each time something opens. It knows what ceremonies were done, and nothing of how they are verified.
 */
export class Ledger {
  readonly #rules: Rules;
  readonly gates = new Map<string, Gate>();
  readonly tickets = new Map<string, Ticket>();
  readonly lives = new Set<Life>();
  readonly trusts = new Set<Trust>();
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
    // What goes with a factor is what it opened last; the identifier of before has its ten seconds either way.
    const standing = old ? life.proofs.at(-1) : proof;
    expect(has(life.person, standing?.factor), 'by a factor that was taken away').toBe(true);
    life.seen = Math.max(life.seen, now);
    this.count(`page of level ${demand.level}`);
  }

  /** The portal took this sign-in over from the app's host, and may say that it is passed already. */
  arrived(gate: Gate, browser: string, passed: Spoke, now: number): void {
    if (gate.portal !== browser) {
      gate.passed = undefined;
      gate.permit = undefined;
    }
    gate.portal = browser;
    if (passed === undefined || gate.passed !== undefined) return;
    if (passed.trust !== undefined) return this.#byTrust(gate, browser, passed.trust, now);
    const by = [...this.lives].find(life => life.browser === browser && this.#proves(life, gate, now));
    expect(by, 'a pass without a challenge, and without a session that proves it').toBeDefined();
    const proof = by?.proofs.at(-1);
    if (by !== undefined && proof !== undefined) gate.passed = { ...proof, by };
    this.count('pass by a session');
  }

  #byTrust(gate: Gate, browser: string, id: string, now: number): void {
    const { person, purpose, demand } = gate;
    const by = [...this.trusts].find(trust => trust.id === id);
    expect([by?.person, by?.browser], 'a pass by a device that she did not trust').toEqual([person, browser]);
    expect([purpose, demand.maxAge], 'trust in place of a fresh factor').toEqual(['sign-in', undefined]);
    expect(has(person, by?.factor), 'trust by a factor that was taken away').toBe(true);
    expect(by?.level ?? 0, 'trust above what it came from').toBeGreaterThanOrEqual(demand.level);
    expect(now, 'trust that is over').toBeLessThan(by?.until ?? 0);
    if (by !== undefined) gate.passed = { level: by.level, factor: by.factor, at: by.at, by };
    this.count('pass by a trusted device');
  }

  /** A device became trusted in this sign-in, in this browser. */
  trusted(gate: Gate, trust: Trust, now: number): void {
    const { passed, permit, purpose, portal } = gate;
    expect([purpose, permit, portal], 'trust after something else than a factor').toEqual([
      'sign-in',
      undefined,
      trust.browser,
    ]);
    expect([passed?.factor, passed?.by], 'trust by what was not passed here').toEqual([trust.factor, undefined]);
    const factor = gate.person.factors.find(({ id }) => id === trust.factor);
    expect(factor?.level ?? 0, 'trust by a code that is sent').toBeGreaterThanOrEqual(2);
    expect(trust.level, 'trust above its factor').toBeLessThanOrEqual(Math.min(factor?.level ?? 0, 3));
    expect(now - (passed?.at ?? 0), 'trust by a factor of long ago').toBeLessThanOrEqual(15 * 60_000);
    expect(trust.until - now, 'trust for longer than a month').toBeLessThanOrEqual(30 * 24 * 60 * 60_000);
    this.trusts.add(trust);
    this.count('device trusted');
  }

  /** Whether this factor is worth anything beside the password of this app. */
  #mayServe(person: Somebody, id: string | undefined, { app }: Gate): boolean {
    const factor = person.factors.find(one => one.id === id);
    return factor !== undefined && !(factor.kind === 'email' && this.#rules.mailApps.includes(app));
  }

  #proves(life: Life, gate: Gate, now: number): boolean {
    const { person, demand } = gate;
    const proof = life.proofs.at(-1);
    if (life.person !== person || proof === undefined || !this.isLiving(life, now)) return false;
    if (!this.#mayServe(person, proof.factor, gate)) return false;
    return proof.level >= demand.level && now - proof.at <= (demand.maxAge ?? Number.POSITIVE_INFINITY);
  }

  /** A challenge was passed in this browser. `proved`: whose factor, and that the answer was right and new. */
  passed(gate: Gate, browser: string, proved: { person: Somebody; factor: Known } | undefined, now: number): void {
    expect(proved, 'a challenge passed by an answer that was wrong, or used').toBeDefined();
    expect(gate.portal, 'a challenge passed in a browser that does not have it').toBe(browser);
    expect(proved?.person, 'a challenge passed with the factor of somebody else').toBe(gate.person);
    expect(has(gate.person, proved?.factor.id), 'a challenge passed with a factor that is not there').toBe(true);
    expect(this.#mayServe(gate.person, proved?.factor.id, gate), 'a mailbox that the same password opens').toBe(true);
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
    expect(gone && fresh.length === 0, 'a factor that nobody took away, gone').toBe(false);
    person.factors = factors;
    if (gone) this.endOf(person);
  }

  /** She took one of her own away, in this browser, by this factor. */
  removed(
    person: Somebody,
    id: string,
    { browser, by }: { browser: string; by: Known | undefined },
    now: number,
  ): void {
    const highest = Math.max(...person.factors.map(({ level }) => level));
    const here = [...this.lives].some(
      life => life.person === person && life.browser === browser && this.isLiving(life, now),
    );
    expect(here, 'a factor removed without a session of hers').toBe(true);
    expect(by?.level ?? 0, 'a factor removed by one below her highest').toBeGreaterThanOrEqual(highest);
    expect(has(person, by?.id), 'a factor removed by one that she has not').toBe(true);
    const left = person.factors.filter(factor => factor.id !== id);
    expect(Math.max(0, ...left.map(({ level }) => level)), 'nothing left to come in by').toBeGreaterThanOrEqual(
      Math.min(2, highest),
    );
    person.factors = left;
    person.permits.clear();
    this.count('factor removed');
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
    const { by } = passed ?? {};
    const byEnd = by === undefined ? Number.POSITIVE_INFINITY : 'until' in by ? by.until : by.end;
    const end = Math.min(now + this.#rules.absolute, byEnd);
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
