import { isLoopbackAddress } from './address.ts';
import type { Findings } from './findings.ts';
import type { Parts } from './parts.ts';
import type { RedisConfiguration } from './schema-store.ts';

/** What of a Redis must be said together, and what must not. */
export function checkStore({ store }: Parts, findings: Findings): void {
  const redis = store?.redis;
  if (redis === undefined) return;
  checkPlaces(redis, findings);
  checkSentinel(redis, findings);
  checkCluster(redis, findings);
  checkRedisTls(redis, findings);
}

const at = (...path: string[]) => ['store', 'redis', ...path];

function checkPlaces({ url, nodes, sentinels }: RedisConfiguration, findings: Findings): void {
  const given = Object.entries({ url, nodes, sentinels }).filter(([, value]) => value !== undefined);
  if (given.length === 1) return;
  findings.error(at(), {
    found: given.length === 0 ? 'no address' : given.map(([name]) => name).join(' and '),
    expected: 'one of: url (a server), nodes (a cluster), sentinels with name',
  });
}

function checkSentinel(redis: RedisConfiguration, findings: Findings): void {
  const { sentinels, name, sentinelUser, sentinelPasswordFile } = redis;
  if (sentinels !== undefined && name === undefined)
    findings.error(at('name'), { found: 'nothing', expected: 'what the sentinels call the master, such as mymaster' });
  if (sentinels !== undefined) return;
  for (const [key, value] of Object.entries({ name, sentinelUser, sentinelPasswordFile }))
    if (value !== undefined)
      findings.error(at(key), { found: `${key} without sentinels`, expected: 'sentinels, or nothing here' });
}

function checkCluster({ url, nodes, sentinels, cluster }: RedisConfiguration, findings: Findings): void {
  if (cluster === true && sentinels !== undefined)
    findings.error(at('cluster'), {
      found: 'cluster: true with sentinels',
      expected: 'one of the two: a cluster finds its masters by itself',
    });
  if (cluster === false && nodes !== undefined)
    findings.error(at('cluster'), {
      found: 'cluster: false with nodes',
      expected: 'true: nodes are those of a cluster',
    });
  if (cluster === true && (url?.database ?? 0) > 0)
    findings.error(at('url'), { found: `database ${url?.database}`, expected: 'no database: a cluster has only 0' });
}

function checkRedisTls({ url, nodes, sentinels, tls }: RedisConfiguration, findings: Findings): void {
  if (tls === false && url?.tls === true)
    findings.error(at('tls'), {
      found: 'tls: false with rediss://',
      expected: 'redis:// without TLS, or no tls: false',
    });
  if (typeof tls === 'object' && (tls.certificate === undefined) !== (tls.key === undefined))
    findings.error(at('tls'), { found: 'one of certificate and key', expected: 'both, or neither' });
  const hosts = [url, nodes, sentinels].flat().flatMap(place => (place === undefined ? [] : [place.host]));
  const far = hosts.find(host => !isLoopbackAddress(host));
  if (far === undefined || tls === true || typeof tls === 'object' || url?.tls === true) return;
  findings.warn(at(), {
    found: `${far} without TLS`,
    expected: 'tls: true, or rediss:// (the password of Redis and names of people cross the network readable)',
  });
}
