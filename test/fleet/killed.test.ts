import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { missing, passwords } from '../support/apps.ts';
import { type Balancer, startBalancer } from '../support/balancer.ts';
import type { Client } from '../support/client.ts';
import { refusalOf, urlOf } from '../support/fleet.ts';
import { enter } from '../support/inside.ts';
import { html, type MaliciousApp, startMaliciousApp } from '../support/malicious-app.ts';
import {
  browserOf,
  formFields,
  freshCode,
  handoffOf,
  openPortal,
  passFirstGate,
  postPassword,
  release,
  releaseOn,
  signInFully,
  submit,
} from '../support/person.ts';
import { RawConnection } from '../support/raw-http.ts';
import { type RedisServer, startRedis, until } from '../support/redis.ts';
import { type ServeProcess, startServeProcess } from '../support/serve-process.ts';
import { RunningClock, startSluis, type TestApp, type TestOptions, type TestSluis } from '../support/sluis.ts';
import {
  alarmsIn,
  comeBack,
  declineTrust,
  deviceCookieOf,
  enterByTrust,
  forgetSessions,
  type Hosts,
  trustHere,
} from '../support/trusting.ts';
import { codeAt } from '../vectors/code-at.ts';

const person = (name: 'anna' | 'bram' | 'carla') => ({ name, password: passwords[name] });
const clients = 12;

let server: RedisServer;
let demo: DemoApp;
let bare: MaliciousApp;
let apps: TestApp[];
let options: TestOptions;
/** Where the test makes sessions and invites people; serves nobody. */
let desk: TestSluis;
let killed: ServeProcess;
let other: ServeProcess;
let balancer: Balancer;

interface Outcome {
  readonly ok: boolean;
  /** The instance to which the connection led. */
  readonly at: number | undefined;
}

describe.skipIf(missing('redis'))('R24 R25: of two instances one is killed (SIGKILL)', () => {
  beforeAll(async () => {
    // Written before it is answered, and the system's from then on: it outlives SIGKILL. How fast a disk is has no part.
    server = await startRedis(['appendonly yes', 'appendfsync no']);
    demo = await startDemoApp();
    bare = await startMaliciousApp();
    bare.answers.set('/map', html('binnen'));
    apps = [
      { id: 'demo', upstream: demo.url, preset: 'demo' },
      { id: 'kaal', upstream: bare.url, preset: 'demo' },
    ];
    options = { extra: `trust: {}\nstore: { redis: { ${urlOf(server.port)} } }` };
    desk = await startSluis(apps, options);
    [killed, other] = await Promise.all([
      startServeProcess(desk, apps, options),
      startServeProcess(desk, apps, options),
    ]);
    balancer = await startBalancer([killed.port, other.port]);
  });
  afterAll(async () => {
    await balancer?.close();
    await Promise.all([killed?.kill(), other?.kill()]);
    await desk?.close();
    await Promise.all([bare.close(), demo.close(), server.close()]);
  });

  const at = (instance: { readonly port: number }) => on(instance, browserOf(desk, 'demo'));
  const on = ({ port }: { readonly port: number }, { app, portal }: Hosts): Hosts => ({
    app: app.at(port),
    portal: portal.at(port),
  });

  /** One request on a connection of its own, as the balancer leads it. */
  async function ask(client: Client): Promise<Outcome> {
    const connection = await RawConnection.open(balancer.port);
    const from = connection.socket.localPort ?? 0;
    try {
      connection.write(client.bytes('GET', '/map'));
      const { status, body } = await connection.read();
      return { ok: status === 200 && String(body) === 'binnen', at: balancer.led.get(from) };
    } catch {
      return { ok: false, at: balancer.led.get(from) };
    } finally {
      connection.destroy();
    }
  }

  it('under load, no request fails but those it was at, and every session goes on at the other', async () => {
    const people = await Promise.all(
      Array.from({ length: clients }, (_, number) => enter(desk, 'kaal', `persoon${number}`, { GPAUTH: 'ingelogd' })),
    );
    const outcomes: Outcome[] = [];
    const stop = new AbortController();
    const loops = people.map(async ({ client }) => {
      const own: Outcome[] = [];
      while (!stop.signal.aborted) {
        const outcome = await ask(client);
        own.push(outcome);
        outcomes.push(outcome);
      }
      return own;
    });
    await until(async () => outcomes.length >= 300);
    expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
    expect(new Set(outcomes.map(outcome => outcome.at))).toEqual(new Set([killed.port, other.port]));
    await killed.kill();
    const before = outcomes.length;
    await until(async () => outcomes.length >= before + 300);
    stop.abort();
    for (const own of await Promise.all(loops)) {
      // One request at a time each: what it was at when it died is one at most.
      expect(own.filter(({ ok }) => !ok).length).toBeLessThanOrEqual(1);
      expect(own.filter(({ ok }) => !ok).every(outcome => outcome.at === killed.port)).toBe(true);
      expect(own.at(-1)).toEqual({ ok: true, at: other.port });
    }
    await killed.start();
    for (const { client } of people) expect((await client.at(killed.port).get('/map')).text).toBe('binnen');
  });

  it('sign-ins that were begun there are finished at the other, wherever they stood', async () => {
    const { secret } = await signInFully(desk, 'demo', 'demo', person('anna'), at(killed));
    const typing = at(killed);
    const page = await typing.app.get('/login');
    const afterPassword = at(killed);
    await passFirstGate(afterPassword.app, 'demo', person('anna'));
    const afterCode = at(killed);
    declineTrust(afterCode);
    await passFirstGate(afterCode.app, 'demo', person('anna'));
    const code = freshCode(desk, secret);
    const hop = await submit(afterCode.portal, await openPortal(afterCode.app, afterCode.portal), { code });
    await killed.kill();

    const released = afterCode.app.at(other.port);
    expect((await release(released, hop)).status).toBe(303);
    expect((await released.get('/wie')).text).toContain('id="wie"');
    const portal = afterPassword.portal.at(other.port);
    const challenge = await openPortal(afterPassword.app.at(other.port), portal);
    // Used there is used here.
    const again = await submit(portal, challenge, { code });
    expect([again.status, releaseOn(again)]).toEqual([422, undefined]);
    const typed = typing.app.at(other.port);
    expect((await postPassword(typed, 'demo', formFields(page), person('anna'))).location).toBe('/_sluis/next');
    await killed.start();
  });

  it('what it acknowledged stands: the set-up, the session, the end of a session, the audit', async () => {
    const { app, recoveryCodes } = await signInFully(desk, 'demo', 'demo', person('bram'), at(killed));
    const { client, session } = await enter(desk, 'kaal', 'carla', { GPAUTH: 'ingelogd' });
    const leaving = client.at(killed.port);
    const thief = leaving.copy();
    expect((await thief.at(other.port).get('/map')).text).toBe('binnen');
    expect((await submit(leaving, await leaving.get('/_sluis/sign-out'), {})).status).toBe(200);
    await killed.kill();

    expect(recoveryCodes).toHaveLength(10);
    const bram = await desk.core.people.byName('gemeente', 'bram');
    expect([bram?.factors.length, bram?.recovery?.hashes.length]).toEqual([1, 10]);
    expect((await app.at(other.port).get('/wie')).text).toContain('id="wie"');
    await refusalOf(thief.at(other.port), '/map');
    const told = (await desk.core.audit.tail(100)).map(({ event }) => event);
    for (const type of ['factor.added', 'recovery-codes.made'])
      expect(told).toContainEqual(expect.objectContaining({ type, name: 'bram' }));
    expect(told).toContainEqual(expect.objectContaining({ type: 'session.ended', session: session.id }));
    expect(await desk.core.audit.verify()).toMatchObject({ ok: true });
    await killed.start();
  });

  it('R15: devices that it made and moved on are trusted at the other, also one whose answer died with it; no alarm', async () => {
    const carla = person('carla');
    const tenMinutesAgo = new RunningClock();
    tenMinutesAgo.advance(-10 * 60_000);
    // What is made there looks old to the others: their clocks are the machine's.
    const earlier = await startSluis(apps, { ...options, beside: desk, clock: tenMinutesAgo });
    const { secret } = await signInFully(earlier, 'demo', 'demo', carla, at(earlier));
    const [made, moved, unanswered] = [at(killed), at(killed), at(killed)];
    for (const browser of [moved, unanswered]) await trustHere(on(earlier, browser), carla, freshCode(earlier, secret));
    await earlier.close();
    await trustHere(made, carla, codeAt(secret, Date.now()));
    const before = deviceCookieOf(moved);
    expect(await enterByTrust(moved, carla)).not.toBe(before);
    forgetSessions(unanswered);
    await passFirstGate(unanswered.app, 'demo', carla);
    const connection = await RawConnection.open(killed.port);
    connection.write(unanswered.portal.bytes('GET', await handoffOf(unanswered.app)));
    await killed.kill();
    connection.destroy();

    for (const browser of [unanswered, moved, made]) await enterByTrust(on(other, browser), carla);
    await killed.start();
    for (const browser of [unanswered, moved, made]) await enterByTrust(on(killed, browser), carla);
    expect(await alarmsIn(desk.core)).toEqual([]);
    // In no other browser.
    expect(releaseOn(await comeBack(at(other), carla))).toBeUndefined();
    expect(await desk.core.audit.verify()).toMatchObject({ ok: true });
  });
});
