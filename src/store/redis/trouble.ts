import { SluisError } from '../../kernel/errors.ts';

/**
 * Whatever the driver says, as 'store.unavailable' with a remedy that fits. The cause holds the driver's words only:
 * its errors carry the command with all its values, and whoever logs a cause logs those too.
 */
export function unavailable(error: unknown): SluisError {
  if (error instanceof SluisError) return error;
  const reason = reasonOf(error);
  const { remedy } = remedies.find(({ words }) => words.test(reason)) ?? otherwise;
  return new SluisError('store.unavailable', `Redis cannot be used: ${reason}.`, { cause: new Error(reason), remedy });
}

/** Whether the connection went away under a step or before it: it happened or it did not, and may be sent again. */
export function isConnectionLoss(error: unknown): boolean {
  return /connection is closed|isn't writeable|isn't ready|max retries per request|ECONNRESET|EPIPE/i.test(
    reasonOf(error),
  );
}

/** Whether a step was not answered in time, though its connection stands. */
export function isSilence(error: unknown): boolean {
  return /timed out|no answer within/i.test(reasonOf(error));
}

export function isReadOnly(error: unknown): boolean {
  return /READONLY/.test(reasonOf(error));
}

/** Why, in the driver's words, without what was stored or sent. */
export function reasonOf(error: unknown): string {
  const words = error instanceof Error ? innermost(error).message || codeOf(error) : String(error);
  // Redis repeats what it did not understand, which may be a password or a value.
  return words
    .replace(/,? with args beginning with.*/s, '')
    .replace(/\s+/g, ' ')
    .replace(/\.$/, '');
}

/** Of a cluster that does not answer, what the last node of it said. */
function innermost(error: Error): Error {
  return 'lastNodeError' in error && error.lastNodeError instanceof Error ? error.lastNodeError : error;
}

/** Where several addresses of one name were tried, Node leaves the message empty. */
function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.name;
}

const otherwise = {
  remedy:
    'See that Redis runs and answers at the address in store.redis ("redis-cli -h … -p … ping"), and that TLS (tls, rediss://) is set where it has TLS and nowhere else.',
};

const remedies: readonly { readonly words: RegExp; readonly remedy: string }[] = [
  {
    words: /WRONGPASS|NOAUTH|invalid password|invalid username/i,
    remedy: 'See that store.redis.user and the password (passwordFile, or SLUIS_REDIS_PASSWORD) are those of Redis.',
  },
  {
    words: /NOPERM/,
    remedy:
      'Give the Redis user the rights that the operator guide names: keys and channels of the prefix, and scripts.',
  },
  {
    words: /OOM/,
    remedy: 'Redis is out of memory: raise maxmemory, or take away what does not belong there. Nothing was evicted.',
  },
  {
    words: /READONLY/,
    remedy: 'The address leads to a replica. Name the master, or let Sentinel or the cluster find it.',
  },
  {
    words: /NOREPLICAS/,
    remedy: 'Too few replicas follow the master (store.redis.replicas, or min-replicas-to-write): bring one back.',
  },
  { words: /MISCONF/, remedy: 'Redis cannot write to its disk: see its log, and that the disk is not full.' },
  {
    words: /CLUSTERDOWN|startup nodes|slots cache/i,
    remedy: 'The cluster has no quorum, or not every slot has a node: see "redis-cli cluster info".',
  },
  { words: /cluster support disabled/i, remedy: 'This Redis is no cluster: give url without cluster: true.' },
  { words: /MOVED|CROSSSLOT/, remedy: 'This Redis is a cluster: set cluster: true.' },
  {
    words: /sentinel/i,
    remedy: 'See that the sentinels run and know a master by the name in store.redis.name.',
  },
  {
    words: /certificate|self.signed|SSL|TLS|altname|socket disconnected before secure/i,
    remedy: 'See store.redis.tls: the CA that signed the certificate of Redis, and the name in it.',
  },
];
