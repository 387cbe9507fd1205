import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import type { Client } from '../support/client.ts';
import { appClient, openPortal, passFirstGate, portalClient, releaseOn, setUp } from '../support/person.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';
import { type Loss, loseOf } from './lose.ts';

const anna = { name: 'anna', password: 'Anna-Test-2026' };
let demo: DemoApp;
let sluis: TestSluis;
let app: Client;
let address: string;

beforeEach(async () => {
  demo = await startDemoApp();
  sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }], { clock: new TestClock() });
  app = appClient(sluis, 'demo');
  const portal = portalClient(sluis);
  const code = await sluis.invite('anna');
  await passFirstGate(app, 'demo', anna);
  address = releaseOn((await setUp(sluis, portal, await openPortal(app, portal), code)).hop) ?? '';
});

afterEach(async () => {
  await sluis.close();
  await demo.close();
});

async function living(): Promise<number> {
  const person = await sluis.core.people.byName('gemeente', 'anna');
  return (await sluis.core.sessions.ofPerson(person?.id ?? '')).length;
}

/** Sessions that the trail says began, and did not end since. */
async function openInTrail(): Promise<number> {
  const events = (await sluis.core.audit.tail(50)).map(({ event }) => event);
  const ended = events.flatMap(event => (event.type === 'session.ended' ? [event.session] : []));
  return events.filter(event => event.type === 'session.began' && !ended.includes(event.session)).length;
}

async function expectInside(): Promise<void> {
  const answer = await app.get(address);
  expect([answer.status, app.jar.has('__Host-sluis')]).toEqual([303, true]);
  expect((await app.get('/wie')).text).toContain('anna');
  expect([await living(), await openInTrail()]).toEqual([1, 1]);
}

/** A try that broke gives nothing and takes nothing. */
async function expectBroken(): Promise<void> {
  const answer = await app.get(address);
  expect([answer.status, answer.setCookies]).toEqual([503, []]);
}

describe('rule 2: a release that broke', () => {
  // Of the pending it writes its claim, what it answers, and where it breaks the claim's end.
  it.each<[string, Loss]>([
    ['its claim was refused', ['replace', 'pending:', [1], false]],
    ['its session was not begun', ['create', 'session:', [1], false]],
    ['its session was begun and nobody knows', ['create', 'session:', [1], true]],
    ['the event of its session was refused', ['append', 'audit', [1], false]],
    ['the event of its session was written and nobody knows', ['replace', 'audit-head', [1], true]],
    ['its last write was refused', ['replace', 'pending:', [2], false]],
    ['its last write was done and nobody knows', ['replace', 'pending:', [2], true]],
  ])('is tried again where %s, and gives one session', async (_where, fault) => {
    const mend = loseOf(sluis.core.store, fault);
    await expectBroken();
    mend();
    await expectInside();
  });

  it.each([
    ['its claim', [1]],
    ['its last write', [2, 3]],
  ])('is waited for where %s went wrong and nothing came after it, then tried again', async (_what, which) => {
    const mend = loseOf(sluis.core.store, ['replace', 'pending:', which, which.length === 1]);
    await expectBroken();
    mend();
    // Nobody knows whether that one is still at it: the page asks again until its claim has run out.
    const waiting = await app.get(address);
    expect([waiting.status, waiting.setCookies]).toEqual([200, []]);
    (sluis.clock as TestClock).advance(15_000);
    await expectInside();
  });
});
