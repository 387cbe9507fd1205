import type { Audit } from '../audit/event.ts';
import type { TrustSettings } from '../config/settings.ts';
import type { People } from '../factor/people.ts';
import type { Person } from '../factor/person.ts';
import type { Clock } from '../kernel/clock.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import type { Random } from '../kernel/random.ts';
import type { Store } from '../kernel/store.ts';
import type { Ended } from './trusted-device.ts';

export interface TrustDeps {
  readonly store: Store;
  readonly ring: KeyRing;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: Audit;
  readonly people: People;
  /** What the operator allows now; undefined: no device is trusted, whatever stands in the store. */
  readonly settings: () => TrustSettings | undefined;
  /** Ends the sessions that this device began; resolves to how many there were. */
  readonly endSessions: (person: string, device: string, how: Ended) => Promise<number>;
}

/** Of whom: only her id is believed, all else is read anew. */
export type Who = Pick<Person, 'id'>;
