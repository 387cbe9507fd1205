import { deviceOf } from '../factor/approval/credential.ts';
import { approversOf } from '../factor/approval/devices.ts';
import { beginLink } from '../factor/approval/enrol.ts';
import { normaliseReadable, readableCode } from '../kernel/readable-code.ts';
import type { Pending } from '../visit/pending.ts';
import type { PortalDeps } from './deps.ts';
import type { SignIn } from './sign-in.ts';

/** 80 bits, as an activation code; good for ten minutes and one phone. */
const linkCharacters = 16;

/** The code of a link in the one spelling that is compared. */
export function normaliseLink(typed: string): string | undefined {
  return normaliseReadable(typed, linkCharacters);
}

/** Begins a set-up: the link is of this very sign-in. */
export async function linkDraft(
  deps: PortalDeps,
  { pending, person }: Pick<SignIn, 'pending' | 'person'>,
): Promise<Pending['draft']> {
  if (person === undefined) return undefined;
  const secret = readableCode(deps.random, linkCharacters, 4);
  const token = normaliseLink(secret) ?? '';
  const goes = pending.setUp?.by === 'recovery-code' || person.activation?.replaces === true;
  const has = goes ? [] : approversOf(person).map(({ credential }) => deviceOf(credential.publicKey));
  await beginLink(deps, { token, pending: pending.id, person, account: pending.name, has });
  return { kind: 'approval', secret };
}
