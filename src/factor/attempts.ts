import { lookDelayed, lookSliding, type Seen, type Taken, takeCounted, takeDelayed, takeSliding } from './bucket.ts';
import type { FactorDeps } from './deps.ts';
import { type DelayTable, limits, type Pool } from './limits.ts';
import { hash } from './people.ts';
import { networksOf } from './source-net.ts';

export interface AttemptRequest {
  readonly pool: Pool;
  readonly realm: string;
  /** The account's name in normal form. */
  readonly account: string;
  /** The browser's address. */
  readonly source: string;
  /** Id of a known browser of this account, from `KnownBrowsers.verify`. */
  readonly browser?: string | undefined;
}

export interface SignInRequest extends Omit<AttemptRequest, 'pool'> {
  readonly app: string;
  /** The app's own limiter, as its preset says. */
  readonly limiter: { readonly failures: number; readonly window: number };
}

/**
 * The answer to one attempt. Allowed: it counts as failed already; say `succeeded` or `refund` where it was not one
 * (once; more is harmless). Refused: nothing was counted; `until` (milliseconds) is when to try again.
 */
export type Attempt = { readonly allowed: true; refund(): Promise<void>; succeeded(): Promise<void> } | Refused;

export interface Refused {
  readonly allowed: false;
  readonly until: number;
  readonly bucket: 'account' | 'source' | 'overall';
}

/** Whose account is a name that anybody may type. */
const typedPools: ReadonlySet<Pool> = new Set(['sign-in', 'activation']);

// An app notes a failure a little later than we let it through.
const limiterMargin = 5_000;

/**
 * Consumes attempts before they are verified (R09, rule 3; SECURITY a.11-15). Buckets: account with all unknown
 * browsers, account with one known browser, source and the network around it, overall. Strangers' failures delay strangers only.
 */
export class Attempts {
  readonly #deps: Pick<FactorDeps, 'store' | 'clock'>;

  constructor(deps: Pick<FactorDeps, 'store' | 'clock'>) {
    this.#deps = deps;
  }

  async begin(request: AttemptRequest): Promise<Attempt> {
    const take = await this.#through(request, isLong(request.pool) ? this.#longCode(request) : this.#account(request));
    return take();
  }

  /**
   * Whether this refusal is the first of its closed stretch: the one to audit. Refusals cost who asks nothing, so an
   * entry for each would let one person with a password fill the disk.
   */
  async firstRefusal(request: AttemptRequest, refused: Refused): Promise<boolean> {
    const { store, clock } = this.#deps;
    const { bucket, until } = refused;
    const { realm, pool, browser, source } = request;
    // A stranger makes up as many names as he likes. Who shows a second factor is somebody, and is told of it.
    const account = bucket !== 'account' && typedPools.has(pool) ? '' : request.account;
    const where = bucket === 'source' ? hash(bucket, ...networksOf(source)) : bucket;
    const key = `attempts-told:{${hash(realm, account)}}:${pool}:${browserPart(account === '' ? undefined : browser)}:${where}`;
    return store.consume(key, Math.max(1, until - clock.now()));
  }

  /**
   * For the sign-in that is about to be sent to the app. Unknown browsers together stay two below the app's limiter in any
   * window (at least one gets through), so that they and one mistake of the owner never trip it; below three failures
   * an app's limiter leaves no room for that promise. Each known browser has a budget of the same size, and at least a
   * mistake and the right password after it.
   */
  async signInBudget(request: SignInRequest): Promise<Attempt> {
    const take = await this.lookAtSignIns(request);
    return take();
  }

  /** The same in two parts: so far the store is only looked at, and what comes back takes it. */
  async lookAtSignIns(request: SignInRequest): Promise<() => Promise<Attempt>> {
    const key = `sign-ins:{${hash(request.realm, request.account)}}:${hash(request.app)}:${browserPart(request.browser)}`;
    const limit = {
      count: Math.max(request.browser === undefined ? 1 : 2, request.limiter.failures - 2),
      window: request.limiter.window + limiterMargin,
    };
    return this.#through({ ...request, pool: 'sign-in' }, [this.#sliding('account', key, limit)]);
  }

  #account(request: AttemptRequest): readonly Step[] {
    const key = `attempts:{${hash(request.realm, request.account)}}:${request.pool}:${browserPart(request.browser)}`;
    return [this.#delayed('account', key, limits.account[kindOf(request)])];
  }

  /** Each source by itself, so that a stranger elsewhere does not hold up the owner; then all of them, for the load. */
  #longCode(request: AttemptRequest): readonly Step[] {
    const { each, together } = limits.longCode;
    const base = `attempts:{${hash(request.realm, request.account)}}:${request.pool}`;
    const who = request.browser === undefined ? hash(...networksOf(request.source)) : browserPart(request.browser);
    const one = this.#delayed('account', `${base}:each:${who}`, each);
    if (request.browser !== undefined) return [one];
    return [one, this.#sliding('account', `${base}:together`, together)];
  }

  /** Waits for the store three times: all are looked at, then the account's are taken, then its source and overall. */
  async #through(request: AttemptRequest, account: readonly Step[]): Promise<() => Promise<Attempt>> {
    const kind = kindOf(request);
    const sources = networksOf(request.source).map((network, index) => {
      const key = `attempts-source:{${hash(network)}}:${hash(request.realm)}:${familyOf(request.pool)}:${kind}`;
      return this.#delayed('source', key, limits[index === 0 ? 'source' : 'network'][kind]);
    });
    const steps = [...sources, ...account];
    const seen = await Promise.all(steps.map(({ look }) => look()));
    // Looked at first, taken last: a source that must wait does not get to touch anybody's account.
    for (const bucket of ['source', 'account'] as const) {
      const until = Math.max(
        0,
        ...steps.map((step, index) => (step.bucket === bucket ? (seen[index]?.until ?? 0) : 0)),
      );
      if (until > 0) return async () => ({ allowed: false, until, bucket });
    }
    const taking = (step: Step) => ({ bucket: step.bucket, take: () => step.take(seen[steps.indexOf(step)]) });
    // Overall last of all: only what got past its account and its source counts against everybody.
    const overall = { bucket: 'overall', take: () => this.#takeOverall(request, kind) } as const;
    return () => takeAll([account.map(taking), [...sources.map(taking), overall]]);
  }

  #delayed(bucket: Bucket, key: string, table: DelayTable): Step {
    const { store, clock } = this.#deps;
    return {
      bucket,
      look: () => lookDelayed({ store, key, now: clock.now() }),
      take: seen => takeDelayed({ store, key, now: clock.now(), seen }, table),
    };
  }

  #sliding(bucket: Bucket, key: string, limit: { readonly count: number; readonly window: number }): Step {
    const { store, clock } = this.#deps;
    return {
      bucket,
      look: () => lookSliding({ store, key, now: clock.now() }, limit),
      take: seen => takeSliding({ store, key, now: clock.now(), seen }, limit),
    };
  }

  async #takeOverall(request: AttemptRequest, kind: 'known' | 'unknown'): Promise<Taken> {
    const { store, clock } = this.#deps;
    const { window, [kind]: count } = limits.overall;
    const key = `attempts-overall:{${hash(request.realm)}}:${familyOf(request.pool)}:${kind}`;
    return takeCounted(store, key, { count, window }, () => clock.now());
  }
}

type Held = Extract<Taken, { taken: true }>;
type Bucket = Refused['bucket'];

interface Step {
  readonly bucket: Bucket;
  look(): Promise<Seen>;
  take(seen: Seen | undefined): Promise<Taken>;
}

interface Taking {
  readonly bucket: Bucket;
  take(): Promise<Taken>;
}

/** One group after the other, each side by side; what was taken goes back where one of a group refuses. */
async function takeAll(groups: readonly (readonly Taking[])[]): Promise<Attempt> {
  const held: (Held & { readonly bucket: Bucket })[] = [];
  for (const group of groups) {
    const answers = await Promise.all(group.map(async ({ bucket, take }) => ({ bucket, ...(await take()) })));
    for (const answer of answers) if (answer.taken) held.push(answer);
    const refused = answers.find(answer => !answer.taken);
    if (refused !== undefined && !refused.taken) {
      await Promise.all(held.map(bucketHeld => bucketHeld.giveBack()));
      return { allowed: false, until: refused.until, bucket: refused.bucket };
    }
  }
  return settleOnce(held);
}

/** A success clears the account's own buckets only: with one account of his own a stranger must not wash his source clean. */
function settleOnce(held: readonly (Held & { readonly bucket: Bucket })[]): Attempt {
  let settled = false;
  const settle = async (success: boolean) => {
    if (settled) return;
    settled = true;
    await Promise.all(held.map(taken => (success && taken.bucket === 'account' ? taken.clear() : taken.giveBack())));
  };
  return { allowed: true, refund: () => settle(false), succeeded: () => settle(true) };
}

/** A source, and all together, get no more by going from one kind of factor to the next. */
function familyOf(pool: Pool): string {
  return pool.split(':')[0] ?? pool;
}

function isLong(pool: Pool): boolean {
  return pool === 'activation' || pool === 'recovery' || pool === 'code:desk-code';
}

function kindOf(request: AttemptRequest): 'known' | 'unknown' {
  return request.browser === undefined ? 'unknown' : 'known';
}

function browserPart(browser: string | undefined): string {
  return browser === undefined ? 'unknown' : `known:${hash(browser)}`;
}
