import { afterEach, describe, expect, test } from 'vitest';
import {
  type MailServer,
  type MailServerOptions,
  smtpServerAt,
  startMailServer,
} from '../../test/support/mail-server.ts';
import { type Bench, minute, openBench, realm } from '../../test/vectors/factor-bench.ts';
import { smtpMailer } from '../carrier/smtp-mailer.ts';
import { SluisError } from '../kernel/errors.ts';
import type { Store } from '../kernel/store.ts';
import { mailLimits, retryDelay } from './limits.ts';
import { Outbox, type Outgoing } from './outbox.ts';

const hour = 60 * minute;
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function serve(options: MailServerOptions = {}): Promise<MailServer> {
  const server = await startMailServer({ tls: 'none', ...options });
  open.push(server);
  return server;
}

/** One instance: an outbox of its own on the store that all share. */
function instance(bench: Bench, port: number, store: Store = bench.store): Outbox {
  const mailer = smtpMailer(() => smtpServerAt(port));
  return new Outbox({ ...bench.deps, store, mailer });
}

function outgoing(to = 'anna@gemeente.nl', more: Partial<Outgoing> = {}): Outgoing {
  const mail = { to, subject: 'Uw tweede stap', text: 'Iets is veranderd.\n', language: 'nl' } as const;
  return { realm, about: 'notice', person: { id: 'p1', name: 'anna' }, mail, ...more };
}

const outcomes = (bench: Bench) => bench.events.filter(({ type }) => type.startsWith('mail.'));

describe('R37 what was put is sent', () => {
  test('once, whoever puts it again, and the log has neither address nor text', async () => {
    const [bench, server] = [await openBench(), await serve()];
    const outbox = instance(bench, server.port);
    const mail = outgoing('anna@gemeente.nl', { id: 'n1' });
    expect(await outbox.put(mail)).toBe('kept');
    expect(await outbox.put(mail)).toBe('known');
    await outbox.run();
    expect(await outbox.put(mail)).toBe('known');
    await outbox.run();
    expect(server.taken.map(({ to }) => to)).toEqual([['anna@gemeente.nl']]);
    expect(server.taken[0]?.mail.messageId).toBe('<n1@gemeente.nl>');
    expect(await outbox.waiting()).toBe(0);
    expect(outcomes(bench)).toEqual([
      { type: 'mail.sent', realm, mail: 'n1', about: 'notice', person: 'p1', name: 'anna', tries: 1 },
    ]);
    expect(JSON.stringify(bench.events)).not.toMatch(/anna@|veranderd/);
  });

  test('of two instances that send at once, each mail by one', async () => {
    const [bench, server] = [await openBench(), await serve()];
    const both = [instance(bench, server.port), instance(bench, server.port)] as const;
    const names = Array.from({ length: 24 }, (_, at) => `p${at}@gemeente.nl`);
    for (const [at, name] of names.entries()) await both[at % 2 === 0 ? 0 : 1].put(outgoing(name));
    await Promise.all(both.map(outbox => outbox.run()));
    expect(server.taken.flatMap(({ to }) => to).sort()).toEqual(names.toSorted());
    expect(outcomes(bench)).toHaveLength(names.length);
  });

  test('what waits is sealed: neither address nor text can be read in the store', async () => {
    const bench = await openBench();
    await instance(bench, 1).put(outgoing('anna@gemeente.nl', { id: 'n1' }));
    const record = await bench.store.get('mail:{n1}');
    expect(record?.value).not.toMatch(/anna|veranderd/);
    expect(Buffer.from(record?.value.split('.')[1] ?? '', 'base64url').toString('latin1')).not.toMatch(
      /anna|veranderd/,
    );
  });
});

describe('R37 what could not be sent is tried again', () => {
  test('with growing delays, under the same message id', async () => {
    let refusals = 3;
    const server = await serve({
      refuse: step => (step === 'recipient' && refusals-- > 0 ? '450 4.2.1 later' : undefined),
    });
    const bench = await openBench();
    const outbox = instance(bench, server.port);
    await outbox.put(outgoing('anna@gemeente.nl', { id: 'n1' }));
    const began = bench.clock.time;
    const times: number[] = [];
    while (server.taken.length === 0 && bench.clock.time < began + hour) {
      const before = server.connections;
      await outbox.run();
      if (server.connections > before) times.push((bench.clock.time - began) / minute);
      bench.clock.time += minute / 2;
    }
    expect(times).toEqual([0, 1, 3, 7]);
    expect(outcomes(bench)).toMatchObject([{ type: 'mail.sent', tries: 4 }]);
  });

  test('a refusal for good is given up at once, and holds up nobody else', async () => {
    const server = await serve({
      refuse: (step, address) =>
        step === 'recipient' && address.startsWith('weg') ? '550 5.1.1 no such user' : undefined,
    });
    const bench = await openBench();
    const outbox = instance(bench, server.port);
    for (const name of ['weg@gemeente.nl', 'xenia@gemeente.nl'])
      await outbox.put(outgoing(name, { id: name.slice(0, 1) }));
    await outbox.run();
    expect(server.taken.map(({ to }) => to)).toEqual([['xenia@gemeente.nl']]);
    expect(outcomes(bench)).toMatchObject([
      { type: 'mail.failed', why: 'refused', at: 'recipient', status: 550, said: '550 5.1.1 no such user', tries: 1 },
      { type: 'mail.sent' },
    ]);
    expect(await outbox.waiting()).toBe(0);
    expect(JSON.stringify(bench.events)).not.toContain('weg@');
  });

  test('one that is put off holds up nobody else', async () => {
    const server = await serve({
      refuse: (step, address) =>
        step === 'recipient' && address.startsWith('vol') ? '452 4.2.2 mailbox full' : undefined,
    });
    const bench = await openBench();
    const outbox = instance(bench, server.port);
    for (const name of ['vol@gemeente.nl', 'anna@gemeente.nl']) await outbox.put(outgoing(name));
    await outbox.run();
    expect(server.taken.map(({ to }) => to)).toEqual([['anna@gemeente.nl']]);
    expect(await outbox.waiting()).toBe(1);
  });

  test('after two days it is given up, and the log says how far the last try came', async () => {
    const server = await startMailServer({ tls: 'none' });
    await server.close();
    const bench = await openBench();
    const outbox = instance(bench, server.port);
    await outbox.put(outgoing());
    const began = bench.clock.time;
    for (; outcomes(bench).length === 0 && bench.clock.time < began + 60 * hour; bench.clock.time += 10 * minute)
      await outbox.run();
    expect(outcomes(bench)).toMatchObject([{ type: 'mail.failed', why: 'given-up', at: 'connect' }]);
    expect(bench.clock.time - began).toBeGreaterThan(mailLimits.giveUp);
    expect(bench.clock.time - began).toBeLessThan(mailLimits.giveUp + 3 * hour);
    expect(await outbox.waiting()).toBe(0);
  });

  test('where the server itself fails, one mail is tried and not all, and soon the next', async () => {
    const server = await serve({ user: { name: 'sluis', password: 'x' } });
    const bench = await openBench();
    const outbox = instance(bench, server.port);
    for (let at = 0; at < 10; at++) await outbox.put(outgoing(`p${at}@gemeente.nl`));
    await outbox.run();
    await outbox.run();
    expect(server.connections).toBe(1);
    bench.clock.time += mailLimits.quiet;
    await outbox.run();
    expect(server.connections).toBe(2);
  });

  test('a server that dies with the mail in hand gets it again', async () => {
    const dying = await serve({ onMail: () => new Promise(() => undefined) });
    const bench = await openBench();
    await instance(bench, dying.port).put(outgoing('anna@gemeente.nl', { id: 'n1' }));
    const cut = new AbortController();
    const running = instance(bench, dying.port).run({ cut: cut.signal });
    await expect.poll(() => dying.connections, { timeout: 20_000 }).toBe(1);
    cut.abort();
    await running;
    const server = await serve();
    bench.clock.time += retryDelay(1);
    await instance(bench, server.port).run();
    expect(server.taken).toHaveLength(1);
  });
});

describe('nothing is lost and nothing grows without end', () => {
  /** The store of a process that is killed (kill -9) after so many steps: no later step of it reaches the store. */
  function dyingStore(store: Store, steps: number): Store {
    let left = steps;
    return new Proxy(store, {
      get: (target, name) => {
        const step = Reflect.get(target, name) as unknown;
        if (typeof step !== 'function') return step;
        return (...args: unknown[]) => {
          left -= 1;
          if (left < 0) return Promise.reject(new SluisError('store.unavailable', 'this process is dead'));
          return step.apply(target, args) as unknown;
        };
      },
    });
  }

  test('killed at any step of putting: what is put again is sent once', async () => {
    const server = await serve();
    let steps = 0;
    for (let alive = true; alive; steps++) {
      const bench = await openBench();
      const mail = outgoing(`p${steps}@gemeente.nl`, { id: 'n1' });
      const kept = await instance(bench, server.port, dyingStore(bench.store, steps))
        .put(mail)
        .catch(() => undefined);
      alive = kept === undefined;
      const outbox = instance(bench, server.port);
      await outbox.put(mail);
      await outbox.run();
      expect(
        server.taken.filter(({ to }) => to[0] === mail.mail.to),
        `${steps} steps`,
      ).toHaveLength(1);
    }
    expect(steps).toBeGreaterThan(2);
  });

  test.each(['taken', 'put off'])(
    'killed at any step of sending, the mail being %s: another instance sends it',
    async how => {
      let putOff = false;
      const server = await serve({ refuse: step => (step === 'recipient' && putOff ? '450 later' : undefined) });
      let steps = 0;
      for (let alive = true; alive; steps++) {
        const bench = await openBench();
        const address = `p${steps}@gemeente.nl`;
        await instance(bench, server.port).put(outgoing(address));
        putOff = how === 'put off';
        alive = await instance(bench, server.port, dyingStore(bench.store, steps))
          .run()
          .then(
            () => false,
            () => true,
          );
        putOff = false;
        for (let round = 0; round < 6; round++) {
          bench.clock.time += mailLimits.claim;
          await instance(bench, server.port).run();
        }
        const times = server.taken.filter(({ to }) => to[0] === address).length;
        expect(times, `${steps} steps`).toBeGreaterThanOrEqual(1);
        expect(times, `${steps} steps`).toBeLessThanOrEqual(2);
        expect(await instance(bench, server.port).waiting(), `${steps} steps`).toBe(0);
      }
      expect(steps).toBeGreaterThan(5);
    },
  );

  test('a full outbox takes no more, and says so in the log', async () => {
    const bench = await openBench();
    const outbox = instance(bench, 1);
    for (let at = 0; at < mailLimits.waiting; at++) await bench.store.add('outbox', `999999999999999.x${at}`);
    expect(await outbox.put(outgoing())).toBe('full');
    expect(outcomes(bench)).toMatchObject([{ type: 'mail.failed', why: 'full', tries: 0 }]);
    expect(await outbox.waiting()).toBe(mailLimits.waiting);
  });

  test('one that was written under a key that is gone is recorded, and those behind it are sent', async () => {
    const [bench, server] = [await openBench(), await serve()];
    const outbox = instance(bench, server.port);
    await outbox.put(outgoing('weg@gemeente.nl', { id: 'n1' }));
    const record = await bench.store.get('mail:{n1}');
    await bench.store.replace('mail:{n1}', record?.version ?? 0, 'k0.AAAA');
    await outbox.put(outgoing('anna@gemeente.nl', { id: 'n2' }));
    await outbox.run();
    expect(outcomes(bench)).toMatchObject([{ why: 'unreadable', mail: 'n1' }, { type: 'mail.sent' }]);
  });

  test('stopped, it ends the mail in hand and begins no other', async () => {
    const release = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const server = await serve({
      onMail: () => {
        arrived.resolve();
        return release.promise;
      },
    });
    const bench = await openBench();
    const outbox = instance(bench, server.port);
    for (const name of ['anna@gemeente.nl', 'bram@gemeente.nl']) await outbox.put(outgoing(name));
    const stop = new AbortController();
    const running = outbox.run({ stop: stop.signal });
    await arrived.promise;
    stop.abort();
    release.resolve();
    await running;
    expect(server.taken).toHaveLength(1);
    expect(await outbox.waiting()).toBe(1);
  });
});
