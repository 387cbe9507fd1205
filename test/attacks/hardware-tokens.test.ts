import { beforeEach, describe, expect, test } from 'vitest';
import { tokenCode } from '../../src/factor/hardware-token/credential.ts';
import {
  type Arrived,
  arriveFor,
  type Desk,
  failures,
  openWithDesk,
  passes,
  stock,
} from '../support/portal-arrivals.ts';
import type { Answer, PortalBench } from '../support/portal-bench.ts';
import { minute, realm, withTotp, wrongCode } from '../vectors/factor-bench.ts';

let bench: PortalBench;
let desk: Desk;
beforeEach(async () => {
  ({ bench, desk } = await openWithDesk());
});

const press = (at: number, token: keyof typeof stock = 'P1') => tokenCode(stock[token], at);
const tick = (steps = 0) => tokenCode(stock.C1, Math.floor(bench.clock.time / minute) + steps);
const isPassed = (answer: Answer) => answer.location?.startsWith('/go/') === true;

/** A new sign-in of hers, and this code typed there. */
async function tried(name: string, code: string, level = 3): Promise<boolean> {
  const { browser, page } = await arriveFor(bench, name, level);
  return isPassed(await browser.post(page, { code }));
}

/** The page that takes two in a row. */
async function again({ browser, id }: Arrived): Promise<Answer> {
  return browser.open(`/challenge/${id}/hardware-token/again`);
}

async function resynced(name: string, code: string, next: string): Promise<boolean> {
  const arrived = await arriveFor(bench, name, 3);
  return isPassed(await arrived.browser.post(await again(arrived), { code, next }));
}

describe('R22: somebody with the right password, at the page for a hardware token', () => {
  test('a.1, a.6: a press opens once, in this sign-in or another; none from before it does', async () => {
    await desk.give('P1', 'anna');
    expect(await tried('anna', press(8))).toBe(true);
    for (const at of [8, 7, 6, 5]) expect(await tried('anna', press(at)), `press ${at}`).toBe(false);
    bench.clock.time += 60 * minute;
    expect(await tried('anna', press(9))).toBe(true);
  });

  test('R24: one press in forty windows at once opens one', async () => {
    await desk.give('P1', 'anna');
    const windows = await Promise.all(Array.from({ length: 40 }, () => arriveFor(bench, 'anna', 3)));
    const answers = await Promise.all(windows.map(({ browser, page }) => browser.post(page, { code: press(5) })));
    expect(answers.filter(isPassed)).toHaveLength(1);
    expect(passes(bench)).toBe(1);
  });

  test('a.6: ten presses ahead and not eleven; a wrong one moves nothing', async () => {
    await desk.give('P1', 'anna');
    expect(await tried('anna', press(5 + 10))).toBe(false);
    expect(await tried('anna', press(5 + 9))).toBe(true);
    bench.clock.time += 60 * minute;
    expect(await tried('anna', press(14 + 11))).toBe(false);
    expect(await tried('anna', press(14 + 10))).toBe(true);
  });

  test('a.5: two in a row bring it back, a hundred ahead at most; never onto what was used', async () => {
    await desk.give('P1', 'anna');
    expect(await resynced('anna', press(110), press(111))).toBe(false);
    expect(await resynced('anna', press(60), press(62))).toBe(false);
    expect(await resynced('anna', press(60), press(61))).toBe(true);
    bench.clock.time += 60 * minute;
    for (const [one, two] of [
      [60, 61],
      [59, 60],
      [61, 60],
    ] as const)
      expect(await resynced('anna', press(one), press(two))).toBe(false);
    bench.clock.time += 60 * minute;
    expect(await tried('anna', press(61))).toBe(false);
    expect(await tried('anna', press(62))).toBe(true);
  });

  test('a.5, a.11: both pages have one budget, all her sign-ins too; when it is gone the right code is refused', async () => {
    await desk.give('P1', 'anna');
    const wrong = wrongPress();
    const [one, two] = [await arriveFor(bench, 'anna', 3), await arriveFor(bench, 'anna', 3)];
    const statuses = [
      await one.browser.post(one.page, { code: wrong }),
      await one.browser.post(await again(one), { code: wrong, next: wrong }),
      await two.browser.post(two.page, { code: wrong }),
      await two.browser.post(await again(two), { code: wrong, next: wrong }),
      await one.browser.post(one.page, { code: press(5) }),
      await two.browser.post(await again(two), { code: press(5), next: press(6) }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([422, 422, 422, 422, 429, 429]);
    expect([passes(bench), failures(bench, 'wrong')]).toEqual([0, 4]);
  });

  test('a.10, a.5: a clock that jumps: no used step opens again, ten steps are too far, two in a row are not', async () => {
    await desk.give('C1', 'anna');
    const early = tick();
    expect(await tried('anna', early)).toBe(true);
    bench.clock.time += 90 * minute;
    expect(await tried('anna', tick(1))).toBe(true);
    bench.clock.time -= 90 * minute;
    expect(await tried('anna', early)).toBe(false);
    bench.clock.time += 180 * minute;
    expect(await tried('anna', tick(11))).toBe(false);
    expect(await resynced('anna', tick(10), tick(11))).toBe(true);
    // What it is ahead is known from now on.
    bench.clock.time += 60 * minute;
    expect(await tried('anna', tick(10))).toBe(true);
  });

  test('R07: the token of somebody else, by its code or its number, opens nothing', async () => {
    await desk.give('P1', 'anna');
    await desk.give('P2', 'bram');
    expect(await tried('anna', press(0, 'P2'))).toBe(false);
    const { browser, page } = await arriveFor(bench, 'anna', 3);
    for (const more of [{ serial: 'P2' }, { factor: 'P2' }, { person: 'bram' }])
      expect(isPassed(await browser.post(page, { code: press(0, 'P2'), ...more }))).toBe(false);
    await expect(desk.give('P1', 'bram')).rejects.toThrow('somebody');
    bench.clock.time += 60 * minute;
    expect(await tried('bram', press(0, 'P2'))).toBe(true);
  });

  test('R07: handed to the next person it goes on where it was, and opens nothing for the one before', async () => {
    await desk.give('P1', 'anna');
    expect(await tried('anna', press(9))).toBe(true);
    const open = await arriveFor(bench, 'anna', 3);
    await desk.take('P1');
    await desk.give('P1', 'bram');
    expect(isPassed(await open.browser.post(open.page, { code: press(10) }))).toBe(false);
    expect(await tried('bram', press(9))).toBe(false);
    expect(await tried('bram', press(10))).toBe(true);
    expect((await bench.people.byName(realm, 'anna'))?.factors).toEqual([]);
  });

  test('R23: an app’s code is no token’s code, nor the other way round, and level 2 does for no page of level 3', async () => {
    const { secret } = await withTotp(bench, 'anna');
    await desk.give('P1', 'anna');
    const { browser, page, id } = await arriveFor(bench, 'anna', 3);
    expect(page.path).toBe(`/challenge/${id}/hardware-token`);
    const code = codeOf(secret);
    expect(isPassed(await browser.post(page, { code }))).toBe(false);
    const elsewhere = { ...page, html: page.html.replace(/action="[^"]+"/, `action="/challenge/${id}/totp"`) };
    expect((await browser.post(elsewhere, { code })).location).toBe(`/challenge/${id}/hardware-token`);
    expect(passes(bench)).toBe(0);
    // Of level 2 each is asked for at its own page.
    const low = await arriveFor(bench, 'anna', 2);
    const totp = await low.browser.open(`/challenge/${low.id}/totp`);
    expect(isPassed(await low.browser.post(totp, { code: press(5) }))).toBe(false);
    expect(isPassed(await low.browser.post(totp, { code }))).toBe(true);
  });

  test('what is no code of a token costs no attempt, and is read as people type it', async () => {
    await desk.give('P1', 'anna');
    const { browser, page } = await arriveFor(bench, 'anna', 3);
    for (const code of ['', '12345', '1234567', 'abcdef', '١٢٣٤٥٦', `${press(5)}+${press(6)}`, '9'.repeat(4000)]) {
      for (let times = 0; times < 2; times += 1) expect((await browser.post(page, { code })).status, code).toBe(422);
    }
    expect(failures(bench, 'wrong')).toBe(0);
    const spaced = press(5).replace(/^(...)/, '$1 ');
    expect(isPassed(await browser.post(page, { code: ` ${spaced}\u00a0` }))).toBe(true);
  });
});

function codeOf(secret: string): string {
  return tokenCode({ ...stock.P1, secret }, Math.floor(bench.clock.time / 30_000));
}

/** No code of any press that a page would look at. */
function wrongPress(): string {
  const right = new Set(Array.from({ length: 130 }, (_, at) => press(at)));
  const found = ['000000', '111111', '222222'].find(code => !right.has(code));
  return found ?? wrongCode(stock.P1.secret, 0);
}
