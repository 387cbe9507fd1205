import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { arrive, openApproval, withPhone } from '../../test/support/approval-bench.ts';
import { PushReceiver, type PushService, startPushService } from '../../test/support/push-service.ts';
import { until } from '../../test/support/redis.ts';
import { openBench } from '../../test/vectors/factor-bench.ts';
import { deviceOf } from '../factor/approval/credential.ts';
import { vapidKeysOf, wakePhones } from '../factor/approval/push.ts';
import { keepSubscription, subscriptionOf } from '../factor/approval/subscription.ts';
import { hash } from '../factor/people.ts';
import type { Person } from '../factor/person.ts';
import { phoneCalls, pushSender } from './phone-calls.ts';

let service: PushService;
let elsewhere: PushService;
const told: unknown[] = [];
const log = { warn: (...said: unknown[]) => void told.push(said) };

beforeAll(async () => {
  [service, elsewhere] = await Promise.all([startPushService(), startPushService()]);
});
afterAll(async () => {
  await Promise.all([service?.close(), elsewhere?.close()]);
});
beforeEach(() => {
  service.pushed.length = 0;
  service.answer = { status: 201 };
  told.length = 0;
});

const settings = () => ({ contact: 'mailto:beheer@gemeente.test', pushHosts: [service.host] });

/** A person with one phone that can be reached at the service. */
async function reachable() {
  const bench = await openBench();
  const receiver = new PushReceiver();
  const publicKey = new PushReceiver().p256dh;
  const device = deviceOf(publicKey);
  const { p256dh, auth } = receiver;
  await keepSubscription(bench.deps, device, { endpoint: `http://${service.host}/p/1`, p256dh, auth, language: 'nl' });
  const factor = { kind: 'approval', level: 2, id: 'f', label: 'x', credential: { publicKey }, boundAt: 0 } as const;
  const person: Pick<Person, 'realm' | 'factors'> = {
    realm: 'gemeente',
    factors: [{ ...factor, boundBy: 'desk', lastUsedAt: undefined }],
  };
  const wake = () => wakePhones(bench.deps, person, pushSender(settings(), log as never));
  return { bench, receiver, wake, device };
}

describe('a phone is woken by a message (RFC 8030, 8291, 8292)', () => {
  it('RFC 8291 appendix A: the service of this test reads what the example says', () => {
    const receiver = new PushReceiver({
      privateKey: 'q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94',
      auth: 'BTBZMqHH6r4Tts7J_aSIgg',
    });
    const body =
      'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN';
    expect(receiver.open(Buffer.from(body, 'base64url'))).toBe('When I grow up, I want to be a watermelon');
  });

  it('says that something waits, and no word of who, where or what, to nobody but that phone', async () => {
    const { bench, receiver, wake } = await reachable();
    await wake();
    const [pushed] = service.pushed;
    if (pushed === undefined) throw new Error('nothing was pushed');
    expect(JSON.parse(receiver.open(pushed.body))).toEqual({
      title: 'Bent u dit?',
      body: 'Er wacht iets op uw goedkeuring. Open deze melding.',
    });
    expect(() => new PushReceiver().open(pushed.body)).toThrow();
    const { headers, path } = pushed;
    expect([path, headers['ttl'], headers['urgency'], headers['content-encoding']]).toEqual([
      '/p/1',
      '180',
      'high',
      'aes128gcm',
    ]);
    const { publicKey } = await vapidKeysOf(bench.deps, 'gemeente');
    expect(await service.sender(pushed)).toEqual({
      subject: 'mailto:beheer@gemeente.test',
      audience: `http://${service.host}`,
      key: publicKey,
    });
    expect(told).toEqual([]);
  });

  it.each([404, 410])('forgets a phone of which the service says %i', async status => {
    const { bench, wake, device } = await reachable();
    service.answer = { status };
    await wake();
    expect(await subscriptionOf(bench.deps, device)).toBeUndefined();
    await wake();
    expect(service.pushed).toHaveLength(1);
  });

  it.each([400, 429, 500])('keeps a phone of which the service says %i, and tells the operator', async status => {
    const { bench, wake, device } = await reachable();
    service.answer = { status, body: 'x'.repeat(1_000_000) };
    await wake();
    expect(await subscriptionOf(bench.deps, device)).toBeDefined();
    expect(told).toEqual([[{ host: service.host, status }, 'a push service took no message']]);
  });

  it('CWE-918: follows no redirect, and goes to no host that is not allowed any more', async () => {
    const { bench, wake, device } = await reachable();
    for (const status of [301, 302, 307, 308]) {
      service.answer = { status, headers: { location: `http://${elsewhere.host}/inside` } };
      await wake();
    }
    const kept = await subscriptionOf(bench.deps, device);
    if (kept === undefined) throw new Error('forgotten');
    const keys = await vapidKeysOf(bench.deps, 'gemeente');
    const send = pushSender({ ...settings(), pushHosts: [] }, log as never);
    expect(await send(keys, kept)).toBe('failed');
    expect([service.pushed.length, elsewhere.pushed.length]).toEqual([4, 0]);
  });

  it('a service that is not there, or keys that are none, hold nobody up', async () => {
    const { bench } = await reachable();
    const keys = await vapidKeysOf(bench.deps, 'gemeente');
    const gone = await startPushService();
    await gone.close();
    const send = pushSender({ ...settings(), pushHosts: [gone.host, service.host] }, log as never);
    const { p256dh, auth } = new PushReceiver();
    expect(await send(keys, { endpoint: `http://${gone.host}/`, p256dh, auth, language: 'nl' })).toBe('failed');
    const bad = { endpoint: `http://${service.host}/`, p256dh: 'AAAA', auth: 'AAAA', language: 'nl' } as const;
    expect(await send(keys, bad)).toBe('failed');
    expect(told).toHaveLength(2);
  });

  it('the keys of a realm are made once, by many at once, and are sealed', async () => {
    const { bench } = await reachable();
    const made = await Promise.all(Array.from({ length: 10 }, () => vapidKeysOf(bench.deps, 'ander')));
    expect(new Set(made.map(({ privateKey }) => privateKey)).size).toBe(1);
    expect((await vapidKeysOf(bench.deps, 'gemeente')).publicKey).not.toBe(made[0]?.publicKey);
    const kept = await bench.store.get(`approval-vapid:{${hash('ander')}}`);
    expect(kept?.value).toMatch(/^k1\./);
    expect(kept?.value).not.toContain(made[0]?.privateKey);
  });

  it('R21: from her sign-in to her phone, in the language of her phone', async () => {
    const bench = await openApproval();
    const logger = log as never;
    const approval = phoneCalls({ ...bench.deps, logger }, settings());
    const calling = await openApproval({ store: bench.store, clock: bench.clock, deps: { approval } });
    const { phone } = await withPhone(calling, 'anna');
    const receiver = new PushReceiver();
    const { p256dh, auth } = receiver;
    const said = await phone.say('subscribe', { endpoint: `http://${service.host}/p/2`, p256dh, auth });
    expect(said.state).toBe('subscribed');
    await arrive(calling, 'anna');
    await until(async () => service.pushed.length === 1);
    expect(JSON.parse(receiver.open(service.pushed[0]?.body ?? Buffer.alloc(0)))).toMatchObject({
      title: 'Bent u dit?',
    });
    // The phone is told the key that the service knows us by.
    const [pushed] = service.pushed;
    if (pushed === undefined) throw new Error('nothing was pushed');
    expect((await service.sender(pushed)).key).toBe((await phone.say('poll')).push);
  });
});
