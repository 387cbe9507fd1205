import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AppSettings, RealmSettings, Settings } from '../config/settings.ts';
import { Gateway, type PortalHandler } from '../gateway/gateway.ts';
import type { AppLog } from '../gateway/log.ts';
import { beginOngoing, type Ongoing } from '../gateway/ongoing.ts';
import { Receiving } from '../gateway/receiving.ts';
import { Sources } from '../gateway/source.ts';
import { appRuntime } from './app-runtime.ts';
import { sentCodesOf } from './code-carriers.ts';
import { beside, consoleOf } from './consoles.ts';
import type { Core } from './core.ts';
import { firstFactorOf } from './first-factors.ts';
import { Looks } from './looks.ts';
import { phoneCalls } from './phone-calls.ts';
import { portalOf } from './portals.ts';
import { processesOf } from './shares.ts';
import { Upstreams } from './upstreams.ts';
import { webauthnRules } from './webauthn-rules.ts';

/** What the generations of one process share. */
export interface Common {
  readonly core: Core;
  readonly log: AppLog;
  readonly ongoing: Ongoing;
  readonly upstreams: Upstreams;
  readonly looks: Looks;
}

/** `stopping` is aborted when the process begins to stop. */
export function commonOf(core: Core, stopping: AbortSignal): Common {
  const log = {
    error: core.logger.error.bind(core.logger),
    warn: core.logger.warn.bind(core.logger),
    info: core.logger.info.bind(core.logger),
  };
  return {
    core,
    log,
    ongoing: beginOngoing(core.clock, log, stopping, processesOf(core.settings)),
    upstreams: new Upstreams(),
    looks: new Looks(),
  };
}

/**
 * All that serves by one configuration. A request is of the generation that it began with, to its end; a generation
 * that was replaced gives its connections to apps back once nothing is under way in it.
 */
export class Generation {
  readonly settings: Settings;
  readonly #gateway: Gateway;
  readonly #release: readonly (() => void)[];
  #held = 0;
  #retired = false;
  readonly #leave = () => {
    this.#held -= 1;
    this.#settle();
  };

  private constructor(settings: Settings, gateway: Gateway, release: readonly (() => void)[]) {
    this.settings = settings;
    this.#gateway = gateway;
    this.#release = release;
  }

  /** Builds everything before anything of it serves. Throws 'config.unreadable' or the error of the file system; nothing stays open then. */
  static build(common: Common, settings: Settings): Generation {
    const release: (() => void)[] = [];
    try {
      return new Generation(settings, gatewayOf(common, settings, release), release);
    } catch (error) {
      for (const give of release) give();
      throw error;
    }
  }

  handle(req: IncomingMessage, res: ServerResponse): void {
    this.#held += 1;
    res.on('close', this.#leave);
    const work = this.#gateway.handle(req, res);
    if (work === undefined) return;
    // A sign-in goes on when its browser went away.
    this.#held += 1;
    void work.then(this.#leave);
  }

  upgrade(req: IncomingMessage, socket: Socket, early: Buffer): void {
    socket.on('close', this.hold());
    this.#gateway.upgrade(req, socket, early);
  }

  /** Something is under way that no answer shows, an upgraded connection: until the returned function is called, once. */
  hold(): () => void {
    this.#held += 1;
    return this.#leave;
  }

  /** Takes no more requests: another generation does. */
  retire(): void {
    this.#retired = true;
    this.#gateway.retire();
    this.#settle();
  }

  #settle(): void {
    if (!this.#retired || this.#held > 0) return;
    this.#retired = false;
    for (const give of this.#release) give();
  }
}

function gatewayOf(common: Common, settings: Settings, release: (() => void)[]): Gateway {
  const { core, log, ongoing, upstreams, looks } = common;
  const assets = new Map([...settings.realms].map(([name, realm]) => [name, looks.of(realm)]));
  const webauthn = webauthnRules(settings.webauthn, core.clock.now(), log);
  const approval = phoneCalls(core, settings.approval);
  const sentCodes = sentCodesOf(core, settings, log, release);
  // The configuration check refused apps without a realm.
  const part = <T>(parts: ReadonlyMap<string, T>, name: string) => parts.get(name) as T;
  const apps = settings.apps.map((app: AppSettings) => {
    const { pools, release: give } = upstreams.take(app);
    release.push(give);
    return appRuntime(app, part(settings.realms, app.realm), {
      assets: part(assets, app.realm),
      pools,
      factors: settings.factors,
    });
  });
  const look = part(assets, settings.console?.realm ?? [...settings.realms.keys()][0] ?? '');
  const operators = consoleOf(core, {
    ...{ settings, assets: look, webauthn },
    firstFactor: firstFactorOf(core, settings.console?.firstFactor, release),
  });
  const own = operators?.path === '' ? [[settings.console?.origin ?? '', operators] as const] : [];
  const portal = (realm: RealmSettings): readonly [string, PortalHandler] => {
    const parts = { apps: settings.apps, assets: part(assets, realm.name), webauthn, approval, sentCodes };
    const alone = portalOf(core, { realm, ...parts });
    const shares = operators !== undefined && settings.console?.realm === realm.name;
    return [realm.portalOrigin, shares ? beside(alone, operators) : alone];
  };
  return new Gateway(
    {
      ...core,
      known: core.knownBrowsers,
      limits: settings.limits,
      log,
      ongoing,
      receiving: new Receiving(settings.limits),
    },
    {
      apps: byHost(apps.map(app => [app.settings.origin, app])),
      portals: byHost([...[...settings.realms.values()].map(portal), ...own]),
    },
    new Sources(settings.listen.balancers),
  );
}

/** By authority as browsers send it, and with the scheme's own port spelled out. */
function byHost<T>(entries: readonly (readonly [origin: string, value: T])[]): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const [origin, value] of entries) {
    const url = new URL(origin);
    found.set(url.host, value);
    if (url.port === '') found.set(`${url.host}:${url.protocol === 'https:' ? 443 : 80}`, value);
  }
  return found;
}
