import { HeadWatch } from '../audit/head-watch.ts';
import { createLogger } from '../audit/pino-sink.ts';
import type { Accepted } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import type { Core } from './core.ts';
import { Figures } from './figures.ts';
import { Fleet } from './fleet.ts';
import { type Machine, openOn } from './machine.ts';
import { Reloader } from './reload.ts';
import { type RunningServer, startServer } from './server.ts';
import type { Serving } from './serving.ts';
import { workersOf } from './shares.ts';
import { repeat } from './store-watch.ts';
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
/** How often the log says how far the audit trail is, in milliseconds. */
const headEvery = 60 * 60_000;

/**
 * Serves until the process is asked to stop, in this process or in several. Exit code 0. Rejects like `openCore` and
 * `startServer`; nothing stays open then.
 */
export async function serve(machine: Machine, options: ServeOptions): Promise<number> {
  // From the first moment on: unheard, the signal would end the process.
  let reload = () => undefined as unknown;
  const unheard = machine.onReload(() => reload());
  const { accepted, file } = options;
  const logger = createLogger({ level: accepted.settings.log.level });
  // Opened here first, also where others serve: a fresh store is made, and its keys, before there is anybody to race with.
  const core = await openOn(machine, accepted.settings, logger);
  try {
    const serving = await begin(machine, core, options);
    const apply = (changed: Accepted) => serving.change(changed);
    const reloader = new Reloader({ file, now: accepted, apply, audit: core.audit, logger });
    reload = () => reloader.reload();
    const unwatch = watchSettled(file, watchEvery, () => reload());
    // Before anybody is told that it runs: who then stops it at once does so in order.
    const stopped = machine.stopped();
    const watch = headWatch(core);
    const heads = repeat(logger, headEvery, () => watch.round());
    try {
      await announce(machine, core, options);
      // Nothing that serves depends on it: where the store is away in this very moment, StoreWatch says so.
      await heads.now().catch(() => undefined);
      await Promise.race([stopped, serving.broken]);
    } finally {
      unwatch();
      heads.stop();
      await end(machine, serving, core);
    }
    await core.audit.record({ type: 'server.stopped', realm: '' });
    return 0;
  } finally {
    await core.store.close();
    unheard();
  }
}

async function begin(machine: Machine, core: Core, { accepted, file }: ServeOptions): Promise<Serving> {
  const workers = machine.forks === true ? workersOf(core.settings) : 1;
  const { version } = machine.terminal;
  if (workers > 1) return Fleet.start({ workers, file, accepted, core, version });
  return alone(await startServer(core, { figures: new Figures({ tally: core.tally, worker: 1, version }) }));
}

function alone(server: RunningServer): Serving {
  return {
    change: ({ settings }) => server.change(settings),
    close: stop => server.close(stop),
    cut: () => server.cut(),
    broken: new Promise<never>(() => undefined),
  };
}

/** Once, for all who serve. */
async function announce(machine: Machine, core: Core, { accepted, file, started }: ServeOptions): Promise<void> {
  const { settings } = accepted;
  const configuration = [...settings.realms.keys()].join(',');
  await core.audit.record({ type: 'server.started', realm: '', version: machine.terminal.version, configuration });
  const { acceptLevel1 } = settings.levels;
  if (acceptLevel1 !== undefined)
    await core.audit.record({ type: 'level-1.accepted', realm: '', reason: acceptLevel1.reason });
  machine.terminal.err(greeting(settings, file));
  await started?.(core);
}

/** Once for all workers: what they write is one trail. */
function headWatch({ audit: trail, logger }: Core): HeadWatch {
  return new HeadWatch({
    trail,
    note: head => logger.info({ head }, 'the audit trail is this far'),
    alarm: gone =>
      logger.error(gone, 'an entry of the audit trail is gone that was there: the end was cut off, put back or lost'),
  });
}

/** Lets what is under way come to its end, unless the process is asked a second time. */
export async function end(machine: Machine, serving: Pick<RunningServer, 'close' | 'cut'>, core: Core): Promise<void> {
  machine.hurried().then(
    () => serving.cut(),
    () => undefined,
  );
  await serving.close(core.settings.stop);
}

function greeting(settings: Settings, file: string): string {
  const apps = settings.apps.map(app => `  ${app.title}: ${app.origin}   (in front of ${app.upstream.origin})\n`);
  const portals = [...settings.realms.values()].map(realm => `  portal: ${realm.portalOrigin}${realm.portalPath}\n`);
  return (
    `Sluis is listening.\n${apps.join('')}${portals.join('')}  data:   ${settings.dataFolder}\n` +
    `A password alone gets nobody in. Set-up needs an activation code: sluis users invite <name> --config ${file}\n`
  );
}
