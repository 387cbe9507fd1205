import { demandedLevel, tooHigh } from './checks-levels.ts';
import type { Findings } from './findings.ts';
import type { Parts } from './parts.ts';
import { nearest } from './problem.ts';
import type { AppConfiguration, RealmConfiguration } from './schema.ts';
import type { Path } from './source.ts';

type Route = AppConfiguration['routes'][number];

/** R03: groups whose names could be somebody's, and routes that name groups which there are. */
export function checkGroups(parts: Parts, highest: number, findings: Findings): void {
  for (const [name, realm] of parts.realms) checkMembers(name, realm, parts, findings);
  for (const [id, app] of parts.apps) {
    const realm = parts.realms.get(app.realm);
    if (realm === undefined) continue;
    for (const [index, route] of app.routes.entries()) {
      const path: Path = ['apps', id, 'routes', index];
      checkRouteGroups(path, route, app.realm, Object.keys(realm.groups), findings);
      checkLevelFor(path, route, parts, highest, findings);
    }
  }
}

/** Of a name that nobody can have, its group would be without somebody whom the operator thinks to be in it. */
function checkMembers(realm: string, { groups, domains }: RealmConfiguration, parts: Parts, findings: Findings): void {
  const apps = [...parts.apps.values()].filter(app => app.realm === realm);
  for (const [group, names] of Object.entries(groups)) {
    for (const [index, name] of names.entries()) {
      if (apps.length === 0 || apps.some(app => isNormal(name, app.nameCharacters))) continue;
      const [local = ''] = name.trim().toLowerCase().split('@');
      const meant = apps.some(app => isNormal(local, app.nameCharacters)) ? local : undefined;
      findings.error(['realms', realm, 'groups', group, index], {
        found: JSON.stringify(name),
        expected: `an account name as Sluis keeps it: small letters, of ${apps[0]?.nameCharacters ?? ''}${
          domains.length === 0 ? '' : ', without a mail domain'
        }`,
        ...(meant !== undefined && { hint: `write ${meant}` }),
      });
    }
  }
}

function isNormal(name: string, characters: string): boolean {
  return name.length <= 128 && new RegExp(`^(?:${characters})+$`).test(name);
}

function checkRouteGroups(path: Path, route: Route, realm: string, known: readonly string[], findings: Findings): void {
  const named = [
    ...(route.groups ?? []).map((group, index) => ({ group, at: [...path, 'groups', index] })),
    ...Object.keys(route.levelFor ?? {}).map(group => ({ group, at: [...path, 'levelFor', group] })),
  ];
  for (const { group, at } of named) {
    if (known.includes(group)) continue;
    const meant = nearest(group, known);
    findings.error(at, {
      found: JSON.stringify(group),
      expected: `a group that stands under realms.${realm}.groups${known.length === 0 ? '' : `: ${known.join(', ')}`}`,
      ...(meant !== undefined && { hint: `did you mean ${meant}?` }),
    });
  }
}

/** A group can only be asked more than everybody: a line that changes nothing would be taken for one that does. */
function checkLevelFor(path: Path, route: Route, { classes }: Parts, highest: number, findings: Findings): void {
  const level = demandedLevel(route, classes ?? {});
  for (const [group, own] of Object.entries(route.levelFor ?? {})) {
    const at = [...path, 'levelFor', group];
    if (own > highest) tooHigh(at, own, highest, findings);
    if (level === undefined || own > level) continue;
    findings.error(at, {
      found: `level ${own}`,
      expected: `more than ${level}, which this route demands of everybody: a group can be asked more, never less (R05)`,
      hint: 'to let one group in with less, make the level the lower one and list the others under levelFor',
    });
  }
}
