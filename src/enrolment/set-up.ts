import { type Person, type SetUpPermission, setUpTime } from '../factor/person.ts';

// Enough for a person who begins anew in other tabs; more would be somebody filling the record.
const most = 5;

/** Notes in the person's record that set-up was allowed. */
export function allowSetUp(person: Person, permission: SetUpPermission): Person {
  return { ...person, setUps: [permission, ...person.setUps].slice(0, most) };
}

/** Whether the record holds this very permission, not older than a set-up may take. */
export function isAllowed(person: Person, permission: SetUpPermission, now: number): boolean {
  const found = person.setUps.some(setUp => setUp.by === permission.by && setUp.at === permission.at);
  return found && now - permission.at <= setUpTime && now >= permission.at;
}
