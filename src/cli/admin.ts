import { SluisError } from '../kernel/errors.ts';
import { consoleRealm } from '../operator/operator.ts';
import type { Operators } from '../operator/operators.ts';
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
