import { isAct, isByName } from '../audit/by-name.ts';
import type { AuditEntry, AuditTrail } from '../audit/chain.ts';
import type { Forgetting } from '../audit/forgetting.ts';
import { searchAudit } from '../audit/search.ts';
import type { TrustedDevices } from '../device/trusted-devices.ts';
import type { Person } from '../factor/person.ts';
import type { Session } from '../session/session.ts';
import { closePerson, enrolAgain } from './closing.ts';

type Deps = Parameters<typeof enrolAgain>[0] & {
  readonly devices: Pick<TrustedDevices, 'list' | 'removeAll'>;
  /** Living ones of a person. */
  sessionsOf(person: string): Promise<readonly Session[]>;
  /** Ends them all. */
  endSessionsOf(person: string): Promise<unknown>;
};

/** More than this of one person's life is in the trail itself. */
const mostEntries = 10_000;

/**
 * What is kept of a person, for herself to read (AVG, article 15): no seed, key, hash or cookie, for these would open
 * her account to whoever reads it.
 */
export async function exportPerson(
  deps: Omit<Deps, 'audit'> & { readonly trail: Pick<AuditTrail, 'before'> },
  person: Person,
): Promise<object> {
  const { factors, recovery, activation, deskCode, closed, setUps: _, ...rest } = person;
  const sessions = await deps.sessionsOf(person.id);
  const devices = await deps.devices.list(person);
  const entries = await entriesOf(deps.trail, person);
  return {
    ...rest,
    factors: [...factors, ...(closed?.factors ?? [])].map(({ credential: _secret, ...factor }) => factor),
    recoveryCodesLeft: recovery?.hashes.length ?? 0,
    invitedUntil: activation?.until,
    deskCodeUntil: deskCode?.credential.until,
    closed: closed && { at: closed.at, by: closed.by, reason: closed.reason },
    sessions: sessions.map(({ app, beganAt, lastSeen, level, agent }) => ({ app, beganAt, lastSeen, level, agent })),
    trustedDevices: devices.map(({ label, agent, createdAt, lastUsedAt, until }) => {
      return { label, agent, createdAt, lastUsedAt, until };
    }),
    audit: entries.map(({ number, at, event }) => ({ number, at, event })),
  };
}

/** Those about her; and of her names, while they were hers, those that say no id: a wrong password, what an operator did. */
async function entriesOf(trail: Pick<AuditTrail, 'before'>, person: Person): Promise<AuditEntry[]> {
  const all = { limit: mostEntries, most: Number.POSITIVE_INFINITY };
  const byId = await searchAudit(trail, { ...all, text: person.id });
  const found = new Map(byId.entries.map(entry => [entry.number, entry]));
  for (const { name } of [person, ...(person.former ?? [])]) {
    const { entries } = await searchAudit(trail, { ...all, text: name, from: person.createdAt });
    for (const entry of entries) if (isByName(entry, person) || isAct(entry, person)) found.set(entry.number, entry);
  }
  return [...found.values()].toSorted((a, b) => b.number - a.number).slice(0, mostEntries);
}

/**
 * Erases what is kept of a person (AVG, article 17). In this order: what opens anything first, the record last, so that
 * it can be done again where it broke. What the audit tells stays, of a random id that leads to nobody any more: names and
 * addresses are taken out of it. False where she was gone already.
 */
export async function erasePerson(
  deps: Deps & {
    readonly people: { remove(id: string): Promise<boolean> };
    readonly forgetting: Pick<Forgetting, 'begin' | 'finish'>;
  },
  { person, by, reason }: { readonly person: Person; readonly by: string; readonly reason: string },
): Promise<boolean> {
  await deps.forgetting.begin(person, by);
  const gone = await eraseAccount(deps, { person, by, reason });
  await deps.forgetting.finish(person.id);
  return gone;
}

/** The same, but that the audit keeps her name for as long as it keeps names: for accounts that were closed long ago. */
export async function eraseAccount(
  deps: Deps & { readonly people: { remove(id: string): Promise<boolean> } },
  { person, by, reason }: { readonly person: Person; readonly by: string; readonly reason: string },
): Promise<boolean> {
  await closePerson(deps, { person, by, reason });
  await deps.endSessionsOf(person.id);
  await deps.devices.removeAll(person, 'by-operator', by);
  // Open for a moment, and empty: what is kept aside is let go as any factor is.
  await deps.people.update(person.id, current =>
    current.closed === undefined ? undefined : { ...current, closed: undefined, factors: current.closed.factors },
  );
  await enrolAgain(deps, { person, by, reason });
  const gone = await deps.people.remove(person.id);
  // Of a sign-in that came in that moment.
  await deps.endSessionsOf(person.id);
  if (gone) await deps.audit.record({ type: 'person.erased', realm: person.realm, person: person.id, by, reason });
  return gone;
}
