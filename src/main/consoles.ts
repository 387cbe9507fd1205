import type { IncomingMessage } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Settings } from '../config/settings.ts';
import { createConsole } from '../console/console.ts';
import { InvitationRuns } from '../enrolment/invitation-runs.ts';
import type { Rules } from '../factor/webauthn/enrol.ts';
import type { PortalHandler } from '../gateway/gateway.ts';
import type { FirstFactor } from '../operator/first-factor.ts';
import type { Assets } from '../ui/assets.ts';
import type { Core } from './core.ts';
import { personalDataOf } from './personal-data.ts';

interface ConsoleParts {
  readonly settings: Settings;
  /** Of the realm whose look it has. */
  readonly assets: Assets;
  readonly webauthn: Rules | undefined;
  readonly firstFactor: FirstFactor;
}

/** The console as the server calls it; undefined where the configuration has none. */
export function consoleOf(
  core: Core,
  { settings, assets, webauthn, firstFactor }: ConsoleParts,
): PortalHandler | undefined {
  if (settings.console === undefined) return undefined;
  const sources = new WeakMap<IncomingMessage, string>();
  const app = createConsole({
    ...core,
    console: settings.console,
    settings,
    assets,
    webauthn,
    firstFactor,
    invitationRuns: new InvitationRuns(core),
    personalData: personalDataOf(core),
    endSessionsOf: (person, reason) => core.ends.everywhere(person, reason),
    endSessionsBy: (person, factor) => core.ends.ofFactor(person, factor, 'factor-removed'),
    report: (error, reference) => core.logger.error({ err: error, reference }, 'a page of the console failed'),
  });
  const listener = getRequestListener(
    (request, env) => app.fetch(request, { source: sources.get(env.incoming as IncomingMessage) ?? 'unknown' }),
    { overrideGlobalObjects: false },
  );
  return {
    path: settings.console.path,
    handle: async (req, res, { source }) => {
      sources.set(req, source);
      await listener(req, res);
    },
  };
}

/** On the host of a portal the console has its path, and the portal all else. */
export function beside(portal: PortalHandler, console: PortalHandler): PortalHandler {
  return {
    path: '',
    handle: (req, res, context) => {
      const [path = ''] = (req.url ?? '').split('?', 1);
      const hers = path === console.path || path.startsWith(`${console.path}/`);
      return (hers ? console : portal).handle(req, res, context);
    },
  };
}
