import type { AppSettings, RealmSettings } from '../config/settings.ts';
import type { Usable } from '../factor/sent-code/usable.ts';
import { SluisError } from '../kernel/errors.ts';
import type { Owner, OwnSecurity } from '../portal/deps.ts';
import { stillProves } from '../session/proof.ts';
import type { Session } from '../session/session.ts';
import type { Core } from './core.ts';

/** What "My security" of one realm shows and ends. `apps` are those of the realm. */
export function ownSecurity(
  core: Core,
  realm: RealmSettings,
  { apps, usableAt }: { readonly apps: readonly AppSettings[]; usableAt(app: string): Usable },
): OwnSecurity {
  const { sessions, ends, audit } = core;
  const ofRealm = ({ realm: name, app }: Session) => name === realm.name && apps.some(({ id }) => id === app);
  const living = (session: Session) => {
    const now = core.clock.now();
    return now < session.absoluteEnd && now < sessions.idleEnd(session);
  };
  return {
    who: browser => who(core, browser, { ofRealm, usableAt }),
    sessions: async ({ id }) => (await sessions.ofPerson(id)).filter(living),
    endSession: async ({ id }, one) => {
      const session = await sessions.read(one);
      if (session?.person === id) await ends.one(session, 'by-owner');
    },
    endAll: async person => {
      // First: no session can begin by them any more.
      await core.devices.removeAll(person, 'signed-out-everywhere', 'portal');
      await ends.everywhere(person, 'by-owner');
    },
    endBy: async ({ id }, factor) => {
      await core.devices.removeOfFactor({ id }, factor, 'portal');
      await ends.ofFactor(id, factor, 'factor-removed');
    },
    events: ({ id }) => audit.ofPerson(id),
  };
}

interface Rules {
  ofRealm(session: Session): boolean;
  /** Which factors may serve at the app that a session is of: who is in there by a code that was sent, is in. */
  usableAt(app: string): Usable;
}

async function who(core: Core, browser: string, { ofRealm, usableAt }: Rules): Promise<Owner | undefined> {
  await core.sessions.confirm();
  // Known sessions outlive the store for a minute at their apps; a factor is nothing to change meanwhile.
  if (core.sessions.storeStanding !== 'confirmed') throw new SluisError('store.unavailable', 'The store is lost.');
  const owners: Owner[] = [];
  for (const session of await core.sessions.ofPortal(browser)) {
    // Carried over to a newer realm cookie: an older one proves nothing any more.
    if (session.portal !== browser || !ofRealm(session)) continue;
    owners.push(...(await ownerOf(core, session, usableAt(session.app))));
  }
  const [first] = owners;
  if (first === undefined || owners.some(({ person }) => person.id !== first.person.id)) return undefined;
  core.sessions.touch(first.session);
  return first;
}

/** Nobody for a session that has run out, or that holds no level: by grace, or by a factor that she no longer has. */
async function ownerOf(core: Core, session: Session, usable: Usable): Promise<Owner[]> {
  const { realm, name } = session;
  const person = await core.people.byName(realm, name);
  const times = { now: core.clock.now(), idleEnd: core.sessions.idleEnd(session) };
  const asked = { realm, name, demands: { level: 1, maxAge: undefined } };
  // The desk's code for a day is for getting into apps, and nothing of hers is shown or ended by it (R39).
  const lasting: Usable = factor => factor.kind !== 'desk-code' && usable(factor);
  const isHers = person !== undefined && stillProves(session, session.level, asked, person, times, lasting);
  return isHers ? [{ person, session }] : [];
}
