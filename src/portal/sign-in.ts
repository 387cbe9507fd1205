import type { Person } from '../factor/person.ts';
import type { Store } from '../kernel/store.ts';
import { type Pending, pendingHardEnd, sha256 } from '../visit/pending.ts';
import type { PortalDeps } from './deps.ts';

/** A living pending sign-in in the browser that took it, and whom it is about. */
export interface SignIn {
  readonly pending: Pending;
  /** Undefined for an account that nobody invited and that has no factor. */
  readonly person: Person | undefined;
  readonly portalCookie: string;
}

/**
 * The pending with this id, for this portal browser; undefined where it is done, gone, or somebody else's. The person
 * always comes from what the app said at sign-in, never from anything that the browser sends.
 */
export async function findSignIn(
  deps: Pick<PortalDeps, 'pendings' | 'people' | 'store'>,
  id: string,
  portalCookie: string | undefined,
): Promise<SignIn | undefined> {
  if (portalCookie === undefined) return undefined;
  const found = await deps.pendings.forPortal(id, portalCookie);
  if (found === undefined || found.released !== undefined) return undefined;
  const pending = await withOwnProof(deps.store, found, portalCookie);
  const person = await deps.people.byName(pending.realm, pending.name);
  return { pending, person, portalCookie };
}

/** Notes that a session of this very browser proves this sign-in; before the pending is told so. */
export async function noteProof(store: Store, pending: Pending, portalCookie: string): Promise<void> {
  await store.create(proofKey(pending, portalCookie), '1', pendingHardEnd);
}

/**
 * A pending that passed by a session counts only in the browser whose session that was. Who has the password could
 * otherwise send his handoff to the owner's browser and take the pending back in the moment between her arrival and
 * the note that her session passed it, which is not bound to a browser.
 */
async function withOwnProof(store: Store, pending: Pending, portalCookie: string): Promise<Pending> {
  const bySession = pending.passed !== undefined && pending.passed.at < pending.createdAt;
  if (!bySession || (await store.get(proofKey(pending, portalCookie))) !== undefined) return pending;
  return { ...pending, passed: undefined };
}

function proofKey({ id }: Pending, portalCookie: string): string {
  return `portal-proof:{${id}}:${sha256(portalCookie)}`;
}

/**
 * The one place where this sign-in stands. Pages that ask for something else send people here, so that no page can
 * be reached before the step it depends on.
 */
export function placeOf({ pending, person }: Pick<SignIn, 'pending' | 'person'>): string {
  if (pending.passed !== undefined) return `/go/${pending.id}`;
  if (pending.setUp !== undefined && pending.draft !== undefined) return `/set-up/${pending.id}/totp`;
  return person !== undefined && person.factors.length > 0 ? `/challenge/${pending.id}` : `/set-up/${pending.id}`;
}
