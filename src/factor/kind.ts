import type { Level } from '../config/settings.ts';
import type { FactorDeps } from './deps.ts';
import type { Factor, KindName, Person } from './person.ts';

/**
 * What one answer came to. `repeated`: right, and used up before (R24); no guess, so it counts as no failure. Whatever is
 * not understood is `wrong` (rule 2).
 */
export type Verdict = 'accepted' | 'wrong' | 'repeated';

/** One answer to one challenge, for one factor of the person who is asked. */
export interface Given<K extends KindName = KindName> {
  readonly person: Pick<Person, 'id' | 'realm' | 'name'>;
  readonly factor: Pick<Factor<K>, 'id' | 'credential'>;
  /** As it came: digits as typed, or what the browser's authenticator signed. */
  readonly answer: string;
  /** Id of the challenge: what was sent or drawn for one is worth nothing in another (SECURITY a.17, a.57). */
  readonly challenge: string;
}

/** All that the core knows of a kind of factor: the folder of its name does the rest. */
export interface FactorKind<K extends KindName = KindName> {
  readonly kind: K;
  /** The highest level that a challenge passed with it can give (REQUIREMENTS.md, levels). */
  readonly level: Level;
  /** Checks an answer and uses up what it stands for, in the whole fleet (rule 3). */
  verify(deps: Pick<FactorDeps, 'store' | 'ring' | 'clock' | 'audit'>, given: Given<K>): Promise<Verdict>;
  /** What tells its carrier from every other: of one carrier a person has one factor. Never shown, never logged. */
  carrier(factor: Pick<Factor<K>, 'credential'>): string;
  /** Lets go of what its verifying left in the store, once the factor is removed. Absent: nothing, or it is the carrier's. */
  forget?(deps: Pick<FactorDeps, 'store'>, factor: Factor<K>, owner: Pick<Person, 'id'>): Promise<void>;
}
