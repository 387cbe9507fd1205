import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { usersDeps } from '../../src/main/user-commands.ts';
import { passwords } from '../support/apps.ts';
import { type ConsoleBrowser, operatorOf } from '../support/operator.ts';
import { browserOf, openPortal, passChallenge, passFirstGate, releaseOn, signInFully } from '../support/person.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

const anna = { name: 'anna', password: passwords.anna } as const;
const bram = { name: 'bram', password: passwords.bram } as const;
const reason = 'een reden';

let demo: DemoApp;
let sluis: TestSluis;
let admin: ConsoleBrowser;
beforeAll(async () => {
  demo = await startDemoApp();
  sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }], {
    console: 'own',
    clock: new TestClock(),
  });
});
afterAll(async () => {
  await sluis?.close();
  await demo?.close();
});

/** Somebody in a browser of her own, who passed both gates and did not take the last step yet. */
async function passedOnly(who: { name: string; password: string }, secret: string) {
  const browser = browserOf(sluis, 'demo');
  await passFirstGate(browser.app, 'demo', who);
  const page = await openPortal(browser.app, browser.portal);
  const address = releaseOn(await passChallenge(sluis, browser.portal, page, secret)) ?? '';
  expect(address).not.toBe('');
  return { ...browser, enter: async () => (await browser.app.get(address)) && browser.app.get('/postvak') };
}

const idOf = async (name: string) => (await sluis.core.people.byName('gemeente', name))?.id ?? '';

/** Whoever watches over her shoulder has her password, one code of hers, and waits until the desk has signed her out. */
describe('R24: who passed and waits for the release is signed out with all the rest', () => {
  let secret = '';
  beforeEach(async () => {
    admin = (await operatorOf(sluis, 'admin', `a${Math.floor(sluis.clock.now() / 1000)}@gemeente.test`)).browser;
    secret = (await signInFully(sluis, 'demo', 'demo', anna)).secret;
  });

  const ways: readonly (readonly [string, () => Promise<unknown>])[] = [
    [
      'at the console',
      async () => {
        const place = '/people/gemeente/anna/end-sessions';
        const done = await admin.submit(await admin.open(place), place, { reason });
        expect(done.text).toContain('role="status"');
      },
    ],
    ['by the command line', () => usersDeps(sluis.core, undefined).deps.endSessions('gemeente', 'anna')],
    [
      'by herself',
      async () => {
        const person = await sluis.core.people.byName('gemeente', 'anna');
        if (person !== undefined) await sluis.core.ends.everywhere(person, 'by-owner');
      },
    ],
  ];

  it.each(ways)('%s', async (_where, end) => {
    const thief = await passedOnly(anna, secret);
    await end();
    expect((await thief.enter()).status).toBe(303);
    expect(thief.app.jar.has('__Host-sluis')).toBe(false);
    expect(await sluis.core.sessions.ofPerson(await idOf('anna'))).toEqual([]);
    // She herself gets in again, by both gates, and nobody else lost anything.
    expect((await (await passedOnly(anna, secret)).enter()).status).toBe(200);
  });

  it('and in whatever order the release and the end come, no session is left', async () => {
    for (let turn = 0; turn < 6; turn += 1) {
      const thief = await passedOnly(anna, secret);
      const person = await sluis.core.people.byName('gemeente', 'anna');
      if (person === undefined) throw new Error('nobody');
      await Promise.all([thief.enter(), sluis.core.ends.everywhere(person, 'by-operator')]);
      const left = await sluis.core.sessions.ofPerson(person.id);
      expect([turn, left.length, (await thief.app.get('/postvak')).status]).toEqual([turn, 0, 303]);
    }
  });

  it('but not somebody else who waits in the same minute', async () => {
    const his = (await signInFully(sluis, 'demo', 'demo', bram)).secret;
    const waiting = await passedOnly(bram, his);
    const person = await sluis.core.people.byName('gemeente', 'anna');
    if (person !== undefined) await sluis.core.ends.everywhere(person, 'by-operator');
    expect((await waiting.enter()).status).toBe(200);
  });
});
