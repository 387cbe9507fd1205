import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { giveDeskCode } from '../../src/enrolment/desk-code.ts';
import type { Person } from '../../src/factor/person.ts';
import { passwords } from '../support/apps.ts';
import type { Client, ClientAnswer } from '../support/client.ts';
import { holdNext } from '../support/held-step.ts';
import { type ConsoleBrowser, operatorOf } from '../support/operator.ts';
import {
  browserOf,
  kinds,
  openPortal,
  passChallenge,
  passFirstGate,
  releaseOn,
  setUp,
  signInFully,
  submit,
} from '../support/person.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

/** What is taken away at one instance in the very moment in which another lets somebody in by it. */
const minute = 60_000;
const anna = { name: 'anna', password: passwords.anna } as const;

let demo: DemoApp;
let one: TestSluis;
let two: TestSluis;
let secret: string;
let recoveryCodes: readonly string[];
let clerk: ConsoleBrowser;

beforeAll(async () => {
  demo = await startDemoApp();
  const apps = [{ id: 'demo', upstream: demo.url, preset: 'demo' }];
  const options = { console: 'own', extra: 'limits: { pendings: 100 }' } as const;
  one = await startSluis(apps, { ...options, clock: new TestClock() });
  two = await startSluis(apps, { ...options, beside: one });
  ({ secret, recoveryCodes } = await signInFully(one, 'demo', 'demo', anna));
});
afterAll(async () => {
  await two?.close();
  await one?.close();
  await demo?.close();
});
beforeEach(async () => {
  one.clock.advance(minute);
  clerk = (await operatorOf(two, 'admin', `chef-${one.clock.now()}@gemeente.test`)).browser;
  await one.core.ends.ofPerson((await person()).id, 'by-operator');
});

async function person(): Promise<Person> {
  const found = await one.core.people.byName('gemeente', 'anna');
  if (found === undefined) throw new Error('no anna');
  return found;
}

/** Before the second gate, at the first instance. */
async function arrive(): Promise<{ app: Client; portal: Client; page: ClientAnswer }> {
  const browser = browserOf(one, 'demo');
  await passFirstGate(browser.app, 'demo', anna);
  return { ...browser, page: await openPortal(browser.app, browser.portal) };
}

async function isIn(app: Client): Promise<boolean> {
  return kinds.demo.signedIn.test((await app.get('/wie')).text);
}

async function act(place: string): Promise<void> {
  const at = `/people/gemeente/anna/${place}`;
  const done = await clerk.submit(await clerk.get(at), at, { reason: 'telefoon gestolen' });
  expect(done.status).toBe(200);
}

/** The act is done from begin to end after the release has looked, and before its session stands. */
async function releasedDuring(hop: ClientAnswer, app: Client, place: string): Promise<void> {
  const address = releaseOn(hop) ?? '';
  expect(address).not.toBe('');
  const held = holdNext(one.core.store, 'create', 'session:');
  const answer = app.get(address);
  await held.reached;
  await act(place);
  held.go();
  expect((await answer).setCookies.filter(line => line.startsWith('__Host-sluis='))).toEqual([]);
}

async function expectNobody(app: Client): Promise<void> {
  expect(await isIn(app)).toBe(false);
  expect(await one.core.sessions.ofPerson((await person()).id)).toEqual([]);
}

describe('R39, R31: in the very moment of a release, at another instance', () => {
  it('a code of the desk is taken back: what was begun by it ends before anybody holds it', async () => {
    const { code } = await giveDeskCode(one.core, {
      person: await person(),
      by: 'test',
      reason: 'telefoon thuis',
      method: 'document',
    });
    const { app, portal, page } = await arrive();
    await releasedDuring(await submit(portal, page, { code }), app, 'end-desk-code');
    await expectNobody(app);
  });

  it.each(['close', 'enrol-again'])(
    'she is taken off it (%s): who was on the way in by her stolen phone is not in',
    async place => {
      const { app, portal, page } = await arrive();
      await releasedDuring(await passChallenge(one, portal, page, secret), app, place);
      await expectNobody(app);
      if (place === 'close') await act('open');
    },
  );
});
