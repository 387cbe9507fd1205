/** What an operator is here for (R52). */
export const roles = ['admin', 'helpdesk', 'auditor'] as const;
export type Role = (typeof roles)[number];

export function isRole(text: string): text is Role {
  return roles.some(role => role === text);
}

interface ActRule {
  readonly roles: readonly Role[];
  /** The second factor must have been used a moment ago. */
  readonly fresh?: true;
  /** Why it is done must be said, and is audited. */
  readonly reason?: true;
}

const everybody: readonly Role[] = roles;
const staff: readonly Role[] = ['admin', 'helpdesk'];
const admins: readonly Role[] = ['admin'];

/**
 * Who may do what: the one table. Every page and every form of the console names its act, and one place asks here. An
 * auditor changes nothing; the helpdesk sees no configuration and no operators.
 */
export const acts = {
  'see-today': { roles: everybody },
  'see-people': { roles: everybody },
  'export-people': { roles: ['admin', 'auditor'] },
  'see-tokens': { roles: everybody },
  'see-access': { roles: ['admin', 'auditor'] },
  'see-audit': { roles: ['admin', 'auditor'] },
  'see-signals': { roles: everybody },
  'see-configuration': { roles: ['admin', 'auditor'] },
  'see-operators': { roles: ['admin', 'auditor'] },
  'sign-out': { roles: everybody },
  'see-cases': { roles: everybody },
  'file-case': { roles: staff },
  'check-case': { roles: staff },
  'execute-case': { roles: staff, fresh: true },
  'hand-over-code': { roles: staff, fresh: true },
  'confirm-case': { roles: staff },
  'refuse-case': { roles: staff, reason: true },
  'end-sessions': { roles: staff, fresh: true, reason: true },
  'invite-person': { roles: staff, fresh: true },
  'give-desk-code': { roles: staff, fresh: true, reason: true },
  'end-desk-code': { roles: staff, reason: true },
  'lift-report': { roles: staff, fresh: true, reason: true },
  'close-person': { roles: admins, fresh: true, reason: true },
  'export-person': { roles: admins, fresh: true, reason: true },
  'erase-person': { roles: admins, fresh: true, reason: true },
  'enrol-again': { roles: admins, fresh: true, reason: true },
  'import-tokens': { roles: admins, fresh: true },
  'hand-out-token': { roles: staff, fresh: true },
  'take-back-token': { roles: staff, fresh: true, reason: true },
  'invite-many': { roles: admins, fresh: true },
  'change-operators': { roles: admins, fresh: true, reason: true },
} as const satisfies Readonly<Record<string, ActRule>>;

export type Act = keyof typeof acts;

export function may(role: Role, act: Act): boolean {
  const allowed: readonly Role[] = acts[act].roles;
  return allowed.includes(role);
}

export function ruleOf(act: Act): ActRule {
  return acts[act];
}
