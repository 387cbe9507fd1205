import { createLogger } from '../../src/audit/pino-sink.ts';
import { loadSettings } from '../../src/config/load.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { openCore } from '../../src/main/core.ts';
import { genericPreset } from '../../src/preset/generic.ts';
import { presets } from '../../src/preset/registry.ts';
import { roomInStep } from '../vectors/code-at.ts';
import { type Program, startProgram } from './program.ts';
import { freePort, RunningClock, type TestSluis } from './sluis.ts';

/** `serve` in processes of its own, and what a test needs to be a person in front of it. */
export interface Served {
  readonly program: Program;
  readonly sluis: TestSluis;
  close(): Promise<void>;
}

/** One app, `demo`, in front of which so many workers serve. More lines of YAML at the top level. */
export function servingYaml(port: number, upstream: string, workers: number | 'auto', more = ''): string {
  return `version: 1
data: ./data
workers: ${workers}
listen: { address: 127.0.0.1, port: ${port} }
realms:
  gemeente:
    title: Gemeente Voorbeeld
    portal: http://sluis.localhost:${port}
    domains: [gemeente.test]
    firstFactor: activation-code
apps:
  demo:
    title: Gemeentepost
    realm: gemeente
    origin: http://demo.localhost:${port}
    upstream: ${upstream}
    preset: demo
${more}`;
}

/** The program, and beside it the store as a command of the command line opens it. Throws where it does not listen. */
export async function serveDemo(upstream: string, workers: number, more = ''): Promise<Served> {
  const port = await freePort();
  const yaml = servingYaml(port, upstream, workers, more);
  const program = await startProgram(yaml);
  if (!program.listening) throw new Error(program.said());
  const loaded = loadSettings(yaml, { folder: program.folder, presets: { named: presets, generic: genericPreset } });
  if (!loaded.ok) throw new Error('the configuration is refused');
  const clock = new RunningClock();
  // Codes of the step before are taken too: with this one and the next, three in a row without waiting.
  clock.advance(-30_000);
  const logger = createLogger({ level: 'silent' });
  const core = await openCore(loaded.settings, {
    clock: new RunningClock(),
    random: systemRandom,
    logger,
    keys: undefined,
  });
  const host = (app: string) => `${app}.localhost:${port}`;
  await roomInStep(clock);
  const sluis: TestSluis = {
    port,
    core,
    // The program serves, not this process.
    server: { port, change: () => undefined, close: async () => undefined, cut: () => undefined },
    clock,
    host,
    origin: app => `http://${host(app)}`,
    portalHost: host('sluis'),
    portalOrigin: `http://${host('sluis')}`,
    log: [],
    shared: { folder: program.folder, namesPort: port },
    invite: async name => {
      const validity = 24 * 60 * 60_000;
      return (await core.activation.invite('gemeente', name, { by: 'test', replaces: false, validity })).code;
    },
    close: () => core.store.close(),
  };
  return {
    program,
    sluis,
    close: async () => {
      await core.store.close();
      await program.close();
    },
  };
}
