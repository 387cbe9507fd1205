import type { Person } from '../factor/person.ts';
import { atApps, type Usable, withoutSending } from '../factor/sent-code/usable.ts';
import { kindsOf } from '../factor/ways.ts';
import type { OwnIntent, Pending } from '../visit/pending.ts';
import type { PortalDeps } from './deps.ts';
import { browserOf, realmCookieFor } from './realm-cookie.ts';

/** A living pending sign-in in the browser that took it, and whom it is about. */
export interface SignIn {
  readonly pending: Pending;
  /** Undefined for an account that nobody invited and that has no factor. */
  readonly person: Person | undefined;
  /** Which of her factors may serve at the app that she is on the way to. */
  readonly usable: Usable;
  readonly portalCookie: string;
  /** What this browser is given when it passes, and its SHA-256. */
  readonly realmCookie: string;
  readonly browser: string;
}

/**
 * The pending with this id, for this portal browser; undefined where it is done, gone, or somebody else's. The person
 * always comes from what the app said at sign-in, never from anything that the browser sends.
 */
export async function findSignIn(
  deps: Pick<PortalDeps, 'pendings' | 'people' | 'ring' | 'realm' | 'sentCodes'>,
  id: string,
  portalCookie: string | undefined,
): Promise<SignIn | undefined> {
  if (portalCookie === undefined) return undefined;
  const whose = deps.pendings.whose(id);
  const [pending, ahead] = await Promise.all([
    deps.pendings.forPortal(id, portalCookie),
    whose === undefined ? undefined : deps.people.byName(whose.realm, whose.name),
  ]);
  if (pending === undefined || pending.released !== undefined || pending.realm !== deps.realm.name) return undefined;
  const person = whose === undefined ? await deps.people.byName(pending.realm, pending.name) : ahead;
  return signInOf(deps, { pending, person, portalCookie });
}

/** The same of what the caller has read. */
export function signInOf(
  deps: Pick<PortalDeps, 'ring' | 'sentCodes'>,
  { pending, person, portalCookie }: Pick<SignIn, 'pending' | 'person' | 'portalCookie'>,
): SignIn {
  const realmCookie = realmCookieFor(deps.ring, pending.id, portalCookie);
  const usable = usableFor(deps, pending);
  return { pending, person, usable, portalCookie, realmCookie, browser: browserOf(realmCookie) };
}

export function usableFor(
  { sentCodes }: Pick<PortalDeps, 'sentCodes'>,
  { app, own }: Pick<Pending, 'app' | 'own'>,
): Usable {
  const usable = sentCodes?.usableAt(app) ?? withoutSending;
  // A code for one day changes nothing that lasts (R39).
  return own === undefined ? atApps(usable) : factor => factor.kind !== 'desk-code' && usable(factor);
}

/**
 * The one place where this sign-in stands. Pages that ask for something else send people here, so that no page can
 * be reached before the step it depends on.
 */
export function placeOf({ pending, person, usable }: Pick<SignIn, 'pending' | 'person' | 'usable'>): string {
  if (pending.own !== undefined) return placeOfOwn({ pending, person, usable }, pending.own);
  if (pending.passed !== undefined) return `/go/${pending.id}`;
  const { id, setUp, draft, demands } = pending;
  if (setUp !== undefined) return `/set-up/${id}/${draft?.kind ?? 'kinds'}`;
  const [kind] = kindsOf(person, demands.level, usable);
  if (kind !== undefined) return `/challenge/${id}/${kind}`;
  return person !== undefined && person.factors.length > 0 ? `/not-enough/${id}` : `/set-up/${id}`;
}

/** A change of her own never leaves the portal. */
function placeOfOwn(
  { pending, person, usable }: Pick<SignIn, 'pending' | 'person' | 'usable'>,
  own: OwnIntent,
): string {
  const { id, passed, setUp, draft, demands } = pending;
  if (passed !== undefined)
    return own.act === 'codes' && own.result === 'done' ? `/recovery-codes/${id}` : `/my-security/done/${id}`;
  if (setUp !== undefined) return `/set-up/${id}/${draft?.kind ?? 'kinds'}`;
  const [kind] = kindsOf(person, demands.level, usable);
  return kind === undefined ? '/my-security' : `/challenge/${id}/${kind}`;
}
