import type { KindName, Person, SetUpPermission } from '../factor/person.ts';
import { factorKinds, isKind } from '../factor/registry.ts';
import type { SentKind } from '../factor/sent-code/code.ts';
import { beginTotp } from '../factor/totp/enrol.ts';
import { highestLevel } from '../factor/ways.ts';
import { relyingPartyOf } from '../factor/webauthn/credential.ts';
import type { Pending } from '../visit/pending.ts';
import { linkDraft } from './approval-link.ts';
import type { PortalDeps } from './deps.ts';
import type { SignIn } from './sign-in.ts';

/** How a person sets a kind up by herself; its pages stand in `kinds.ts`. */
interface Offer {
  /** What is kept, sealed, with the pending sign-in until it is confirmed. */
  readonly draft: (
    deps: PortalDeps,
    signIn: Pick<SignIn, 'pending' | 'person'>,
  ) => Pending['draft'] | Promise<Pending['draft']>;
  /** The least that it may be bound at; what its set-up proves may be more. */
  readonly least: number;
  /** Whether this portal has it at all, for who is on the way there. */
  isOffered(portal: Offering, bound: Bound | undefined): boolean;
}

/** What of a portal decides on its kinds. */
type Offering = Pick<PortalDeps, 'webauthn' | 'approval' | 'sentCodes'> & {
  readonly realm: Pick<PortalDeps['realm'], 'portalOrigin' | 'singleHost'>;
};

/** Where she is going, and the least that is of use there. */
export interface Bound {
  readonly app: string;
  readonly level: number;
}

/** Below it no key is bound: what it signs is more than a code by mail. */
const leastKeyLevel = 2;

/** Undefined for a kind that only operators bind. */
const offers: Readonly<Record<KindName, Offer | undefined>> = {
  approval: {
    draft: linkDraft,
    least: 2,
    // On the host of an app its scripts could use what the phone keeps there.
    isOffered: ({ realm, approval }) => approval !== undefined && !realm.singleHost,
  },
  email: sentOffer('email'),
  'desk-code': undefined,
  'hardware-token': undefined,
  totp: {
    draft: (deps, { pending }) => ({ kind: 'totp', secret: beginTotp(deps, pending, deps.realm.title).secret }),
    least: 2,
    isOffered: () => true,
  },
  sms: sentOffer('sms'),
  webauthn: {
    draft: () => ({ kind: 'webauthn', secret: '' }),
    least: leastKeyLevel,
    isOffered: ({ realm, webauthn }) => webauthn !== undefined && relyingPartyOf(realm.portalOrigin) !== undefined,
  },
};

/** Only for who gets where she is going by it: a code for more would be used up on what does not let her in. */
function sentOffer(kind: SentKind): Offer {
  return {
    draft: () => ({ kind, secret: '' }),
    least: 1,
    isOffered: ({ sentCodes }, bound) =>
      bound !== undefined && bound.level <= 1 && sentCodes?.offers(kind, bound.app) === true,
  };
}

export function offerOf(kind: KindName): Offer | undefined {
  return offers[kind];
}

/**
 * Kinds that a person may set up with this permission, the strongest first. With a code for something higher than she has,
 * only those that are higher: binding would refuse the others. Codes that are sent only on the way to an app that takes
 * them. Nothing: what the code is for is not offered here.
 */
export function kindsFor(portal: Offering, allowed: Allowed, bound?: Bound): readonly KindName[] {
  const upTo = allowed.setUp?.upTo ?? 0;
  const above = leastAbove(allowed);
  const reach = (kind: KindName) => Math.min(factorKinds[kind].level, upTo);
  return Object.keys(offers)
    .filter(isKind)
    .filter(kind => {
      const offer = offerOf(kind);
      return offer !== undefined && offer.least <= upTo && reach(kind) > above && offer.isOffered(portal, bound);
    })
    .toSorted((a, b) => reach(b) - reach(a));
}

/** What allows a set-up, and whose it is. */
interface Allowed {
  readonly setUp: SetUpPermission | undefined;
  readonly person: Person | undefined;
}

function leastAbove({ setUp, person }: Allowed): number {
  return setUp?.by === 'activation-code' && person?.activation?.replaces !== true ? highestLevel(person) : 0;
}
