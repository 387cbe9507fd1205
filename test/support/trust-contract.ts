import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../../src/factor/person.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import type { Store } from '../../src/kernel/store.ts';
import type { MadeStore } from '../../src/kernel/store-bench.contract.ts';
import { DeviceBrowser, openTrust, personWith, second, type TrustBench, told } from './trust-bench.ts';

const many = 200;

/** What must hold on every store, with two instances on it. */
export function trustContract(name: string, make: (clock: Clock) => Promise<MadeStore>): void {
  describe(`trusted devices on ${name}`, () => {
    let store: Store;
    let other: Store;
    const clock = { time: Date.UTC(2026, 2, 2, 9), now: () => clock.time };
    beforeAll(async () => {
      const made = await make(clock);
      store = made.store;
      other = (await made.reopen?.()) ?? store;
    });
    afterAll(async () => {
      await store.close();
      if (other !== store) await other.close();
    });

    let people = 0;
    let bench: TrustBench;
    let anna: Person;
    let browser: DeviceBrowser;
    beforeEach(async () => {
      bench = await openTrust({ clock, store, other });
      people += 1;
      anna = await personWith(bench, `anna${people}`, [2]);
      browser = new DeviceBrowser(bench, anna);
      expect((await browser.trust(bench.one)).outcome).toBe('trusted');
    });
    const later = (seconds: number) => {
      clock.time += seconds * second;
    };
    const at = (index: number) => bench.instances[index % 2 === 0 ? 0 : 1];

    it('R15: 200 tabs at once, at two instances, all pass and get one successor', async () => {
      later(3600);
      const tabs = Array.from({ length: many }, () => browser.copy());
      const outcomes = await Promise.all(tabs.map((tab, index) => tab.show(at(index))));
      expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['passed']));
      expect(new Set(tabs.map(tab => tab.cookie)).size).toBe(1);
      expect(tabs[0]?.cookie).not.toBe(browser.cookie);
      expect([told(bench, 'device.copied'), told(bench, 'device.doubted')]).toEqual([0, 0]);
    });

    it('R15: tabs whose answers arrive in any order, while others go on with the newer value, raise no alarm', async () => {
      later(3600);
      const late = browser.copy();
      for (let tab = 0; tab < many; tab += 1) {
        // Each later tab has what the one before it got; the late one is still on its way with the first.
        expect((await browser.show(at(tab))).outcome).toBe('passed');
        clock.time += 250;
      }
      expect((await late.show(bench.two)).outcome).toBe('passed');
      expect([told(bench, 'device.copied'), told(bench, 'device.doubted')]).toEqual([0, 0]);
    });

    it('R15: 200 lost answers, each asked for again within the minute, raise no alarm', async () => {
      for (let round = 0; round < many; round += 1) {
        later(120);
        expect((await browser.show(at(round), { lost: true })).outcome).toBe('passed');
        later(59);
        expect((await browser.show(at(round + 1))).outcome).toBe('passed');
      }
      expect([told(bench, 'device.copied'), told(bench, 'device.doubted')]).toEqual([0, 0]);
    });

    it('R15: 200 answers lost for longer cost a code and a neutral word each, and never count as theft', async () => {
      for (let round = 1; round <= many; round += 1) {
        later(120);
        // The answer to the confirmation before this is lost too: the browser holds its very first value all along.
        await browser.show(at(round), { lost: true });
        later(61);
        expect((await browser.show(at(round + 1))).outcome).toBe('asked');
        expect((await browser.show(at(round))).outcome).toBe('asked');
        expect(told(bench, 'device.doubted')).toBe(round);
        later(30);
        expect(await browser.confirm(at(round), { lost: round % 3 !== 0 })).toBe(true);
      }
      expect(told(bench, 'device.copied')).toBe(0);
      later(2);
      expect((await browser.show(bench.one)).outcome).toBe('passed');
    });

    it('R15: the owner goes on, then the thief comes: it works in neither, what it began ends, and it is told once', async () => {
      later(3600);
      const thief = browser.copy();
      const session = await browser.enter(bench.one, await browser.show(bench.one));
      later(3600);
      await browser.enter(bench.two, await browser.show(bench.two));
      const factorSession = await ofFactor(bench, anna);
      later(10);
      expect(await thief.show(bench.one)).toEqual({ outcome: 'asked', drop: true });
      expect((await browser.show(bench.two)).outcome).toBe('asked');
      expect((await thief.show(bench.two)).outcome).toBe('asked');
      expect(bench.events.filter(({ type }) => type === 'device.copied')).toMatchObject([
        { name: anna.name, sessions: 2, agent: 'Chrome, windows' },
      ]);
      const ended = bench.events.filter(event => event.type === 'session.ended');
      expect(ended.map(event => event.reason)).toEqual(['device-copied', 'device-copied']);
      await bench.two.sessions.confirm();
      expect(await bench.two.sessions.standing(session)).toBeUndefined();
      // What she proved with a factor is not of the device.
      expect(await bench.two.sessions.standing(factorSession)).toBeDefined();
    });

    it('R15: the thief goes first: the owner is asked, from then on no value passes, and her factor exposes him', async () => {
      later(3600);
      const thief = browser.copy();
      const taken = await thief.enter(bench.one, await thief.show(bench.one));
      later(3600);
      expect(await browser.show(bench.two)).toEqual({ outcome: 'asked', drop: false });
      expect(told(bench, 'device.doubted')).toBe(1);
      // From the second diverging use on: not in his browser either, and no second word about it.
      expect(await thief.show(bench.one)).toEqual({ outcome: 'asked', drop: false });
      expect(told(bench, 'device.doubted')).toBe(1);
      later(20);
      expect(await browser.confirm(bench.two)).toBe(true);
      later(5);
      expect((await browser.show(bench.one)).outcome).toBe('passed');
      expect(await thief.show(bench.one)).toEqual({ outcome: 'asked', drop: true });
      expect(told(bench, 'device.copied')).toBe(1);
      expect((await browser.show(bench.one)).outcome).toBe('asked');
      expect(await bench.one.sessions.standing(taken)).toBeUndefined();
    });

    it('R14: of 20 sign-ins at once, at two instances, five devices come out', async () => {
      const browsers = Array.from({ length: 20 }, () => new DeviceBrowser(bench, anna));
      const outcomes = await Promise.all(browsers.map((one, index) => one.trust(at(index))));
      expect(outcomes.filter(({ outcome }) => outcome === 'trusted')).toHaveLength(4);
      expect(outcomes.filter(({ outcome }) => outcome === 'full')).toHaveLength(16);
      expect(await bench.two.devices.list(anna)).toHaveLength(5);
    });

    it('R13: removed at one instance, it is gone at the other with the next request, however many remove it', async () => {
      later(120);
      const session = await browser.enter(bench.two, await browser.show(bench.two));
      const [device] = await bench.one.devices.list(anna);
      const removed = await Promise.all(
        Array.from({ length: 6 }, (_, index) => at(index).devices.remove(anna, device?.id ?? '', 'by-owner', 'test')),
      );
      expect(removed.filter(Boolean)).toHaveLength(1);
      expect((await browser.show(bench.two)).outcome).toBe('asked');
      expect(bench.events.filter(({ type }) => type === 'device.removed')).toMatchObject([{ because: 'by-owner' }]);
      await bench.two.sessions.confirm();
      expect(await bench.two.sessions.standing(session)).toBeUndefined();
    });
  });
}

async function ofFactor(bench: TrustBench, anna: Person): Promise<string> {
  const { id: person, name, realm } = anna;
  const proved = { level: 2, factor: 'f0', factorAt: bench.clock.time, portal: undefined };
  return (await bench.one.sessions.begin({ realm, app: 'webmail', person, name, ...proved })).session.id;
}
