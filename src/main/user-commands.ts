import type { UsersDeps } from '../cli/users.ts';
import type { RealmSettings, Settings } from '../config/settings.ts';
import { SluisError } from '../kernel/errors.ts';
import { normalForm } from '../signin/account.ts';
import type { Core } from './core.ts';

/** What the commands about people work with, in the realm that was named or the only one. Throws 'cli.usage'. */
export function usersDeps(core: Core, named: string | undefined): { deps: UsersDeps; realm: RealmSettings } {
  const realm = realmOf(core.settings, named);
  const apps = core.settings.apps.filter(app => app.realm === realm.name);
  const characters = apps[0]?.nameCharacters ?? '[a-z0-9._-]';
  return {
    realm,
    deps: {
      people: core.people,
      activation: core.activation,
      addresses: core.addresses,
      clock: core.clock,
      firstFactor: realm.firstFactor,
      normalise: typed => normalForm(typed, { characters, domains: realm.domains }),
      letter: {
        organisation: realm.title,
        apps: apps.map(app => ({ title: app.title, address: app.origin })),
        desk: realm.desk,
        timeZone: realm.timeZone,
      },
      endSessions: (realmName, name) => endSessionsOf(core, realmName, name),
      by: core.operator,
    },
  };
}

/** A running `serve` follows the log of ended sessions, and cuts what is under way, within half a second. */
async function endSessionsOf(core: Core, realm: string, name: string): Promise<number> {
  const person = await core.people.byName(realm, name);
  if (person === undefined) return 0;
  // First: no session can begin by them any more.
  await core.devices.removeAll(person, 'signed-out-everywhere', core.operator);
  return core.ends.everywhere(person, 'by-operator');
}

function realmOf(settings: Settings, named: string | undefined): RealmSettings {
  const names = [...settings.realms.keys()];
  const name = named ?? (names.length === 1 ? names[0] : undefined);
  const realm = name === undefined ? undefined : settings.realms.get(name);
  if (realm !== undefined) return realm;
  throw new SluisError(
    'cli.usage',
    name === undefined ? 'the configuration has several realms' : `there is no realm ${name}`,
    {
      remedy: `name one with --realm: ${names.join(', ')}`,
    },
  );
}
