import type { Preset } from '../preset/preset.ts';
import { enrolmentRulesOf } from './checks-enrolment.ts';
import { firstFactorSettings } from './checks-first-factor.ts';
import { demandedLevel } from './checks-levels.ts';
import { mailSettings } from './checks-mail.ts';
import { selfWindow } from './checks-self.ts';
import { factorSettings } from './complete-factors.ts';
import { redisSettings } from './complete-store.ts';
import type { Parts } from './parts.ts';
import type { AppConfiguration, Configuration, RealmConfiguration } from './schema.ts';
import type {
  ApprovalSettings,
  AppSettings,
  ConsoleSettings,
  ListenSettings,
  RealmSettings,
  ResetSettings,
  Settings,
  UpstreamSettings,
  WebauthnSettings,
} from './settings.ts';

type Resolve = (path: string) => string;

/** Settings from parts without a problem; undefined where a part or preset is missing. */
export function complete(parts: Parts, presets: ReadonlyMap<string, Preset>, resolve: Resolve): Settings | undefined {
  const {
    data,
    store,
    listen,
    management,
    stop,
    classes,
    session,
    limits,
    levels,
    webauthn,
    mail,
    reset,
    retention,
    trust,
    approval,
    log,
    keys,
    workers,
  } = parts;
  if (
    data === undefined ||
    store === undefined ||
    listen === undefined ||
    session === undefined ||
    limits === undefined
  )
    return undefined;
  if (stop === undefined || levels === undefined || log === undefined) return undefined;
  if (retention === undefined) return undefined;
  if (keys === undefined || workers === undefined || classes === undefined) return undefined;
  const apps = [...parts.apps].flatMap(([id, app]) => {
    const preset = presets.get(id);
    return preset === undefined ? [] : [appSettings(id, app, { preset, classes }, resolve)];
  });
  return {
    dataFolder: resolve(data),
    redis: store.redis && redisSettings(store.redis, resolve),
    listen: listenSettings(listen, resolve),
    management,
    stop: { notice: stop.notice ?? 0, drain: stop.drain },
    realms: new Map([...parts.realms].map(([name, realm]) => [name, realmSettings(name, realm, apps, resolve)])),
    apps,
    classes: new Map(Object.entries(classes)),
    session,
    limits,
    levels: { acceptLevel1: levels.acceptLevel1 },
    webauthn: webauthn && webauthnSettings(webauthn, resolve),
    mail: mail && mailSettings(mail, resolve),
    console: parts.console && consoleSettings(parts.console, parts, resolve),
    reset: reset && resetSettings(reset),
    retention,
    trust: trust && { ...trust, platforms: trust.platforms },
    approval: approval && approvalSettings(approval),
    factors: factorSettings(parts, resolve),
    keyFile: maybe(keys.file, resolve),
    log,
    workers,
  };
}

function listenSettings(
  { address, port, tls, balancers, redirect }: Configuration['listen'],
  resolve: Resolve,
): ListenSettings {
  return {
    address,
    port,
    tls: tls && { certificate: resolve(tls.certificate), key: resolve(tls.key) },
    balancers,
    redirect: redirect && { ...redirect, acmeFolder: maybe(redirect.acmeFolder, resolve) },
  };
}

function consoleSettings(
  { level, firstFactor, ...rest }: NonNullable<Configuration['console']>,
  { realms }: Pick<Parts, 'realms'>,
  resolve: Resolve,
): ConsoleSettings {
  const realm = [...realms].find(([, { portal }]) => portal === rest.origin)?.[0];
  const first = firstFactorSettings(firstFactor, resolve);
  return { ...rest, level, firstFactor: first, realm, path: realm === undefined ? '' : '/console' };
}

function webauthnSettings(
  { metadata, metadataRoot, allow, appId }: NonNullable<Configuration['webauthn']>,
  resolve: Resolve,
): WebauthnSettings {
  return { metadata: maybe(metadata, resolve), metadataRoot: maybe(metadataRoot, resolve), allow: allow ?? [], appId };
}

function resetSettings(reset: NonNullable<Configuration['reset']>): ResetSettings {
  const { officialDomains: domains, groupMailboxes, methods, target, authservId, clients } = reset;
  return {
    ...{ domains, groupMailboxes, target, authservId },
    methods: Object.entries(methods).map(([id, method]) => ({ id, ...method })),
    clients: new Map(Object.entries(clients).map(([client, { tokenHash }]) => [client, tokenHash])),
  };
}

function approvalSettings({ contact, pushHosts }: NonNullable<Configuration['approval']>): ApprovalSettings {
  // As an address has them: its own port goes without saying.
  const hosts = pushHosts.map(host => host.replace(/:443$/, ''));
  return { contact: contact.includes(':') ? contact : `mailto:${contact}`, pushHosts: hosts };
}

/** Where the pages of Sluis live under the one name of single-host mode (D10). */
const singleHostPath = '/_sluis/portal';

function realmSettings(
  name: string,
  realm: RealmConfiguration,
  apps: readonly AppSettings[],
  resolve: Resolve,
): RealmSettings {
  const singleHost = realm.portal === 'single-host';
  const own = apps.find(app => app.realm === name);
  return {
    name,
    title: realm.title,
    portalOrigin: singleHost ? (own?.origin ?? '') : realm.portal,
    portalPath: singleHost ? singleHostPath : '',
    singleHost,
    domains: realm.domains,
    firstFactor: enrolmentRulesOf(realm.firstFactor),
    self: realm.self && selfWindow(realm.self, realm.timeZone),
    activationValidity: realm.activationValidity,
    desk: realm.desk,
    timeZone: realm.timeZone,
    theme: { css: maybe(realm.theme.css, resolve), logo: maybe(realm.theme.logo, resolve) },
    names: realm.names,
    groups: new Map(Object.entries(realm.groups)),
  };
}

function appSettings(
  id: string,
  app: AppConfiguration,
  { preset, classes }: { readonly preset: Preset; readonly classes: Configuration['classes'] },
  resolve: Resolve,
): AppSettings {
  return {
    id,
    title: app.title,
    realm: app.realm,
    origin: app.origin,
    upstream: upstreamSettings(app.upstream, resolve),
    preset,
    nameCharacters: app.nameCharacters,
    level: demandedLevel(app, classes) ?? 2,
    class: app.class,
    routes: app.routes.map(route => {
      const { path, methods, parameters, maxAge, groups, levelFor } = route;
      const level = demandedLevel(route, classes);
      // Refused before this, by checkLevels: a rule is never left out.
      if (level === undefined) throw new Error(`${id}: the route ${path} demands nothing`);
      return { path, methods, parameters, level, class: route.class ?? app.class, maxAge, groups, levelFor };
    }),
    helpLine: app.helpLine,
  };
}

function upstreamSettings(upstream: AppConfiguration['upstream'], resolve: Resolve): UpstreamSettings {
  const { url, ca, fingerprint, serverName, timeouts, connections, waiting } = upstream;
  return { origin: url, ca: maybe(ca, resolve), fingerprint, serverName, timeouts, connections, waiting };
}

function maybe(path: string | undefined, resolve: Resolve): string | undefined {
  return path === undefined ? undefined : resolve(path);
}
