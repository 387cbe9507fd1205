import type { KindName } from '../factor/person.ts';
import { factorKinds, isKind } from '../factor/registry.ts';
import { beginTotp } from '../factor/totp/enrol.ts';
import { relyingPartyOf } from '../factor/webauthn/credential.ts';
import type { Pending } from '../visit/pending.ts';
import { approvalChallenge } from './approval-challenge.ts';
import { approvalSetUp, linkDraft } from './approval-set-up.ts';
import type { KindStep } from './challenge-step.ts';
import type { PortalDeps } from './deps.ts';
import { hardwareTokenChallenge, hardwareTokenResync } from './hardware-token-challenge.ts';
import type { SignIn } from './sign-in.ts';
import { totpChallenge } from './totp-challenge.ts';
import { totpSetUp } from './totp-set-up.ts';
import { webauthnChallenge } from './webauthn-challenge.ts';
import { leastKeyLevel, webauthnSetUp } from './webauthn-set-up.ts';

/** How a person sets a kind up by herself. */
interface SetUpPages {
  /** What is kept, sealed, with the pending sign-in until it is confirmed. */
  draft(deps: PortalDeps, signIn: SignIn): Pending['draft'] | Promise<Pending['draft']>;
  readonly page: KindStep;
  /** The least that it may be bound at; what its set-up proves may be more. */
  readonly least: number;
  /** Whether this portal has it at all. */
  isOffered(portal: Offering): boolean;
}

/** What of a portal decides on its kinds. */
type Offering = Pick<PortalDeps, 'webauthn' | 'approval'> & {
  readonly realm: Pick<PortalDeps['realm'], 'portalOrigin' | 'singleHost'>;
};

interface KindPages {
  readonly challenge: readonly KindStep[];
  /** Undefined for a kind that only operators bind. */
  readonly setUp: SetUpPages | undefined;
}

/** The pages of each kind of factor: one line a kind, as in the registry of the kinds themselves. */
const kindPages: Readonly<Record<KindName, KindPages>> = {
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
  webauthn: {
    challenge: [webauthnChallenge],
    setUp: {
      draft: () => ({ kind: 'webauthn', secret: '' }),
      page: webauthnSetUp,
      least: leastKeyLevel,
      isOffered: ({ realm, webauthn }) => webauthn !== undefined && relyingPartyOf(realm.portalOrigin) !== undefined,
    },
  },
};

/** Every page of every kind, to be mounted. */
export function kindSteps(): readonly KindStep[] {
  return Object.values(kindPages).flatMap(({ challenge, setUp }) =>
    setUp === undefined ? challenge : [...challenge, setUp.page],
  );
}

export function setUpOf(kind: KindName): SetUpPages | undefined {
  return kindPages[kind].setUp;
}

/** Kinds that a person may set up where a factor of at most this level is allowed, the strongest first. */
export function kindsFor(portal: Offering, upTo: number): readonly KindName[] {
  const reach = (kind: KindName) => Math.min(factorKinds[kind].level, upTo);
  return Object.keys(kindPages)
    .filter(isKind)
    .filter(kind => {
      const setUp = setUpOf(kind);
      return setUp !== undefined && setUp.least <= upTo && setUp.isOffered(portal);
    })
    .toSorted((a, b) => reach(b) - reach(a));
}
