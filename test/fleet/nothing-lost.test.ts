import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import type { Core } from '../../src/main/core.ts';
import { missing, passwords } from '../support/apps.ts';
import { type Fleet, startFleet, urlOf } from '../support/fleet.ts';
import { enter } from '../support/inside.ts';
import { browserOf, freshCode, openPortal, passFirstGate, releaseOn, signInFully, submit } from '../support/person.ts';
import { type RedisServer, startRedis, until } from '../support/redis.ts';
import { alarmsIn, declineTrust, deviceCookieOf, enterByTrust, trustHere } from '../support/trusting.ts';

const minute = 60_000;
const anna = { name: 'anna', password: passwords.anna } as const;

describe.skipIf(missing('redis'))('R25: what two instances have answered on a Redis that keeps a log', () => {
  let server: RedisServer;
  let demo: DemoApp;
  let fleet: Fleet;
  beforeEach(async () => {
    // Written before it is answered, and the system's from then on: it outlives SIGKILL. How fast a disk is has no part.
    server = await startRedis(['appendonly yes', 'appendfsync no']);
    demo = await startDemoApp();
    fleet = await startFleet(
      [{ id: 'demo', upstream: demo.url, preset: 'demo' }],
      {
        one: urlOf(server.port),
        two: urlOf(server.port),
      },
      { extra: 'trust: {}' },
    );
  });
  afterEach(async () => {
    await fleet.close();
    await demo.close();
    await server.close();
  });

  /** SIGKILL, and the same Redis on the same folder; both instances find it by themselves. */
  async function killRedis(): Promise<void> {
    await server.kill();
    await server.start();
    for (const { core } of [fleet.one, fleet.two])
      await until(async () => (await core.store.head('audit')) !== undefined);
  }

  it('R15: a trusted device stands after Redis was killed, where it had got to; nobody takes it for a copy', async () => {
    const { one, two } = fleet;
    const { secret } = await signInFully(one, 'demo', 'demo', anna);
    const browser = browserOf(one, 'demo');
    const at = (port: number) => ({ app: browser.app.at(port), portal: browser.portal.at(port) });
    const first = await trustHere(browser, anna, freshCode(one, secret));
    one.clock.advance(2 * minute);
    expect(await enterByTrust(browser, anna)).not.toBe(first);
    await killRedis();

    // By what was handed out before, and on from there.
    await enterByTrust(at(two.port), anna);
    for (const { port } of [two, one]) {
      const before = deviceCookieOf(browser);
      one.clock.advance(2 * minute);
      expect(await enterByTrust(at(port), anna)).not.toBe(before);
    }
    expect(await alarmsIn(two.core)).toEqual([]);
    const person = await two.core.people.byName('gemeente', 'anna');
    expect(person && (await two.core.devices.list(person))).toHaveLength(1);
  });

  it('stands after Redis was killed: the set-up, the used code, sessions and their ends; both go on by themselves', async () => {
    const { one, two } = fleet;
    const { app, secret } = await signInFully(one, 'demo', 'demo', anna);
    const ended = await enter(one, 'demo', 'bram', { GPAUTH: 'ingelogd' });
    const thief = ended.client.copy().at(two.port);
    const waiting = browserOf(one, 'demo');
    await passFirstGate(waiting.app, 'demo', anna);
    const used = browserOf(one, 'demo');
    declineTrust(used);
    await passFirstGate(used.app, 'demo', anna);
    const code = freshCode(one, secret);
    const hop = await submit(used.portal, await openPortal(used.app, used.portal), { code });
    expect(releaseOn(hop)).toBeDefined();
    await one.core.ends.one(ended.session, 'by-operator');
    await killRedis();

    for (const { port } of [one, two]) {
      expect((await app.at(port).get('/wie')).text).toContain('id="wie"');
      expect((await thief.at(port).get('/wie')).status).toBe(303);
    }
    const portal = waiting.portal.at(two.port);
    const again = await submit(portal, await openPortal(waiting.app.at(two.port), portal), { code });
    expect([again.status, releaseOn(again)]).toEqual([422, undefined]);
    expect((await two.core.people.byName('gemeente', 'anna'))?.factors).toHaveLength(1);
    expect(await two.core.audit.verify()).toMatchObject({ ok: true });
  });

  const write = (core: Core, from: string, number: number) =>
    core.audit.record({ type: 'server.started', realm: from, version: String(number), configuration: '' });

  it('is one chain, whole, where both write thousands of events at once', async () => {
    const each = 1000;
    const before = await entries(fleet.one.core);
    const writing = [fleet.one, fleet.two].flatMap(({ core }, at) =>
      Array.from({ length: each }, (_, number) => write(core, `van-${at}`, number)),
    );
    await Promise.all(writing);
    expect(await entries(fleet.two.core)).toBe(before + 2 * each);
  });

  it('is one chain, whole, where Redis is killed while both write; what was acknowledged stands in it once', async () => {
    const acknowledged: string[] = [];
    let going = true;
    const loops = [fleet.one, fleet.two].map(async ({ core }, at) => {
      for (let number = 0; going; number += 1) {
        const done = await write(core, `van-${at}`, number).then(
          () => true,
          () => false,
        );
        if (done) acknowledged.push(`van-${at} ${number}`);
        // While Redis is away it is refused at once: others must have their turn.
        else await turn();
      }
    });
    await until(async () => acknowledged.length > 200);
    await killRedis();
    const then = acknowledged.length;
    await until(async () => acknowledged.length > then + 200);
    going = false;
    await Promise.all(loops);
    const length = await entries(fleet.one.core);
    const stands = (await fleet.two.core.audit.tail(length)).map(({ event }) =>
      'version' in event ? `${event.realm} ${event.version}` : '',
    );
    const counts = Map.groupBy(stands, text => text);
    expect(acknowledged.filter(text => counts.get(text)?.length !== 1)).toEqual([]);
  });
});

/** How many there are; fails where the chain is not whole. */
async function entries(core: Core): Promise<number> {
  const verdict = await core.audit.verify();
  if (!verdict.ok) throw new Error(`broken at ${verdict.number}: ${verdict.reason}`);
  return verdict.entries;
}
