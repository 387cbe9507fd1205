import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuditTrail } from '../../src/audit/chain.ts';
import { smtpMailer } from '../../src/carrier/smtp-mailer.ts';
import { noticeLimits } from '../../src/notice/limits.ts';
import { Outbox } from '../../src/notice/outbox.ts';
import { Teller } from '../../src/notice/teller.ts';
import { translateTo } from '../../src/ui/messages.ts';
import { missing } from '../support/apps.ts';
import { type MailServer, smtpServerAt, startMailServer } from '../support/mail-server.ts';
import { freshPrefix, openRedisStore, type RedisServer, single, startRedis } from '../support/redis.ts';
import { openBench, realm } from '../vectors/factor-bench.ts';

describe.skipIf(missing('redis'))('R37 mail of two machines that share a Redis', () => {
  let redis: RedisServer;
  let server: MailServer;
  beforeAll(async () => {
    [redis, server] = await Promise.all([startRedis(), startMailServer({ tls: 'none' })]);
  });
  afterAll(async () => {
    await server?.close();
    await redis?.close();
  });

  test('what one records is told once, and each mail is sent by one', async () => {
    const prefix = freshPrefix();
    const machines = await Promise.all([0, 1].map(() => machine(prefix)));
    const [one, other] = [machines[0] as Machine, machines[1] as Machine];
    await one.teller.begin();
    for (let at = 0; at < 12; at++) {
      const { id, name } = await one.people.create(realm, `name${at}`);
      await one.people.setEmail(id, `${name}@gemeente.nl`);
      const source = '192.0.2.7';
      await other.trail.record({ type: 'recovery-codes.made', realm, person: id, name, source });
    }
    for (const { clock } of machines) clock.time += noticeLimits.settle;
    await Promise.all(machines.map(({ teller }) => teller.run()));
    await Promise.all(machines.map(({ outbox }) => outbox.run()));
    const expected = Array.from({ length: 12 }, (_, at) => `name${at}@gemeente.nl`);
    expect(server.taken.flatMap(({ to }) => to).sort()).toEqual(expected.toSorted());
    expect(await one.outbox.waiting()).toBe(0);
    for (const { store } of machines) await store.close();
  });

  type Machine = Awaited<ReturnType<typeof machine>>;

  async function machine(prefix: string) {
    const store = await openRedisStore(single(redis), { prefix });
    const bench = await openBench({ store });
    const trail = new AuditTrail({ ...bench.deps, log: () => undefined });
    const mailer = smtpMailer(() => smtpServerAt(server.port));
    const outbox = new Outbox({ ...bench.deps, audit: trail, mailer });
    const teller = new Teller({
      ...bench.deps,
      trail,
      people: bench.people,
      outbox,
      mailer,
      realm: () => ({ title: 'Gemeente Voorbeeld', desk: undefined, timeZone: 'Europe/Amsterdam' }),
      say: (language, id, values) => translateTo(language)(id, values),
    });
    return { ...bench, store, trail, outbox, teller };
  }
});
