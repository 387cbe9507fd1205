import { createLogger } from '../audit/pino-sink.ts';
import type { Settings } from '../config/settings.ts';
import type { Core } from './core.ts';
import { type Machine, openOn } from './machine.ts';
import { startServer } from './server.ts';

export interface ServeOptions {
  readonly settings: Settings;
  /** The configuration file, as the operator named it. */
  readonly file: string;
  /** Called once Sluis listens. */
  readonly started?: (core: Core) => Promise<void>;
}

/** Serves until the process is asked to stop. Exit code 0. Rejects like `openCore` and `startServer`; nothing stays open then. */
export async function serve(machine: Machine, { settings, file, started }: ServeOptions): Promise<number> {
  const logger = createLogger({ level: settings.log.level });
  const core = await openOn(machine, settings, logger);
  try {
    const server = await startServer(core, machine.terminal.version);
    machine.terminal.err(greeting(settings, file));
    await started?.(core);
    await machine.stopped();
    await server.close(core.settings.stop);
    return 0;
  } finally {
    await core.store.close();
  }
}

function greeting(settings: Settings, file: string): string {
  const apps = settings.apps.map(app => `  ${app.title}: ${app.origin}   (in front of ${app.upstream.origin})\n`);
  const portals = [...settings.realms.values()].map(realm => `  portal: ${realm.portalOrigin}${realm.portalPath}\n`);
  return (
    `Sluis is listening.\n${apps.join('')}${portals.join('')}  data:   ${settings.dataFolder}\n` +
    `A password alone gets nobody in. Set-up needs an activation code: sluis users invite <name> --config ${file}\n`
  );
}
