import type { IncomingMessage } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { RealmSettings } from '../config/settings.ts';
import { endOne } from '../gateway/end-session.ts';
import type { PortalHandler } from '../gateway/gateway.ts';
import { createPortal } from '../portal/portal.ts';
import type { Assets } from '../ui/assets.ts';
import type { Pending } from '../visit/pending.ts';
import type { Core } from './core.ts';

/** The portal of one realm as the server calls it. */
export function portalOf(core: Core, realm: RealmSettings, assets: Assets): PortalHandler {
  const sources = new WeakMap<IncomingMessage, string>();
  const portal = createPortal({
    ...core,
    realm,
    apps: core.settings.apps.filter(app => app.realm === realm.name),
    assets,
    endSessions: hash => endPortalSessions(core, hash),
    alreadyProved: (pending, hash) => alreadyProved(core, pending, hash),
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

async function endPortalSessions(core: Core, hash: string): Promise<void> {
  for (const session of await core.sessions.ofPortal(hash)) await endOne(core, session, 'signed-out');
}

/** One challenge serves all apps of a realm in one browser: what a living session of the same account proved, goes on. */
async function alreadyProved(
  core: Core,
  pending: Pending,
  hash: string,
): Promise<{ level: number; factor: string; at: number } | undefined> {
  const now = core.clock.now();
  const { level, maxAge } = pending.demands;
  for (const session of await core.sessions.ofPortal(hash)) {
    const same = session.realm === pending.realm && session.name === pending.name;
    const living = now < session.absoluteEnd && now < core.sessions.idleEnd(session);
    const enough = session.level >= level && (maxAge === undefined || now - session.factorAt <= maxAge);
    if (same && living && enough) return { level: session.level, factor: session.factor, at: session.factorAt };
  }
  return undefined;
}
