import type { ServerFacts } from './facts.ts';
import type { Unseen } from './look.ts';

/** `bad`: something may be lost or wrong that people were told is safe. `note`: the operator should know and may accept it. */
export interface Verdict {
  readonly weight: 'good' | 'note' | 'bad';
  readonly what: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** What a set of servers means for Sluis: in each case what would be lost, and when. Writes wait for `awaited` replicas. */
export function verdictsOf(servers: readonly ServerFacts[], awaited = 0): Verdict[] {
  const copies = awaited > 0 ? (server: ServerFacts) => awaitedReplication(server, awaited) : replication;
  return servers.flatMap(server => (server.role === 'replica' ? ofReplica(server, awaited) : ofMaster(server, copies)));
}

type Judge = (server: ServerFacts) => Verdict[];

function ofMaster(server: ServerFacts, copies: Judge): Verdict[] {
  return judged(server, server.place, [version, persistence, disk, eviction, copies, clock, distance]);
}

/** What it has of the master is the master's matter; how it keeps it counts from the moment it takes over. */
function ofReplica(server: ServerFacts, awaited: number): Verdict[] {
  const waits = awaited > 0 ? [] : [replicationLater];
  return [
    ...judged(server, server.place, [version, disk]),
    ...judged(server, `${server.place}, when it takes over`, [persistence, eviction, ...waits, clock, distance]),
  ];
}

function judged(server: ServerFacts, where: string, judges: readonly Judge[]): Verdict[] {
  return judges.flatMap(judge => judge(server).map(verdict => ({ ...verdict, what: `${where}: ${verdict.what}` })));
}

/** Of a replica that did not answer, or did not let us look. */
export function notLookedAt({ place, why }: Unseen): Verdict {
  return {
    weight: 'note',
    what: `${place}: this replica was not looked at (${why}), and after a failover its settings count`,
    remedy: 'See that it runs, and lets in from here the user and password of its master. Then ask again.',
  };
}

function version({ product, version: [major, minor], role }: ServerFacts): Verdict[] {
  const tooOld = major < 6 || (major === 6 && minor < 2);
  if (tooOld) return [{ weight: 'bad', what: `${product} is too old`, remedy: 'Redis 6.2 or later, or Valkey.' }];
  return [{ weight: 'good', what: `${product}, ${role}` }];
}

const everything = 'second factors, sessions, marks of used codes and the audit trail';

function persistence({ aof, fsync, snapshotEvery }: ServerFacts): Verdict[] {
  const remedy = 'Set appendonly yes.';
  if (aof) return [appended(fsync)];
  if (snapshotEvery === 0)
    return [{ weight: 'bad', what: `nothing is kept on disk: when Redis stops, ${everything} are gone`, remedy }];
  const span = snapshotEvery === undefined ? 'since the last snapshot' : `in the last ${spoken(snapshotEvery)}`;
  const what = `only snapshots are kept: when Redis dies, what was written ${span} is lost: people who set up, codes that were used, sessions that were ended, audit events`;
  return [{ weight: 'bad', what, remedy }];
}

function appended(fsync: string | undefined): Verdict {
  if (fsync === 'always')
    return {
      weight: 'good',
      what: 'every write is on disk before it is answered: neither a crash nor a power cut loses any',
    };
  if (fsync === 'everysec')
    return {
      weight: 'note',
      what: 'a crash of Redis loses nothing; a power cut loses up to two seconds: a code used in them could be used once more while it is valid, a session ended in them lives on, audit events of them are missing',
      remedy: 'To lose nothing then either: appendfsync always, on a fast disk.',
    };
  if (fsync === 'no')
    return {
      weight: 'bad',
      what: 'a power cut loses up to half a minute of writes',
      remedy: 'Set appendfsync everysec or always.',
    };
  return {
    weight: 'note',
    what: 'writes are kept on disk (AOF); how soon is not told to this user',
    remedy: 'Ask for appendfsync everysec or always; to see it here, give the user +config|get.',
  };
}

function disk({ diskWell }: ServerFacts): Verdict[] {
  if (diskWell) return [];
  return [{ weight: 'bad', what: 'the last write to its disk failed', remedy: 'See the log of Redis, and the disk.' }];
}

function eviction({ maxMemory, eviction: policy }: ServerFacts): Verdict[] {
  if (policy !== 'noeviction')
    return [
      {
        weight: 'bad',
        what: `it may throw data away when memory is short (maxmemory-policy ${policy}): a used code could be used again, people could lose their second factor or their session`,
        remedy: 'Set maxmemory-policy noeviction, and use this Redis for nothing else.',
      },
    ];
  if (maxMemory === 0)
    return [
      {
        weight: 'note',
        what: 'memory has no limit: when the machine runs out, the system may end Redis',
        remedy:
          'Set maxmemory below what the machine has. Sluis then refuses sign-ins when it is full, and loses nothing.',
      },
    ];
  return [{ weight: 'good', what: 'nothing is thrown away when memory is full: writes are refused' }];
}

function replication({ replicas, minReplicas, maxLag }: ServerFacts): Verdict[] {
  if (replicas === 0 && (minReplicas ?? 0) === 0)
    return [
      {
        weight: 'note',
        what: 'no replica: while it is away nobody can sign in, and when its disk is lost so is everything since the last backup',
        remedy: 'A replica and Sentinel, or a cluster with replicas.',
      },
    ];
  if (minReplicas === undefined)
    return [
      {
        weight: 'note',
        what: `${replicas} replicas; whether writes wait for them is not told to this user`,
        remedy: 'See that min-replicas-to-write is 1 or more; to see it here, give the user +config|get.',
      },
    ];
  if (minReplicas === 0)
    return [{ weight: 'bad', what: cutOff, remedy: 'Set min-replicas-to-write 1 and min-replicas-max-lag 1.' }];
  return [
    {
      weight: 'note',
      what: `replication is not awaited: a failover may lose what the old master answered in its last ${maxLag ?? 10} seconds or so; a code used in them could be used once more while it is valid`,
      remedy: 'To lose nothing: store.redis.replicas: 1, with two replicas or more.',
    },
  ];
}

function replicationLater({ minReplicas }: ServerFacts): Verdict[] {
  if (minReplicas !== 0) return [];
  return [{ weight: 'bad', what: cutOff, remedy: 'Set min-replicas-to-write 1 and min-replicas-max-lag 1 here too.' }];
}

function awaitedReplication({ replicas }: ServerFacts, awaited: number): Verdict[] {
  if (replicas < awaited)
    return [
      {
        weight: 'bad',
        what: `${replicas} replicas, and writes wait for ${awaited}: nobody can sign in`,
        remedy: 'Bring the replicas back, or lower store.redis.replicas.',
      },
    ];
  const what = `a write counts once ${awaited} of ${replicas} replicas have it: a failover to one of them loses nothing that was answered`;
  if (replicas > awaited) return [{ weight: 'good', what }];
  return [
    {
      weight: 'note',
      what: `${what}; without one of them nobody can sign in`,
      remedy: 'One replica more than store.redis.replicas.',
    },
  ];
}

const cutOff =
  'a master that is cut off from its replicas goes on writing: after the failover all of that is lost, for as long as it was cut off. Codes used in that time could be used again, sessions ended in it live on, people who set up in it must do so again';

const clockTolerance = 1000;

function clock({ ahead, roundTrip }: ServerFacts): Verdict[] {
  // Half of the way there and back is not known.
  if (Math.abs(ahead) <= clockTolerance + roundTrip / 2) return [];
  const direction = ahead > 0 ? 'ahead of' : 'behind';
  return [
    {
      weight: 'bad',
      what: `its clock is ${spoken(Math.abs(ahead) / 1000)} ${direction} ours: limits and used codes expire by its clock, codes and sessions are checked by ours`,
      remedy: 'NTP on both machines.',
    },
  ];
}

const slow = 50;

function distance({ roundTrip }: ServerFacts): Verdict[] {
  if (roundTrip <= slow) return [];
  return [
    {
      weight: 'note',
      what: `an answer takes ${roundTrip} ms; a sign-in asks some twenty times, and what takes 500 ms counts as lost`,
      remedy: 'Put it nearer.',
    },
  ];
}

function spoken(seconds: number): string {
  if (seconds >= 120) return `${Math.round(seconds / 60)} minutes`;
  return seconds >= 2 ? `${Math.round(seconds)} seconds` : `${seconds.toFixed(1)} seconds`;
}
