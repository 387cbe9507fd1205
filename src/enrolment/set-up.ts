import { type Person, type SetUpPermission, setUpTime } from '../factor/person.ts';

// Enough for a person who begins anew in other tabs; more would be somebody filling the record.
const most = 5;

/** Notes in the person's record that set-up was allowed. */
export function allowSetUp(person: Person, permission: SetUpPermission): Person {
  return { ...person, setUps: [permission, ...person.setUps].slice(0, most) };
}

/** Whether the record holds this very permission, not older than a set-up may take, for a factor of this level. */
export function isAllowed(person: Person, permission: SetUpPermission, now: number, level = 1): boolean {
  const found = person.setUps.find(setUp => setUp.by === permission.by && setUp.at === permission.at);
  // The record's own word counts for the level: what the caller brings may be older, or made up.
  return found !== undefined && level <= found.upTo && now - permission.at <= setUpTime && now >= permission.at;
}
