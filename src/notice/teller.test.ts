import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type MailServer, smtpServerAt, startMailServer } from '../../test/support/mail-server.ts';
import { type Bench, minute, openBench, realm } from '../../test/vectors/factor-bench.ts';
import { AuditTrail, auditLog } from '../audit/chain.ts';
import type { AuditEvent } from '../audit/event.ts';
import { followerLimits } from '../audit/follower.ts';
import { smtpMailer } from '../carrier/smtp-mailer.ts';
import type { Person } from '../factor/person.ts';
import { KeyRing } from '../kernel/key-ring.ts';
import { systemRandom } from '../kernel/random.ts';
import type { Store } from '../kernel/store.ts';
import { translateTo } from '../ui/messages.ts';
import { Addresses } from './addresses.ts';
import type { NoticeRealm } from './compose.ts';
import { noticeLimits } from './limits.ts';
import { noticeOf } from './notices.ts';
import { Outbox } from './outbox.ts';
import { Teller } from './teller.ts';

const hour = 60 * minute;
const gemeente: NoticeRealm = {
  title: 'Gemeente Voorbeeld',
  desk: { place: 'Stadhuis, kamer 12', hours: '9-17 uur', phone: '14 0123' },
  timeZone: 'Europe/Amsterdam',
};

let server: MailServer;
let bench: Bench;
let trail: AuditTrail;
let anna: Person;
let configured: boolean;
let only: ReturnType<typeof instance>;
beforeEach(async () => {
  server = await startMailServer({ tls: 'none' });
  bench = await openBench();
  trail = new AuditTrail({ ...bench.deps, log: () => undefined });
  configured = true;
  anna = await bench.people.create(realm, 'anna');
  await bench.people.setEmail(anna.id, 'anna@gemeente.nl');
  only = instance();
  await only.teller.run();
});
afterEach(() => server.close());

/** One instance of Sluis, as far as mail goes. */
function instance(store: Store = bench.store): { teller: Teller; outbox: Outbox } {
  const mailer = smtpMailer(() => (configured ? smtpServerAt(server.port) : undefined));
  const outbox = new Outbox({ ...bench.deps, store, audit: trail, mailer });
  const teller = new Teller({
    ...bench.deps,
    store,
    trail: new AuditTrail({ ...bench.deps, store, log: () => undefined }),
    outbox,
    mailer,
    realm: name => (name === realm ? gemeente : undefined),
    say: (language, id, values) => translateTo(language)(id, values),
  });
  return { teller, outbox };
}

const added = (more: object = {}): AuditEvent => ({
  type: 'factor.added',
  realm,
  person: anna.id,
  name: 'anna',
  kind: 'totp',
  factor: 'f1',
  by: 'activation-code',
  source: '192.0.2.7',
  ...more,
});
const series = (): AuditEvent => ({
  type: 'challenge.failed',
  realm,
  person: anna.id,
  name: 'anna',
  app: 'post',
  factor: '',
  reason: 'delayed',
  source: '192.0.2.7',
});

/** What happened is long enough ago, and told. */
async function round(one = only): Promise<void> {
  bench.clock.time += noticeLimits.settle;
  await one.teller.run();
  await one.outbox.run();
}

const texts = () => server.taken.map(({ mail }) => (mail.text ?? '').replaceAll('\r\n', '\n'));

describe('R37 an owner is told what happened to her account', () => {
  test('in Dutch with English below, with the time where she is, the desk, and no link', async () => {
    await trail.record(added());
    await round();
    const [mail] = server.taken;
    expect(mail?.to).toEqual(['anna@gemeente.nl']);
    expect(mail?.mail.subject).toBe(
      'Wijziging in uw tweede stap bij Gemeente Voorbeeld / Change to your second step at Gemeente Voorbeeld',
    );
    const [text = ''] = texts();
    expect(text).toContain('Er is een tweede stap toegevoegd: Authenticator-app. Dat was op 2 maart 2026 om 10:00.');
    expect(text).toContain('A second step was added: Authenticator app. That was on 2 March 2026 at 10:00.');
    expect(text).toContain('Stadhuis, kamer 12, 9-17 uur, telefoon 14 0123');
    expect(text).not.toMatch(/https?:|www\.|192\.0\.2|[{}]/);
  });

  test('in the language of her last page alone', async () => {
    await bench.people.update(anna.id, current => ({ ...current, language: 'en' }));
    await trail.record(added());
    await round();
    expect(server.taken[0]?.mail.subject).toBe('Change to your second step at Gemeente Voorbeeld');
    expect(texts()[0]).not.toContain('tweede stap');
  });

  test('one act is one mail, whatever entries it leaves', async () => {
    await trail.record(added());
    await trail.record({ ...added({ because: 'replaced', kind: 'webauthn' }), type: 'factor.removed' } as AuditEvent);
    await trail.record({ type: 'recovery-codes.made', realm, person: anna.id, name: 'anna', source: 'x' });
    for (const session of ['a', 'b'])
      await trail.record({
        type: 'session.ended',
        realm,
        person: anna.id,
        name: 'anna',
        session,
        reason: 'by-operator',
      });
    await round();
    expect(server.taken).toHaveLength(1);
    expect(texts()[0]?.match(/Dat was op/g)).toHaveLength(4);
  });

  test('a change of address is told to the old one and the new one, and the old one is then forgotten', async () => {
    await new Addresses({ people: bench.people, audit: trail }).set(anna, 'a@post.example.org', 'beheer');
    await round();
    expect(server.taken.flatMap(({ to }) => to).sort()).toEqual(['a@post.example.org', 'anna@gemeente.nl']);
    expect(texts()[0]).toContain('Het mailadres van uw account is veranderd.');
    const kept = await bench.people.byId(anna.id);
    expect([kept?.email, kept?.formerEmail]).toEqual(['a@post.example.org', undefined]);
    await trail.record(added());
    await round();
    expect(server.taken.at(-1)?.to).toEqual(['a@post.example.org']);
    expect(server.taken).toHaveLength(3);
  });

  test('who changes it twice in a moment cannot keep the change from its owner', async () => {
    const addresses = new Addresses({ people: bench.people, audit: trail });
    for (const address of ['b@post.example.org', 'c@post.example.org']) await addresses.set(anna, address, 'beheer');
    await round();
    expect(server.taken.flatMap(({ to }) => to).sort()).toEqual(['anna@gemeente.nl', 'c@post.example.org']);
  });

  test('an address that was changed soon after the first was given is told of the change, also in a mail of its own', async () => {
    const bram = await bench.people.create(realm, 'bram');
    const addresses = new Addresses({ people: bench.people, audit: trail });
    await addresses.set(bram, 'bram@gemeente.nl', 'beheer');
    bench.clock.time += noticeLimits.settle - 1;
    await addresses.set(bram, 'b@post.example.org', 'beheer');
    bench.clock.time += 1;
    await only.teller.run();
    await round();
    const changed = server.taken.filter(({ mail: { text } }) =>
      text?.includes('Het mailadres van uw account is veranderd.'),
    );
    expect(changed.flatMap(({ to }) => to).sort()).toEqual(['b@post.example.org', 'bram@gemeente.nl']);
    expect(server.taken).toHaveLength(3);
  });

  test('nobody without an address, and nobody who is gone', async () => {
    const bram = await bench.people.create(realm, 'bram');
    await trail.record(added({ person: bram.id, name: 'bram' }));
    await trail.record(added({ person: 'gone', name: 'carla' }));
    await trail.record({ type: 'server.stopped', realm: '' });
    await round();
    expect(server.taken).toEqual([]);
  });

  test('a kind that this release does not know has words too', async () => {
    await trail.record(added({ kind: 'constructor' }));
    await round();
    expect(texts()[0]).toContain('Er is een tweede stap toegevoegd: een tweede stap.');
  });
});

describe('R37 at least once, and by one instance', () => {
  test('of two instances one tells; when it is dead the other goes on', async () => {
    const [one, other] = [instance(), instance()];
    bench.clock.time += followerLimits.lead;
    await one.teller.run();
    await trail.record(added());
    bench.clock.time += noticeLimits.settle;
    await Promise.all([other.teller.run(), one.teller.run()]);
    await trail.record(added({ kind: 'webauthn' }));
    bench.clock.time += noticeLimits.settle;
    await other.teller.run();
    await other.outbox.run();
    expect(server.taken).toHaveLength(1);
    bench.clock.time += followerLimits.lead;
    await other.teller.run();
    await other.outbox.run();
    expect(server.taken).toHaveLength(2);
    expect(texts()[1]).toContain('beveiligingssleutel');
  });

  test('killed at any step, what happened is told by who comes after', async () => {
    let steps = 0;
    for (let alive = true; alive; steps++) {
      const before = server.taken.length;
      await trail.record(added());
      bench.clock.time += noticeLimits.settle + followerLimits.lead;
      let left = steps;
      const dying = new Proxy(bench.store, {
        get: (target, name) => {
          const step = Reflect.get(target, name) as unknown;
          if (typeof step !== 'function') return step;
          return (...args: unknown[]) => {
            left -= 1;
            return left < 0 ? Promise.reject(new Error('dead')) : (step.apply(target, args) as unknown);
          };
        },
      });
      alive = await instance(dying)
        .teller.run()
        .then(
          () => false,
          () => true,
        );
      bench.clock.time += followerLimits.lead;
      await round(instance());
      expect(server.taken.length - before, `${steps} steps`).toBe(1);
      bench.clock.time += hour;
    }
    expect(steps).toBeGreaterThan(6);
  });

  test('who can write to the store and has no key has nobody told anything', async () => {
    const ring = new KeyRing([{ id: 'k1', secret: Buffer.alloc(32, 9) }], systemRandom);
    const forged = new AuditTrail({ ...bench.deps, ring, log: () => undefined });
    await forged.record(added());
    await trail.record(added({ kind: 'webauthn' }));
    const head = await bench.store.head(auditLog);
    const moved = (head?.entry ?? '').replace('"webauthn"', '"totp"');
    await bench.store.append(auditLog, head?.number ?? 0, moved);
    await round();
    expect(texts()).toHaveLength(1);
    expect(texts()[0]).not.toContain('Authenticator-app');
  });
});

describe('R37 what happened without mail is told to nobody later', () => {
  test('mail comes to be configured: from then on', async () => {
    configured = false;
    bench.clock.time += 3 * 24 * hour;
    await trail.record(added());
    await round();
    configured = true;
    await round();
    expect(server.taken).toEqual([]);
    await trail.record(added());
    await round();
    expect(server.taken).toHaveLength(1);
  });

  test('an entry from the future, of a clock that was wrong, keeps nothing from being told', async () => {
    bench.clock.time += 24 * hour;
    await trail.record(added());
    bench.clock.time -= 24 * hour;
    await round();
    expect(server.taken).toHaveLength(1);
  });

  test('a restart of an hour loses nothing', async () => {
    await trail.record(added());
    bench.clock.time += hour;
    await round();
    expect(server.taken).toHaveLength(1);
  });

  test('where nothing happens for weeks, the next change is told all the same', async () => {
    for (let day = 0; day < 20; day++) {
      bench.clock.time += 24 * hour;
      await round();
    }
    await trail.record(added());
    await round();
    expect(server.taken).toHaveLength(1);
  });
});

describe('R37 nobody is flooded, and nothing hides behind a flood', () => {
  test('after twelve mails in an hour one says that there is more, and then the hour is quiet', async () => {
    for (let at = 0; at < 40; at++) {
      await trail.record(added());
      await round();
    }
    expect(server.taken).toHaveLength(noticeLimits.change + 1);
    expect(texts().at(-1)).toContain('Er is het laatste uur veel veranderd');
    bench.clock.time += 2 * hour;
    await trail.record(added());
    await round();
    expect(server.taken).toHaveLength(noticeLimits.change + 2);
    expect(texts().at(-1)).toContain('Er is een tweede stap toegevoegd');
  });

  test('who has the password alone and fails a hundred times gets her one mail, and a change is told after it', async () => {
    for (let at = 0; at < 100; at++) {
      await trail.record(series());
      if (at % 10 === 0) await round();
    }
    await round();
    expect(texts()).toHaveLength(1);
    expect(texts()[0]).toContain('Die persoon kent misschien uw wachtwoord.');
    await trail.record(series());
    await trail.record(added());
    await round();
    expect(texts()).toHaveLength(2);
    expect(texts()[1]).toContain('Er is een tweede stap toegevoegd');
    expect(texts()[1]).not.toContain('verkeerde code');
  });

  test('a single wrong code is told to nobody', async () => {
    await trail.record({ ...series(), reason: 'wrong' } as AuditEvent);
    await round();
    expect(server.taken).toEqual([]);
  });
});

describe('R37 every text is complete', () => {
  test.each(['nl', 'en'] as const)('in %s no place is left open, and no line is about nobody', async language => {
    const { composeNotice } = await import('./compose.ts');
    const events: readonly AuditEvent[] = [
      added(),
      ...(['replaced', 'reset', 'by-owner'] as const).map(
        because => ({ ...added({ because }), type: 'factor.removed' }) as AuditEvent,
      ),
      ...[true, false].map(replaces => added({ type: 'person.invited', replaces, until: 0 })),
      ...(['added', 'changed', 'removed'] as const).map(change => added({ type: 'person.mail-set', change })),
      added({ type: 'recovery-code.used', left: 3 }),
      added({ type: 'recovery-codes.made' }),
      added({ type: 'activation.accepted' }),
      added({ type: 'set-up.by-self' }),
      added({ type: 'token.handed-out', serial: 'S1' }),
      added({ type: 'token.returned', serial: 'S1' }),
      added({ type: 'session.ended', reason: 'by-operator' }),
      added({ type: 'operator.changed' }),
      added({ type: 'person.closed' }),
      added({ type: 'person.opened' }),
      added({ type: 'approval.reported' }),
      ...(['trusted', 'removed', 'doubted', 'copied'] as const).map(what => added({ type: `device.${what}` })),
      added({ type: 'reset.filed' }),
      series(),
    ];
    const told = events.map(event => {
      const notice = noticeOf(event);
      if (notice === undefined) throw new Error(`${event.type} is told to nobody`);
      return { ...notice, at: 0 };
    });
    for (const one of [told, 'many'] as const) {
      for (const desk of [gemeente.desk, undefined]) {
        const contents = { realm: { ...gemeente, desk }, person: { name: 'anna', language }, told: one };
        const { subject, text } = composeNotice((tongue, id, values) => translateTo(tongue)(id, values), contents);
        expect(`${subject}\n${text}`).not.toMatch(/[{}]|undefined|https?:/);
      }
    }
  });
});
