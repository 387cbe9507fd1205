import type { IncomingMessage } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { AppSettings, RealmSettings } from '../config/settings.ts';
import type { PhoneCalls } from '../factor/approval/push.ts';
import type { Person } from '../factor/person.ts';
import type { SentCodes } from '../factor/sent-code/sending.ts';
import type { Usable } from '../factor/sent-code/usable.ts';
import type { Rules } from '../factor/webauthn/enrol.ts';
import type { PortalHandler } from '../gateway/gateway.ts';
import { createPortal } from '../portal/portal.ts';
import { stillProves } from '../session/proof.ts';
import type { Assets } from '../ui/assets.ts';
import type { Pending } from '../visit/pending.ts';
import type { Core } from './core.ts';
import { ownSecurity } from './own-security.ts';

interface PortalParts {
  readonly realm: RealmSettings;
  /** Of all realms. */
  readonly apps: readonly AppSettings[];
  readonly assets: Assets;
  readonly webauthn: Rules | undefined;
  readonly approval: PhoneCalls | undefined;
  readonly sentCodes: SentCodes;
}

/** The portal of one realm as the server calls it. */
export function portalOf(core: Core, parts: PortalParts): PortalHandler {
  const { realm, apps, assets, webauthn, approval, sentCodes } = parts;
  const sources = new WeakMap<IncomingMessage, string>();
  const own = apps.filter(app => app.realm === realm.name);
  const portal = createPortal({
    ...core,
    realm,
    apps: own,
    own: ownSecurity(core, realm, { apps: own, usableAt: app => sentCodes.usableAt(app) }),
    assets,
    webauthn,
    approval,
    sentCodes,
    endSessions: browser => core.ends.ofBrowser(browser, 'signed-out'),
    carryOver: (from, to, person, name) => core.ends.carryOver(from, to, person, name),
    endSessionsOf: async (person, reason) => {
      // A thief may sit in a browser that was trusted by a factor which stays.
      await core.devices.removeAll({ id: person }, 'reset', 'portal');
      await core.ends.ofPerson(person, reason ?? 'factor-replaced');
    },
    freshFactor: browser => freshFactor(core, browser),
    alreadyProved: (pending, browser) => alreadyProved(core, pending, browser, sentCodes.usableAt(pending.app)),
    report: (error, reference) => core.logger.error({ err: error, reference }, 'a page of the portal failed'),
  });
  const listener = getRequestListener(
    (request, env) => portal.fetch(request, { source: sources.get(env.incoming as IncomingMessage) ?? 'unknown' }),
    { overrideGlobalObjects: false },
  );
  return {
    path: realm.portalPath,
    handle: async (req, res, { source }) => {
      sources.set(req, source);
      await listener(req, res);
    },
  };
}

/** One challenge serves all apps of a realm in one browser: what a living session of the same account proved, goes on. */
async function alreadyProved(
  core: Core,
  pending: Pending,
  browser: string,
  usable: Usable,
): Promise<{ level: number; factor: string; at: number; by: string; trust?: string | undefined } | undefined> {
  const [person, sessions] = await Promise.all([
    core.people.byName(pending.realm, pending.name),
    core.sessions.ofPortal(browser),
  ]);
  for (const session of sessions) {
    // Carried over to a newer realm cookie: an older one proves nothing any more.
    if (session.portal !== browser) continue;
    const times = { now: core.clock.now(), idleEnd: core.sessions.idleEnd(session) };
    if (stillProves(session, session.level, pending, person, times, usable)) {
      const { level, factor, factorAt: at, id: by, proof } = session;
      // What it holds by trust, it hands on by trust.
      return { level, factor, at, by, trust: proof === 'trust' ? session.trust : undefined };
    }
  }
  return undefined;
}

const freshFactorTime = 10 * 60_000;

/** Whoever passed a factor in this browser just now; by a trusted device nobody did. */
async function freshFactor(core: Core, browser: string): Promise<Person | undefined> {
  for (const { portal, proof, factor, factorAt, person: id } of await core.sessions.ofPortal(browser)) {
    const age = core.clock.now() - factorAt;
    if (portal !== browser || proof === 'trust' || age < 0 || age > freshFactorTime) continue;
    const person = await core.people.byId(id);
    if (person?.factors.some(one => one.id === factor) === true) return person;
  }
  return undefined;
}
