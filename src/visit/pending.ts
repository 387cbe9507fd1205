import { sha256 } from '../kernel/hash.ts';
import { sameText } from '../kernel/key-ring.ts';
import { randomId } from '../kernel/random.ts';
import { PendingEnds } from './pending-ends.ts';
import { type Opened, type PendingDeps, PendingOpenings } from './pending-opening.ts';
import {
  codeLifetime,
  type NewOwn,
  type NewPending,
  type OwnIntent,
  type OwnResult,
  ownApp,
  type Pending,
  pendingHardEnd,
  pendingLifetime,
} from './pending-record.ts';
import { PendingRecords, type Whose } from './pending-records.ts';
import { browserSet, leaveSets, passedSet } from './pending-sets.ts';
import {
  claimedAs,
  extended,
  onPortal,
  releasedWith,
  retargeted,
  takenBy,
  unclaimed,
  withOwnResult,
  withReleaseCode,
} from './pending-transitions.ts';

export {
  codeLifetime,
  type NewOwn,
  type NewPending,
  type OwnIntent,
  type OwnResult,
  ownApp,
  type Pending,
  pendingHardEnd,
  pendingLifetime,
};

/** What the one request has that may release a pending sign-in. */
export interface Claim {
  readonly id: string;
  readonly before: string | undefined;
  readonly pending: Pending;
}

export class PendingSignIns {
  readonly #deps: PendingDeps;
  readonly #records: PendingRecords;
  readonly #openings: PendingOpenings;
  readonly #ends: PendingEnds;

  constructor(deps: PendingDeps) {
    this.#deps = deps;
    this.#records = new PendingRecords(deps);
    this.#openings = new PendingOpenings(deps, this.#records);
    this.#ends = new PendingEnds(deps, this.#records);
  }

  /** See PendingOpenings. */
  open(fresh: NewPending, cap: number, browser?: string): Promise<Opened | undefined> {
    return this.#openings.open(fresh, cap, browser);
  }

  openOwn(fresh: NewOwn, portalCookie: string): Promise<Pending | undefined> {
    return this.#openings.openOwn(fresh, portalCookie);
  }

  /** The pending of this cookie on an app's host; undefined unless the secret is the right one. */
  async byCookie(cookie: string): Promise<Pending | undefined> {
    const dot = cookie.indexOf('.');
    if (dot < 0) return undefined;
    const pending = await this.#records.read(cookie.slice(0, dot));
    return pending !== undefined && sameText(pending.secret, sha256(cookie.slice(dot + 1))) ? pending : undefined;
  }

  /** A one-time code that carries the browser from the app's host to the portal, within 30 seconds. */
  async handoff(pending: Pick<Pending, 'id'>): Promise<string> {
    const code = randomId(this.#deps.random, 24);
    await this.#deps.store.create(`handoff:${sha256(code)}`, pending.id, codeLifetime);
    return code;
  }

  /**
   * Takes a handoff for the browser with this portal cookie. A pending belongs to one portal browser at a time: another
   * one starts the challenge anew, so that a code typed by the owner in her browser never opens a stranger's pending.
   */
  async attach(code: string, portalCookie: string): Promise<Pending | undefined> {
    const { store } = this.#deps;
    const place = `handoff:${sha256(code)}`;
    const handoff = await store.get(place);
    if (handoff === undefined) return undefined;
    const [first, current] = await Promise.all([store.remove(place), this.#records.read(handoff.value)]);
    const portal = sha256(portalCookie);
    if (!first || current === undefined || current.portal === portal) return first ? current : undefined;
    return this.#records.change(current, takenBy(portal));
  }

  /** The living pending with this id, for the portal browser that took it and no other. */
  async forPortal(id: string, portalCookie: string): Promise<Pending | undefined> {
    const pending = await this.#records.read(id);
    return pending?.portal === sha256(portalCookie) ? pending : undefined;
  }

  /** A step on the portal: notes it and extends the life, up to the hard end once a set-up was allowed. */
  async step(
    pending: Pending,
    portalCookie: string,
    change: Partial<Pick<Pending, 'setUp' | 'draft' | 'trustAnswered'>>,
  ): Promise<Pending | undefined> {
    return this.#onPortal(pending, portalCookie, current => {
      const next = { ...current, ...change };
      return next.setUp === undefined ? next : { ...next, expiresAt: this.#extended(next) };
    });
  }

  /** Something was sent that takes its time to come, and is good for as long again (WCAG 2.2.1). */
  async wait(pending: Pending, portalCookie: string): Promise<Pending | undefined> {
    return this.#onPortal(pending, portalCookie, current => ({ ...current, expiresAt: this.#extended(current) }));
  }

  /**
   * Before a pass, while it is being verified: a sign-out that comes between must find it. What never passes is in these
   * sets for nothing.
   */
  async announce(pending: Pending, browser: string | undefined): Promise<void> {
    const sets = [passedSet(pending), ...(browser === undefined ? [] : [browserSet(browser)])];
    await Promise.all(sets.map(set => this.#deps.store.add(set, pending.id, { ttl: pendingHardEnd })));
  }

  /**
   * The second factor was passed in the browser with this portal cookie: just now, or, with `at`, when a living session
   * of the same account in that browser proved it (so that ages are not renewed). The caller has verified it.
   */
  async pass(
    pending: Pending,
    portalCookie: string,
    passed: {
      level: number;
      factor: string;
      at?: number;
      browser?: string;
      by?: string | undefined;
      trust?: string | undefined;
      onDevice?: boolean;
      /** `announce` was waited for already, with this browser. */
      announced?: boolean;
    },
  ): Promise<Pending | undefined> {
    const at = passed.at ?? this.#deps.clock.now();
    const { browser, by, trust, onDevice, level, factor } = passed;
    if (passed.announced !== true) await this.announce(pending, browser);
    return this.#onPortal(pending, portalCookie, current => ({
      ...current,
      draft: undefined,
      browser,
      passed: {
        ...{ level, factor, at },
        ...(by === undefined ? {} : { by }),
        ...(trust === undefined ? {} : { trust }),
        ...(onDevice === true ? { onDevice } : {}),
      },
      expiresAt: this.#extended(current),
    }));
  }

  /** A change of her own came to its end, by the factor that was passed for it. */
  async endOwn(
    pending: Pending,
    portalCookie: string,
    result: OwnResult,
    by: { readonly level: number; readonly factor: string },
  ): Promise<Pending | undefined> {
    const at = this.#deps.clock.now();
    return this.#onPortal(pending, portalCookie, withOwnResult(result, { level: by.level, factor: by.factor, at }));
  }

  /** A step-up that was begun goes to another page now: one is enough. */
  async retarget(pending: Pending, target: string, demands: Pending['demands']): Promise<Pending | undefined> {
    return this.#records.change(pending, retargeted(target, demands));
  }

  /**
   * For the one request that may release it: an id of its own, that of a try `before` which broke, and the sign-in as it
   * stands then. Somebody else's turn, or no longer open: undefined.
   */
  async claim(pending: Pending): Promise<Claim | undefined> {
    const { clock, random } = this.#deps;
    const id = randomId(random);
    let before: string | undefined;
    const change = claimedAs(id, pending.releaseCode?.hash, clock.now());
    const claimed = await this.#records.change(pending, current => {
      before = current.claim?.id;
      return change(current);
    });
    return claimed === undefined ? undefined : { id, before, pending: claimed };
  }

  /** The release that had claimed it broke: another try may. What it did in the end, if it did, stands. */
  async unclaim(pending: Pending, id: string): Promise<void> {
    await this.#records.change(pending.id, unclaimed(id));
  }

  /**
   * The same account signed in again inside its living session at this very app, whose factor still suffices: no
   * second challenge and no step to the portal. Only for a pending that no portal browser has taken.
   */
  async passBySession(
    pending: Pending,
    passed: { level: number; factor: string; at: number; by: string; trust?: string },
  ): Promise<Pending | undefined> {
    return this.#records.change(pending, current =>
      current.released === undefined && current.portal === undefined ? { ...current, passed } : undefined,
    );
  }

  /** A one-time code for the step back to the app's host; only for who passed. */
  async releaseCode(pending: Pending): Promise<string | undefined> {
    const code = randomId(this.#deps.random, 24);
    const now = this.#deps.clock.now();
    const change = withReleaseCode({ hash: sha256(code), until: now + codeLifetime }, now);
    return (await this.#records.change(pending, change)) === undefined ? undefined : code;
  }

  /** Whether this code opens this pending now. */
  opens(pending: Pending, code: string): boolean {
    const { releaseCode, passed } = pending;
    if (passed === undefined || releaseCode === undefined || this.#deps.clock.now() > releaseCode.until) return false;
    return sameText(releaseCode.hash, sha256(code));
  }

  /**
   * Notes what release answers and empties the quarantine; undefined where another request released it first (read
   * it again then), or where nobody passed: the quarantine has no other door. From here it lives only as long as its
   * code.
   */
  async release(
    pending: Pending,
    claim: string,
    released: NonNullable<Pending['released']>,
  ): Promise<Pending | undefined> {
    const by = { code: pending.releaseCode?.hash, claim, until: this.#deps.clock.now() + codeLifetime };
    const changed = await this.#records.change(pending, releasedWith(by, released));
    // They only cap how many there are, and end by themselves: nobody waits for that.
    if (changed !== undefined) leaveSets(this.#deps.store, pending).catch(() => undefined);
    return changed;
  }

  /** Whether it waits for its second factor, in the browser with this portal cookie (its SHA-256). */
  async waits(id: string, portal: string): Promise<boolean> {
    const pending = await this.#records.read(id);
    return pending?.portal === portal && pending.passed === undefined && pending.released === undefined;
  }

  /** See PendingEnds, as all that follows. */
  abandon(pending: Pending): Promise<void> {
    return this.#ends.abandon(pending);
  }

  abandonById(id: string): Promise<void> {
    return this.#ends.abandonById(id);
  }

  abandonOf(browser: string): Promise<void> {
    return this.#ends.abandonOf(browser);
  }

  abandonPassed(account: Whose, spares?: string): Promise<void> {
    return this.#ends.abandonPassed(account, spares);
  }

  moveOf(from: string, to: string, name: string): Promise<void> {
    return this.#ends.moveOf(from, to, name);
  }

  /** See PendingRecords.whose. */
  whose(id: string): Whose | undefined {
    return this.#records.whose(id);
  }

  async #onPortal(pending: Pending, portalCookie: string, change: (current: Pending) => Pending) {
    return this.#records.change(pending, onPortal(sha256(portalCookie), change));
  }

  #extended(pending: Pending): number {
    return extended(pending, this.#deps.clock.now());
  }
}
