import { describe, expect, it } from 'vitest';
import type { ServerFacts } from './facts.ts';
import { notLookedAt, verdictsOf } from './verdicts.ts';

const sound: ServerFacts = {
  place: '10.0.0.7:6379',
  product: 'Redis 7.2.4',
  version: [7, 2],
  role: 'master',
  replicas: 2,
  aof: true,
  fsync: 'always',
  diskWell: true,
  snapshotEvery: 3600,
  maxMemory: 1e9,
  eviction: 'noeviction',
  minReplicas: 1,
  maxLag: 1,
  ahead: 3,
  roundTrip: 1,
};

const weighty = (changes: Partial<ServerFacts>, weight: string) =>
  verdictsOf([{ ...sound, ...changes }]).filter(verdict => verdict.weight === weight);

describe('R25: what a Redis would lose', () => {
  it('is little where everything is as it should be', () => {
    expect(weighty({}, 'bad')).toEqual([]);
    expect(weighty({}, 'note')).toMatchObject([
      { what: expect.stringMatching(/a failover may lose .* last 1 seconds/) },
    ]);
  });

  it.each<[string, Partial<ServerFacts>, RegExp]>([
    ['an old release', { product: 'Redis 6.0.16', version: [6, 0] }, /Redis 6\.0\.16 is too old/],
    ['nothing on disk', { aof: false, snapshotEvery: 0 }, /when Redis stops, second factors, .* are gone/],
    ['snapshots only', { aof: false, snapshotEvery: 3600 }, /in the last 60 minutes is lost/],
    ['snapshots it does not tell of', { aof: false, snapshotEvery: undefined }, /since the last snapshot is lost/],
    ['a disk that is synced some day', { fsync: 'no' }, /half a minute/],
    ['a disk that fails', { diskWell: false }, /disk failed/],
    ['eviction', { eviction: 'allkeys-lru' }, /allkeys-lru\): a used code could be used again/],
    ['replicas that nobody waits for', { minReplicas: 0 }, /cut off from its replicas goes on writing/],
    ['a clock that is behind', { ahead: -4000 }, /4 seconds behind ours/],
    ['a clock that is ahead', { ahead: 600_000 }, /10 minutes ahead of ours/],
  ])('is bad with %s, and there is a remedy', (_what, changes, words) => {
    expect(weighty(changes, 'bad')).toMatchObject([{ what: expect.stringMatching(words), remedy: expect.any(String) }]);
  });

  it.each<[string, Partial<ServerFacts>, RegExp]>([
    ['a log that is synced each second', { fsync: 'everysec' }, /a power cut loses up to two seconds/],
    ['a configuration it does not tell', { fsync: undefined }, /not told/],
    ['no limit of memory', { maxMemory: 0 }, /no limit/],
    ['no replica', { replicas: 0, minReplicas: 0 }, /no replica/],
    ['a long lag', { maxLag: 10 }, /last 10 seconds/],
    ['a long way', { roundTrip: 80 }, /takes 80 ms/],
  ])('is worth a note with %s', (_what, changes, words) => {
    expect(weighty(changes, 'bad')).toEqual([]);
    expect(weighty(changes, 'note')).toContainEqual(expect.objectContaining({ what: expect.stringMatching(words) }));
  });

  it('is nothing by a failover where writes wait for replicas; without these nobody signs in', () => {
    const weights = (replicas: number, awaited: number) =>
      verdictsOf([{ ...sound, replicas }], awaited)
        .filter(({ what }) => /replicas/.test(what))
        .map(({ weight }) => weight);
    expect([weights(2, 1), weights(1, 1), weights(0, 1), weights(1, 2)]).toEqual([
      ['good'],
      ['note'],
      ['bad'],
      ['bad'],
    ]);
  });

  it('counts at a replica from when it takes over, and is said of each that could not be looked at', () => {
    const replica = { ...sound, place: '10.0.0.8:6379', role: 'replica', replicas: 0 };
    const bad = (changes: Partial<ServerFacts>, awaited = 0) =>
      verdictsOf([sound, { ...replica, ...changes }], awaited)
        .filter(({ weight }) => weight === 'bad')
        .map(({ what }) => what);
    expect([bad({}), bad({}, 1)]).toEqual([[], []]);
    for (const changes of [{ aof: false, snapshotEvery: 0 }, { eviction: 'allkeys-lru' }, { minReplicas: 0 }])
      expect(bad(changes)).toEqual([expect.stringMatching(/^10\.0\.0\.8:6379, when it takes over: /)]);
    // Where writes wait for replicas, that is no matter of the servers' settings.
    expect(bad({ minReplicas: 0 }, 1)).toEqual([]);
    expect(notLookedAt({ place: '10.0.0.9:6379', why: 'connect ECONNREFUSED' })).toMatchObject({
      weight: 'note',
      what: expect.stringMatching(/^10\.0\.0\.9:6379: .*not looked at \(connect ECONNREFUSED\)/),
    });
  });

  it('does not blame a clock for the length of the way', () => {
    expect(weighty({ ahead: 1400, roundTrip: 900 }, 'bad')).toEqual([]);
  });

  it('is told of each server by its name', () => {
    const places = verdictsOf([sound, { ...sound, place: '10.0.0.8:6379', aof: false, snapshotEvery: 0 }]);
    expect(places.filter(({ weight }) => weight === 'bad').map(({ what }) => what.split(': ')[0])).toEqual([
      '10.0.0.8:6379',
    ]);
  });
});
