import { allowOwn } from '../enrolment/own.ts';
import { mayRemove, removeFactor, renameFactor } from '../enrolment/remove.ts';
import type { SetUpPermission } from '../factor/person.ts';
import { highestLevel } from '../factor/ways.ts';
import type { OwnIntent, OwnResult, Pending } from '../visit/pending.ts';
import type { Outcome } from './answers.ts';
import type { Owner, PortalDeps } from './deps.ts';
import { kindsFor, offerOf } from './offers.ts';
import { placeOf, type SignIn } from './sign-in.ts';

/**
 * Begins a change of her own: a challenge of its own, bound to this browser, this person and this act. It asks for a factor
 * as high as any she has, so that who got hold of a lower one changes nothing.
 */
export async function beginOwn(
  deps: PortalDeps,
  { owner, portalCookie, source }: { readonly owner: Owner; readonly portalCookie: string; readonly source: string },
  intent: Omit<OwnIntent, 'person' | 'result'>,
): Promise<Pending | undefined> {
  const { person, session } = owner;
  const { realm, name } = person;
  const level = highestLevel(person);
  const own = { ...intent, person: person.id };
  return deps.pendings.openOwn({ realm, name, source, session: session.id, level, own }, portalCookie);
}

/**
 * Her factor was passed for it just now: does it. A set-up goes on to its pages under a permission in her record, all else
 * is done here, in the one answer to that challenge.
 */
export async function carryOut(
  deps: PortalDeps,
  signIn: SignIn,
  passed: { readonly level: number; readonly factor: string; readonly source: string },
): Promise<Outcome> {
  const { pending, person, portalCookie } = signIn;
  const { own } = pending;
  if (own === undefined || person === undefined) return { kind: 'unknown' };
  const { act, on } = own;
  const permission = await allowOwn(deps, { person, factor: passed.factor, challenge: pending.id, act, on });
  if (permission !== undefined && act === 'add') return toSetUp(deps, signIn, permission);
  const result = permission === undefined ? 'refused' : await done(deps, own, permission, passed.source);
  const ended = await deps.pendings.endOwn(pending, portalCookie, result, passed);
  return ended === undefined ? { kind: 'gone' } : { kind: 'go', place: placeOf({ ...signIn, pending: ended }) };
}

async function toSetUp(deps: PortalDeps, signIn: SignIn, setUp: SetUpPermission): Promise<Outcome> {
  const { pending, person, portalCookie } = signIn;
  const bound = { app: pending.app, level: pending.demands.level };
  const [only, ...more] = kindsFor(deps, { setUp, person }, bound);
  const draft = only === undefined || more.length > 0 ? undefined : await offerOf(only)?.draft(deps, signIn);
  const noted = await deps.pendings.step(pending, portalCookie, { setUp, draft });
  return noted === undefined ? { kind: 'gone' } : { kind: 'go', place: placeOf({ ...signIn, pending: noted }) };
}

async function done(
  deps: PortalDeps,
  { person: id, act, on = '', label = '' }: OwnIntent,
  permission: SetUpPermission,
  source: string,
): Promise<OwnResult> {
  const change = { person: { id }, factor: on, permission, source };
  if (act === 'rename') return (await renameFactor(deps, { ...change, label })) === undefined ? 'refused' : 'done';
  // The codes themselves are made where they are shown.
  if (act !== 'remove') return 'done';
  const now = await deps.people.byId(id);
  const may = now === undefined ? 'no' : mayRemove(now, on);
  if (may !== 'yes') return may === 'last' ? 'last' : 'refused';
  // Before and after: a store that is lost between must leave no session on a factor that is gone.
  await deps.own?.endBy({ id }, on);
  const removed = await removeFactor(deps, change);
  if (removed.outcome !== 'removed') return removed.outcome;
  await deps.own?.endBy({ id }, on);
  return 'done';
}
