import type { Clock } from '../kernel/clock.ts';
import { sealedCodec } from '../kernel/codec.ts';
import { sha256 } from '../kernel/hash.ts';
import { type KeyRing, sameText } from '../kernel/key-ring.ts';
import { type Random, randomId } from '../kernel/random.ts';
import { type Codec, type Store, update } from '../kernel/store.ts';
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
import {
  accountSet,
  browserSet,
  joinSets,
  leaveSets,
  ownSet,
  ownSourceSet,
  passedSet,
  sourceSet,
} from './pending-sets.ts';

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

/** Changes of her own that one person may have begun at once; more is somebody filling the store. */
const mostOwn = 30;
/** Longer than a release takes, shorter than its code lives: after one that broke there is time for another. */
const claimLifetime = 15_000;

export interface PendingDeps {
  readonly store: Store;
  readonly ring: KeyRing;
  readonly clock: Clock;
  readonly random: Random;
}

export class PendingSignIns {
  readonly #deps: PendingDeps;
  readonly #codec: Codec<Pending>;

  constructor(deps: PendingDeps) {
    this.#deps = deps;
    this.#codec = sealedCodec<Pending>(deps.ring, 'pending');
  }

  /**
   * Opens one; `cookie` is what the browser holds on the app's host. Undefined where there are `cap` already: of this
   * account in unknown browsers together or in this known one (`browser`), so that a stranger with the password cannot
   * use up the owner's; and for a source, behind which a whole office may sit, 40 times as many.
   */
  async open(
    fresh: NewPending,
    cap: number,
    browser?: string,
  ): Promise<{ pending: Pending; cookie: string } | undefined> {
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
  ): Promise<{ pending: Pending; cookie: string } | undefined> {
    const { clock, random } = this.#deps;
    const id = randomId(random);
    if (!(await joinSets(this.#deps.store, owners, id, cap))) return undefined;
    const secret = randomId(random, 32);
    const now = clock.now();
    const pending: Pending = {
      portal: undefined,
      ...fresh,
      browser: undefined,
      id,
      owners,
      createdAt: now,
      expiresAt: now + pendingLifetime,
      hardEnd: now + pendingHardEnd,
      secret: sha256(secret),
      claim: undefined,
      passed: undefined,
      setUp: undefined,
      draft: undefined,
      releaseCode: undefined,
      released: undefined,
    };
    await this.#deps.store.create(key(id), this.#codec.encode(key(id), pending), pendingLifetime);
    return { pending, cookie: `${id}.${secret}` };
  }

  /** The pending of this cookie on an app's host; undefined unless the secret is the right one. */
  async byCookie(cookie: string): Promise<Pending | undefined> {
    const dot = cookie.indexOf('.');
    if (dot < 0) return undefined;
    const pending = await this.#read(cookie.slice(0, dot));
    return pending !== undefined && sameText(pending.secret, sha256(cookie.slice(dot + 1))) ? pending : undefined;
  }

  /** A one-time code that carries the browser from the app's host to the portal, within 30 seconds. */
  async handoff(pending: Pending): Promise<string> {
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
    const handoff = await store.get(`handoff:${sha256(code)}`);
    if (handoff === undefined || !(await store.remove(`handoff:${sha256(code)}`))) return undefined;
    const portal = sha256(portalCookie);
    const current = await this.#read(handoff.value);
    if (current?.portal === portal) return current;
    return this.#change(handoff.value, pending =>
      pending.released !== undefined
        ? undefined
        : {
            ...pending,
            portal,
            browser: undefined,
            claim: undefined,
            passed: undefined,
            trustAnswered: undefined,
            setUp: undefined,
            draft: undefined,
            releaseCode: undefined,
          },
    );
  }

  /** The living pending with this id, for the portal browser that took it and no other. */
  async forPortal(id: string, portalCookie: string): Promise<Pending | undefined> {
    const pending = await this.#read(id);
    return pending?.portal === sha256(portalCookie) ? pending : undefined;
  }

  /** A step on the portal: notes it and extends the life, up to the hard end once a set-up was allowed. */
  async step(
    pending: Pending,
    portalCookie: string,
    change: Partial<Pick<Pending, 'setUp' | 'draft' | 'trustAnswered'>>,
  ): Promise<Pending | undefined> {
    return this.#onPortal(pending.id, portalCookie, current => {
      const next = { ...current, ...change };
      return next.setUp === undefined ? next : { ...next, expiresAt: this.#extended(next) };
    });
  }

  /** Something was sent that takes its time to come, and is good for as long again (WCAG 2.2.1). */
  async wait(pending: Pending, portalCookie: string): Promise<Pending | undefined> {
    return this.#onPortal(pending.id, portalCookie, current => ({ ...current, expiresAt: this.#extended(current) }));
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
    },
  ): Promise<Pending | undefined> {
    const at = passed.at ?? this.#deps.clock.now();
    const { browser, by, trust, onDevice, level, factor } = passed;
    // Before the pass itself: a sign-out that comes between must find it.
    const sets = [passedSet(pending), ...(browser === undefined ? [] : [browserSet(browser)])];
    await Promise.all(sets.map(set => this.#deps.store.add(set, pending.id, { ttl: pendingHardEnd })));
    return this.#onPortal(pending.id, portalCookie, current => ({
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
    const { level, factor } = by;
    return this.#onPortal(pending.id, portalCookie, ({ own, ...current }) => ({
      ...current,
      ...(own === undefined ? {} : { own: { ...own, result } }),
      draft: undefined,
      passed: { level, factor, at },
    }));
  }

  /** Gives up all that passed in the browser with this realm cookie (its SHA-256) and were not released. */
  async abandonOf(browser: string): Promise<void> {
    for (const id of await this.#deps.store.members(browserSet(browser))) {
      const pending = await this.#read(id);
      if (pending?.browser === browser) await this.abandon(pending);
      await this.#deps.store.drop(browserSet(browser), id);
    }
  }

  /**
   * Gives up all of one account that passed, in whatever browser: a session or none may be there beside it. One that is
   * passing at this moment goes too.
   */
  async abandonPassed(account: Pick<Pending, 'realm' | 'name'>): Promise<void> {
    const set = passedSet(account);
    for (const id of await this.#deps.store.members(set)) {
      await this.abandonById(id);
      await this.#deps.store.drop(set, id);
    }
  }

  /** A step-up that was begun goes to another page now: one is enough. */
  async retarget(pending: Pending, target: string, demands: Pending['demands']): Promise<Pending | undefined> {
    return this.#change(pending.id, current =>
      current.purpose === 'step-up' && current.passed === undefined && current.released === undefined
        ? { ...current, target, demands }
        : undefined,
    );
  }

  /**
   * For the one request that may release it: an id of its own, and that of a try `before` which broke. Somebody else's
   * turn, or no longer open: undefined.
   */
  async claim(pending: Pending): Promise<{ id: string; before: string | undefined } | undefined> {
    const { clock, random } = this.#deps;
    const id = randomId(random);
    let before: string | undefined;
    const changed = await this.#change(pending.id, current => {
      before = current.claim?.id;
      const free = !isClaimed(current, clock.now()) && current.released === undefined;
      const same = current.releaseCode?.hash === pending.releaseCode?.hash;
      return free && same ? { ...current, claim: { id, until: clock.now() + claimLifetime } } : undefined;
    });
    return changed === undefined ? undefined : { id, before };
  }

  /** The release that had claimed it broke: another try may. What it did in the end, if it did, stands. */
  async unclaim(pending: Pending, id: string): Promise<void> {
    await this.#change(pending.id, current =>
      current.claim?.id === id && current.released === undefined ? { ...current, claim: { id, until: 0 } } : undefined,
    );
  }

  /** What passed in a browser goes on under its new realm cookie; what passed there for another account is given up. */
  async moveOf(from: string, to: string, name: string): Promise<void> {
    for (const id of await this.#deps.store.members(browserSet(from))) {
      const pending = await this.#read(id);
      if (pending?.browser !== from) continue;
      if (pending.name !== name) {
        await this.abandon(pending);
        continue;
      }
      await this.#deps.store.add(browserSet(to), id, { ttl: pendingHardEnd });
      await this.#change(id, current => (current.browser === from ? { ...current, browser: to } : undefined));
    }
  }

  /**
   * The same account signed in again inside its living session at this very app, whose factor still suffices: no
   * second challenge and no step to the portal. Only for a pending that no portal browser has taken.
   */
  async passBySession(
    pending: Pending,
    passed: { level: number; factor: string; at: number; by: string; trust?: string },
  ): Promise<Pending | undefined> {
    return this.#change(pending.id, current =>
      current.released === undefined && current.portal === undefined ? { ...current, passed } : undefined,
    );
  }

  /** A one-time code for the step back to the app's host; only for who passed. */
  async releaseCode(pending: Pending): Promise<string | undefined> {
    const code = randomId(this.#deps.random, 24);
    const until = this.#deps.clock.now() + codeLifetime;
    const changed = await this.#change(pending.id, current =>
      current.purpose === 'own' ||
      current.passed === undefined ||
      current.released !== undefined ||
      isClaimed(current, this.#deps.clock.now())
        ? undefined
        : { ...current, releaseCode: { hash: sha256(code), until }, expiresAt: this.#extended(current) },
    );
    return changed === undefined ? undefined : code;
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
    const { store, clock } = this.#deps;
    const code = pending.releaseCode?.hash;
    const changed = await this.#change(pending.id, current =>
      code === undefined ||
      current.releaseCode?.hash !== code ||
      current.claim?.id !== claim ||
      current.passed === undefined ||
      current.released !== undefined
        ? undefined
        : {
            ...current,
            released,
            quarantine: { location: undefined, cookies: [] },
            expiresAt: clock.now() + codeLifetime,
          },
    );
    if (changed !== undefined) await leaveSets(store, pending);
    return changed;
  }

  /** Whether it waits for its second factor, in the browser with this portal cookie (its SHA-256). */
  async waits(id: string, portal: string): Promise<boolean> {
    const pending = await this.#read(id);
    return pending?.portal === portal && pending.passed === undefined && pending.released === undefined;
  }

  /** Gives the one with this id up, whoever has it: its person said that it is not hers. */
  async abandonById(id: string): Promise<void> {
    const pending = await this.#read(id);
    if (pending !== undefined && pending.released === undefined) await this.abandon(pending);
  }

  /** Gives it up; what was in quarantine is gone. */
  async abandon(pending: Pending): Promise<void> {
    await this.#deps.store.remove(key(pending.id));
    await leaveSets(this.#deps.store, pending);
  }

  async #onPortal(
    id: string,
    portalCookie: string,
    change: (current: Pending) => Pending,
  ): Promise<Pending | undefined> {
    const portal = sha256(portalCookie);
    return this.#change(id, current =>
      current.portal === portal && current.released === undefined ? change(current) : undefined,
    );
  }

  #extended(pending: Pending): number {
    return Math.min(Math.max(pending.expiresAt, this.#deps.clock.now() + pendingLifetime), pending.hardEnd);
  }

  async #read(id: string): Promise<Pending | undefined> {
    if (!/^[A-Za-z0-9_-]{22}$/.test(id)) return undefined;
    const record = await this.#deps.store.get(key(id));
    const pending = record === undefined ? undefined : this.#codec.decode(key(id), record.value);
    return pending !== undefined && pending.expiresAt > this.#deps.clock.now() ? pending : undefined;
  }

  async #change(id: string, change: (current: Pending) => Pending | undefined): Promise<Pending | undefined> {
    if ((await this.#read(id)) === undefined) return undefined;
    return update(this.#deps.store, key(id), this.#codec, change, pendingHardEnd);
  }
}

function isClaimed({ claim }: Pending, now: number): boolean {
  return claim !== undefined && now < claim.until;
}

function key(id: string): string {
  return `pending:{${id}}`;
}
