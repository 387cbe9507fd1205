import { randomBytes } from 'node:crypto';
import { type ChainableCommander, Redis } from 'ioredis';
import { sealedCodec } from '../src/kernel/codec.ts';
import { KeyRing } from '../src/kernel/key-ring.ts';
import { type Random, randomId } from '../src/kernel/random.ts';
import type { Session } from '../src/session/session.ts';
import { Names } from '../src/store/redis/names.ts';

const hour = 3_600_000;
/** Commands that go out together; while they are under way nothing waits behind them but those of the bench. */
const batch = 500;
/** The store gives a step half a second; on a busy machine a full pipe takes longer, and nobody waits for these. */
const patience = 120_000;

/** Of what is filled in nobody must guess anything: a million records are not to wait for good random numbers. */
const cheap: Random = {
  bytes(count) {
    if (used + count > pool.length) {
      pool = randomBytes(1 << 20);
      used = 0;
    }
    used += count;
    return pool.subarray(used - count, used);
  },
};
let pool = randomBytes(0);
let used = 0;

const names = new Names('sluis:');

/** Records as the product lays them down (src/store/redis/scripts.ts), sealed by its codec, under keys of the bench's own. */
export function fillSessions(port: number, from: number, to: number): Promise<void> {
  const ring = new KeyRing([{ id: 'bench', secret: randomBytes(32) }], cheap);
  const codec = sealedCodec<Session>(ring, 'session');
  return inBatches(port, from, to, pipe => {
    const session = someSession();
    const key = `session:{${session.id}}`;
    const value = `${session.absoluteEnd}:1:${codec.encode(key, session)}`;
    pipe.set(names.of('record', key), value, 'PX', 12 * hour + 60_000);
  });
}

/** As ended sessions stand in the log: numbered one after the other, behind what is in it already. */
export async function fillRevocations(port: number, from: number, to: number): Promise<void> {
  const log = names.of('log', 'revocations');
  let number: number | undefined;
  await inBatches(port, from, to, async (pipe, redis) => {
    number ??= await lastOf(redis, log);
    number += 1;
    pipe.xadd(log, `${number}-0`, 'entry', randomId(cheap));
  });
}

async function lastOf(redis: Redis, log: string): Promise<number> {
  const [last] = await redis.xrevrange(log, '+', '-', 'COUNT', 1);
  return Number.parseInt(last?.[0] ?? '0', 10);
}

type Step = (pipe: ChainableCommander, redis: Redis) => void | Promise<void>;

async function inBatches(port: number, from: number, to: number, step: Step): Promise<void> {
  const redis = new Redis({ host: '127.0.0.1', port, commandTimeout: patience });
  try {
    for (let done = from; done < to; done += batch) {
      const pipe = redis.pipeline();
      for (let i = done; i < Math.min(done + batch, to); i += 1) await step(pipe, redis);
      const answers = await pipe.exec();
      for (const [error] of answers ?? []) if (error !== null) throw error;
    }
  } finally {
    redis.disconnect();
  }
}

function someSession(): Session {
  const now = Date.now();
  return {
    id: randomId(cheap),
    realm: 'bench',
    app: 'app',
    person: randomId(cheap),
    name: randomId(cheap, 6),
    level: 2,
    factor: randomId(cheap),
    factorAt: now,
    beganAt: now,
    absoluteEnd: now + 12 * hour,
    lastSeen: now,
    identifier: randomId(cheap, 32),
    previous: undefined,
    sealKey: randomId(cheap, 32),
    portal: randomId(cheap, 32),
  };
}
