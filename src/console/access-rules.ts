import type { AppSettings, Level, RealmSettings, Settings } from '../config/settings.ts';
import { groupsOf } from '../policy/groups.ts';
import { forGroups } from '../policy/route.ts';

/** One rule of one app: who may pass, and with what. */
export interface Rule {
  readonly app: AppSettings;
  readonly realm: RealmSettings;
  /** Its place in the configuration; undefined: all that no route names. */
  readonly index: number | undefined;
  readonly path: string;
  readonly methods: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  /** Of whoever is in none of the groups of `levelFor`. */
  readonly level: Level;
  readonly levelFor: Readonly<Record<string, Level>>;
  /** Milliseconds. */
  readonly maxAge: number | undefined;
  /** Undefined: everybody of the realm. */
  readonly groups: readonly string[] | undefined;
}

/** R50: where most is demanded first, for most harm can be done there; of those, what is for few. */
export function accessRules({ apps, realms }: Pick<Settings, 'apps' | 'realms'>): readonly Rule[] {
  const rules = apps.flatMap(app => {
    const realm = realms.get(app.realm);
    return realm === undefined ? [] : rulesOf(app, realm);
  });
  return rules.toSorted((a, b) => highestOf(b) - highestOf(a) || forFew(b) - forFew(a) || b.level - a.level);
}

function rulesOf(app: AppSettings, realm: RealmSettings): readonly Rule[] {
  const none = { app, realm, methods: [], parameters: {}, levelFor: {}, maxAge: undefined, groups: undefined };
  const own = app.routes.map((route, index): Rule => {
    const { path, methods = [], parameters = {}, level, levelFor = {}, maxAge, groups } = route;
    return { app, realm, index, path, methods, parameters, level, levelFor, maxAge, groups };
  });
  return [...own, { ...none, index: undefined, path: '*', level: app.level }];
}

function highestOf({ level, levelFor }: Rule): number {
  return Math.max(level, ...Object.values(levelFor));
}

function forFew({ groups }: Rule): number {
  return groups === undefined ? 0 : 1;
}

/** As it stands in the console's addresses. */
export function idOf({ index }: Rule): string {
  return index === undefined ? 'other' : String(index);
}

/** What this person needs there, as the gate itself adds it up. */
export function levelOfPerson({ realm, path, level, levelFor, maxAge }: Rule, name: string): Level {
  return forGroups({ level, levelFor, maxAge, rule: path, groups: [] }, groupsOf(realm, name)).level;
}

/** Those whom it is for; undefined: everybody. */
export function membersOf({ realm, groups }: Rule): readonly string[] | undefined {
  return groups === undefined ? undefined : namesOf(realm, groups);
}

/** Those of whom more is asked than of everybody. */
export function raisedOf({ realm, levelFor }: Rule): readonly string[] {
  return namesOf(realm, Object.keys(levelFor));
}

function namesOf({ groups }: RealmSettings, of: readonly string[]): readonly string[] {
  return [...new Set(of.flatMap(group => groups.get(group) ?? []))].toSorted();
}
