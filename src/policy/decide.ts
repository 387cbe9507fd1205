import type { Demand } from './route.ts';

/** What decide() looks at; gathered by whoever asks, never fetched here. */
export interface Facts {
  readonly now: number;
  readonly demand: Demand;
  /** Of the person that asks, by the configuration; none for nobody. */
  readonly groups: readonly string[];
  /** What a preset opens to people without a session; only targets with one reading get here. */
  readonly entry: 'asset' | 'login-page' | 'sign-in' | undefined;
  /** A door for programs. */
  readonly closed: boolean;
  readonly session: SessionFacts | undefined;
  /**
   * `confirmed`: whatever was ended anywhere is known here. `grace`: the store is lost, and for so short that known
   * sessions may go on. `lost`: for longer.
   */
  readonly standing: 'confirmed' | 'grace' | 'lost';
}

export interface SessionFacts {
  readonly level: number;
  /** When the factor was passed. */
  readonly factorAt: number;
  /** No factor was asked: the device is trusted. */
  readonly byTrust?: boolean;
  readonly idleEnd: number;
  readonly absoluteEnd: number;
}

/**
 * `allow`: may go on, as the session or, with `asVisit`, as somebody unknown. `sign-in`: no living session.
 * `challenge`: a session that holds too little for this route. `deny`: nothing that this person can do helps.
 * `unavailable`: it cannot be said now; the same request may do later.
 */
export type Decision = {
  readonly outcome: 'allow' | 'sign-in' | 'challenge' | 'deny' | 'unavailable';
  readonly asVisit: boolean;
  /** Every check in order with what it found, up to the one that settled it. */
  readonly reasons: readonly Reason[];
};

export interface Reason {
  readonly check: CheckName;
  readonly passed: boolean;
}

export type CheckName = (typeof checks)[number]['name'];

interface Check {
  readonly name: string;
  /** What to answer if the check does not pass. */
  readonly otherwise: Exclude<Decision['outcome'], 'allow'>;
  readonly description: string;
  passes(facts: Facts): boolean;
}

/** In order; the first that does not pass settles it. Each is answered from the facts alone (rules 2 and 5). */
const checks = [
  {
    name: 'door-open',
    otherwise: 'deny',
    description: 'doors for programs stay closed to browsers and passwords alike',
    passes: facts => !facts.closed,
  },
  {
    name: 'store-confirmed',
    otherwise: 'unavailable',
    description:
      'the store is there; without it, somebody known goes on for the grace, where neither a level above 2 nor a fresh factor is demanded',
    passes: ({ standing, session, demand }) =>
      standing === 'confirmed' ||
      (standing === 'grace' && session !== undefined && demand.level <= 2 && demand.maxAge === undefined),
  },
  {
    name: 'session-present',
    otherwise: 'sign-in',
    description: 'somebody who passed both gates',
    passes: facts => facts.session !== undefined,
  },
  {
    name: 'session-within-absolute',
    otherwise: 'sign-in',
    description: 'the session has not reached its end, which no use extends (NIST SP 800-63B 2.2.3)',
    passes: facts => facts.session !== undefined && facts.now < facts.session.absoluteEnd,
  },
  {
    name: 'session-not-idle',
    otherwise: 'sign-in',
    description: 'the session was used recently enough',
    passes: facts => facts.session !== undefined && facts.now < facts.session.idleEnd,
  },
  {
    // Before the level: who may never pass is not asked for a factor that would not help her.
    name: 'group-allowed',
    otherwise: 'deny',
    description: 'she is of a group that the route is for, where it is for groups (R03)',
    passes: ({ demand, groups }) => demand.groups.every(allowed => allowed.some(group => groups.includes(group))),
  },
  {
    name: 'level-reached',
    otherwise: 'challenge',
    description: 'the session holds the level that the route demands (R03)',
    passes: facts => facts.session !== undefined && facts.session.level >= facts.demand.level,
  },
  {
    name: 'factor-fresh',
    otherwise: 'challenge',
    description: 'a factor was passed in this sign-in, and recently enough for this route',
    passes: facts =>
      facts.demand.maxAge === undefined ||
      (facts.session !== undefined &&
        facts.session.byTrust !== true &&
        facts.now - facts.session.factorAt <= facts.demand.maxAge),
  },
] as const satisfies readonly Check[];

/** Every check in order, for whoever explains a decision. */
export const checkTexts: readonly { readonly name: CheckName; readonly description: string }[] = checks;

/** Not for her, whatever she passes: who may not be told that she holds too little. */
export function isGroupDenial({ outcome, reasons }: Decision): boolean {
  return outcome === 'deny' && reasons.at(-1)?.check === 'group-allowed';
}

/** What nearly every request gets: the same value each time, so that deciding leaves nothing to clean up. */
const allPassed: Decision = Object.freeze({
  outcome: 'allow',
  asVisit: false,
  reasons: Object.freeze(checks.map(({ name }): Reason => Object.freeze({ check: name, passed: true }))),
});

/**
 * The one decision of Sluis: pure, ordered, each check with its reason. It has one call site, `admit`; the proxy, the
 * release of a quarantine and every later door ask through it (rule 1).
 */
export function decide(facts: Facts): Decision {
  if (facts.entry !== undefined && !facts.closed) return decideEntry(facts);
  const failed = checks.findIndex(check => !check.passes(facts));
  const check = checks[failed];
  if (check === undefined) return allPassed;
  const reasons = [...allPassed.reasons.slice(0, failed), { check: check.name, passed: false }];
  return { outcome: check.otherwise, asVisit: false, reasons };
}

/** Files are public whatever happens; a visit cannot be known to be unspent without the store. */
function decideEntry({ entry, standing }: Facts): Decision {
  if (entry === 'asset' || standing === 'confirmed') return { outcome: 'allow', asVisit: true, reasons: [] };
  return { outcome: 'unavailable', asVisit: true, reasons: [{ check: 'store-confirmed', passed: false }] };
}
