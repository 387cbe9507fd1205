import type { Audit } from '../audit/event.ts';
import type { Clock } from '../kernel/clock.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import type { Random } from '../kernel/random.ts';
import type { Store } from '../kernel/store.ts';

/** What everything about persons and their factors is given. */
export interface FactorDeps {
  readonly store: Store;
  readonly ring: KeyRing;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: Audit;
}
