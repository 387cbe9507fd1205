import type { KindName } from '../factor/person.ts';
import { factorKinds, isKind } from '../factor/registry.ts';
import { beginTotp } from '../factor/totp/enrol.ts';
import type { Pending } from '../visit/pending.ts';
import type { KindStep } from './challenge-step.ts';
import type { PortalDeps } from './deps.ts';
import { hardwareTokenChallenge, hardwareTokenResync } from './hardware-token-challenge.ts';
import type { SignIn } from './sign-in.ts';
import { totpChallenge } from './totp-challenge.ts';
import { totpSetUp } from './totp-set-up.ts';

/** How a person sets a kind up by herself. */
interface SetUpPages {
  /** What is kept, sealed, with the pending sign-in until it is confirmed. */
  draft(deps: PortalDeps, signIn: SignIn): Pending['draft'] | Promise<Pending['draft']>;
  readonly page: KindStep;
}

interface KindPages {
  readonly challenge: readonly KindStep[];
  /** Undefined for a kind that only operators bind. */
  readonly setUp: SetUpPages | undefined;
}

/** The pages of each kind of factor: one line a kind, as in the registry of the kinds themselves. */
const kindPages: Readonly<Record<KindName, KindPages>> = {
  'hardware-token': { challenge: [hardwareTokenChallenge, hardwareTokenResync], setUp: undefined },
  totp: {
    challenge: [totpChallenge],
    setUp: {
      draft: (deps, { pending }) => ({ kind: 'totp', secret: beginTotp(deps, pending, deps.realm.title).secret }),
      page: totpSetUp,
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
export function kindsFor(upTo: number): readonly KindName[] {
  return Object.keys(kindPages)
    .filter(isKind)
    .filter(kind => setUpOf(kind) !== undefined && factorKinds[kind].level <= upTo)
    .toSorted((a, b) => factorKinds[b].level - factorKinds[a].level);
}
