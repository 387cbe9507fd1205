import type { AssetRule, Preset, RequestMark, SignedOutAnswer } from '../preset/preset.ts';
import { foldName, readPairs, type Target } from './target.ts';

/** What a preset opens to people without a session. Only a target with exactly one reading can be public (rule 2). */
export type Entry = 'asset' | 'login-page' | 'sign-in';

// A folder has dots before digits only (`v1.2/`): `x.php/y.css` runs PHP.
const assetFile =
  /^(?:[A-Za-z0-9_-]+(?:\.[0-9][A-Za-z0-9_-]*)*\/)*[A-Za-z0-9_-][A-Za-z0-9._-]*\.(?:css|js|png|gif|jpe?g|svg|ico|woff2?|ttf)$/;

export function entryOf(preset: Preset, method: string, target: Target): Entry | undefined {
  if (!target.plain) return undefined;
  if (method === 'POST') return target.path === preset.signIn.path ? 'sign-in' : undefined;
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  if (isLoginPage(preset, target)) return 'login-page';
  return preset.assets.some(rule => isAsset(rule, target)) ? 'asset' : undefined;
}

function isLoginPage(preset: Preset, target: Target): boolean {
  return preset.login.pages.some(page => page.path === target.path && queryFits(page, target.query));
}

function queryFits(page: Preset['login']['pages'][number], query: string): boolean {
  const pairs = readPairs(query);
  const names = new Set(pairs.map(([name]) => name));
  if (names.size !== pairs.length || query.includes(';')) return false;
  if (!pairs.every(([name, value]) => Object.hasOwn(page.query, name) && page.query[name]?.test(value) === true))
    return false;
  return (page.required ?? []).every(name => names.has(name));
}

function isAsset(rule: AssetRule, target: Target): boolean {
  if (rule.path.endsWith('/')) {
    if (!target.path.startsWith(rule.path)) return false;
    if (!(rule.file ?? assetFile).test(target.path.slice(rule.path.length))) return false;
  } else if (rule.path !== target.path) return false;
  const allowed = rule.query ?? [];
  // A bare query is a cache stamp (`?1699116754`); what looks like a name must be listed.
  return (
    target.query === '' ||
    readPairs(target.query).every(
      ([name, value]) => allowed.includes(name) || (value === '' && /^[0-9.]{1,20}$/.test(name)),
    )
  );
}

/** Parameters of a request by folded name. */
export type SeenParameters = ReadonlyMap<string, readonly string[]>;

export function seenParameters(query: string, folding: Preset['folding']): Map<string, string[]> {
  const seen = new Map<string, string[]>();
  for (const [name, value] of readPairs(query)) {
    const folded = foldName(name, folding);
    const values = seen.get(folded);
    if (values === undefined) seen.set(folded, [value]);
    else values.push(value);
  }
  return seen;
}

/** Whether any reading of a request is one that the mark names; of several values of a parameter one is enough. */
export function matchesMark(mark: RequestMark, method: string, target: Target, seen: SeenParameters): boolean {
  if (mark.methods !== undefined && !mark.methods.includes(method)) return false;
  if (!target.readings.some(reading => pathFits(mark.path.toLowerCase(), reading))) return false;
  return Object.entries(mark.parameters ?? {}).every(([name, expected]) =>
    (seen.get(name) ?? []).some(value => (typeof expected === 'string' ? value === expected : expected.test(value))),
  );
}

export function matchesAny(
  marks: readonly RequestMark[],
  method: string,
  target: Target,
  seen: SeenParameters,
): boolean {
  return marks.some(mark => matchesMark(mark, method, target, seen));
}

function pathFits(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}

/** The app's own "you are signed out". */
export function isSignedOutAnswer(
  mark: SignedOutAnswer | undefined,
  status: number,
  header: (name: string) => string | undefined,
): boolean {
  if (mark === undefined || mark.status !== status) return false;
  if (mark.location !== undefined && !mark.location.test(header('location') ?? '')) return false;
  return Object.entries(mark.headers ?? {}).every(([name, expected]) => {
    const value = header(name);
    return expected === 'absent' ? value === undefined : value !== undefined && expected.test(value);
  });
}
