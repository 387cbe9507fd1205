import { randomBytes } from 'node:crypto';
import { sealedCodec } from '../src/kernel/codec.ts';
import { KeyRing } from '../src/kernel/key-ring.ts';
import { randomId, systemRandom } from '../src/kernel/random.ts';
import type { Store } from '../src/kernel/store.ts';
import type { Session } from '../src/session/session.ts';
import { RedisStore } from '../src/store/redis/redis-store.ts';

const hour = 3_600_000;
/** Commands under way at once: the connection is kept full, and none waits as long as a step of the store may take. */
const batch = 100;

/** Records as the product writes them: by its store, sealed by its codec, under keys of the bench's own. */
export async function fillSessions(port: number, from: number, to: number): Promise<void> {
  const ring = new KeyRing([{ id: 'bench', secret: randomBytes(32) }], systemRandom);
  const codec = sealedCodec<Session>(ring, 'session');
  await inBatches(port, from, to, async store => {
    const session = someSession();
    const key = `session:{${session.id}}`;
    await store.create(key, codec.encode(key, session), 12 * hour);
  });
}

/** As sessions are ended, one after the other: steps on one connection keep their order. */
export async function fillRevocations(port: number, from: number, to: number): Promise<void> {
  let head: number | undefined;
  await inBatches(port, from, to, async store => {
    head ??= (await store.head('revocations'))?.number ?? 0;
    await store.append('revocations', head++, randomId(systemRandom));
  });
}

async function inBatches(port: number, from: number, to: number, step: (store: Store) => Promise<void>): Promise<void> {
  const topology = { kind: 'single', address: { host: '127.0.0.1', port }, database: 0 } as const;
  const store = await RedisStore.open({
    topology,
    tls: undefined,
    user: undefined,
    password: undefined,
    prefix: 'sluis:',
  });
  try {
    for (let done = from; done < to; done += batch) {
      // The first alone: it finds out where the log stands.
      if (done === from) await step(store);
      const count = Math.min(batch, to - done) - (done === from ? 1 : 0);
      await Promise.all(Array.from({ length: count }, () => step(store)));
    }
  } finally {
    await store.close();
  }
}

function someSession(): Session {
  const now = Date.now();
  return {
    id: randomId(systemRandom),
    realm: 'bench',
    app: 'app',
    person: randomId(systemRandom),
    name: randomId(systemRandom, 6),
    level: 2,
    factor: randomId(systemRandom),
    factorAt: now,
    beganAt: now,
    absoluteEnd: now + 12 * hour,
    lastSeen: now,
    identifier: randomId(systemRandom, 32),
    previous: undefined,
    sealKey: randomId(systemRandom, 32),
    portal: randomId(systemRandom, 32),
  };
}
