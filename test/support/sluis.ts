import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../src/audit/pino-sink.ts';
import { loadSettings } from '../../src/config/load.ts';
import { formatProblems } from '../../src/config/problem.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { type Core, openCore } from '../../src/main/core.ts';
import { type RunningServer, startServer } from '../../src/main/server.ts';
import { genericPreset } from '../../src/preset/generic.ts';
import { presets } from '../../src/preset/registry.ts';
import { freePort } from './free-port.ts';

export { freePort };

/** A clock that stands still until it is told to go on; begins at the machine's own time, which apps behind it use. */
export class TestClock implements Clock {
  #now = Date.now();

  now(): number {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

/** Goes with the machine, and can be pushed ahead: for a browser, whose cookies follow the machine. */
export class RunningClock implements Clock {
  #ahead = 0;

  now(): number {
    return Date.now() + this.#ahead;
  }

  advance(milliseconds: number): void {
    this.#ahead += milliseconds;
  }
}

export interface TestApp {
  readonly id: string;
  readonly upstream: string;
  readonly preset: string;
  /** As people read it; its id where none is given. */
  readonly title?: string;
  /** More lines of YAML below the app, each indented by four. */
  readonly extra?: string;
}

export interface TestSluis {
  /** Where this instance listens. Names carry it too, but for an instance beside another: those of the first. */
  readonly port: number;
  readonly core: Core;
  readonly server: RunningServer;
  readonly clock: Clock & { advance(milliseconds: number): void };
  /** `demo.localhost:1234`. */
  host(app: string): string;
  origin(app: string): string;
  readonly portalHost: string;
  readonly portalOrigin: string;
  /** JSON lines of the log. */
  readonly log: string[];
  /** What an instance beside this one shares with it. */
  readonly shared: Shared;
  /** An activation code for this person. */
  invite(name: string): Promise<string>;
  close(): Promise<void>;
}

export interface Shared {
  readonly folder: string;
  /** The port in the names of apps and portal. */
  readonly namesPort: number;
}

export interface TestOptions {
  readonly clock?: Clock & { advance(milliseconds: number): void };
  /** More lines of YAML at the top level. */
  readonly extra?: string;
  /** Files beside the configuration, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** As YAML, where it is not activation-code for level 2 and the desk above. */
  readonly firstFactor?: string;
  /** More lines of YAML below the realm, each indented by four. */
  readonly realm?: string;
  /** As if there were factors that reach this level. */
  readonly highestLevel?: number;
  /** As SLUIS_SMS_SECRET. */
  readonly smsSecret?: string;
  /** The portal on the app's own name (D10). */
  readonly singleHost?: boolean;
  /** The console, on a host of its own (`beheer`) or beside the portal. */
  readonly console?: 'own' | 'portal';
  /** More of it, as YAML in one line: `level: 2`. */
  readonly consoleMore?: string;
  /** Where its folder is made; the system's own place for such by default. */
  readonly root?: string;
  /** What all names end in; `localhost` by default. */
  readonly domain?: string;
  /**
   * Another instance of the same fleet, as behind a balancer: one data folder (or Redis), one clock, the same names,
   * its own memory and port. Begin it with the same apps and options, and close it before the other.
   */
  readonly beside?: TestSluis;
}

/** Sluis as `serve` composes it, in this process, on a free port of loopback, in a folder of its own. */
export async function startSluis(apps: readonly TestApp[], options: TestOptions = {}): Promise<TestSluis> {
  const port = await freePort();
  const shared = options.beside?.shared ?? {
    folder: await mkdtemp(join(options.root ?? tmpdir(), 'sluis-test-')),
    namesPort: port,
  };
  const { folder, namesPort } = shared;
  for (const [name, text] of Object.entries(options.files ?? {})) await writeFile(join(folder, name), text);
  const clock = options.clock ?? options.beside?.clock ?? new RunningClock();
  const log: string[] = [];
  const logger = createLogger({ level: 'info', destination: { write: line => void log.push(line) } });
  const loaded = loadSettings(configurationOf(apps, { port, namesPort }, options), {
    folder,
    presets: { named: presets, generic: genericPreset },
    ...(options.highestLevel === undefined ? {} : { highestLevel: options.highestLevel }),
  });
  if (!loaded.ok) throw new Error(formatProblems(loaded.problems, 'test configuration'));
  const core = await openCore(loaded.settings, {
    clock,
    random: systemRandom,
    logger,
    keys: undefined,
    smsSecret: options.smsSecret,
  });
  const server = await startServer(core);
  const domain = options.domain ?? 'localhost';
  const host = (app: string) => `${app}.${domain}:${namesPort}`;
  const portalHost = options.singleHost === true ? host(apps[0]?.id ?? '') : `sluis.${domain}:${namesPort}`;
  return {
    port,
    core,
    server,
    clock,
    host,
    origin: app => `http://${host(app)}`,
    portalHost,
    portalOrigin: `http://${portalHost}`,
    log,
    shared,
    invite: async name => {
      const invited = await core.activation.invite('gemeente', name, {
        by: 'test',
        replaces: false,
        validity: 14 * 24 * 60 * 60_000,
      });
      return invited.code;
    },
    close: async () => {
      try {
        await server.close();
        await core.store.close();
      } finally {
        if (options.beside === undefined) await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

export interface Ports {
  readonly port: number;
  readonly namesPort: number;
}

export function configurationOf(apps: readonly TestApp[], { port, namesPort }: Ports, options: TestOptions): string {
  const domain = options.domain ?? 'localhost';
  const portal = options.singleHost === true ? 'single-host' : `http://sluis.${domain}:${namesPort}`;
  const lines = apps.flatMap(app => [
    `  ${app.id}:`,
    `    title: ${app.title ?? app.id}`,
    '    realm: gemeente',
    `    origin: http://${app.id}.${domain}:${namesPort}`,
    `    upstream: ${app.upstream}`,
    `    preset: ${app.preset}`,
    ...(app.extra ?? '').split('\n').filter(line => line !== ''),
  ]);
  return `version: 1
data: ./data
listen: { address: 127.0.0.1, port: ${port} }
realms:
  gemeente:
    title: Gemeente Voorbeeld
    portal: ${portal}
    domains: [gemeente.test]
    firstFactor: ${options.firstFactor ?? 'activation-code'}
    desk: { place: Balie 3, hours: 9 - 17 uur, phone: 14 012 }${options.realm === undefined ? '' : `\n${options.realm}`}
apps:
${lines.join('\n')}
${options.console === undefined ? '' : `console: { origin: http://${options.console === 'own' ? 'beheer' : 'sluis'}.${domain}:${namesPort}${options.consoleMore === undefined ? '' : `, ${options.consoleMore}`} }`}
${options.extra ?? ''}
`;
}
