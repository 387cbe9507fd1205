import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type MailServer, smtpServerAt, startMailServer } from '../../test/support/mail-server.ts';
import { type Bench, minute, openBench, realm } from '../../test/vectors/factor-bench.ts';
import { AuditTrail } from '../audit/chain.ts';
import type { AuditEvent } from '../audit/event.ts';
import { followerLimits } from '../audit/follower.ts';
import { smtpMailer } from '../carrier/smtp-mailer.ts';
import { Outbox } from '../notice/outbox.ts';
import { translateTo } from '../ui/messages.ts';
import { signalKinds } from './rules.ts';
import { Signals, signalMail } from './signals.ts';

let server: MailServer;
let bench: Bench;
let trail: AuditTrail;
let one: Instance;
let to: readonly string[];

type Instance = ReturnType<typeof instance>;
beforeEach(async () => {
  server = await startMailServer({ tls: 'none' });
  bench = await openBench();
  trail = new AuditTrail({ ...bench.deps, log: () => undefined });
  to = ['csirt@gemeente.nl'];
  one = instance();
  await one.signals.begin();
});
afterEach(() => server.close());

function instance() {
  const mailer = smtpMailer(() => smtpServerAt(server.port));
  const outbox = new Outbox({ ...bench.deps, audit: trail, mailer });
  const signals = new Signals({
    ...bench.deps,
    trail,
    audit: trail,
    outbox,
    mailer,
    to: () => to,
    realm: name =>
      name === realm ? { title: 'Gemeente Voorbeeld', desk: undefined, timeZone: 'Europe/Amsterdam' } : undefined,
    say: (language, id, values) => translateTo(language)(id, values),
  });
  return { signals, outbox };
}

/** What happened is seen, and then mailed. */
async function round(at: Instance = one): Promise<void> {
  await at.signals.run();
  await at.signals.run();
  await at.outbox.run();
}

async function raised(): Promise<readonly Extract<AuditEvent, { type: 'signal.raised' }>[]> {
  const entries = await trail.tail(10_000);
  return entries.flatMap(({ event }) => (event.type === 'signal.raised' ? [event] : []));
}
const kinds = async () => (await raised()).map(({ signal }) => signal);

const person = { realm, person: 'p1', name: 'anna', source: '192.0.2.7' };
const failed = (name: string, source = '192.0.2.7'): AuditEvent => ({
  type: 'sign-in.failed',
  realm,
  app: 'post',
  name,
  source,
});
const wrong = (reason: 'wrong' | 'used' | 'delayed' = 'wrong'): AuditEvent => ({
  type: 'challenge.failed',
  ...person,
  app: 'post',
  factor: '',
  reason,
});
const added: AuditEvent = { type: 'factor.added', ...person, kind: 'totp', factor: 'f2', by: 'activation-code' };
const reset: AuditEvent = { type: 'factor.removed', ...person, kind: 'totp', factor: 'f1', because: 'reset' };
const copied: AuditEvent = {
  type: 'device.copied',
  ...person,
  device: 'd1',
  label: 'http://evil.example',
  agent: 'x',
  sessions: 1,
};

async function record(...events: readonly AuditEvent[]): Promise<void> {
  for (const event of events) await trail.record(event);
}
const times = (count: number, event: (at: number) => AuditEvent) => Array.from({ length: count }, (_, at) => event(at));

describe('R51 the five signals', () => {
  test('password guessing: ten in an hour at one account, from wherever', async () => {
    await record(...times(9, at => failed('anna', `192.0.2.${at}`)));
    await round();
    expect(await kinds()).toEqual([]);
    await record(failed('anna', '198.51.100.1'), failed('anna'));
    await round();
    expect(await raised()).toMatchObject([{ signal: 'password-guessing', name: 'anna', count: 10 }]);
  });

  test('guesses that were cut off count, and those of an hour ago do not', async () => {
    const limited: AuditEvent = {
      type: 'sign-in.refused',
      realm,
      app: 'post',
      source: '192.0.2.7',
      name: 'anna',
      reason: 'limited',
    };
    await record(...times(9, () => limited));
    await round();
    bench.clock.time += 61 * minute;
    await record(limited);
    await round();
    expect(await kinds()).toEqual([]);
    await record(...times(9, () => limited));
    await round();
    expect(await kinds()).toEqual(['password-guessing']);
  });

  test('the right password and a failed second step: five in half an hour; a code used twice is none', async () => {
    await record(...times(4, () => wrong()), ...times(9, () => wrong('used')));
    await round();
    expect(await kinds()).toEqual([]);
    await record(wrong('delayed'));
    await round();
    expect(await raised()).toMatchObject([{ signal: 'second-step-failed', person: 'p1', name: 'anna', count: 5 }]);
  });

  test('"this is not me" is one at once', async () => {
    await record({ type: 'approval.reported', ...person, app: 'post', factor: 'f1', known: false });
    await round();
    expect(await kinds()).toEqual(['second-step-failed']);
  });

  test('one source against many accounts; an office whose people get in after all is none', async () => {
    const proved = (name: string): AuditEvent => ({ ...failed(name), type: 'sign-in.proved' }) as AuditEvent;
    for (let at = 0; at < 30; at++) await record(failed(`office${at}`), proved(`office${at}`));
    await round();
    expect(await kinds()).toEqual([]);
    await record(...times(10, at => failed(`name${at}`, '2001:db8:1:2::7')));
    await round();
    const [signal] = await raised();
    expect(signal).toMatchObject({ signal: 'one-source-many-accounts', source: '2001:db8:1:2::7', count: 10 });
    // No one of them is whom it is about.
    expect(signal).not.toHaveProperty('name');
  });

  test('one IPv6 network is one source', async () => {
    await record(...times(10, at => failed(`name${at}`, `2001:db8:1:2::${at + 1}`)));
    await round();
    expect(await kinds()).toEqual(['one-source-many-accounts']);
  });

  test('a factor added right after a reset; one added without, or a day later, is none', async () => {
    await record(added);
    await round();
    expect(await kinds()).toEqual([]);
    await record(reset, added);
    await round();
    expect(await kinds()).toEqual(['added-after-reset']);
    bench.clock.time += 25 * 60 * minute;
    await record(added);
    await round();
    expect(await kinds()).toHaveLength(1);
  });

  test('a copied device, and a second step that was reported stolen', async () => {
    await record(copied, { type: 'reset.stolen', realm, case: 'R-1', by: 'b', person: 'p1', name: 'anna' });
    await round();
    expect(await kinds()).toEqual(['device-copied', 'reported-stolen']);
  });
});

describe('R51 who is told, and how often', () => {
  test('each address, in both languages, with what to do, no link, and nothing that an attacker wrote', async () => {
    to = ['csirt@gemeente.nl', 'beheer@gemeente.nl'];
    await record(copied);
    await round();
    expect(server.taken.flatMap(mail => mail.to).sort()).toEqual(['beheer@gemeente.nl', 'csirt@gemeente.nl']);
    const text = server.taken[0]?.mail.text ?? '';
    expect(text).toContain('Een vertrouwd apparaat is in twee browsers gebruikt.');
    expect(text).toContain('A trusted device was used in two browsers.');
    expect(text).toContain('Account: anna. Adres: 192.0.2.7.');
    expect(text).toContain('Have her computer looked at for malware');
    expect(text).not.toMatch(/https?:|evil|[{}]/);
  });

  test('one hour of guessing is one signal and one mail; the next hour another', async () => {
    for (let at = 0; at < 50; at++) {
      await record(failed('anna'));
      await round();
    }
    expect(server.taken).toHaveLength(1);
    bench.clock.time += 61 * minute;
    await record(...times(10, () => failed('anna')));
    await round();
    expect(server.taken).toHaveLength(2);
  });

  test('a hundred accounts at once are twenty mails and one that says that there are more; the log has all', async () => {
    for (let at = 0; at < 100; at++) await record({ ...copied, person: `p${at}`, name: `name${at}` } as AuditEvent);
    await round();
    expect(await raised()).toHaveLength(100);
    expect(server.taken).toHaveLength(signalMail.cap + 1);
    expect(server.taken.at(-1)?.mail.text).toContain('Er zijn het laatste uur veel signalen.');
  });

  test('without an address it is recorded all the same', async () => {
    to = [];
    await record(copied);
    await round();
    expect(await kinds()).toEqual(['device-copied']);
    expect(server.taken).toEqual([]);
  });

  test('of two instances one looks, and counts on where the other died', async () => {
    const other = instance();
    await record(...times(5, () => failed('anna')));
    await round();
    await record(...times(5, () => failed('anna')));
    await other.signals.run();
    expect(await kinds()).toEqual([]);
    bench.clock.time += followerLimits.lead;
    await round(other);
    expect(await kinds()).toEqual(['password-guessing']);
    expect(server.taken).toHaveLength(1);
  });

  test('killed at any step, a signal is raised by who comes after', async () => {
    let steps = 0;
    for (let alive = true; alive; steps++) {
      const before = (await raised()).length;
      await record({ ...copied, device: `d${steps}` } as AuditEvent);
      let left = steps;
      const store = new Proxy(bench.store, {
        get: (target, name) => {
          const step = Reflect.get(target, name) as unknown;
          if (typeof step !== 'function') return step;
          return (...args: unknown[]) => {
            left -= 1;
            return left < 0 ? Promise.reject(new Error('dead')) : (step.apply(target, args) as unknown);
          };
        },
      });
      const dead = new AuditTrail({ ...bench.deps, store, log: () => undefined });
      const dying = new Signals({
        ...bench.deps,
        store,
        trail: dead,
        audit: dead,
        outbox: one.outbox,
        mailer: { configured: false },
        to: () => [],
        realm: () => undefined,
        say: () => '',
      });
      alive = await dying.run().then(
        () => false,
        () => true,
      );
      bench.clock.time += followerLimits.lead;
      await instance().signals.run();
      const now = (await raised()).length - before;
      expect(now, `${steps} steps`).toBeGreaterThanOrEqual(1);
      expect(now, `${steps} steps`).toBeLessThanOrEqual(2);
      bench.clock.time += followerLimits.lead;
    }
    expect(steps).toBeGreaterThan(8);
  });
});

test.each(['nl', 'en'] as const)('R51 in %s every signal says what it is and what to do', language => {
  const values = { organisation: 'x', name: 'x', source: 'x', count: 1, when: 'x' };
  for (const signal of signalKinds)
    for (const id of [`signal.${signal}`, `signal.${signal}-do`] as const)
      expect(translateTo(language)(id, values)).not.toMatch(/[{}]|https?:/);
});
