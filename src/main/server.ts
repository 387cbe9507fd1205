import type { Server } from 'node:http';
import type { Pool } from 'undici';
import type { AppSettings, RealmSettings } from '../config/settings.ts';
import { ClockWatch } from '../gateway/clock-watch.ts';
import type { AppRuntime } from '../gateway/exchange.ts';
import { Gateway, type GatewayHosts, type PortalHandler } from '../gateway/gateway.ts';
import { locationRewriter } from '../gateway/headers.ts';
import { Receiving } from '../gateway/receiving.ts';
import { closeServer, listen, openRedirectServer, openServer } from '../gateway/server.ts';
import { Sources } from '../gateway/source.ts';
import { openUpstream, publicConnections } from '../gateway/upstream.ts';
import type { SignInForm } from '../preset/preset.ts';
import { type Assets, loadAssets } from '../ui/assets.ts';
import type { Core } from './core.ts';
import { portalOf } from './portals.ts';

/** Sluis, listening. */
export interface RunningServer {
  readonly port: number;
  /** Lets requests under way come to their end, for at most this long (milliseconds; default 0). */
  close(drain?: number): Promise<void>;
}

const confirmEvery = 500;
const pruneEvery = 60_000;

/** Builds every app and portal of the configuration and listens. Rejects with 'listen.*' or 'config.*'; nothing stays open then. */
export async function startServer(core: Core, version: string): Promise<RunningServer> {
  const { settings } = core;
  const looks = new Map([...settings.realms].map(([name, realm]) => [name, loadAssets(realm.theme)]));
  const apps = settings.apps.map(app => appRuntime(app, realmOf(core, app), assetsOf(looks, app.realm)));
  const hosts: GatewayHosts = {
    apps: byHost(apps.map(app => [app.settings.origin, app])),
    portals: portalsOf(core, looks),
  };
  const log = {
    error: core.logger.error.bind(core.logger),
    warn: core.logger.warn.bind(core.logger),
    info: core.logger.info.bind(core.logger),
  };
  const gateway = new Gateway(
    {
      ...core,
      known: core.knownBrowsers,
      limits: settings.limits,
      log,
      clockWatch: new ClockWatch(core.clock, log),
      receiving: new Receiving(settings.limits),
    },
    hosts,
    new Sources(settings.listen.balancers),
  );
  const servers = [openServer(settings.listen, settings.limits, (req, res) => gateway.handle(req, res))];
  const pools = apps.flatMap(app => [app.pool, app.publicPool, app.assetPool]);
  try {
    return await running(core, servers, pools, version);
  } catch (error) {
    await closeAll(servers, pools, 0);
    throw error;
  }
}

async function running(core: Core, servers: Server[], pools: readonly Pool[], version: string): Promise<RunningServer> {
  const { listen: where, limits } = core.settings;
  // openServer made the first.
  const port = await listen(servers[0] as Server, where.address, where.port);
  if (where.redirect !== undefined) {
    const redirect = openRedirectServer(limits, namesOf(core), where.redirect.acmeFolder);
    servers.push(redirect);
    await listen(redirect, where.redirect.address, where.redirect.port);
  }
  const timers = [
    every(core, confirmEvery, () => core.sessions.confirm()),
    ...(core.prune === undefined ? [] : [every(core, pruneEvery, core.prune)]),
  ];
  await core.audit.record({
    type: 'server.started',
    realm: '',
    version,
    configuration: [...core.settings.realms.keys()].join(','),
  });
  return {
    port,
    close: async (drain = 0) => {
      // The timers go on while it drains: a session that is ended elsewhere ends what it has under way here.
      await closeAll(servers, pools, drain);
      for (const timer of timers) clearInterval(timer);
      await core.audit.record({ type: 'server.stopped', realm: '' });
    },
  };
}

function every(core: Core, interval: number, work: () => Promise<unknown>): NodeJS.Timeout {
  let busy = false;
  let lost = false;
  const settle = (error: unknown) => {
    // Told when it changes, not at every try.
    if (error !== undefined && !lost) core.logger.error({ err: error }, 'the store did not answer');
    if (error === undefined && lost) core.logger.info('the store answers again');
    lost = error !== undefined;
    busy = false;
  };
  return setInterval(() => {
    if (busy) return;
    busy = true;
    work().then(
      () => settle(undefined),
      (error: unknown) => settle(error ?? 'unknown'),
    );
  }, interval).unref();
}

async function closeAll(servers: readonly Server[], pools: readonly Pool[], drain: number): Promise<void> {
  await Promise.all(servers.map(server => closeServer(server, drain)));
  await Promise.all(pools.map(pool => pool.destroy()));
}

function appRuntime(app: AppSettings, realm: RealmSettings, assets: Assets): AppRuntime {
  const url = new URL(app.origin);
  return {
    settings: app,
    realm,
    pool: openUpstream(app.upstream),
    publicPool: openUpstream(app.upstream, publicConnections(app.upstream)),
    assetPool: openUpstream(app.upstream, publicConnections(app.upstream)),
    table: { level: app.level, routes: app.routes, folding: app.preset.folding },
    credentials: { ...credentialNames(app.preset.signIn), folding: app.preset.folding },
    host: url.host,
    proto: url.protocol === 'https:' ? 'https' : 'http',
    site: {
      organisation: realm.title,
      desk: realm.desk,
      assets: assets.names,
      assetFolder: '/_sluis/assets/',
      helpUrl: `${realm.portalOrigin}${realm.portalPath}/help`,
    },
    findAsset: name => assets.find(name),
    rewriteLocation: locationRewriter(app.upstream.origin, app.origin),
  };
}

function credentialNames(form: SignInForm): { users: Set<string>; passwords: Set<string> } {
  const named = (role: string) =>
    new Set(Object.entries(form.fields).flatMap(([name, field]) => (field.role === role ? [name] : [])));
  return { users: named('user'), passwords: named('password') };
}

function portalsOf(core: Core, looks: ReadonlyMap<string, Assets>): ReadonlyMap<string, PortalHandler> {
  return byHost(
    [...core.settings.realms.values()].map(realm => [
      realm.portalOrigin,
      portalOf(core, realm, assetsOf(looks, realm.name)),
    ]),
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

function namesOf(core: Core): ReadonlySet<string> {
  const origins = [
    ...core.settings.apps.map(app => app.origin),
    ...[...core.settings.realms.values()].map(realm => realm.portalOrigin),
  ];
  return new Set(origins.map(origin => new URL(origin).hostname));
}

function realmOf(core: Core, app: AppSettings): RealmSettings {
  // The configuration check refused apps without a realm.
  return core.settings.realms.get(app.realm) as RealmSettings;
}

function assetsOf(looks: ReadonlyMap<string, Assets>, realm: string): Assets {
  return looks.get(realm) as Assets;
}
