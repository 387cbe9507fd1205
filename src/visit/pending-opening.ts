import type { Clock } from '../kernel/clock.ts';
import { sha256 } from '../kernel/hash.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import { type Random, randomId } from '../kernel/random.ts';
import type { Store } from '../kernel/store.ts';
import { type NewOwn, type NewPending, ownApp, type Pending } from './pending-record.ts';
import type { PendingRecords } from './pending-records.ts';
import { accountSet, joinSets, ownSet, ownSourceSet, sourceSet } from './pending-sets.ts';
import { begun } from './pending-transitions.ts';

/** Changes of her own that one person may have begun at once; more is somebody filling the store. */
const mostOwn = 30;
export interface PendingDeps {
  readonly store: Store;
  readonly ring: KeyRing;
  readonly clock: Clock;
  readonly random: Random;
}

/** A pending sign-in, and what the browser holds of it on the app's host. */
export interface Opened {
  readonly pending: Pending;
  readonly cookie: string;
}

/** How pending sign-ins begin, and how many there may be. */
export class PendingOpenings {
  readonly #deps: PendingDeps;
  readonly #records: PendingRecords;

  constructor(deps: PendingDeps, records: PendingRecords) {
    this.#deps = deps;
    this.#records = records;
  }

  /**
   * Opens one; `cookie` is what the browser holds on the app's host. Undefined where there are `cap` already: of this
   * account in unknown browsers together or in this known one (`browser`), so that a stranger with the password cannot
   * use up the owner's; and for a source, behind which a whole office may sit, 40 times as many.
   */
  async open(fresh: NewPending, cap: number, browser?: string): Promise<Opened | undefined> {
    return this.#create(fresh, [accountSet(fresh, browser), sourceSet(fresh.source)], cap);
  }

  /**
   * Opens one for a change of her own, in the browser with this portal cookie. It has no cookie on an app's host, so that
   * nothing can be released by it.
   */
  async openOwn(fresh: NewOwn, portalCookie: string): Promise<Pending | undefined> {
    const { level, ...given } = fresh;
    const empty = {
      app: ownApp,
      target: '/',
      quarantine: { location: undefined, cookies: [] },
      purpose: 'own',
    } as const;
    const demands = { level, maxAge: undefined };
    const owners = [ownSet(fresh.own.person), ownSourceSet(fresh.source)];
    const portal = sha256(portalCookie);
    return (await this.#create({ ...empty, ...given, demands, portal }, owners, mostOwn))?.pending;
  }

  async #create(
    fresh: Partial<Pending> & Omit<NewPending, 'purpose'> & Pick<Pending, 'purpose'>,
    owners: readonly string[],
    cap: number,
  ): Promise<Opened | undefined> {
    const { store, clock, random } = this.#deps;
    const id = randomId(random);
    const secret = randomId(random, 32);
    const pending = begun({ ...fresh, id, owners, secret: sha256(secret) }, clock.now());
    // Side by side: nobody has its cookie yet, and one that was too many goes again.
    const [joined] = await Promise.all([joinSets(store, owners, id, cap), this.#records.create(pending)]);
    if (joined) return { pending, cookie: `${id}.${secret}` };
    await this.#records.remove(id);
    return undefined;
  }
}
