import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  allowed,
  DeviceBrowser,
  day,
  factorOf,
  openTrust,
  personWith,
  second,
  told,
  windows,
} from '../../test/support/trust-bench.ts';
import { trustContract } from '../../test/support/trust-contract.ts';
import { randomId, systemRandom } from '../kernel/random.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { agentOf } from './agent.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluis-trust-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

trustContract('SQLite on a file that two have open', async clock => {
  const path = join(folder, 'store.db');
  return { store: await SqliteStore.open({ path, clock }), reopen: () => SqliteStore.open({ path, clock }) };
});

async function trusted(levels: readonly (2 | 3 | 4)[] = [2]) {
  const bench = await openTrust();
  const anna = await personWith(bench, 'anna', levels);
  const browser = new DeviceBrowser(bench, anna);
  expect((await browser.trust(bench.one)).outcome).toBe('trusted');
  return { bench, anna, browser };
}

describe('what trust stands in for', () => {
  it.each([
    [2, 2, 2],
    [2, 3, 2],
    [3, 3, 3],
    [4, 3, 3],
    [4, 2, 2],
    [4, 1, 1],
  ] as const)('R12: of a factor of level %s with a cap of %s it is %s', async (factor, cap, level) => {
    const bench = await openTrust();
    bench.rules.now = { ...allowed, level: cap };
    const anna = await personWith(bench, 'anna', [factor]);
    const browser = new DeviceBrowser(bench, anna);
    await browser.trust(bench.one);
    expect(await browser.show(bench.one, { level })).toMatchObject({ outcome: 'passed', level });
    expect((await browser.show(bench.one, { level: level + 1 })).outcome).toBe('asked');
    expect((await browser.show(bench.one, { level: 4 })).outcome).toBe('asked');
  });

  it('R12: a lower cap counts at once, a higher one raises nothing that is there', async () => {
    const { bench, browser } = await trusted([3]);
    bench.rules.now = { ...allowed, level: 1 };
    expect((await browser.show(bench.one)).outcome).toBe('asked');
    bench.rules.now = { ...allowed, level: 3 };
    expect((await browser.show(bench.one, { level: 3 })).outcome).toBe('asked');
    expect(await browser.show(bench.one)).toMatchObject({ outcome: 'passed', level: 2 });
  });

  it('a page that asks for a fresh factor gets one, right after it was passed too', async () => {
    const { bench, browser } = await trusted();
    expect((await browser.show(bench.one, { maxAge: day })).outcome).toBe('asked');
  });

  it('R11: what the browser says may forbid, at the beginning and at each use', async () => {
    const { bench, anna, browser } = await trusted();
    bench.rules.now = { ...allowed, platforms: ['ios'] };
    expect((await browser.show(bench.one)).outcome).toBe('asked');
    expect((await new DeviceBrowser(bench, anna).trust(bench.one)).outcome).toBe('refused');
    bench.rules.now = { ...allowed, platforms: ['windows'] };
    expect((await browser.show(bench.one)).outcome).toBe('passed');
    const shown = { person: anna, demands: { level: 2, maxAge: undefined }, app: 'webmail', source: '' };
    const elsewhere = {
      ...shown,
      cookie: browser.cookie,
      agent: agentOf('Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0'),
    };
    expect(await bench.one.devices.show(elsewhere)).toEqual({ outcome: 'asked', drop: false });
  });
});

describe('how long it lasts', () => {
  it('R10: thirty days from when it was made, however much it is used', async () => {
    const { bench, browser } = await trusted();
    const end = bench.clock.time + 30 * day;
    for (let hours = 1; bench.clock.time + day / 2 < end; hours += 1) {
      bench.clock.time += day / 2;
      expect((await browser.show(bench.one)).outcome, `${hours}`).toBe('passed');
    }
    bench.clock.time = end - 1;
    expect(await browser.show(bench.one)).toMatchObject({ outcome: 'passed', cookie: { maxAge: 0 } });
    bench.clock.time = end;
    expect(await browser.show(bench.one)).toEqual({ outcome: 'asked', drop: true });
    expect(await bench.one.devices.list(browser.person)).toEqual([]);
  });

  it('R10: fewer days count at once, more lengthen nothing, and none switches it off', async () => {
    const { bench, browser } = await trusted();
    bench.clock.time += 10 * day;
    bench.rules.now = { ...allowed, days: 10 };
    expect((await browser.show(bench.one)).outcome).toBe('asked');
    browser.cookie = undefined;
    await browser.trust(bench.one);
    bench.rules.now = allowed;
    bench.clock.time += 10 * day;
    expect((await browser.show(bench.one)).outcome).toBe('asked');
    await browser.trust(bench.one);
    bench.rules.now = undefined;
    expect((await browser.show(bench.one)).outcome).toBe('asked');
    expect((await browser.trust(bench.one)).outcome).toBe('refused');
  });

  it('a session that it began ends with it at the latest', async () => {
    const { bench, browser } = await trusted();
    bench.clock.time += 30 * day - 10 * second;
    const session = await bench.one.sessions.read(await browser.enter(bench.one, await browser.show(bench.one)));
    expect(session?.absoluteEnd).toBe(bench.clock.time + 10 * second);
    expect([session?.proof, session?.trust !== undefined]).toEqual(['trust', true]);
  });

  it('it ends with the factor it came from, whoever took that away, and another factor does not keep it', async () => {
    const { bench, anna, browser } = await trusted([2, 2]);
    bench.clock.time += 120 * second;
    const session = await browser.enter(bench.one, await browser.show(bench.one));
    await bench.people.update(anna.id, person => ({ ...person, factors: person.factors.slice(1) }));
    expect(await browser.show(bench.two)).toEqual({ outcome: 'asked', drop: true });
    expect(await bench.one.sessions.read(session)).toBeUndefined();
    expect(bench.events.filter(({ type }) => type === 'device.removed')).toMatchObject([{ because: 'factor-removed' }]);
    // Bound anew under another id: nothing comes back.
    await bench.people.update(anna.id, person => ({ ...person, factors: [factorOf(bench, 'f9', 2)] }));
    expect((await browser.show(bench.one)).outcome).toBe('asked');
  });
});

describe('who may trust', () => {
  it('R14: the sixth asks which one goes; the one that is named goes, with what it began', async () => {
    const { bench, anna, browser } = await trusted();
    bench.clock.time += 120 * second;
    const session = await browser.enter(bench.one, await browser.show(bench.one));
    for (let more = 0; more < 4; more += 1) await new DeviceBrowser(bench, anna).trust(bench.one);
    const sixth = new DeviceBrowser(bench, anna);
    const full = await sixth.trust(bench.one);
    expect(full).toMatchObject({ outcome: 'full', devices: { length: 5 } });
    expect((await sixth.trust(bench.one, { replaces: 'nonsense' })).outcome).toBe('full');
    const [first] = await bench.one.devices.list(anna);
    expect((await sixth.trust(bench.one, { replaces: first?.id ?? '' })).outcome).toBe('trusted');
    expect(await bench.one.devices.list(anna)).toHaveLength(5);
    expect((await browser.show(bench.one)).outcome).toBe('asked');
    expect(await bench.one.sessions.read(session)).toBeUndefined();
    expect((await sixth.show(bench.one)).outcome).toBe('passed');
  });

  it('not by a factor of level 1, one that is not hers, or one of a kind that gives none', async () => {
    const bench = await openTrust();
    const anna = await personWith(bench, 'anna', [2]);
    const browser = new DeviceBrowser(bench, anna);
    expect((await browser.trust(bench.one, { factor: 'f7' })).outcome).toBe('refused');
    for (const change of [{ level: 1 }, { kind: 'day-code' }]) {
      await bench.people.update(anna.id, person => ({
        ...person,
        factors: person.factors.map(factor => ({ ...factor, ...change }) as typeof factor),
      }));
      expect((await browser.trust(bench.one)).outcome).toBe('refused');
    }
  });

  it('of one sign-in one device comes out, and none once that was removed', async () => {
    const { bench, anna } = await trusted();
    const signIn = randomId(systemRandom);
    const asked = { person: anna, signIn, factor: 'f0', factorAt: bench.clock.time, agent: windows, source: '' };
    const outcomes = await Promise.all(bench.instances.map(({ devices }) => devices.trust(asked)));
    const ids = outcomes.map(one => (one.outcome === 'trusted' ? one.device.id : ''));
    expect(ids[0]).toBe(ids[1]);
    expect(told(bench, 'device.trusted')).toBe(2);
    await bench.one.devices.remove(anna, ids[0] ?? '', 'by-owner', '');
    expect((await bench.two.devices.trust(asked)).outcome).toBe('refused');
  });

  it('R13: its owner names it, and nobody else does', async () => {
    const { bench, anna } = await trusted();
    const bram = await personWith(bench, 'bram', [2]);
    const [device] = await bench.one.devices.list(anna);
    const id = device?.id ?? '';
    expect(await bench.one.devices.rename(bram, id, 'van bram')).toBe(false);
    expect(await bench.one.devices.remove(bram, id, 'by-owner', '')).toBe(false);
    expect(await bench.one.devices.rename(anna, id, `\u202eLaptop\u0007 ${'x'.repeat(100)}`)).toBe(true);
    expect((await bench.two.devices.list(anna))[0]?.label).toBe(`Laptop ${'x'.repeat(53)}`);
  });
});

describe('what is no cookie of hers', () => {
  it('forged numbers, other secrets, other people and a value of one device for another open nothing and alarm nobody', async () => {
    const { bench, anna, browser } = await trusted();
    bench.clock.time += 120 * second;
    const first = browser.cookie ?? '';
    await browser.show(bench.one);
    bench.clock.time += 120 * second;
    await browser.show(bench.one);
    const [id = '', number = '', kid = '', mac = ''] = (browser.cookie ?? '').split('.');
    const second2 = new DeviceBrowser(bench, anna);
    await second2.trust(bench.one);
    const [otherId = ''] = (second2.cookie ?? '').split('.');
    const bram = await personWith(bench, 'bram', [2]);
    const his = new DeviceBrowser(bench, bram);
    await his.trust(bench.one);
    const forged = [
      `${id}.1.${kid}.${mac}`,
      `${id}.${Number(number) + 1}.${kid}.${mac}`,
      `${id}.${number}.${kid}.${'A'.repeat(43)}`,
      `${id}.${number}.k9.${mac}`,
      `${otherId}.${number}.${kid}.${mac}`,
      `${id}.0.${kid}.${mac}`,
      `${id}.1e1.${kid}.${mac}`,
      his.cookie,
      '',
      'x'.repeat(5000),
    ];
    for (const cookie of forged)
      expect(await new DeviceBrowser(bench, anna, cookie).show(bench.one), cookie).toEqual({
        outcome: 'asked',
        drop: true,
      });
    expect((await new DeviceBrowser(bench, bram, browser.cookie).show(bench.one)).outcome).toBe('asked');
    expect([told(bench, 'device.copied'), told(bench, 'device.doubted')]).toEqual([0, 0]);
    expect((await browser.show(bench.one)).outcome).toBe('passed');
    // A genuine one of before is the copy that it looks for.
    expect((await new DeviceBrowser(bench, anna, first).show(bench.one)).outcome).toBe('asked');
    expect(told(bench, 'device.copied')).toBe(1);
  });

  it('a store that was put back from a backup costs a code, and is no theft', async () => {
    const { bench, anna, browser } = await trusted();
    const key = `trusted-devices:{${anna.id}}`;
    const backup = await bench.store.get(key);
    for (let turn = 0; turn < 3; turn += 1) {
      bench.clock.time += 120 * second;
      await browser.show(bench.one);
    }
    await bench.store.remove(key);
    await bench.store.create(key, backup?.value ?? '');
    expect((await browser.show(bench.one)).outcome).toBe('asked');
    expect(await browser.confirm(bench.one)).toBe(true);
    expect((await browser.show(bench.one)).outcome).toBe('passed');
    expect(told(bench, 'device.copied')).toBe(0);
  });

  it('a factor that was passed before the doubt does not settle it', async () => {
    const { bench, anna, browser } = await trusted();
    bench.clock.time += 120 * second;
    await browser.show(bench.one, { lost: true });
    bench.clock.time += 120 * second;
    const before = bench.clock.time;
    bench.clock.time += second;
    await browser.show(bench.one);
    expect(await bench.one.devices.confirm(anna, browser.cookie, before)).toBeUndefined();
  });

  it('an end that broke half-way comes to its end with the next look', async () => {
    const { bench, anna, browser } = await trusted();
    bench.clock.time += 120 * second;
    const session = await browser.enter(bench.one, await browser.show(bench.one));
    const store = bench.store as SqliteStore;
    // The store goes away right after the trust was marked as over.
    const members = store.members.bind(store);
    store.members = () => Promise.reject(new Error('gone'));
    await expect(bench.one.devices.removeAll(anna, 'reset', '')).rejects.toThrow('gone');
    store.members = members;
    expect(await bench.one.sessions.read(session)).toBeDefined();
    expect(await bench.two.devices.list(anna)).toEqual([]);
    expect(await bench.one.sessions.read(session)).toBeUndefined();
    expect(bench.events.filter(({ type }) => type === 'device.removed')).toMatchObject([
      { because: 'reset', sessions: 1 },
    ]);
  });
});

describe('agentOf', () => {
  it.each([
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0',
      'Edge',
      'windows',
    ],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox', 'windows'],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15',
      'Safari',
      'macos',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1',
      'Safari',
      'ios',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36',
      'Chrome',
      'android',
    ],
    ['Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36', 'Chrome', 'chromeos'],
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0 Safari/537.36', 'Chrome', 'linux'],
    ['curl/8.5', undefined, undefined],
    [undefined, undefined, undefined],
  ])('%s', (text, browser, platform) => {
    expect(agentOf(text)).toEqual({ browser, platform });
  });
});
