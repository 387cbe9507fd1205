import { createLogger } from '../audit/pino-sink.ts';
import type { Accepted } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import type { Core } from './core.ts';
import { type Machine, openOn } from './machine.ts';
import { Reloader } from './reload.ts';
import { type RunningServer, startServer } from './server.ts';
import { watchSettled } from './watch-file.ts';

export interface ServeOptions {
  /** What to serve by, and the text that it came from. */
  readonly accepted: Accepted;
  /** The configuration file, as the operator named it. */
  readonly file: string;
  /** Called once Sluis listens. */
  readonly started?: (core: Core) => Promise<void>;
}

/** How often the configuration file is looked at, in milliseconds. */
const watchEvery = 1_000;

/** Serves until the process is asked to stop. Exit code 0. Rejects like `openCore` and `startServer`; nothing stays open then. */
export async function serve(machine: Machine, { accepted, file, started }: ServeOptions): Promise<number> {
  // From the first moment on: unheard, the signal would end the process.
  let reload = () => undefined as unknown;
  const unheard = machine.onReload(() => reload());
  const { settings } = accepted;
  const logger = createLogger({ level: settings.log.level });
  const core = await openOn(machine, settings, logger);
  try {
    const server = await startServer(core, machine.terminal.version);
    const reloader = new Reloader({
      file,
      now: accepted,
      apply: changed => server.change(changed.settings),
      audit: core.audit,
      logger,
    });
    reload = () => reloader.reload();
    const unwatch = watchSettled(file, watchEvery, () => reload());
    machine.terminal.err(greeting(settings, file));
    await started?.(core);
    await machine.stopped();
    unwatch();
    await end(machine, server, core);
    return 0;
  } finally {
    await core.store.close();
    unheard();
  }
}

async function end(machine: Machine, server: RunningServer, core: Core): Promise<void> {
  machine.hurried().then(
    () => server.cut(),
    () => undefined,
  );
  await server.close(core.settings.stop);
}

function greeting(settings: Settings, file: string): string {
  const apps = settings.apps.map(app => `  ${app.title}: ${app.origin}   (in front of ${app.upstream.origin})\n`);
  const portals = [...settings.realms.values()].map(realm => `  portal: ${realm.portalOrigin}${realm.portalPath}\n`);
  return (
    `Sluis is listening.\n${apps.join('')}${portals.join('')}  data:   ${settings.dataFolder}\n` +
    `A password alone gets nobody in. Set-up needs an activation code: sluis users invite <name> --config ${file}\n`
  );
}
