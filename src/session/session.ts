import type { Agent } from '../device/trusted-device.ts';
import type { SentTo } from '../factor/sent-code/sent-to.ts';
import { type Random, randomId } from '../kernel/random.ts';

/**
 * A person who passed both gates, in one browser, at one app. The cookie says nothing (D4); this is what it stands
 * for. Times are milliseconds since the epoch.
 */
export interface Session {
  readonly id: string;
  readonly realm: string;
  readonly app: string;
  /** Random id of the person. */
  readonly person: string;
  /** Normal form of the account's name. */
  readonly name: string;
  readonly level: number;
  readonly factor: string;
  /** Where it was a code that was sent: its level counts for as long as such codes are taken at this app. */
  readonly sent?: SentTo | undefined;
  /** When that factor was passed. */
  readonly factorAt: number;
  /** By what it holds its level: `trust` where no factor was asked in this sign-in, for a trusted device (R12). */
  readonly proof?: 'factor' | 'trust' | undefined;
  /** The trusted device that began it, or carries it now: it ends with that (R15). */
  readonly trust?: string | undefined;
  readonly beganAt: number;
  /** No use extends it. */
  readonly absoluteEnd: number;
  /** Written behind, every 30 s at most. */
  readonly lastSeen: number;
  /** What the cookie must carry now; new at every step up. */
  readonly identifier: string;
  /** The one before works 10 s longer at its old level, so that requests in flight do not fail. */
  readonly previous: { readonly identifier: string; readonly until: number; readonly level: number } | undefined;
  /** Key that seals the app's cookies; random, survives changes of identifier. base64url, 32 bytes. */
  readonly sealKey: string;
  /** SHA-256 of the realm cookie on the portal's host of the browser that passed; signing out anywhere in it ends it. */
  readonly portal: string | undefined;
  /** What its browser said it is: by which she knows it again. Nothing is decided by it. */
  readonly agent?: Agent | undefined;
}

/** What a step up, or a sign-in that goes on in a session, proves anew. */
export type Proved = Pick<Session, 'level' | 'factor' | 'factorAt' | 'portal' | 'sent'> & {
  /** The trusted device by which no factor was asked; undefined: one was. */
  readonly trust?: string | undefined;
};

export type FreshSession = Pick<Session, 'realm' | 'app' | 'person' | 'name' | 'agent'> & Proved;

/** How long the identifier of before a step up goes on working. */
export const previousLifetime = 10_000;

export function newSession(
  // Only these: what is handed in may be a whole session.
  { realm, app, person, name, level, factor, factorAt, portal, trust, agent, sent }: FreshSession,
  { id, now, absoluteEnd, random }: { id: string; now: number; absoluteEnd: number; random: Random },
): Session {
  return {
    ...{ id, realm, app, person, name, level, factor, factorAt, portal, absoluteEnd, trust },
    proof: proofOf(trust),
    ...(agent === undefined ? {} : { agent }),
    ...(sent === undefined ? {} : { sent }),
    beganAt: now,
    lastSeen: now,
    identifier: randomId(random, 32),
    previous: undefined,
    sealKey: randomId(random, 32),
  };
}

export function renewedSession(
  current: Session,
  { level, factor, factorAt, portal, trust, sent }: Proved,
  { now, random, notAfter }: { now: number; random: Random; notAfter: number },
): Session {
  return {
    ...current,
    ...{ level, factor, factorAt, portal, sent },
    proof: proofOf(trust),
    // What a device began goes on ending with it, also when a factor was passed since.
    trust: trust ?? current.trust,
    absoluteEnd: Math.min(current.absoluteEnd, notAfter),
    lastSeen: now,
    identifier: randomId(random, 32),
    previous: { identifier: current.identifier, until: now + previousLifetime, level: current.level },
  };
}

function proofOf(trust: string | undefined): Session['proof'] {
  return trust === undefined ? 'factor' : 'trust';
}

/** What a cookie with this identifier opens: the level held, the one of before for a while, or nothing. */
export function levelBy({ identifier, previous, level }: Session, by: string, now: number): number | undefined {
  if (by === identifier) return level;
  return previous?.identifier === by && now < previous.until ? previous.level : undefined;
}

/**
 * Sessions that an instance keeps in memory, under 900 bytes each; any other costs one read of the store. Of them, those that
 * were used last also keep what takes more room than they do themselves (docs/performance.md has the figures).
 */
export const kept = { known: 50_000, busy: 3_000 } as const;
