import ipaddr from 'ipaddr.js';
import { closedUntil, type Taken, takeCounted, takeDelayed, takeSliding } from './bucket.ts';
import type { FactorDeps } from './deps.ts';
import { limits, type Pool } from './limits.ts';
import { hash } from './people.ts';

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
export type Attempt =
  | { readonly allowed: true; refund(): Promise<void>; succeeded(): Promise<void> }
  | { readonly allowed: false; readonly until: number; readonly bucket: 'account' | 'source' | 'overall' };

// An app notes a failure a little later than we let it through.
const limiterMargin = 5_000;

/**
 * Consumes attempts before they are verified (R09, rule 3; SECURITY a.11-15). Buckets: account with all unknown
 * browsers, account with one known browser, source, overall. Strangers' failures delay strangers only.
 */
export class Attempts {
  readonly #deps: Pick<FactorDeps, 'store' | 'clock'>;

  constructor(deps: Pick<FactorDeps, 'store' | 'clock'>) {
    this.#deps = deps;
  }

  async begin(request: AttemptRequest): Promise<Attempt> {
    const { store, clock } = this.#deps;
    const known = request.browser !== undefined;
    const key = `attempts:{${hash(request.realm, request.account)}}:${request.pool}:${browserPart(request.browser)}`;
    return this.#through(request, () =>
      takeDelayed(store, key, limits.account[known ? 'known' : 'unknown'], clock.now()),
    );
  }

  /**
   * For the sign-in that is about to be sent to the app. Unknown browsers together stay two below the app's limiter in any
   * window (at least one gets through), so that they and one mistake of the owner never trip it; below three failures
   * an app's limiter leaves no room for that promise. Each known browser has a budget of the same size, and at least a
   * mistake and the right password after it.
   */
  async signInBudget(request: SignInRequest): Promise<Attempt> {
    const { store, clock } = this.#deps;
    const key = `sign-ins:{${hash(request.realm, request.account)}}:${hash(request.app)}:${browserPart(request.browser)}`;
    const limit = {
      count: Math.max(request.browser === undefined ? 1 : 2, request.limiter.failures - 2),
      window: request.limiter.window + limiterMargin,
    };
    return this.#through({ ...request, pool: 'sign-in' }, () => takeSliding(store, key, limit, clock.now()));
  }

  async #through(request: AttemptRequest, takeAccount: () => Promise<Taken>): Promise<Attempt> {
    const { store, clock } = this.#deps;
    const kind = request.browser === undefined ? 'unknown' : 'known';
    const sourceKey = `attempts-source:{${hash(sourceNet(request.source))}}:${hash(request.realm)}:${request.pool}:${kind}`;
    // Looked at first, taken last: a source that must wait does not get to touch anybody's account.
    const closed = await closedUntil(store, sourceKey, clock.now());
    if (closed > 0) return { allowed: false, until: closed, bucket: 'source' };
    const account = await takeAccount();
    if (!account.taken) return { allowed: false, until: account.until, bucket: 'account' };
    const source = await takeDelayed(store, sourceKey, limits.source[kind], clock.now());
    if (!source.taken) {
      await account.giveBack();
      return { allowed: false, until: source.until, bucket: 'source' };
    }
    const overall = await this.#takeOverall(request, kind);
    if (!overall.taken) {
      await Promise.all([account.giveBack(), source.giveBack()]);
      return { allowed: false, until: overall.until, bucket: 'overall' };
    }
    return settleOnce(account, [source, overall]);
  }

  async #takeOverall(request: AttemptRequest, kind: 'known' | 'unknown'): Promise<Taken> {
    const { store, clock } = this.#deps;
    const { window, [kind]: count } = limits.overall;
    const key = `attempts-overall:{${hash(request.realm)}}:${request.pool}:${kind}`;
    return takeCounted(store, key, { count, window }, () => clock.now());
  }
}

type Held = Extract<Taken, { taken: true }>;

/** A success clears the account's own bucket only: with one account of his own a stranger must not wash his source clean. */
function settleOnce(account: Held, shared: readonly Held[]): Attempt {
  let settled = false;
  const settle = async (own: () => Promise<void>) => {
    if (settled) return;
    settled = true;
    await Promise.all([own(), ...shared.map(bucket => bucket.giveBack())]);
  };
  return { allowed: true, refund: () => settle(account.giveBack), succeeded: () => settle(account.clear) };
}

function browserPart(browser: string | undefined): string {
  return browser === undefined ? 'unknown' : `known:${hash(browser)}`;
}

/** Who has one IPv6 address has its /64: counted as one source. IPv4 in IPv6 is the IPv4 address. */
function sourceNet(source: string): string {
  if (!ipaddr.isValid(source)) return source;
  const address = ipaddr.process(source);
  return address instanceof ipaddr.IPv6 ? address.parts.slice(0, 4).join(':') : address.toString();
}
