import type { Settings } from '../config/settings.ts';
import type { Listener } from '../gateway/connections.ts';
import { openHealthServer, type Readiness } from '../gateway/health.ts';
import { listen, type OpenServer, openRedirectServer, openServer, type RedirectSettings } from '../gateway/server.ts';
import type { Core } from './core.ts';
import { Figures, joined, storeFigures } from './figures.ts';
import { type Common, commonOf, Generation } from './generation.ts';
import { mailRounds, type Rounds } from './mail-rounds.ts';
import { Retention } from './retention.ts';
import { type Repeat, repeat, StoreWatch } from './store-watch.ts';

/** How a server stops, in milliseconds. */
export interface Stop {
  /** How long it goes on as before while /readyz says no already. */
  readonly notice: number;
  /** How long requests under way may go on after it takes no new ones. */
  readonly drain: number;
}

/** Sluis, listening. */
export interface RunningServer {
  readonly port: number;
  /**
   * Serves by other settings from now on; requests under way end by those that they began with. Throws what
   * `Generation.build` throws, 'config.unreadable' for TLS files: then everything stays as it was. What only a restart
   * can change must be the same.
   */
  change(settings: Settings): void;
  /** Lets requests under way come to their end; without `stop` they are cut. */
  close(stop?: Stop): Promise<void>;
  /** What `close` waits for ends at once. */
  cut(): void;
}

/** What monitoring is told at /metrics. */
export interface Monitoring {
  /** Of this process. */
  readonly figures: Figures;
  /** Of all who serve beside each other, this one too; undefined where they cannot be had. */
  gather?(): Promise<readonly string[] | undefined>;
}

function unwatched({ tally }: Core): Monitoring {
  return { figures: new Figures({ tally, worker: 1, version: 'unknown' }) };
}

const pruneEvery = 60_000;
const cutOverEvery = 500;
const retentionEvery = 2_000;
/** Ten people each time, while there are some that were known before there were lists of them: each write holds the loop. */
const fillEvery = 200;

/** Builds every app and portal of the configuration and listens. Rejects with 'listen.*' or 'config.*'; nothing stays open then. */
export async function startServer(core: Core, monitoring: Monitoring = unwatched(core)): Promise<RunningServer> {
  const server = new Serving(core, monitoring);
  try {
    return await server.start();
  } catch (error) {
    await server.end(0);
    throw error;
  }
}

class Serving {
  readonly #core: Core;
  readonly #monitoring: Monitoring;
  readonly #common: Common;
  readonly #stopping = new AbortController();
  readonly #open: Listener[] = [];
  readonly #store: StoreWatch;
  readonly #prune: Repeat | undefined;
  readonly #cutOver: Repeat;
  readonly #retention: Repeat;
  readonly #mail: Rounds;
  readonly #fill: Repeat;
  readonly #unlisten: () => void;
  #people: OpenServer | undefined;
  #management: Listener | undefined;
  #generation: Generation | undefined;
  #drainingSince: number | undefined;
  #adjustRedirect: (settings: Settings) => void = () => undefined;
  #hurry: () => void = () => undefined;

  constructor(core: Core, monitoring: Monitoring) {
    this.#core = core;
    this.#monitoring = monitoring;
    this.#common = commonOf(core, this.#stopping.signal);
    this.#store = new StoreWatch(core.clock, core.logger, () => core.sessions.confirm());
    this.#prune = core.prune && repeat(core.logger, pruneEvery, core.prune);
    this.#cutOver = repeat(core.logger, cutOverEvery, () => core.sessions.cutOver());
    const retention = new Retention(core);
    this.#retention = repeat(core.logger, retentionEvery, () => retention.round());
    this.#fill = repeat(core.logger, fillEvery, () => this.#fillLists());
    this.#mail = mailRounds(core.logger, async signals => {
      try {
        await core.signals.run(signals);
        await core.teller.run(signals);
      } finally {
        await core.outbox.run(signals);
      }
    });
    this.#unlisten = core.sessions.listen();
  }

  async start(): Promise<RunningServer> {
    const { settings } = this.#core;
    const first = Generation.build(this.#common, settings);
    this.#generation = first;
    // One assignment changes what serves: each request reads it once.
    const people = openServer(
      settings.listen,
      settings.limits,
      (req, res) => this.#generation?.handle(req, res),
      (req, socket, early) => this.#generation?.upgrade(req, socket, early),
    );
    this.#people = people;
    this.#open.push(people);
    this.#monitoring.figures.listening({
      connections: () => people.count(),
      webSockets: () => this.#common.ongoing.webSockets.size,
      sessions: () => this.#core.sessions.inMemory,
      waiting: () => this.#common.upstreams.waiting(),
      refused: () => this.#common.upstreams.refused(),
      storeAnswers: () => this.#store.state().confirmed,
      isDraining: () => this.#drainingSince !== undefined,
    });
    await this.#store.begin();
    await Promise.all([this.#core.teller.begin(), this.#core.signals.begin()]);
    const port = await listen(people.server, settings.listen.address, settings.listen.port);
    await this.#redirect(settings);
    await this.#manage(settings);
    return {
      port,
      change: changed => this.#change(changed),
      close: stop => this.#close(stop),
      cut: () => this.#cut(),
    };
  }

  /** Ends what listens, what is under way after `drain` milliseconds, and the connections to apps. */
  async end(drain: number): Promise<void> {
    await Promise.all([this.#mail.stop(drain), ...this.#open.map(server => server.close(drain))]);
    await this.#common.upstreams.destroy();
    await this.#management?.close(0);
    this.#store.stop();
    this.#prune?.stop();
    this.#cutOver.stop();
    this.#retention.stop();
    this.#fill.stop();
    this.#unlisten();
  }

  async #fillLists(): Promise<void> {
    for (const realm of this.#core.settings.realms.keys()) if (!(await this.#core.people.fillLists(realm))) return;
    this.#fill.stop();
  }

  #change(settings: Settings): void {
    const next = Generation.build(this.#common, settings);
    try {
      this.#people?.adjust(settings.listen, settings.limits);
    } catch (error) {
      next.retire();
      throw error;
    }
    this.#adjustRedirect(settings);
    const before = this.#generation;
    this.#core.follow(settings);
    this.#generation = next;
    before?.retire();
  }

  /** The timers go on while it drains: a session that is ended elsewhere ends what it has under way here. */
  async #close({ notice, drain }: Stop = { notice: 0, drain: 0 }): Promise<void> {
    this.#drainingSince = this.#core.clock.now();
    if (notice > 0) await this.#wait(notice);
    this.#stopping.abort();
    await this.end(drain);
  }

  #wait(time: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, time);
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #cut(): void {
    this.#hurry();
    this.#mail.cut();
    // After the listeners are closed, or one more would be let in.
    setImmediate(() => {
      for (const server of this.#open) server.cut();
    });
  }

  async #redirect({ listen: { redirect }, limits }: Settings): Promise<void> {
    if (redirect === undefined) return;
    const server = openRedirectServer(limits, () => redirectOf(this.#core.settings));
    this.#open.push(server);
    this.#adjustRedirect = changed => server.adjust(changed.limits);
    await listen(server.server, redirect.address, redirect.port, 'listen.redirect.port');
  }

  async #manage({ management: where }: Settings): Promise<void> {
    if (where === undefined) return;
    const management = openHealthServer(
      () => this.#readiness(),
      () => this.#figures(),
    );
    await listen(management.server, where.address, where.port, 'management.port');
    this.#management = management;
  }

  async #figures(): Promise<string> {
    const { figures, gather } = this.#monitoring;
    const { audit, outbox } = this.#core;
    const shared = storeFigures({ waiting: () => outbox.waiting(), newestEntry: () => audit.end() });
    const all = (await gather?.()) ?? [await figures.text()];
    return joined([...all, await shared]);
  }

  #readiness(): Readiness {
    if (this.#drainingSince !== undefined) return { ready: false, reason: 'draining', since: this.#drainingSince };
    const { confirmed, since } = this.#store.state();
    return confirmed ? { ready: true, since } : { ready: false, reason: 'store lost', since };
  }
}

function redirectOf({ apps, realms, console, listen: { redirect } }: Settings): RedirectSettings {
  const origins = [...apps.map(app => app.origin), ...[...realms.values()].map(realm => realm.portalOrigin)];
  if (console !== undefined) origins.push(console.origin);
  return { hosts: new Set(origins.map(origin => new URL(origin).hostname)), acmeFolder: redirect?.acmeFolder };
}
