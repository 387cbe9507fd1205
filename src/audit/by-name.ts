import type { AuditEntry } from './entry.ts';

/** Whom an entry may be about. */
export interface Named {
  readonly id: string;
  readonly realm: string;
  readonly name: string;
  /** Hers until then (milliseconds since 1970); afterwards it may be somebody else's. */
  readonly former?: readonly { readonly name: string; readonly until: number }[] | undefined;
}

/** What is said of a name before it is known whose it is: a password that was wrong. */
export function isByName(entry: AuditEntry, person: Named): boolean {
  const { event } = entry;
  const known = 'person' in event && event.person !== undefined;
  return event.realm === person.realm && !known && 'name' in event && isHers(entry, event.name, person);
}

/** What an operator did about her. The address is the operator's. */
export function isAct(entry: AuditEntry, person: Named): boolean {
  const { event } = entry;
  if (event.type !== 'operator.acted') return false;
  const [realm, name] = parted(event.about);
  return realm === person.realm && isHers(entry, name, person);
}

function isHers({ at }: AuditEntry, name: string | undefined, person: Named): boolean {
  return name === person.name || person.former?.some(one => one.name === name && Date.parse(at) < one.until) === true;
}

/** `realm/name`; a name may hold what stands between. */
function parted(about: string | undefined): [string, string] {
  const slash = about?.indexOf('/') ?? -1;
  return slash < 0 ? ['', ''] : [about?.slice(0, slash) ?? '', about?.slice(slash + 1) ?? ''];
}
