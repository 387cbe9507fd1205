import type { RedisConfiguration } from './schema-store.ts';
import type { RedisSettings } from './settings.ts';

/** Settings of a part that `checkStore` found nothing wrong with. */
export function redisSettings(redis: RedisConfiguration, resolve: (path: string) => string): RedisSettings {
  const maybe = (file: string | undefined) => (file === undefined ? undefined : resolve(file));
  return {
    topology: topologyOf(redis),
    tls: tlsOf(redis, maybe),
    user: redis.user,
    passwordFile: maybe(redis.passwordFile),
    sentinelUser: redis.sentinelUser,
    sentinelPasswordFile: maybe(redis.sentinelPasswordFile),
    replicas: redis.replicas,
    prefix: redis.prefix,
  };
}

function topologyOf({ url, nodes, sentinels, name = '', cluster }: RedisConfiguration): RedisSettings['topology'] {
  if (sentinels !== undefined) return { kind: 'sentinel', sentinels, name };
  if (nodes !== undefined) return { kind: 'cluster', nodes };
  const address = { host: url?.host ?? '', port: url?.port ?? 0 };
  return cluster === true
    ? { kind: 'cluster', nodes: [address] }
    : { kind: 'single', address, database: url?.database ?? 0 };
}

function tlsOf({ url, tls }: RedisConfiguration, maybe: (file: string | undefined) => string | undefined) {
  if (typeof tls === 'object') {
    const { ca, certificate, key, serverName } = tls;
    return { ca: maybe(ca), certificate: maybe(certificate), key: maybe(key), serverName };
  }
  const wanted = tls ?? url?.tls ?? false;
  return wanted ? { ca: undefined, certificate: undefined, key: undefined, serverName: undefined } : undefined;
}
