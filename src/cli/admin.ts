import { SluisError } from '../kernel/errors.ts';
import type { Random } from '../kernel/random.ts';
import { readableCode } from '../kernel/readable-code.ts';
import { consoleRealm } from '../operator/operator.ts';
import type { Operators } from '../operator/operators.ts';
import { hashPassword } from '../operator/password.ts';
import type { OperatorPost } from '../operator/post.ts';
import type { Role } from '../operator/role.ts';
import type { Out } from './users.ts';

export interface AdminDeps {
  readonly operators: Operators;
  readonly operatorPost: Pick<OperatorPost, 'tellAdmins'>;
  /** Where the console is; undefined: the configuration has none. */
  readonly console: { readonly origin: string; readonly path: string } | undefined;
  readonly clock: { now(): number };
  /** Who runs the command, for the audit and the mandate. */
  readonly by: string;
  endSessionsOf(person: string): Promise<unknown>;
}

export interface AdminInviteRequest {
  readonly email: string;
  readonly name: string | undefined;
  /** Milliseconds: how long the mandate lasts. */
  readonly mandate: number;
  readonly reason: string | undefined;
  /** Undefined: the role that she has, else admin. */
  readonly role?: Role | undefined;
}

/**
 * Invites an operator of the console: the first admin, or somebody for when there are no two admins who could. Whoever may
 * run this may read the data folder, and is an admin already. Every admin is told. Throws 'config.invalid' without a console, 'operator.refused'.
 */
export async function adminInvite(deps: AdminDeps, request: AdminInviteRequest, out: Out): Promise<void> {
  const { console, operators, by, clock } = deps;
  if (console === undefined) {
    throw new SluisError('config.invalid', 'the configuration has no console', {
      remedy: 'Add console: { origin: https://... }; docs/operators-guide.md says how.',
    });
  }
  const before = await operators.byEmail(request.email);
  const asked = {
    email: request.email,
    name: request.name ?? before?.name ?? request.email,
    role: request.role ?? (before?.ended === undefined ? before?.role : undefined) ?? 'admin',
    until: clock.now() + request.mandate,
    reason: request.reason ?? 'sluis admin invite',
    source: consoleRealm,
  } as const;
  const { operator, code, until } = await operators.invite(asked, { command: by });
  await deps.endSessionsOf(operator.id);
  await deps.operatorPost.tellAdmins('confirmed', { ...operator, by: `command: ${by}`, reason: asked.reason });
  const address = `${console.origin}${console.path}/invitation`;
  out(
    `${operator.email} is invited to the console as ${operator.role}.\n` +
      `  address: ${address}\n  code:    ${code}\n` +
      `It works once, until ${new Date(until).toISOString()}. It is shown here only, and never again.\n`,
  );
}

export interface LocalPasswordRequest {
  readonly email: string;
  /** Milliseconds. */
  readonly duration: number;
  readonly reason: string;
}

/** Longer than that the other side is not away, but gone. */
export const longestLocalPassword = 7 * 24 * 60 * 60_000;

/**
 * A password of Sluis itself for an operator whose first factor is kept elsewhere, for a while: for when the other side is away.
 * Her second step stays as it is. Shown on this terminal only; every admin is told. Throws 'operator.refused'.
 */
export async function adminLocalPassword(
  deps: Pick<AdminDeps, 'operators' | 'operatorPost' | 'clock' | 'by'> & {
    readonly random: Random;
    readonly kept: string;
  },
  { email, duration, reason }: LocalPasswordRequest,
  out: Out,
): Promise<void> {
  const { operators, operatorPost, clock, random, by, kept } = deps;
  const refused = (message: string, remedy: string) => new SluisError('operator.refused', message, { remedy });
  if (kept === 'local')
    throw refused('operators have passwords of Sluis itself here', 'Invite her again: sluis admin invite.');
  const found = await operators.byEmail(email);
  if (found === undefined) throw refused('there is no such operator', 'Invite her: sluis admin invite.');
  const password = readableCode(random, 20, 4);
  const until = clock.now() + Math.min(duration, longestLocalPassword);
  const spare = { hash: await hashPassword(random, password), until };
  const operator = await operators.spare(found.id, spare, { reason, source: consoleRealm }, by);
  await operatorPost.tellAdmins('local-password', { ...operator, by: `command: ${by}`, reason });
  out(
    `${operator.email} can sign in to the console with this password, and her second step:\n  ${password}\n` +
      `Until ${new Date(until).toISOString()}. It is shown here only, and never again.\n`,
  );
}
