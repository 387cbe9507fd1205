import type { Session } from './session.ts';

/** Where sessions stand in the store. */
export function sessionKey(id: string): string {
  return `session:{${id}}`;
}

export function portalSet(portal: string): string {
  return `sessions-of-portal:{${portal}}`;
}

export function personSet(person: string): string {
  return `sessions-of-person:{${person}}`;
}

/** The sets that hold this session. */
export function setsOf(session: Session): string[] {
  return session.portal === undefined
    ? [personSet(session.person)]
    : [personSet(session.person), portalSet(session.portal)];
}
