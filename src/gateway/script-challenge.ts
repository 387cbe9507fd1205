import type { Demand } from '../policy/route.ts';
import { scriptUnauthorized } from '../ui/fragments.tsx';
import type { Exchange } from './exchange.ts';

/** What stands between a script and what it asked for: a factor for this route, or a whole sign-in. */
export type Missing = { readonly kind: 'step-up'; readonly demand: Demand } | { readonly kind: 'sign-in' };

/** Longer targets are left out of the address: the challenge asks for what the app's first page demands then. */
const longestTarget = 1_000;

/**
 * The header that tells a script what is missing and where its person can settle it:
 *
 *     Sluis-Challenge = kind *( "; " parameter )
 *     kind            = "step-up" / "sign-in"
 *     parameter       = "level=" 1-4 / "max-age=" seconds / "url=" DQUOTE path DQUOTE
 *
 * `url` is a path on the app's own host, made of characters that need no escaping. Opened in the whole window it leads
 * through the challenge and back to the page that opened it. Also for answers that have no body, such as to an upgrade.
 */
export function challengeHeader(exchange: Pick<Exchange, 'head' | 'target'>, missing: Missing): string {
  if (missing.kind === 'sign-in') return 'sign-in; url="/_sluis/challenge"';
  const { level, maxAge } = missing.demand;
  const age = maxAge === undefined ? '' : `; max-age=${Math.floor(maxAge / 1000)}`;
  return `step-up; level=${level}${age}; url="${challengePath(exchange)}"`;
}

/** Where a navigation asks for the factor that this very request would need. */
export function challengePath({ head, target }: Pick<Exchange, 'head' | 'target'>): string {
  if (target.raw.length > longestTarget) return '/_sluis/challenge';
  // Single quotes and their like stay as they are: none of them ends a quoted string.
  return `/_sluis/challenge?method=${head.method}&target=${encodeURIComponent(target.raw)}`;
}

/** A script is told and never redirected: 401, what is missing in a header and in the body. */
export function scriptChallenge(
  exchange: Pick<Exchange, 'head' | 'target'>,
  missing: Missing,
): { readonly status: 401; readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const header = { 'sluis-challenge': challengeHeader(exchange, missing) };
  if (missing.kind === 'sign-in') {
    const { status, headers, body } = scriptUnauthorized();
    return { status, headers: { ...headers, ...header }, body };
  }
  const { level, maxAge } = missing.demand;
  const body = {
    error: 'step-up',
    level,
    ...(maxAge === undefined ? {} : { maxAge: Math.floor(maxAge / 1000) }),
    url: challengePath(exchange),
  };
  const { headers } = scriptUnauthorized();
  return { status: 401, headers: { ...headers, ...header }, body: JSON.stringify(body) };
}
