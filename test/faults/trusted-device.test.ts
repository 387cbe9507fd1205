import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { browserOf, freshCode, handoffOf, openPortal, passFirstGate, signInFully } from '../support/person.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';
import {
  alarmsIn,
  deviceCookieOf,
  enterByTrust,
  enterOn,
  forgetSessions,
  type Hosts,
  trustHere,
} from '../support/trusting.ts';
import { anna, isTryAgain } from './cells.ts';
import { type Loss, loseOf } from './lose.ts';

const minute = 60_000;

let demo: DemoApp;
let sluis: TestSluis;
let browser: Hosts;

beforeAll(async () => {
  demo = await startDemoApp();
  const apps = [{ id: 'demo', upstream: demo.url, preset: 'demo' }];
  sluis = await startSluis(apps, { clock: new TestClock(), extra: 'trust: {}\nlimits: { pendings: 50 }' });
  const { secret } = await signInFully(sluis, 'demo', 'demo', anna);
  browser = browserOf(sluis, 'demo');
  await trustHere(browser, anna, freshCode(sluis, secret));
});

afterAll(async () => {
  await sluis.close();
  await demo.close();
});

beforeEach(async () => {
  sluis.clock.advance(2 * minute);
  forgetSessions(browser);
  await passFirstGate(browser.app, 'demo', anna);
});

const losses: readonly [string, Loss][] = [
  ['the next value of its cookie was refused', ['replace', 'trusted-devices:', [1], false]],
  ['the next value of its cookie was written and nobody knows', ['replace', 'trusted-devices:', [1], true]],
  ['the event of its use was refused', ['append', 'audit', [1], false]],
  ['the event of its use was written and nobody knows', ['replace', 'audit-head', [1], true]],
  ['her browser did not get the sign-in', ['replace', 'pending:', [1], false]],
  ['that she passed was not written', ['replace', 'pending:', [2], false]],
  ['that she passed was written and nobody knows', ['replace', 'pending:', [2], true]],
];

/** It moves on by what the browser holds now; and nobody was told of a copy, nor feared one. */
async function expectTrusted(): Promise<void> {
  sluis.clock.advance(2 * minute);
  const before = deviceCookieOf(browser);
  expect(await enterByTrust(browser, anna)).not.toBe(before);
  expect(await alarmsIn(sluis.core)).toEqual([]);
}

describe('R15: an arrival in a trusted browser that broke', () => {
  it.each(losses)('leaves the cookie and alarms nobody where %s; within a minute the same goes on', async (_, loss) => {
    const mend = loseOf(sluis.core.store, loss);
    expect(isTryAgain(await browser.portal.get(await handoffOf(browser.app)))).toBe(true);
    mend();
    sluis.clock.advance(minute - 1);
    await enterOn(browser, await openPortal(browser.app, browser.portal));
    await expectTrusted();
  });

  it.each(losses)('leaves the cookie and alarms nobody where %s; another sign-in goes on', async (_, loss) => {
    const mend = loseOf(sluis.core.store, loss);
    expect(isTryAgain(await browser.portal.get(await handoffOf(browser.app)))).toBe(true);
    mend();
    await enterByTrust(browser, anna);
    await expectTrusted();
  });
});
