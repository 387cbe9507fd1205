import type { KindName, Person, SetUpPermission } from '../factor/person.ts';
import { factorKinds, isKind } from '../factor/registry.ts';
import type { SentKind } from '../factor/sent-code/code.ts';
import { beginTotp } from '../factor/totp/enrol.ts';
import { highestLevel } from '../factor/ways.ts';
import { relyingPartyOf } from '../factor/webauthn/credential.ts';
import type { Pending } from '../visit/pending.ts';
import { approvalChallenge } from './approval-challenge.ts';
import { approvalSetUp, linkDraft } from './approval-set-up.ts';
import type { KindStep } from './challenge-step.ts';
import type { PortalDeps } from './deps.ts';
import { deskCodeChallenge } from './desk-code-challenge.ts';
import { hardwareTokenChallenge, hardwareTokenResync } from './hardware-token-challenge.ts';
import { sentCodeChallenge } from './sent-code-challenge.ts';
import { sentCodeSetUp } from './sent-code-set-up.ts';
import type { SignIn } from './sign-in.ts';
import { totpChallenge } from './totp-challenge.ts';
import { totpSetUp } from './totp-set-up.ts';
import { webauthnChallenge } from './webauthn-challenge.ts';
import { leastKeyLevel, webauthnSetUp } from './webauthn-set-up.ts';

/** How a person sets a kind up by herself. */
interface SetUpPages {
  /** What is kept, sealed, with the pending sign-in until it is confirmed. */
  readonly draft: (
    deps: PortalDeps,
    signIn: Pick<SignIn, 'pending' | 'person'>,
  ) => Pending['draft'] | Promise<Pending['draft']>;
  readonly page: KindStep;
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

interface KindPages {
  readonly challenge: readonly KindStep[];
  /** Undefined for a kind that only operators bind. */
  readonly setUp: SetUpPages | undefined;
}

/**
 * The pages of each kind of factor: one line a kind, as in the registry of the kinds themselves. A function, for a challenge
 * may lead on to a set-up, so that these modules need each other.
 */
const kindPages = (): Readonly<Record<KindName, KindPages>> => ({
  approval: {
    challenge: [approvalChallenge],
    setUp: {
      draft: linkDraft,
      page: approvalSetUp,
      least: 2,
      // On the host of an app its scripts could use what the phone keeps there.
      isOffered: ({ realm, approval }) => approval !== undefined && !realm.singleHost,
    },
  },
  email: { challenge: [sentCodeChallenge('email')], setUp: sentSetUp('email') },
  'desk-code': { challenge: [deskCodeChallenge], setUp: undefined },
  'hardware-token': { challenge: [hardwareTokenChallenge, hardwareTokenResync], setUp: undefined },
  totp: {
    challenge: [totpChallenge],
    setUp: {
      draft: (deps, { pending }) => ({ kind: 'totp', secret: beginTotp(deps, pending, deps.realm.title).secret }),
      page: totpSetUp,
      least: 2,
      isOffered: () => true,
    },
  },
  sms: { challenge: [sentCodeChallenge('sms')], setUp: sentSetUp('sms') },
  webauthn: {
    challenge: [webauthnChallenge],
    setUp: {
      draft: () => ({ kind: 'webauthn', secret: '' }),
      page: webauthnSetUp,
      least: leastKeyLevel,
      isOffered: ({ realm, webauthn }) => webauthn !== undefined && relyingPartyOf(realm.portalOrigin) !== undefined,
    },
  },
});

/** Only for who gets where she is going by it: a code for more would be used up on what does not let her in. */
function sentSetUp(kind: SentKind): SetUpPages {
  return {
    draft: () => ({ kind, secret: '' }),
    page: sentCodeSetUp(kind),
    least: 1,
    isOffered: ({ sentCodes }, bound) =>
      bound !== undefined && bound.level <= 1 && sentCodes?.offers(kind, bound.app) === true,
  };
}

/** Every page of every kind, to be mounted. */
export function kindSteps(): readonly KindStep[] {
  return Object.values(kindPages()).flatMap(({ challenge, setUp }) =>
    setUp === undefined ? challenge : [...challenge, setUp.page],
  );
}

export function setUpOf(kind: KindName): SetUpPages | undefined {
  return kindPages()[kind].setUp;
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
  return Object.keys(kindPages())
    .filter(isKind)
    .filter(kind => {
      const setUp = setUpOf(kind);
      return setUp !== undefined && setUp.least <= upTo && reach(kind) > above && setUp.isOffered(portal, bound);
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
