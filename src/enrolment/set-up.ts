import { fresh, type OwnAct, type Person, type SetUpPermission, setUpTime } from '../factor/person.ts';

// Enough for a person who begins anew in other tabs; more would be somebody filling the record.
const most = 5;

/** What a permission is brought for. */
export interface Wanted {
  /** Of the factor that is bound. */
  readonly level?: number;
  /** `add` where nothing else is said. */
  readonly act?: OwnAct;
  readonly on?: string | undefined;
}

/** Notes in the person's record that set-up was allowed. */
export function allowSetUp(person: Person, permission: SetUpPermission): Person {
  return { ...person, setUps: [permission, ...person.setUps].slice(0, most) };
}

/** Whether the record holds this very permission, not too old, for this act and for a factor of this level. */
export function isAllowed(person: Person, permission: SetUpPermission, now: number, wanted: Wanted = {}): boolean {
  const { level = 1, act = 'add', on } = wanted;
  const found = person.setUps.find(setUp => isSame(setUp, permission));
  // The record's own word counts: what the caller brings may be older, or made up.
  if (found === undefined || level > found.upTo || person.closed !== undefined) return false;
  const fits = found.by === 'own-factor' ? found.own?.act === act && found.own.on === on : act === 'add';
  return fits && now - found.at <= lifetimeOf(found) && now >= found.at;
}

function isSame(setUp: SetUpPermission, other: SetUpPermission): boolean {
  return setUp.by === other.by && setUp.at === other.at && setUp.own?.challenge === other.own?.challenge;
}

function lifetimeOf({ by, own }: SetUpPermission): number {
  if (by !== 'own-factor') return setUpTime;
  return own?.act === 'add' ? fresh.setUp : fresh.act;
}
